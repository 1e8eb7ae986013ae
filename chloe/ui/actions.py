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
from chloe.ui.dialogs import Confirm, Dialog, Prompt, help_page, message_page
from chloe.ui.glyphs import Glyphs
from chloe.ui.keymap import shown
from chloe.ui.messages import Messages
from chloe.ui.requests import Requests
from chloe.ui.selection import Selection
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


class Actions:
    """The verbs of the keymap, by name."""

    def __init__(
        self,
        selection: Selection,
        window: Window,
        messages: Messages,
        requests: Requests,
        host: Host,
        glyphs: Glyphs,
        *,
        release: str,
        log_file: str,
    ) -> None:
        self._selection = selection
        self._window = window
        self._messages = messages
        self._requests = requests
        self._host = host
        self._glyphs = glyphs
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
        self._requests.request(
            commands.Open(backend=backend, rows=rows, columns=columns), self._opened, block_input=True
        )

    def _opened(self, pane: str | None) -> None:
        if pane is not None:
            self._show(pane)
            self._host.give(self._selection.pane(pane))

    def _show(self, pane: str) -> None:
        self._selection.tab = "instances"
        self._selection.select(pane)

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
        if pane is None or self._selection.takes_keys(pane):
            return pane
        if not pane.alive:
            self._messages.hint(f"{pane.name} has ended ({ending(pane)}); x puts it away")
        elif self._selection.is_foreign(pane):
            self._messages.hint(
                f"{pane.name} is a direct pane of another Chloe, which alone can type into it"
            )
        else:
            self._messages.hint(f"{pane.name} is detached; a attaches it")
        return None

    def _selected(self) -> Pane | None:
        pane = self._selection.selected
        if pane is None:
            self._messages.hint("There is no pane yet: c opens a direct one, t a tmux one")
        return pane

    def detach(self) -> None:
        """Let go of the selected pane."""
        pane = self._selected()
        if pane is None:
            return
        if pane.backend == "direct":
            self._messages.hint(f"{pane.name} is a direct pane: it can't run without Chloe; x closes it")
        elif not pane.alive:
            self._messages.hint(f"{pane.name} has ended ({ending(pane)}); x puts it away")
        elif not self._selection.is_attached(pane):
            self._messages.hint(f"{pane.name} is detached already")
        else:
            self._requests.request(commands.Detach(pane.id))

    def reattach(self) -> None:
        """Attach the selected pane again."""
        pane = self._selected()
        if pane is None:
            return
        if not pane.alive:
            self._messages.hint(f"{pane.name} has ended ({ending(pane)}); it can't be attached")
        elif self._selection.is_attached(pane):
            self._messages.hint(f"{pane.name} is attached; Enter types into it")
        else:
            self._requests.request(commands.Reattach(pane.id))

    def close(self) -> None:
        """Put the selected pane away."""
        pane = self._selected()
        if pane is not None:
            runs_on = pane.backend == "tmux" and pane.alive
            self._requests.request(
                commands.Close(pane.id),
                lambda _: self._messages.notify(
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
                self._messages.notify("A pane needs a name", error=True)
            elif name != pane.name:
                self._requests.request(commands.Rename(pane.id, name.strip()))

        self._host.open_dialog(Prompt("Rename", pane.name, self._glyphs, entered))

    def kill(self) -> None:
        """Ask whether to end the selected pane's program."""
        pane = self._selected()
        if pane is None:
            return
        if not pane.alive:
            self._messages.hint(f"{pane.name} has ended already ({ending(pane)})")
            return
        self._host.open_dialog(
            Confirm(
                "Kill",
                f"End {pane.name} and everything that runs in it?",
                self._glyphs,
                lambda: self._requests.request(commands.Kill(pane.id)),
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
        if self._selection.tab == "history":
            self._selection.step_line(by)
        else:
            self._selection.step(by)

    def page_up(self) -> None:
        """A page up in History."""
        self._selection.step_line(-self._window.history.page)

    def page_down(self) -> None:
        """A page down in History."""
        self._selection.step_line(self._window.history.page)

    def first(self) -> None:
        """The latest of History."""
        self._selection.line = 0

    def last(self) -> None:
        """The oldest of History."""
        self._selection.step_line(len(self._selection.past))

    def zoom(self) -> None:
        """Give the selected pane the whole window, or take it back."""
        self._selection.zoomed = not self._selection.zoomed

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
        self._selection.tab = "history" if self._selection.tab == "instances" else "instances"

    def instances_tab(self) -> None:
        """Show Instances."""
        self._selection.tab = "instances"

    def history_tab(self) -> None:
        """Show History."""
        self._selection.tab = "history"

    # History ---------------------------------------------------------------------------------------

    def look(self) -> None:
        """Reopen what still runs; else show its last screen."""
        life = self._selection.selected_life
        if life is None:
            return
        if self._selection.pane(life.pane).alive:
            self.reopen()
        else:
            self._selection.viewed = life.pane
            self._window.viewer.scroll_to_bottom()

    def reopen(self) -> None:
        """Take a pane that still runs back from History."""
        life = self._selection.selected_life
        if life is None:
            return
        pane = self._selection.pane(life.pane)
        if not pane.alive:
            self._messages.hint(f"{pane.name} has ended ({ending(pane)}); Enter shows its last screen")
        else:
            self._requests.request(commands.Reopen(pane.id), lambda _: self._reopened(pane))

    def _reopened(self, pane: Pane) -> None:
        self._show(pane.id)
        if not self._selection.is_attached(pane):
            self._requests.request(commands.Reattach(pane.id))

    def viewer_close(self) -> None:
        """Go back to the list."""
        self._selection.viewed = None

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
        self._host.open_dialog(message_page(self._messages.latest_first, self._log_file, self._glyphs))

    def help(self) -> None:
        """Show every key."""
        self._host.open_dialog(help_page(shown(self._release), self._glyphs))

    def redraw(self) -> None:
        """Draw everything anew."""
        self._host.redraw()

    def suspend(self) -> None:
        """Stop, as a shell's job."""
        self._host.suspend()

    def quit(self) -> None:
        """End the app; asked first where that ends programs."""
        selection = self._selection
        doomed = [
            pane.name for pane in selection.panes if pane.backend == "direct" and selection.takes_keys(pane)
        ]
        if not doomed:
            self._host.end(0)
            return
        names = ", ".join(doomed[:3]) + (f" and {len(doomed) - 3} more" if len(doomed) > 3 else "")
        self._host.open_dialog(
            Confirm(
                "Quit",
                f"Direct panes end with Chloe: {names}. Quit?",
                self._glyphs,
                lambda: self._host.end(0),
            )
        )
