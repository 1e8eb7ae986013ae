"""The stack of views: which is on top, where one is again after another tab, and who hears of a change."""

from __future__ import annotations

from chloe.engine import Change
from chloe.ui.stack import Stack
from chloe.ui.view import Drawn, View


class Named(View):
    """A view that remembers the changes it was told of."""

    name = "named"

    def __init__(self, label: str, *, is_box: bool = False) -> None:
        self.name = label  # type: ignore[misc]
        self.is_overlay = is_box  # type: ignore[misc]
        self.changes: list[Change] = []

    def draw(self, columns: int, rows: int) -> Drawn:
        return Drawn([])

    def on_change(self, change: Change) -> None:
        self.changes.append(change)


def test_every_view_hears_of_a_change_whether_or_not_it_shows() -> None:
    tabs = [Named("one"), Named("two")]
    over, box = Named("over"), Named("box", is_box=True)
    stack = Stack(tabs)
    stack.open(over)
    stack.open(box)
    stack.step_tab(1)
    change = Change()
    stack.on_change(change)
    assert [view.changes for view in (*tabs, over, box)] == [[change]] * 4


def test_what_is_open_over_a_tab_is_there_again_with_the_tab() -> None:
    stack = Stack([Named("one"), Named("two")])
    over = Named("over")
    stack.open(over)
    assert stack.place is stack.top is over
    stack.step_tab(1)
    assert stack.place.name == "two"
    stack.step_tab(1)
    assert stack.place is over
    over.close()
    stack.close_done()
    assert stack.place.name == "one"


def test_a_box_has_the_keys_whatever_fills_the_window() -> None:
    stack = Stack([Named("one"), Named("two")])
    box, other = Named("box", is_box=True), Named("other", is_box=True)
    stack.open(box)
    stack.open(other)
    assert stack.top is other
    other.close()
    stack.close_done()
    assert (stack.top, stack.place.name, list(stack.overlays)) == (box, "one", [box])
