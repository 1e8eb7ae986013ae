"""The table of History: headings, orders, and that it is made anew only where it has to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chloe.events import facts
from chloe.ui.history_table import HistoryTable

if TYPE_CHECKING:
    from tests.ui.conftest import Double

DAY = 86_400 * 10**9
ENDED = facts.Died(status=0, signal=None, reason="")
#: Noon of a day, in UTC.
NOON = 20_000 * DAY + DAY // 2


@pytest.fixture
def table(double: Double) -> HistoryTable:
    return HistoryTable(double.projections)


def names(table: HistoryTable) -> list[str]:
    return [entry.pane.name for entry in table.entries]


def test_days_are_headings_the_latest_first(double: Double, table: HistoryTable) -> None:
    for name, at in (("old", NOON), ("new", NOON + 3 * DAY), ("older that day", NOON - 10**9)):
        double.happen(double.pane(name), ENDED, at=at)
    assert names(table) == ["new", "old", "older that day"]
    first, place, second, *others = table.lines
    assert (place, others) == (0, [1, 2])
    assert "2024-10-07" in str(first)
    assert "2024-10-04" in str(second)


def test_the_orders_go_round_and_have_no_headings(double: Double, table: HistoryTable) -> None:
    for name, cwd, argv in (("b", "/1", ("z",)), ("A", "/3", ("y",)), ("c", "/2", ("x",))):
        double.happen(double.pane(name, cwd=cwd, argv=argv), ENDED)
    seen: dict[str, list[str]] = {}
    for _ in HistoryTable.ORDERS:
        order = table.step_order()
        seen[order] = names(table)
        assert (list(table.lines) == [0, 1, 2]) is (order != "date")
    assert seen["name"] == ["A", "b", "c"]
    assert seen["command"] == ["c", "A", "b"]
    assert seen["folder"] == ["b", "c", "A"]
    assert seen["date"] == ["c", "A", "b"]


def test_what_is_printed_makes_no_table_anew(double: Double, table: HistoryTable) -> None:
    pane = double.pane("p")
    before = table.entries
    for _ in range(100):
        double.prints(pane, b"x")
        table.note_change()
        assert table.entries is before
    double.happen(pane, ENDED)
    table.note_change()
    assert table.entries is not before


def test_only_what_was_put_away_is_hidden(double: Double, table: HistoryTable) -> None:
    pane = double.pane("p", tags=("hidden",))
    assert names(table) == ["p"]
    double.happen(pane, ENDED)
    double.happen(pane, facts.Closed())
    table.note_change()
    assert names(table) == []
    table.toggle_hidden()
    assert names(table) == ["p"]
    assert table.find(pane) == 0


def test_a_number_behind_exit_is_the_status(double: Double, table: HistoryTable) -> None:
    # Each of these days has a 1 in it, and so have names and commands.
    for name, status in (("ok", 0), ("one-1", 1), ("twelve", 12), ("late", 1)):
        at = NOON + (40 * DAY if name == "late" else 0)
        double.happen(
            double.pane(name, argv=("exit 1",)), facts.Died(status=status, signal=None, reason=""), at=at
        )
    double.happen(double.pane("put-down"), facts.Died(status=1, signal=None, reason="killed"), at=NOON)
    double.pane("runs-1")
    for words, found in (
        ("exit 1", {"late", "one-1"}),
        ("EXIT 12", {"twelve"}),
        ("exit 1 2024-10", {"one-1"}),
        ("2024-11 exit 1", {"late"}),
        ("exit 1 exit", {"late", "one-1"}),
        ("exit 2", set()),
        ("1 exit", {"ok", "one-1", "twelve", "late"}),
        ("exit 2024-11", {"late"}),
    ):
        table.set_filter(words)
        assert set(names(table)) == found, words
