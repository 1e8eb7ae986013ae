"""The history projection: lives, and which of them are past."""

from __future__ import annotations

from collections.abc import Callable

from chloe.events import facts
from chloe.events.facts import Created, Output, Record
from chloe.events.history import History

Make = Callable[..., Record]


def folded(*records: Record) -> History:
    history = History()
    for record in records:
        history.apply(record)
    return history


def test_a_life_tells_its_turns_without_the_stream(
    record: Make, created: Callable[..., Created], output: Callable[..., Output]
) -> None:
    history = folded(record(created()), record(output(b"x")), record(facts.Renamed(name="other")))
    assert [type(turn.fact) for turn in history["p1"].entries] == [facts.Created, facts.Renamed]


def test_what_ended_or_was_put_away_is_past_latest_first(
    record: Make, created: Callable[..., Created]
) -> None:
    history = folded(
        record(created(), pane="a"),
        record(created(), pane="b"),
        record(created(), pane="c"),
        record(facts.Died(status=0, signal=None, reason=""), pane="b"),
        record(facts.Closed(), pane="a"),
    )
    assert [life.pane for life in history.past()] == ["a", "b"]


def test_putting_a_dead_pane_away_does_not_change_when_it_ended(
    record: Make, created: Callable[..., Created]
) -> None:
    died = record(facts.Died(status=0, signal=None, reason=""), occurred_at=50)
    history = folded(record(created()), died, record(facts.Closed(), occurred_at=90))
    assert history["p1"].past_at == 50


def test_what_is_reopened_is_no_longer_past(record: Make, created: Callable[..., Created]) -> None:
    assert folded(record(created()), record(facts.Closed()), record(facts.Reopened())).past() == []


def test_of_a_record_that_cant_be_read_nothing_but_its_kind_is_kept(
    record: Make, created: Callable[..., Created]
) -> None:
    odd = facts.Unknown(kind="Later", version=2, head="x" * 1000, body=b"y")
    history = folded(record(created()), record(odd))
    assert history["p1"].entries[-1].fact == facts.Unknown(kind="Later", version=2, head="", body=None)
