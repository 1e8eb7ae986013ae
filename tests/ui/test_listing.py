"""The list: filter, order, groups, and that it is made anew only where it has to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chloe.engine import Doing
from chloe.events import facts
from chloe.ui.listing import Listing
from tests.ui.parts import Parts

if TYPE_CHECKING:
    from tests.ui.conftest import Double


@pytest.fixture
def listing(double: Double) -> Listing:
    return Listing(double.projections, double.doings, double.instance, [])


def names(listing: Listing) -> list[str]:
    return [pane.name for pane in listing.listed]


def test_groups_stand_below_what_is_in_none_by_their_names(double: Double, listing: Listing) -> None:
    double.pane("b", tags=("group=web",))
    double.pane("a")
    double.pane("c", tags=("group=api", "x"))
    double.pane("d", tags=("group=web",))
    assert names(listing) == ["a", "c", "b", "d"]
    assert [section.group for section in listing.sections] == ["", "api", "web"]
    assert listing.groups == ["api", "web"]


def test_the_first_pane_of_a_folded_group_stands_for_it(double: Double, listing: Listing) -> None:
    for name in ("one", "two", "three"):
        double.pane(name, tags=("group=g",))
    double.pane("alone")
    listing.fold("g", is_folded=True)
    assert names(listing) == ["alone", "one"]
    assert len(listing.sections[1].panes) == 3
    # Where one looks for something no group hides it.
    listing.set_filter("two")
    assert names(listing) == ["two"]
    listing.set_filter("")
    assert names(listing) == ["alone", "one"]
    listing.fold("g", is_folded=False)
    assert names(listing) == ["alone", "one", "two", "three"]


def test_the_orders(double: Double, listing: Listing) -> None:
    first, second, third = (double.pane(name) for name in ("b", "C", "a"))
    double.happen(second, facts.Died(status=1, signal=None, reason=""))
    double.doings[first] = Doing(state="at the prompt", since=1, evidence="seen")
    double.doings[third] = Doing(state="waits for a key", since=1, evidence="seen")
    double.prints(first, b"x")
    seen = {}
    for _ in Listing.ORDERS:
        seen[listing.order] = names(listing)
        listing.step_order()
    assert seen == {
        "place": ["b", "C", "a"],
        "name": ["a", "b", "C"],
        "state": ["a", "C", "b"],
        "activity": ["b", "C", "a"],
        "age": ["a", "C", "b"],
    }
    assert listing.is_by_place


def test_what_programs_print_makes_no_list_anew_that_does_not_depend_on_it(
    double: Double, listing: Listing
) -> None:
    panes = [double.pane(f"p{number}", tags=(f"group=g{number % 7}",)) for number in range(200)]
    assert len(listing.listed) == 200
    made = listing.made
    for pane in panes:
        double.prints(pane, b"x")
        listing.note_change()
        assert len(listing.listed) == 200
    assert listing.made == made
    # One that depends on it is made once for each change that came, however often it is drawn.
    listing.set_filter("is:running")
    for _ in range(5):
        assert len(listing.listed) == 200
    assert listing.made == made + 1
    listing.note_change()
    assert len(listing.listed) == 200
    assert listing.made == made + 2


def test_of_200_panes_only_those_that_show_are_drawn(double: Double) -> None:
    for number in range(200):
        double.pane(f"p{number}", tags=("group=g",) if number % 2 else ())
    parts = Parts(double)
    drawn: list[str] = []
    described = parts.instances._list._describe_news

    def describe_news(pane: object, width: int) -> list[tuple[str, str]]:
        drawn.append(pane.name)  # type: ignore[attr-defined]
        return described(pane, width)  # type: ignore[arg-type]

    parts.instances._list._describe_news = describe_news  # type: ignore[method-assign]
    parts.text()
    assert len(drawn) <= 24
