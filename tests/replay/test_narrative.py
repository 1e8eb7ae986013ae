"""What replay says, and that none of it can act on a terminal."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace

from chloe.events import facts
from chloe.events.facts import Fact, Record
from chloe.events.panes import Panes
from chloe.replay.narrative import describe, describe_all, to_json, without_notes

CREATED = facts.Created(
    backend="tmux", argv=("make", "all of it"), cwd="/src", name="build", rows=24, columns=80
)


def record(seq: int, fact: Fact, pane: str = "0123456789") -> Record:
    return Record(
        seq=seq,
        committed_at=seq,
        occurred_at=seq * 10**9,
        pane=pane,
        instance="i" * 36,
        fact=fact,
        hash=bytes([seq]),
    )


async def lines(*records: Record) -> list[str]:
    async def all_of_them() -> AsyncIterator[Record]:
        for each in records:
            yield each

    return [line async for line in describe_all(all_of_them(), Panes())]


async def test_a_run_of_output_is_one_line_with_how_much_it_was() -> None:
    said = await lines(
        record(1, CREATED),
        record(2, facts.Output(offset=0, length=700, data=b"")),
        record(3, facts.Output(offset=700, length=800, data=b"")),
        record(4, facts.Died(status=2, signal=None, reason="")),
    )
    assert [line.split("  ", 1)[1] for line in said] == [
        "01234567 build  created (tmux, 80x24) in /src: make 'all of it'",
        "01234567 build  printed 1.5 KB",
        "01234567 build  died: exit status 2",
    ]


async def test_a_relaunch_says_of_which_pane_it_is_one() -> None:
    (said,) = await lines(record(1, replace(CREATED, relaunches="89abcdef01")))
    assert said.endswith("make 'all of it', which relaunches 89abcdef")


async def test_output_of_two_panes_in_turn_is_not_run_together() -> None:
    said = await lines(
        record(1, facts.Output(offset=0, length=1, data=b"a"), pane="a"),
        record(2, facts.Output(offset=0, length=1, data=b"b"), pane="b"),
        record(3, facts.Output(offset=1, length=1, data=b"a"), pane="a"),
    )
    assert len(said) == 3


async def test_checkpoints_are_passed_over_and_part_no_run() -> None:
    kept = facts.Checkpointed(seq=1, offset=700, lines=0, emulator="1", length=9, sha256="")

    async def records() -> AsyncIterator[Record]:
        yield record(1, facts.Output(offset=0, length=700, data=b""))
        yield record(2, kept)
        yield record(3, facts.Output(offset=700, length=800, data=b""))

    said = [line async for line in describe_all(without_notes(records()), Panes())]
    assert [line.split("  ")[-1] for line in said] == ["printed 1.5 KB"]
    assert describe(kept) == "checkpointed: the screen as of record 1, 9 B"


def test_names_chosen_by_programs_are_made_harmless() -> None:
    assert "\x1b" not in describe(facts.Renamed(name="\x1b[2Jgone"))
    assert "\n" not in describe(facts.Unknown(kind="a\nb", version=1, head="\x9b", body=None))


def test_json_carries_the_fact_and_the_bytes_when_asked() -> None:
    output = record(1, facts.Output(offset=5, length=2, data=b"\xff\x00"))
    plain = json.loads(json.dumps(to_json(output)))
    assert plain["kind"] == "Output"
    assert plain["fact"] == {"offset": 5, "length": 2, "spool": None}
    assert to_json(output, data=True)["fact"]["data"] == "/wA="  # type: ignore[index]
