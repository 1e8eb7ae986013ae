"""The view of everything that can be done, found by a part of what it does, and done by Enter.

Owns how an action is told: its key, what it does, and why it can't be done now. Must not know any action.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from chloe.events.panes import Pane
from chloe.ui.canvas import fit
from chloe.ui.finder import Finder
from chloe.ui.matching import rank
from chloe.ui.state import AppState
from chloe.ui.view import Action, View

#: Columns of the key.
_KEY = 13


@dataclass(frozen=True, slots=True)
class Choice:
    """An action with its context, and the key that asks for it, as it is written; "" for none."""

    key: str
    action: Action[Any]
    context: object

    def why_not(self) -> str:
        """Return why it can't be done now; "" where it can."""
        return self.action.why_not(self.context)

    def run(self) -> None:
        """Do it."""
        self.action.run(self.context)


class Palette(Finder[Choice]):
    """Every action, those first that can be done now. Enter does the selected one."""

    name = "palette"
    title = "In the palette"
    noun = "action"

    def __init__(
        self, state: AppState, below: View, choices: Sequence[Choice], on_choose: Callable[[Choice], None]
    ) -> None:
        self._below = below
        self._choices = choices
        self._on_choose = on_choose
        self._ellipsis = state.glyphs.ellipsis
        super().__init__("What to do", state.glyphs)

    @property
    def pane(self) -> Pane | None:
        """Return the pane that actions mean: the one of the view below."""
        return self._below.pane

    @property
    def why_no_pane(self) -> str:
        """Return why there is no pane."""
        return self._below.why_no_pane

    def find(self, words: str) -> Sequence[Choice]:
        """Return the actions whose words and keys are most like these."""
        ordered = sorted(self._choices, key=lambda choice: bool(choice.why_not()))
        texts = [
            f"{choice.action.does}\n{choice.action.id.replace('_', ' ')}\n{choice.key}" for choice in ordered
        ]
        return [ordered[at] for at in rank(words, texts)]

    def describe(self, item: Choice, columns: int) -> tuple[str, bool]:
        """Return the key of an action, and what it does."""
        key = fit(item.key, _KEY - 1, ellipsis=self._ellipsis).decode("utf-8")
        does = fit(item.action.does, max(columns - _KEY, 1), ellipsis=self._ellipsis).decode("utf-8")
        return f"{key} {does}", not item.why_not()

    def why_not(self, item: Choice) -> str:
        """Return why the action can't be done now."""
        return item.why_not()

    def accept(self, item: Choice) -> None:
        """Do it."""
        self._on_choose(item)
