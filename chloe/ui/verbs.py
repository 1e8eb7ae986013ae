"""What each key does: one method a verb of the keymap.

Owns the deeds and the words that explain why something can't be done. Must not know which key means
which verb, nor how anything is drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chloe.events import commands
from chloe.events.facts import BackendKind
from chloe.events.panes import Pane
from chloe.ui.asks import Asks
from chloe.ui.desk import Desk
from chloe.ui.dialogs import Dialog, Field, Question, help_page, message_page
from chloe.ui.keymap import shown
from chloe.ui.messages import Messages
from chloe.ui.theme import Signs
from chloe.ui.window import Window
from chloe.ui.words import ending


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """What the verbs need of whoever runs the window."""

    #: Rows and columns of a pane's view as the window is now.
    view_size: Callable[[], tuple[int, int]]
    #: Give the keyboard to a pane.
    give: Callable[[Pane], None]
    #: Type the bytes of one key into the pane that has the keyboard.
    type: Callable[[bytes], None]
    open_dialog: Callable[[Dialog], None]
    redraw: Callable[[], None]
    suspend: Callable[[], None]
    #: End the app with an exit status.
    end: Callable[[int], None]


class Verbs:
    """The verbs of the keymap, by name."""

    def __init__(
        self,
        desk: Desk,
        window: Window,
        messages: Messages,
        asks: Asks,
        host: Host,
        signs: Signs,
        *,
        release: str,
        log_file: str,
    ) -> None:
        self._desk = desk
        self._window = window
        self._messages = messages
        self._asks = asks
        self._host = host
        self._signs = signs
        self._release = release
        self._log_file = log_file

    def do(self, verb: str) -> None:
        """Do what the keymap calls ``verb``."""
        getattr(self, verb)()

    # Panes -----------------------------------------------------------------------------------------

    def new_direct(self) -> None:
        """Open a direct pane."""
        self._open("direct")

    def new_tmux(self) -> None:
        """Open a tmux pane."""
        self._open("tmux")

    def _open(self, backend: BackendKind) -> None:
        rows, columns = self._host.view_size()
        self._asks.ask(commands.Open(backend=backend, rows=rows, columns=columns), self._opened, hold=True)

    def _opened(self, pane: str | None) -> None:
        if pane is not None:
            self._show(pane)
            self._host.give(self._desk.pane(pane))

    def _show(self, pane: str) -> None:
        self._desk.tab = "instances"
        self._desk.select(pane)

    def type(self) -> None:
        """Give the keyboard to the selected pane."""
        pane = self._typable()
        if pane is not None:
            self._host.give(pane)

    def send_escape(self) -> None:
        """One Esc for the program."""
        self.send_literally(b"\x1b")

    def send_literally(self, key: bytes) -> None:
        """Type a key into the selected pane that Chloe would take, and give it the keyboard."""
        pane = self._typable()
        if pane is not None:
            self._host.give(pane)
            self._host.type(key)

    def _typable(self) -> Pane | None:
        """The selected pane, if one can type into it; else the user is told why not."""
        pane = self._selected()
        if pane is None or self._desk.takes_keys(pane):
            return pane
        if not pane.alive:
            self._messages.remark(f"{pane.name} has ended ({ending(pane)}); x puts it away")
        elif self._desk.is_foreign(pane):
            self._messages.remark(
                f"{pane.name} is a direct pane of another Chloe, which alone can type into it"
            )
        else:
            self._messages.remark(f"{pane.name} is detached; a attaches it")
        return None

    def _selected(self) -> Pane | None:
        pane = self._desk.selected
        if pane is None:
            self._messages.remark("There is no pane yet: c opens a direct one, t a tmux one")
        return pane

    def detach(self) -> None:
        """Let go of the selected pane."""
        pane = self._selected()
        if pane is None:
            return
        if pane.backend == "direct":
            self._messages.remark(f"{pane.name} is a direct pane: it can't run without Chloe; x closes it")
        elif not pane.alive:
            self._messages.remark(f"{pane.name} has ended ({ending(pane)}); x puts it away")
        elif not self._desk.is_attached(pane):
            self._messages.remark(f"{pane.name} is detached already")
        else:
            self._asks.ask(commands.Detach(pane.id))

    def reattach(self) -> None:
        """Attach the selected pane again."""
        pane = self._selected()
        if pane is None:
            return
        if not pane.alive:
            self._messages.remark(f"{pane.name} has ended ({ending(pane)}); it can't be attached")
        elif self._desk.is_attached(pane):
            self._messages.remark(f"{pane.name} is attached; Enter types into it")
        else:
            self._asks.ask(commands.Reattach(pane.id))

    def close(self) -> None:
        """Put the selected pane away."""
        pane = self._selected()
        if pane is not None:
            runs_on = pane.backend == "tmux" and pane.alive
            self._asks.ask(
                commands.Close(pane.id),
                lambda _: self._messages.say(
                    f"{pane.name} runs on; History has it" if runs_on else f"{pane.name} is in History"
                ),
            )

    def rename(self) -> None:
        """Ask for another name."""
        pane = self._selected()
        if pane is None:
            return

        def entered(name: str) -> None:
            if not name.strip():
                self._messages.say("A pane needs a name", error=True)
            elif name != pane.name:
                self._asks.ask(commands.Rename(pane.id, name.strip()))

        self._host.open_dialog(Field("Rename", pane.name, self._signs, entered))

    def kill(self) -> None:
        """Ask whether to end the selected pane's program."""
        pane = self._selected()
        if pane is None:
            return
        if not pane.alive:
            self._messages.remark(f"{pane.name} has ended already ({ending(pane)})")
            return
        self._host.open_dialog(
            Question(
                "Kill",
                f"End {pane.name} and everything that runs in it?",
                self._signs,
                lambda: self._asks.ask(commands.Kill(pane.id)),
            )
        )

    # Moving ----------------------------------------------------------------------------------------

    def previous(self) -> None:
        """Select what is above."""
        self._step(-1)

    def next(self) -> None:
        """Select what is below."""
        self._step(1)

    def _step(self, by: int) -> None:
        if self._desk.tab == "history":
            self._desk.step_line(by)
        else:
            self._desk.step(by)

    def page_up(self) -> None:
        """A page up in History."""
        self._desk.step_line(-self._window.history.page)

    def page_down(self) -> None:
        """A page down in History."""
        self._desk.step_line(self._window.history.page)

    def first(self) -> None:
        """The latest of History."""
        self._desk.line = 0

    def last(self) -> None:
        """The oldest of History."""
        self._desk.step_line(len(self._desk.past))

    def zoom(self) -> None:
        """Give the selected pane the whole window, or take it back."""
        self._desk.zoomed = not self._desk.zoomed

    def scroll_up(self) -> None:
        """A page back in the scrollback."""
        self._window.view.scroll_page(1)

    def scroll_down(self) -> None:
        """A page on."""
        self._window.view.scroll_page(-1)

    def scroll_top(self) -> None:
        """The beginning of the scrollback."""
        self._window.view.scroll_to_top()

    def scroll_bottom(self) -> None:
        """The live screen."""
        self._window.view.scroll_to_bottom()

    # Tabs ------------------------------------------------------------------------------------------

    def other_tab(self) -> None:
        """Switch the tab."""
        self._desk.tab = "history" if self._desk.tab == "instances" else "instances"

    def instances_tab(self) -> None:
        """Show Instances."""
        self._desk.tab = "instances"

    def history_tab(self) -> None:
        """Show History."""
        self._desk.tab = "history"

    # History ---------------------------------------------------------------------------------------

    def look(self) -> None:
        """Reopen what still runs; else show its last screen."""
        life = self._desk.selected_life
        if life is None:
            return
        if self._desk.pane(life.pane).alive:
            self.reopen()
        else:
            self._desk.viewed = life.pane
            self._window.viewer.scroll_to_bottom()

    def reopen(self) -> None:
        """Take a pane that still runs back from History."""
        life = self._desk.selected_life
        if life is None:
            return
        pane = self._desk.pane(life.pane)
        if not pane.alive:
            self._messages.remark(f"{pane.name} has ended ({ending(pane)}); Enter shows its last screen")
        else:
            self._asks.ask(commands.Reopen(pane.id), lambda _: self._reopened(pane))

    def _reopened(self, pane: Pane) -> None:
        self._show(pane.id)
        if not self._desk.is_attached(pane):
            self._asks.ask(commands.Reattach(pane.id))

    def viewer_close(self) -> None:
        """Go back to the list."""
        self._desk.viewed = None

    def viewer_up(self) -> None:
        """A page back in time."""
        self._window.viewer.scroll_page(1)

    def viewer_down(self) -> None:
        """A page on."""
        self._window.viewer.scroll_page(-1)

    def viewer_top(self) -> None:
        """The beginning of what is kept."""
        self._window.viewer.scroll_to_top()

    def viewer_bottom(self) -> None:
        """The last screen."""
        self._window.viewer.scroll_to_bottom()

    # The app ---------------------------------------------------------------------------------------

    def messages(self) -> None:
        """Show what was said."""
        self._host.open_dialog(message_page(self._messages.latest_first, self._log_file, self._signs))

    def help(self) -> None:
        """Show every key."""
        self._host.open_dialog(help_page(shown(self._release), self._signs))

    def redraw(self) -> None:
        """Draw everything anew."""
        self._host.redraw()

    def suspend(self) -> None:
        """Stop, as a shell's job."""
        self._host.suspend()

    def quit(self) -> None:
        """End the app; asked first where that ends programs."""
        desk = self._desk
        doomed = [pane.name for pane in desk.panes if pane.backend == "direct" and desk.takes_keys(pane)]
        if not doomed:
            self._host.end(0)
            return
        names = ", ".join(doomed[:3]) + (f" and {len(doomed) - 3} more" if len(doomed) > 3 else "")
        self._host.open_dialog(
            Question(
                "Quit", f"Direct panes end with Chloe: {names}. Quit?", self._signs, lambda: self._host.end(0)
            )
        )
