"""What a user may do to the wall: which layout it has, who has more room, who stands where.

Owns these deeds, their keys and why they can't be done. Must not know how the wall is drawn.
"""

from __future__ import annotations

from typing import Protocol

from chloe.events.panes import Pane
from chloe.ui.arrangement import LEAST_STEPS, MOST_STEPS
from chloe.ui.labels import label_action
from chloe.ui.state import AppState
from chloe.ui.tiling import Layout
from chloe.ui.view import Action, Binding, always

#: What a user reads of a layout.
_NAMES: dict[Layout, str] = {
    "one": "One pane",
    "grid": "A grid of panes",
    "columns": "Panes side by side",
    "stack": "Panes stacked",
}
BINDINGS = (
    Binding(("v",), "instances.next_layout", "layout"),
    Binding(("alt+1",), "instances.one"),
    Binding(("alt+2",), "instances.grid"),
    Binding(("alt+3",), "instances.columns"),
    Binding(("alt+4",), "instances.stack"),
    Binding(("p",), "instances.peek"),
    Binding((">",), "instances.grow"),
    Binding(("<",), "instances.shrink"),
    Binding(("=",), "instances.share_evenly"),
    Binding((",", "shift+up"), "instances.move_back"),
    Binding((".", "shift+down"), "instances.move_on"),
    Binding(("X",), "instances.swap"),
    Binding(("l",), "instances.toggle_list"),
)


class Arranger:
    """Arranges the panes of one app."""

    def __init__(self, state: AppState) -> None:
        self._arrangement = state.arrangement
        self._selection = state.selection
        self._messages = state.messages
        self._keys = state.keymap.rebind(BINDINGS)

    def choose_next_layout(self) -> None:
        """Take the next layout."""
        self._arrangement.choose_next_layout()
        self._tell()

    def choose_layout(self, layout: Layout) -> None:
        """Take a layout."""
        self._arrangement.layout = layout
        self._tell()

    def _tell(self) -> None:
        """Say which layout it is: of few panes several look the same."""
        key = label_action(self._keys, "instances.next_layout")
        self._messages.hint(f"{_NAMES[self._arrangement.layout]}; {key} goes on to the next layout")

    def why_not_layout(self, layout: Layout) -> str:
        """Return why the layout can't be taken: where it is that already."""
        return f"{_NAMES[layout]}: so it is already" if self._arrangement.layout == layout else ""

    def toggle_list(self) -> None:
        """Hide the list, or show it."""
        self._arrangement.has_list = not self._arrangement.has_list

    # A second pane in sight -------------------------------------------------------------------------

    def peek(self) -> None:
        """Have the pane that the user was at before stay in sight, or no longer."""
        second = self._find_second()
        is_peeking = self._arrangement.peeked is not None
        self._arrangement.peeked = second.id if second is not None and not is_peeking else None

    def why_not_peek(self) -> str:
        """Return why no second pane can be looked at."""
        if self._arrangement.layout != "one":
            key = label_action(self._keys, "instances.one")
            return f"The layout shows more than one pane already; {key} shows one"
        has_second = self._arrangement.peeked is not None or self._find_second() is not None
        return "" if has_second else "There is no second pane"

    def _find_second(self) -> Pane | None:
        """Return the pane that the user was at before; else the next one in the list, or the one before."""
        ways = (
            self._selection.find_last,
            *(lambda by=by: self._selection.find_neighbour(by) for by in (1, -1)),
        )
        return next((pane for way in ways if (pane := way()) is not None), None)

    # Room -------------------------------------------------------------------------------------------

    def grow(self, by: int) -> None:
        """Give the selected pane a step more room, or less."""
        if (selected := self._selection.selected) is not None:
            self._arrangement.grow(selected.id, by)

    def why_not_grow(self, by: int) -> str:
        """Return why the selected pane can't have more room, or less."""
        selected = self._selection.selected
        if selected is None:
            return "There is no pane yet"
        if self._arrangement.layout == "one" and self._arrangement.peeked is None:
            key = label_action(self._keys, "instances.next_layout")
            return f"One pane has all the room; {key} shows more of them"
        steps = self._arrangement.steps.get(selected.id, 0) + by
        return "" if LEAST_STEPS <= steps <= MOST_STEPS else f"{selected.name} has as {_say(by)} as may be"

    def share_evenly(self) -> None:
        """Give all panes the same room."""
        self._arrangement.steps.clear()

    def why_not_share_evenly(self) -> str:
        """Return why there is nothing to even out."""
        return "" if self._arrangement.steps else "All panes have the same room already"

    # Places -----------------------------------------------------------------------------------------

    def move(self, by: int) -> None:
        """Move the selected pane so many places down the list, or up."""
        if (other := self._selection.find_neighbour(by)) is not None:
            self._selection.swap(other)

    def why_not_move(self, by: int) -> str:
        """Return why it can't be moved there."""
        if (other := self._selection.find_neighbour(by)) is not None:
            return self._selection.why_not_swap(other)
        end = "first" if by < 0 else "last"
        return f"It is the {end} pane already" if self._selection.selected else "There is no pane yet"

    def swap(self) -> None:
        """Have the selected pane and the one that the user was at before change places."""
        if (other := self._selection.find_last()) is not None:
            self._selection.swap(other)

    def why_not_swap(self) -> str:
        """Return why there is none to change places with."""
        other = self._selection.find_last()
        if other is None:
            return "There is no pane that you were at before this one"
        return self._selection.why_not_swap(other)


def _say(by: int) -> str:
    return "much room" if by > 0 else "little room"


class HasArranger(Protocol):
    """A view that shows a wall."""

    arranger: Arranger


def _make_layout(layout: Layout, does: str) -> Action[HasArranger]:
    return Action(
        f"instances.{layout}",
        does,
        lambda view: view.arranger.choose_layout(layout),
        lambda view: view.arranger.why_not_layout(layout),
    )


ACTIONS: tuple[Action[HasArranger], ...] = (
    Action(
        "instances.next_layout",
        "Show one pane, a grid of panes, panes side by side, or stacked: the next of these.",
        lambda view: view.arranger.choose_next_layout(),
        always,
    ),
    _make_layout("one", "Show one pane."),
    _make_layout("grid", "Show a grid of panes."),
    _make_layout("columns", "Show panes side by side."),
    _make_layout("stack", "Show panes stacked; those that don't fit show their title."),
    Action(
        "instances.peek",
        "Keep the pane that you were at before in sight beside the selected one, or no longer.",
        lambda view: view.arranger.peek(),
        lambda view: view.arranger.why_not_peek(),
    ),
    Action(
        "instances.grow",
        "Give the selected pane more room than others.",
        lambda view: view.arranger.grow(1),
        lambda view: view.arranger.why_not_grow(1),
    ),
    Action(
        "instances.shrink",
        "Give the selected pane less room than others.",
        lambda view: view.arranger.grow(-1),
        lambda view: view.arranger.why_not_grow(-1),
    ),
    Action(
        "instances.share_evenly",
        "Give all panes the same room.",
        lambda view: view.arranger.share_evenly(),
        lambda view: view.arranger.why_not_share_evenly(),
    ),
    Action(
        "instances.move_back",
        "Move the selected pane up in the list, and back on the wall.",
        lambda view: view.arranger.move(-1),
        lambda view: view.arranger.why_not_move(-1),
    ),
    Action(
        "instances.move_on",
        "Move the selected pane down in the list, and forward on the wall.",
        lambda view: view.arranger.move(1),
        lambda view: view.arranger.why_not_move(1),
    ),
    Action(
        "instances.swap",
        "Have the selected pane and the one that you were at before change places.",
        lambda view: view.arranger.swap(),
        lambda view: view.arranger.why_not_swap(),
    ),
    Action(
        "instances.toggle_list",
        "Hide the list of panes, or show it.",
        lambda view: view.arranger.toggle_list(),
        always,
    ),
)
