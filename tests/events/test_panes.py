"""The panes projection: how a pane stands after each kind of fact."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chloe.errors import PaneAmbiguous, PaneUnknown
from chloe.events import facts
from chloe.events.facts import Created, Output, Record, SpoolPosition
from chloe.events.panes import Panes

Make = Callable[..., Record]
MakeCreated = Callable[..., Created]
MakeOutput = Callable[..., Output]


def folded(*records: Record) -> Panes:
    panes = Panes()
    for record in records:
        panes.apply(record)
    return panes


def test_its_maker_shows_a_new_pane(record: Make, created: MakeCreated) -> None:
    pane = folded(record(created()))["p1"]
    assert pane.attached == {"i1"}
    assert pane.owner == "i1"
    assert pane.outcome == "running"


def test_a_pane_made_by_a_script_is_shown_by_nobody(record: Make, created: MakeCreated) -> None:
    assert folded(record(created(attached=False)))["p1"].attached == set()


def test_attachment_is_per_instance(record: Make, created: MakeCreated) -> None:
    panes = folded(
        record(created()),
        record(facts.Reattached(instance="i2"), instance="i2"),
        record(facts.Detached(instance="i1", reason="asked")),
    )
    assert panes["p1"].attached == {"i2"}


def test_a_detached_pane_tells_what_it_printed_since(
    record: Make, created: MakeCreated, output: MakeOutput
) -> None:
    panes = folded(
        record(created()),
        record(output(b"before", 0)),
        record(facts.Detached(instance="i1", reason="asked")),
        record(output(b"after!!", 6)),
    )
    assert panes["p1"].unseen_bytes("i1") == 7
    panes.apply(record(facts.Reattached(instance="i1")))
    assert panes["p1"].unseen_bytes("i1") == 0


def test_a_gap_counts_as_printed_and_as_lost(record: Make, created: MakeCreated, output: MakeOutput) -> None:
    pane = folded(
        record(created()),
        record(output(b"abc", 0)),
        record(facts.Gap(offset=3, length=10, reason="disk full")),
    )["p1"]
    assert (pane.output_bytes, pane.lost_bytes) == (13, 10)


def test_the_last_spool_position_is_known_whatever_fact_brought_it(
    record: Make, created: MakeCreated
) -> None:
    at = SpoolPosition(2, 99)
    pane = folded(record(created()), record(facts.Resized(rows=9, columns=9, offset=0, spool=at)))["p1"]
    assert pane.spool == at
    assert (pane.rows, pane.columns) == (9, 9)


@pytest.mark.parametrize(
    ("died", "outcome"),
    [
        (facts.Died(status=3, signal=None, reason=""), "exit 3"),
        (facts.Died(status=None, signal=9, reason=""), "signal 9"),
        (facts.Died(status=None, signal=1, reason="chloe ended"), "chloe ended"),
        (facts.Died(status=None, signal=None, reason=""), "ended"),
    ],
)
def test_an_outcome_says_how_it_ended(
    record: Make, created: MakeCreated, died: facts.Died, outcome: str
) -> None:
    assert folded(record(created()), record(died))["p1"].outcome == outcome


def test_what_was_thought_dead_and_is_found_running_is_alive(record: Make, created: MakeCreated) -> None:
    died = facts.Died(status=None, signal=None, reason="its actor failed")
    pane = folded(record(created()), record(died), record(facts.Closed()), record(facts.Reopened()))["p1"]
    assert pane.alive
    assert not pane.closed


def test_facts_about_an_unknown_pane_are_passed_over(record: Make) -> None:
    assert len(folded(record(facts.Closed(), pane="nobody"))) == 0


def test_find_takes_id_name_and_unambiguous_prefix(record: Make, created: MakeCreated) -> None:
    panes = folded(
        record(created(name="build"), pane="aa11"),
        record(created(name="server"), pane="aa22"),
        record(created(name="aa11"), pane="bb33"),
    )
    assert panes.find("aa22").name == "server"
    assert panes.find("bui").id == "aa11"
    assert panes.find("AA2").id == "aa22"
    assert panes.find("aa11").id == "aa11", "a whole id goes before a name"


def test_find_prefers_the_pane_in_use_among_equal_names(record: Make, created: MakeCreated) -> None:
    panes = folded(
        record(created(), pane="aa11"),
        record(facts.Died(status=0, signal=None, reason=""), pane="aa11"),
        record(created(), pane="bb22"),
    )
    assert panes.find("build").id == "bb22"


def test_find_names_all_that_it_could_be(record: Make, created: MakeCreated) -> None:
    panes = folded(record(created(), pane="aa11"), record(created(name="bill"), pane="aa22"))
    with pytest.raises(PaneAmbiguous, match=r"aa11.*aa22"):
        panes.find("aa")


@pytest.mark.parametrize("text", ["", "nothing like it"])
def test_find_says_what_is_not_there(record: Make, created: MakeCreated, text: str) -> None:
    with pytest.raises(PaneUnknown, match="no pane"):
        folded(record(created())).find(text)
