"""What a user may do: to a pane, and to the app; how it is done.

Owns the deeds that no single view owns; ``action_table`` has them as actions. Whether a pane lets it be done
is the engine's rule, in the engine's words: see ``conditions``. Must not know which key asks for what, or how
anything is drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from chloe.events import commands
from chloe.events.facts import BackendKind
from chloe.events.panes import Pane
from chloe.terminal import Modes, keys
from chloe.ui.closing import Closing
from chloe.ui.keymap import Keymap
from chloe.ui.labels import label_action, label_key
from chloe.ui.lifetime import Lifetime
from chloe.ui.panes.pane_input import PaneInput
from chloe.ui.panes.slots import Slots
from chloe.ui.requests import AppEngine, Requests
from chloe.ui.stack import Stack
from chloe.ui.state import AppState
from chloe.ui.tty.tty import Tty
from chloe.ui.view import View
from chloe.ui.views.filter import Filter, Filterable
from chloe.ui.views.help import Help, Section
from chloe.ui.views.last_screen import LastScreen
from chloe.ui.views.message_list import MessageList
from chloe.ui.views.palette import Choice, Palette
from chloe.ui.views.prompt import Prompt
from chloe.ui.views.switcher import Switcher


class Actions(Closing):
    """What the actions work on: the context of each."""

    def __init__(
        self,
        state: AppState,
        stack: Stack,
        slots: Slots,
        requests: Requests,
        pane_input: PaneInput,
        tty: Tty,
        lifetime: Lifetime,
        engine: AppEngine,
    ) -> None:
        super().__init__(state, stack, requests, pane_input, engine)
        self._slots = slots
        self._tty = tty
        self._lifetime = lifetime

    # Panes -----------------------------------------------------------------------------------------

    def open_pane(self, backend: BackendKind) -> None:
        """Open a pane, and give it the keyboard once it is there."""
        rows, columns = self._stack.pane_size(*self._tty.get_cols_rows())
        command = commands.Open(backend=backend, cwd=self._find_folder(), rows=rows, columns=columns)
        self._requests.request(command, self._opened, block_input=True)

    def relaunch(self) -> None:
        """Run the ended pane's command again, in a pane that takes its place and has the keyboard."""
        if len(self._panes) > 1:
            self._relaunch_many(*self._stack.pane_size(*self._tty.get_cols_rows()))
            return
        size = self._stack.pane_size(*self._tty.get_cols_rows())
        self._requests.request(commands.Relaunch(self._pane.id, *size), self._opened, block_input=True)

    def _find_folder(self) -> str:
        """Return the folder that a new pane opens in: where the selected one's program is; "" without one."""
        selected = self._state.selection.selected
        if selected is None:
            return ""
        folder = self._engine.find_folder(selected.id) if selected.alive else ""
        return folder or (selected.cwd if Path(selected.cwd).is_dir() else "")

    def _opened(self, pane: str | None) -> None:
        if pane is not None:
            self._show(pane)
            self._pane_input.focus_pane(self._state.projections.panes[pane])
            # Its program may have ended already: then what was typed for it is nothing for Chloe.
            self._pane_input.check()

    def _show(self, pane: str) -> None:
        self._stack.go_to_panes()
        self._state.selection.select(pane)

    def type(self) -> None:
        """Give the keyboard to the pane, attached first where it is detached."""
        pane = self._pane
        if self.why_not_reattach():
            self._pane_input.focus_pane(pane)
        else:
            self._requests.request(
                commands.Reattach(pane.id), lambda _: self._pane_input.focus_pane(pane), block_input=True
            )

    def send(self, key: str) -> None:
        """Type a key that Chloe would take, and give the pane the keyboard."""
        self.type()
        self._pane_input.type(keys.encode(key, Modes()))

    def send_leave(self) -> None:
        """Type the key that has just taken the keyboard back."""
        if key := self._pane_input.left_by(self._pane):
            self.send(key)

    def assign_escape(self) -> None:
        """Give Esc to the pane's program, or leave it to the rule again."""
        pane, gives = self._pane, not self._pane.owns_escape
        leave = label_key(self._state.leave[0])
        said = (
            f"Esc is the program's in {pane.name}; {leave} takes the keyboard back"
            if gives
            else f"Esc takes the keyboard back from {pane.name} where its program has no use for it"
        )
        self._requests.request(
            commands.AssignEscape(pane.id, gives), lambda _: self._state.messages.notify(said)
        )

    def detach(self) -> None:
        """Let go of the pane."""
        if len(self._panes) > 1:
            self._do_to_many(commands.Detach, "Detach", "detached")
            return
        self._requests.request(commands.Detach(self._pane.id))

    def reattach(self) -> None:
        """Attach the pane again."""
        if len(self._panes) > 1:
            self._do_to_many(commands.Reattach, "Attach", "attached")
            return
        self._requests.request(commands.Reattach(self._pane.id))

    def reattach_all(self) -> None:
        """Attach what was attached when a Chloe ended."""
        for pane in self.find_left():
            self._requests.request(commands.Reattach(pane.id))

    def rename(self) -> None:
        """Ask for another name."""
        pane = self._pane

        def accept(name: str) -> None:
            if not name.strip():
                self._state.messages.notify("A pane needs a name", error=True)
            elif name != pane.name:
                self._requests.request(commands.Rename(pane.id, name.strip()))

        self._stack.open(Prompt("Rename", pane.name, self._state.glyphs, accept))

    def reset_terminal(self) -> None:
        """End what a killed program left behind in the pane's terminal."""
        pane = self._pane
        self._requests.request(
            commands.ResetTerminal(pane.id),
            lambda _: self._state.messages.notify(f"The terminal of {pane.name} is reset"),
        )

    def kill(self) -> None:
        """Ask whether to end the pane's program."""
        if len(self._panes) > 1:
            lost = "Everything that runs in them is ended."
            self._do_to_many(commands.Kill, "Kill", "ended", lost)
            return
        pane = self._pane
        question = f"End {pane.name} and everything that runs in it?"
        self._confirm("Kill", question, lambda: self._requests.request(commands.Kill(pane.id)))

    def reopen(self) -> None:
        """Take a pane that still runs back from History."""
        self._reopen(self._pane)

    def _reopen(self, pane: Pane) -> None:
        self._requests.request(commands.Reopen(pane.id), lambda _: self._reopened(pane))

    def _reopened(self, pane: Pane) -> None:
        self._show(pane.id)
        if not self._state.selection.is_attached(pane):
            self._requests.request(commands.Reattach(pane.id))

    def open_selected(self) -> None:
        """Reopen what still runs; else show its last screen."""
        self._open_past(self._pane)

    def _open_past(self, pane: Pane) -> None:
        if pane.alive and not pane.closed:
            self._show(pane.id)
        elif pane.alive:
            self._reopen(pane)
        else:
            self._stack.open(LastScreen(self._state, pane.id))

    # Going to a pane -------------------------------------------------------------------------------

    def filter(self) -> None:
        """Take words that the listed panes have."""
        self._stack.open(Filter(self._filtered))

    @property
    def _filtered(self) -> Filterable:
        """Return the list that the words are for: that of the view one is in, else the panes in use."""
        place = self._stack.place
        return place if isinstance(place, Filterable) else self._state.selection

    def switch(self) -> None:
        """Go to any pane by a part of what one remembers of it."""
        self._stack.open(Switcher(self._state, self._go_to))

    def _go_to(self, pane: Pane) -> None:
        if pane.closed:
            self._open_past(pane)
        else:
            self._show(pane.id)

    def go_to_last(self) -> None:
        """Go to the pane that the user was at before."""
        if (pane := self._state.selection.find_last()) is not None:
            self._show(pane.id)

    def go_to_wanting(self) -> None:
        """Go to the next pane that wants the user."""
        if (pane := self.find_wanting()) is not None:
            self._show(pane.id)

    # Looking back ----------------------------------------------------------------------------------

    def scroll(self, pages: int) -> None:
        """Look so many pages back in what the pane printed, or on where negative."""
        if (slot := self._slots.find_focused(self._state.selection.typing_into)) is not None:
            slot.view.scroll_page(pages)

    def scroll_to_top(self) -> None:
        """Look at the beginning of the scrollback."""
        if (slot := self._slots.find_focused(self._state.selection.typing_into)) is not None:
            slot.view.scroll_to_top()

    def scroll_to_bottom(self) -> None:
        """Look at the screen as it is now."""
        if (slot := self._slots.find_focused(self._state.selection.typing_into)) is not None:
            slot.view.scroll_to_bottom()

    def go_back(self) -> None:
        """Look at the screen as it is now; who does so already lists all panes again."""
        if self._is_looking_back:
            self.scroll_to_bottom()
        else:
            self._filtered.set_filter("")

    def why_not_go_back(self) -> str:
        """Return that there is nothing to go back from, as of any key that does nothing."""
        if self._is_looking_back or self._filtered.filter:
            return ""
        bindings = self._state.keymap.list(self._stack.place)
        key, every = label_action(bindings, "go_back"), label_action(bindings, "help")
        return f"{key or 'It'} does nothing here" + (f"; {every} shows every key" if every else "")

    @property
    def _is_looking_back(self) -> bool:
        slot = self._slots.find_focused(self._state.selection.typing_into)
        return slot is not None and slot.view.scrolled is not None

    # The app ---------------------------------------------------------------------------------------

    def go_to_next_tab(self) -> None:
        """Go to the next tab."""
        self._stack.step_tab(1)

    def go_to_previous_tab(self) -> None:
        """Go to the tab before."""
        self._stack.step_tab(-1)

    def allow_clipboard(self) -> None:
        """Let a program put text on the clipboard."""
        name = self._state.clipboard.allow(self._stack.top.pane)
        self._state.messages.notify(f"{name} may put text on your clipboard")

    def allow_clipboard_always(self) -> None:
        """Let all programs do so."""
        self._state.clipboard.allow_all()
        self._state.messages.notify(
            'All panes may put text on your clipboard; clipboard = "always" keeps that'
        )

    def show_messages(self) -> None:
        """Show what was said."""
        self._stack.open(MessageList(self._state))

    def show_help(
        self,
        list_sections: Callable[[Keymap, Sequence[str], str], list[Section]],
        list_choices: Callable[[View, Actions, Keymap], list[Choice]],
    ) -> None:
        """Show every key, as ``list_sections`` lists them for the leave keys and the rule for Esc."""
        sections = list_sections(self._state.keymap, self._state.leave, self._state.escape_rule)
        self._stack.open(Help(self._state, sections, lambda: self.show_palette(list_choices)))

    def show_palette(self, list_choices: Callable[[View, Actions, Keymap], list[Choice]]) -> None:
        """Show every action, as ``list_choices`` lists them for the view that one is in."""
        below = self._stack.place
        self._stack.open(
            Palette(self._state, below, list_choices(below, self, self._state.keymap), self._run_choice)
        )

    def _run_choice(self, choice: Choice) -> None:
        # The palette is closed first: the pane that is meant is the one of the view below.
        self._stack.close_done()
        choice.run()

    def redraw(self) -> None:
        """Draw everything anew."""
        self._tty.forget()

    def suspend(self) -> None:
        """Stop, as a shell's job."""
        self._tty.suspend()

    def quit(self) -> None:
        """End the app; asked first where that ends programs."""
        selection = self._state.selection
        doomed = [
            pane.name
            for pane in selection.panes
            if pane.alive and not pane.traits.outlives_chloe and pane.owner == selection.instance
        ]
        if not doomed:
            self._lifetime.end(0)
            return
        names = ", ".join(doomed[:3]) + (f" and {len(doomed) - 3} more" if len(doomed) > 3 else "")
        self._confirm("Quit", f"Direct panes end with Chloe: {names}. Quit?", lambda: self._lifetime.end(0))
