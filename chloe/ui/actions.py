"""What a user may do: to a pane, and to the app; what it does, whether it can be done now, and why not.

Owns the actions that no single view owns, each once: keys, hints, the help and messages read them here.
Whether a pane lets it be done is the engine's rule, in the engine's words: see ``conditions``. Must not know
which key asks for what, or how anything is drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from chloe.engine import EPHEMERAL, PERSISTENT
from chloe.events import commands
from chloe.events.facts import BackendKind
from chloe.events.panes import Pane
from chloe.terminal import Modes, keys
from chloe.ui.conditions import Conditions
from chloe.ui.keymap import TYPING, list_bindings
from chloe.ui.labels import label_key
from chloe.ui.lifetime import Lifetime
from chloe.ui.panes.pane_input import PaneInput
from chloe.ui.panes.slots import Slots
from chloe.ui.requests import Requests
from chloe.ui.stack import Stack
from chloe.ui.state import AppState
from chloe.ui.tty.tty import Tty
from chloe.ui.view import Action, Binding, View, always
from chloe.ui.views import TABS, VIEWS
from chloe.ui.views.confirm import Confirm
from chloe.ui.views.help import Help, Section
from chloe.ui.views.last_screen import LastScreen
from chloe.ui.views.message_list import MessageList
from chloe.ui.views.prompt import Prompt


class Actions(Conditions):
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
    ) -> None:
        super().__init__(state, stack, pane_input)
        self._slots = slots
        self._requests = requests
        self._tty = tty
        self._lifetime = lifetime

    def by_id(self, action_id: str) -> Action[Actions]:
        """Return the action of this id."""
        return _BY_ID[action_id]

    # Panes -----------------------------------------------------------------------------------------

    @property
    def _pane(self) -> Pane:
        """The pane that is meant, where ``why_not`` found nothing against it."""
        pane = self._stack.top.pane
        assert pane is not None
        return pane

    def open_pane(self, backend: BackendKind) -> None:
        """Open a pane, and give it the keyboard once it is there."""
        rows, columns = self._stack.pane_size(*self._tty.get_cols_rows())
        command = commands.Open(backend=backend, rows=rows, columns=columns)
        self._requests.request(command, self._opened, block_input=True)

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
        """Give the keyboard to the pane."""
        self._pane_input.focus_pane(self._pane)

    def send(self, key: str) -> None:
        """Type a key that Chloe would take, and give the pane the keyboard."""
        self.type()
        self._pane_input.type(keys.encode(key, Modes()))

    def send_leave(self) -> None:
        """Type the key that has just taken the keyboard back."""
        self.send(self._pane_input.left_by(self._pane))

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
        self._requests.request(commands.Detach(self._pane.id))

    def reattach(self) -> None:
        """Attach the pane again."""
        self._requests.request(commands.Reattach(self._pane.id))

    def close(self) -> None:
        """Put the pane away."""
        pane = self._pane
        runs_on = pane.traits.outlives_chloe and pane.alive
        self._requests.request(
            commands.Close(pane.id),
            lambda _: self._state.messages.notify(
                f"{pane.name} runs on; History has it" if runs_on else f"{pane.name} is in History"
            ),
        )

    def rename(self) -> None:
        """Ask for another name."""
        pane = self._pane

        def accept(name: str) -> None:
            if not name.strip():
                self._state.messages.notify("A pane needs a name", error=True)
            elif name != pane.name:
                self._requests.request(commands.Rename(pane.id, name.strip()))

        self._stack.open(Prompt("Rename", pane.name, self._state.glyphs, accept))

    def kill(self) -> None:
        """Ask whether to end the pane's program."""
        pane = self._pane
        question = f"End {pane.name} and everything that runs in it?"
        self._confirm("Kill", question, lambda: self._requests.request(commands.Kill(pane.id)))

    def _confirm(self, title: str, question: str, on_yes: Callable[[], None]) -> None:
        self._stack.open(Confirm(title, question, self._state.glyphs, on_yes))

    def reopen(self) -> None:
        """Take a pane that still runs back from History."""
        pane = self._pane
        self._requests.request(commands.Reopen(pane.id), lambda _: self._reopened(pane))

    def _reopened(self, pane: Pane) -> None:
        self._show(pane.id)
        if not self._state.selection.is_attached(pane):
            self._requests.request(commands.Reattach(pane.id))

    def open_selected(self) -> None:
        """Reopen what still runs; else show its last screen."""
        if self._pane.alive:
            self.reopen()
        else:
            self._stack.open(LastScreen(self._state, self._pane.id))

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

    # The app ---------------------------------------------------------------------------------------

    def go_to_tab(self, name: str) -> None:
        """Go to a tab."""
        self._stack.go_to_tab(name)

    def go_to_next_tab(self) -> None:
        """Go to the next tab."""
        self._stack.go_to_next_tab()

    def show_messages(self) -> None:
        """Show what was said."""
        self._stack.open(MessageList(self._state))

    def show_help(self) -> None:
        """Show every key."""
        self._stack.open(Help(self._state, list_help_sections(self._state.leave, self._state.escape_rule)))

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


def _make_tab_action(name: str, title: str) -> Action[Actions]:
    return Action(f"tab.{name}", f"Show {title}.", lambda actions: actions.go_to_tab(name), always)


#: Every action that no single view owns.
ACTIONS: tuple[Action[Actions], ...] = (
    Action(
        "new_direct",
        "Open a direct pane: fast, it ends with Chloe.",
        lambda actions: actions.open_pane(EPHEMERAL),
        always,
    ),
    Action(
        "new_tmux",
        "Open a tmux pane: it survives Chloe.",
        lambda actions: actions.open_pane(PERSISTENT),
        always,
    ),
    Action("type", "Give the keyboard to the selected pane.", Actions.type, Actions.why_not_type),
    Action(
        "send_escape",
        "Send one Esc to the selected pane and give it the keyboard.",
        lambda actions: actions.send("escape"),
        Actions.why_not_type,
    ),
    Action(
        "send_leave",
        "Send the key that has just taken the keyboard back to the pane, and give it the keyboard.",
        Actions.send_leave,
        Actions.why_not_send_leave,
    ),
    Action(
        "assign_escape",
        "Have Esc go to the selected pane's program, always; or where it has a use for it again.",
        Actions.assign_escape,
        Actions.why_not_assign_escape,
    ),
    Action(
        "detach",
        "Detach the selected tmux pane: it runs on in the background.",
        Actions.detach,
        Actions.why_not_detach,
    ),
    Action(
        "reattach",
        "Attach the selected pane again, with its full state.",
        Actions.reattach,
        Actions.why_not_reattach,
    ),
    Action(
        "close",
        "Close the pane: direct ends, tmux runs on and is found in History.",
        Actions.close,
        Actions.why_not_close,
    ),
    Action("rename", "Rename the selected pane.", Actions.rename, Actions.why_no_pane),
    Action(
        "kill",
        "End the selected pane's program and session, after a question.",
        Actions.kill,
        Actions.why_not_kill,
    ),
    Action(
        "open_selected",
        "Reopen the pane where it still runs, else show its last screen.",
        Actions.open_selected,
        Actions.why_no_pane,
    ),
    Action("reopen", "Reopen the pane where it still runs.", Actions.reopen, Actions.why_not_reopen),
    Action("scroll_up", "Look a page back in what the pane printed.", lambda it: it.scroll(1), always),
    Action("scroll_down", "Look a page on.", lambda actions: actions.scroll(-1), always),
    Action("scroll_top", "Look at the beginning of the scrollback.", Actions.scroll_to_top, always),
    Action("scroll_bottom", "Look at the screen as it is now.", Actions.scroll_to_bottom, always),
    Action("next_tab", "Switch between Instances and History.", Actions.go_to_next_tab, always),
    *(_make_tab_action(tab.name, tab.title) for tab in TABS),
    Action("messages", "Show what Chloe said, the latest first.", Actions.show_messages, always),
    Action("help", "Show every key.", Actions.show_help, always),
    Action("redraw", "Draw the screen anew.", Actions.redraw, always),
    Action("suspend", "Stop Chloe as a shell's job; `fg` goes on with it.", Actions.suspend, always),
    Action("quit", "Quit; tmux panes run on, direct panes end with Chloe.", Actions.quit, always),
)
_BY_ID = {action.id: action for action in ACTIONS}


#: What Esc does while a pane has the keyboard, where it doesn't always take that back.
_ESCAPE = {
    "auto": "Take the keyboard back, unless the program has a use for Esc: the line below says so.",
    "never": "The program's.",
}


def list_help_sections(leave: Sequence[str], escape_rule: str) -> list[Section]:
    """Return every key with what it does, by where it holds."""
    first, *others = [view for view in VIEWS if view.title]
    typing: Section = (
        "While a pane has the keyboard",
        [
            (("escape",), _ESCAPE.get(escape_rule, "Take the keyboard back.")),
            (leave, "Take the keyboard back, always; again, send that key to the program."),
            *_describe(TYPING),
            (("Mouse",), "The program's if it asks for it; Shift-drag selects in most terminals."),
        ],
    )
    return [
        (first.title, _describe(list_bindings(first), first)),
        typing,
        *((view.title, _describe(view.bindings, view)) for view in others),
    ]


def _describe(bindings: Sequence[Binding], view: type[View] | None = None) -> list[tuple[Sequence[str], str]]:
    own = {action.id: action for action in view.actions} if view is not None else {}
    return [(binding.keys, (own.get(binding.action) or _BY_ID[binding.action]).does) for binding in bindings]
