"""Why what a user asks for can't be done to the pane that is meant, with the key that helps.

Owns the way from the engine's rule to the user's words. Must not know how anything is done.
"""

from __future__ import annotations

from collections.abc import Callable

from chloe.engine import Refusal, why_not, why_not_type
from chloe.events import commands
from chloe.events.commands import Command
from chloe.events.panes import Pane
from chloe.ui.labels import label_action
from chloe.ui.panes.pane_input import PaneInput
from chloe.ui.stack import Stack
from chloe.ui.state import AppState


class Conditions:
    """What there is to say against the actions on a pane. Each answers "" where there is nothing."""

    def __init__(self, state: AppState, stack: Stack, pane_input: PaneInput) -> None:
        self._state = state
        self._stack = stack
        self._pane_input = pane_input

    def _unless(self, refuse: Callable[[Pane], Refusal | None]) -> str:
        """Return why something can't be done to the pane that is meant, or ""."""
        pane = self._stack.top.pane
        if pane is None:
            return self._stack.top.why_no_pane
        refusal = refuse(pane)
        return self._explain(refusal) if refusal is not None else ""

    def _explain(self, refusal: Refusal) -> str:
        """Return a refusal with the key that helps."""
        key = label_action(self._state.keymap.list(self._stack.top), refusal.action)
        return f"{refusal.reason}; {key} {refusal.offer}" if key else refusal.reason

    def _label(self, action: str) -> str:
        """Return the key that asks for an action here."""
        return label_action(self._state.keymap.list(self._stack.top), action)

    def _refusal(self, command: Callable[[str], Command]) -> str:
        instance = self._state.selection.instance
        return self._unless(lambda pane: why_not(command(pane.id), pane, instance))

    def _why_not(self, command: Callable[[str], Command], pane: Pane) -> Refusal | None:
        return why_not(command(pane.id), pane, self._state.selection.instance)

    def _refusal_of_all(self, command: Callable[[str], Command]) -> str:
        """Return why a command can't be asked of any of the panes that are meant; "" where it can of one."""
        panes = self._stack.top.panes
        if not panes:
            return self._stack.top.why_no_pane
        refusals = [self._why_not(command, pane) for pane in panes]
        if None in refusals:
            return ""
        refusal = next(each for each in refusals if each is not None)
        return self._explain(refusal) if len(panes) == 1 else f"None of {len(panes)} panes: {refusal.reason}"

    def why_not_type(self) -> str:
        """Return why the user can't type into the pane."""
        instance = self._state.selection.instance
        return self._unless(lambda pane: why_not_type(pane, instance))

    def why_not_give_keyboard(self) -> str:
        """Return why the pane can't have the keyboard, attached first where it is detached."""
        return self._refusal(lambda pane: commands.Write(pane, b""))

    def why_not_detach(self) -> str:
        """Return why the pane can't be let go of."""
        return self._refusal_of_all(commands.Detach)

    def why_not_reattach(self) -> str:
        """Return why the pane can't be attached."""
        return self._refusal_of_all(commands.Reattach)

    def why_not_close(self) -> str:
        """Return why the pane can't be put away."""
        return self._refusal_of_all(commands.Close)

    def why_not_kill(self) -> str:
        """Return why the pane can't be ended."""
        return self._refusal_of_all(commands.Kill)

    def why_not_reset_terminal(self) -> str:
        """Return why there is nothing to reset."""
        return self._refusal(commands.ResetTerminal)

    def why_not_reopen(self) -> str:
        """Return why the pane can't be taken back from History."""
        return self._refusal(commands.Reopen)

    def why_not_relaunch(self) -> str:
        """Return why the pane's command can't be run again."""
        return self._refusal_of_all(commands.Relaunch)

    def why_no_pane(self) -> str:
        """Return why there is no pane to do it to."""
        return self._unless(lambda _: None)

    def why_no_panes(self) -> str:
        """Return why there are no panes to do it to."""
        return "" if self._stack.top.panes else self._stack.top.why_no_pane

    def why_not_send_leave(self) -> str:
        """Return why a key that takes the keyboard back isn't typed: only right after it has done so."""
        pane = self._stack.top.pane
        if pane is None or not self._pane_input.left_by(pane):
            return "The keyboard is Chloe's already"
        return self.why_not_type()

    def why_not_assign_escape(self) -> str:
        """Return why Esc can't be given to the pane's program, or left to the rule again."""
        if self._stack.top.pane is not None and self._state.escape_rule == "never":
            return 'Esc is every program\'s already: the configuration says release = "never"'
        return self._refusal(lambda pane: commands.AssignEscape(pane, True))

    # Going to a pane, and many at once ---------------------------------------------------------------

    def find_left(self) -> list[Pane]:
        """Return the panes in use that were attached when a Chloe ended, and that nobody attached since."""
        return [
            pane for pane in self._state.selection.panes if pane.alive and pane.left and not pane.attached
        ]

    def describe_left(self) -> str:
        """Return how many panes those are and the key that attaches them; "" where there are none."""
        if not (left := len(self.find_left())):
            return ""
        said, them = ("1 pane was", "it") if left == 1 else (f"{left} panes were", "them")
        key = self._label("reattach_all")
        return f"{said} attached when Chloe was left" + (f": {key} attaches {them}" if key else "")

    def why_not_reattach_all(self) -> str:
        """Return why nothing is to be attached of what was."""
        return "" if self.find_left() else "No pane waits that was attached when a Chloe ended"

    def why_not_go_to_last(self) -> str:
        """Return why there is no way back."""
        return "" if self._state.selection.find_last() else "There is no pane to go back to"

    def find_wanting(self) -> Pane | None:
        """Return the next pane after the selected one that wants the user; None where none does."""
        selection = self._state.selection
        panes, selected = selection.panes, selection.selected
        place = next((at for at, pane in enumerate(panes) if pane is selected), -1)
        others = [*panes[place + 1 :], *panes[: max(place, 0)]]
        return next((pane for pane in others if self._state.wants(pane)), None)

    def why_not_go_to_wanting(self) -> str:
        """Return why there is none."""
        return "" if self.find_wanting() else "No pane wants you"

    def why_not_allow_clipboard(self) -> str:
        """Return why no program can be let to the clipboard."""
        return self._state.clipboard.why_not_allow(self._stack.top.pane)

    def why_not_allow_clipboard_always(self) -> str:
        """Return why all programs can't be."""
        return self._state.clipboard.why_not_allow_all()
