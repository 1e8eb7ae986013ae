"""Pruned is what was asked for, the disk gets it back, and the log holds at every moment of it."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from chloe.errors import LogUnusable
from chloe.events.facts import Entry, Output, Pruned, Renamed, Repainted
from chloe.store import Checkpoint, FoldStart, PruneCut, Store
from chloe.store.bodies import MAX_BODY, Unpacker
from tests.ids import id_of

Printed = Callable[..., Entry]
Opener = Callable[..., Awaitable[Store]]
Collect = Callable[..., object]


PANE, OTHER = id_of("pane"), id_of("other")


def cut(pane: str, first: int, up_to: int, kept: Checkpoint | None = None) -> PruneCut:
    return PruneCut(pane=pane, first=first, up_to=up_to, reason="asked", kept=kept)


def at(seq: int, state: bytes = b"the screen") -> Checkpoint:
    return Checkpoint(pane=PANE, seq=seq, offset=seq * 10, lines=seq, emulator="1", state=state)


@pytest.fixture
def raw(store: Store, path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


@pytest.fixture
async def log(store: Store, printed: Printed) -> Store:
    """Odd records are of ``pane``, even ones of ``other``; each prints ten bytes, at ten times its seq."""
    for seq in range(1, 21):
        pane = PANE if seq % 2 else OTHER
        await store.append([printed(b"%010d" % seq, (seq - 1) // 2 * 10, pane=pane, occurred_at=seq * 10)])
    return store


def bodies(raw: sqlite3.Connection) -> list[int]:
    return [seq for (seq,) in raw.execute("SELECT seq FROM body ORDER BY seq")]


# Weighing -------------------------------------------------------------------------------------------------


async def weighed(store: Store, places: Mapping[str, Sequence[int] | None], **conditions: int) -> list[tuple]:  # type: ignore[type-arg]
    ranges = await store.plan_pruning(places, **conditions)
    return [(part.pane, part.first, part.up_to, part.bodies, part.size) for part in ranges]


async def test_an_ended_pane_may_go_wholly_and_a_live_one_up_to_a_place(log: Store) -> None:
    assert await weighed(log, {PANE: None}) == [(PANE, 1, 19, 10, 100)]
    assert await weighed(log, {PANE: [4, 12]}) == [(PANE, 1, 12, 6, 60)]
    assert await weighed(log, {PANE: []}) == []
    assert await weighed(log, {}) == []
    assert await weighed(log, {PANE: [11], OTHER: None, "nobody": None}) == [
        (PANE, 1, 11, 6, 60), (OTHER, 2, 20, 10, 100),
    ]  # fmt: skip


async def test_what_is_old_goes_and_of_a_live_pane_up_to_the_last_place_that_is_old(log: Store) -> None:
    assert await weighed(log, {PANE: None, OTHER: None}, before=70) == [
        (PANE, 1, 5, 3, 30), (OTHER, 2, 6, 3, 30),
    ]  # fmt: skip
    assert await weighed(log, {PANE: [2, 4, 6, 8]}, before=50) == [(PANE, 1, 4, 2, 20)]
    assert await weighed(log, {PANE: [2, 4, 6, 8]}, before=70) == [(PANE, 1, 6, 3, 30)]
    assert await weighed(log, {PANE: None}, before=10) == []


async def test_nothing_behind_what_is_too_young_goes_whatever_a_clock_said(
    log: Store, printed: Printed
) -> None:
    await log.append([printed(b"later, by a clock set back", occurred_at=5)])
    assert await weighed(log, {PANE: None}, before=70) == [(PANE, 1, 5, 3, 30)]


async def test_the_oldest_go_first_until_what_is_left_fits(store: Store, raw: sqlite3.Connection) -> None:
    for seq in range(40):
        # Screens stand alone, so that each may go without the next.
        screen = Repainted(rows=1, columns=1, offset=0, length=20_000, data=os.urandom(20_000))
        await store.append([Entry(PANE if seq % 2 else OTHER, screen, 7)])
    pages = [raw.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size")]
    used = pages[0] * pages[1]
    both: dict[str, Sequence[int] | None] = {PANE: None, OTHER: None}

    assert await weighed(store, both, over=used) == []
    assert await weighed(store, both, over=used - 1) == [(OTHER, 1, 1, 1, 20_000)]
    assert await weighed(store, both, over=used - 100_000) == [
        (PANE, 2, 4, 2, 40_000), (OTHER, 1, 5, 3, 60_000),
    ]  # fmt: skip
    # A live pane counts when a place is reached.
    assert await weighed(store, {PANE: [8, 30], OTHER: None}, over=used - 100_000) == [
        (OTHER, 1, 9, 5, 100_000),
    ]  # fmt: skip
    assert await weighed(store, {PANE: [8, 30], OTHER: None}, over=used - 110_000) == [
        (PANE, 2, 8, 4, 80_000), (OTHER, 1, 9, 5, 100_000),
    ]  # fmt: skip
    assert len(await weighed(store, both, over=0)) == 2


# Pruning --------------------------------------------------------------------------------------------------


async def test_bodies_go_and_heads_and_the_chain_stay(log: Store, raw: sqlite3.Connection) -> None:
    await log.prune([cut(PANE, 1, 9), cut(OTHER, 2, 20)])

    assert bodies(raw) == [11, 13, 15, 17, 19]
    verdict = await log.verify()
    assert (verdict.bad, verdict.pruned, verdict.head.seq) == (None, 15, 22)
    read = [record.fact async for record in log.read(pane=PANE, kinds={"Output"})]
    assert [fact.data for fact in read if isinstance(fact, Output)][:6] == [b""] * 5 + [b"0000000011"]
    assert all(isinstance(fact, Output) and fact.length == 10 for fact in read)


async def test_every_kind_of_body_goes(store: Store, printed: Printed, raw: sqlite3.Connection) -> None:
    painted = Repainted(rows=1, columns=1, offset=0, length=5, data=b"paint")
    await store.append([printed(b"one"), Entry(PANE, painted, 1), Entry(PANE, Renamed(name="n"), 1)])
    await store.prune([cut(PANE, 1, 2)])
    assert bodies(raw) == []
    assert (await store.verify()).bad is None


async def test_the_disk_gets_its_space_back(store: Store, printed: Printed, path: Path) -> None:
    for n in range(40):
        await store.append([printed(os.urandom(3000), n, pane=id_of("ab"[k % 2])) for k in range(64)])
    await store.append([printed(b"x")], durable=True)
    before = await store.measure()
    await store.prune([cut(id_of("a"), 1, 2560), cut(id_of("b"), 2, 2560)])

    after = await store.measure()
    assert after == path.stat().st_size
    assert before > 2560 * 3000 > 4 * after
    assert (await store.verify()).pruned == 2560


async def test_a_fold_begins_at_the_state_that_the_last_pruned_carries(
    log: Store, raw: sqlite3.Connection
) -> None:
    assert await log.find_fold_start(PANE) == FoldStart()

    await log.prune([cut(PANE, 1, 7, at(7, b"first state"))])
    assert await log.find_fold_start(PANE) == FoldStart(after=7, offset=70, lines=7, state=b"first state")
    assert await log.find_fold_start(OTHER) == FoldStart()
    (told,) = [record.fact async for record in log.read(kinds={"Pruned"})]
    assert told == Pruned(
        first=1, through=7, reason="asked", offset=70, lines=7, length=11, state=b"first state"
    )

    await log.prune([cut(PANE, 9, 11, at(11, b"second state"))])
    assert await log.find_fold_start(PANE) == FoldStart(after=11, offset=110, lines=11, state=b"second state")
    # The first one's state, though it stands behind the second's cut, went as well.
    assert [seq for seq in bodies(raw) if seq > 20] == [22]

    # Ended, it goes wholly: no state is left.
    await log.prune([cut(PANE, 13, 22)])
    assert await log.find_fold_start(PANE) == FoldStart()
    assert [seq for seq in bodies(raw) if seq % 2 or seq > 20] == []
    assert (await log.verify()).bad is None


async def test_a_damaged_state_is_passed_over(log: Store, tampered: Callable[[str], None]) -> None:
    await log.prune([cut(PANE, 1, 7, at(7, b"state " * 200))])
    tampered("UPDATE body SET bytes = x'00' WHERE seq > 20")
    assert await log.find_fold_start(PANE) == FoldStart()


async def test_of_many_states_only_the_one_that_is_used_is_unpacked(
    log: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    unpacked = []

    class Counting(Unpacker):
        def unpack(self, codec: int, stored: bytes, most: int = MAX_BODY) -> bytes:
            unpacked.append(len(stored))
            return super().unpack(codec, stored, most)

    states = [b"%d" % n * 1000 for n in range(9)]
    facts = [
        Pruned(first=1, through=n, reason="x", offset=n, lines=n, length=len(state), state=state)
        for n, state in enumerate(states)
    ]
    await log.append([Entry(PANE, fact, 1) for fact in [*facts[5:], *facts[:5]]])
    monkeypatch.setattr("chloe.store.pruning.Unpacker", Counting)
    assert (await log.find_fold_start(PANE)).state == states[8]
    assert len(unpacked) == 1


async def test_checkpoints_within_what_goes_go_as_well(log: Store) -> None:
    for seq in (3, 7, 9):
        await log.save_checkpoint(at(seq))
    await log.prune([cut(PANE, 1, 7, at(7))])
    assert [mark.seq for mark in await log.list_checkpoints(PANE, emulator="1")] == [9]
    # Without a state the fold has to begin at the first record: what knew more would not be what it gives.
    await log.prune([cut(PANE, 9, 9)])
    assert await log.list_checkpoints(PANE, emulator="1") == []


async def test_a_pruned_that_lies_excuses_nothing_it_may_not(
    log: Store, raw: sqlite3.Connection, tampered: Callable[[str], None]
) -> None:
    # It claims what comes after it: nothing of that goes, and verify doesn't excuse it.
    await log.append([Entry(PANE, Pruned(first=1, through=99, reason="lies"), 1)])
    await log.append([Entry(PANE, Output(offset=100, length=5, data=b"later"), 1)])
    await log.finish_pruning()
    assert bodies(raw) == [*range(2, 21, 2), 22]
    assert (await log.verify()).bad is None
    tampered("DELETE FROM body WHERE seq = 22")
    assert (await log.verify()).bad == 22


async def test_a_pruned_that_was_edited_is_found(log: Store, tampered: Callable[[str], None]) -> None:
    await log.prune([cut(PANE, 1, 7)])
    tampered(
        "UPDATE record SET head = replace(head, '7', '19') WHERE kind = 'Pruned'; "
        "DELETE FROM body WHERE seq IN (9, 11)"
    )
    verdict = await log.verify()
    assert (verdict.bad, verdict.head.seq) == (21, 20)


async def test_without_a_pruned_record_no_body_goes(log: Store, raw: sqlite3.Connection) -> None:
    before = bodies(raw)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        raw.execute("DELETE FROM body WHERE seq = 1")
    await log.prune([])
    assert not await log.finish_pruning()
    assert bodies(raw) == before


async def test_one_of_every_pane_is_finished_too(log: Store, raw: sqlite3.Connection) -> None:
    await log.append([Entry("", Pruned(first=1, through=5, reason="all"), 1)])
    assert await log.finish_pruning()
    assert bodies(raw) == list(range(6, 21))


async def test_whether_a_body_may_go_is_asked_of_an_index(raw: sqlite3.Connection) -> None:
    (trigger,) = raw.execute("SELECT sql FROM sqlite_schema WHERE name = 'body_delete'").fetchone()
    asked = trigger.split("NOT EXISTS (")[1].split(")\nBEGIN")[0].replace("OLD.seq", "?1")
    plan = [row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {asked}", (1,))]
    searches = [step for step in plan if "record_pruned (pane=? AND rowid>?)" in step]
    assert len(searches) == 2, plan
    assert not any("TEMP B-TREE" in step for step in plan), plan


async def test_what_goes_is_found_however_many_pruned_records_there_are(
    log: Store, raw: sqlite3.Connection, printed: Printed
) -> None:
    # So many that a look at each of them for each body would take minutes; a few that matter are in between.
    many = 5_000
    await log.append([printed(b"x", 100 + n) for n in range(many)])
    pruned = [(1, 1)] * many + [(7, 7), (3, 9)] + [(2, 2), (5, 5)] * many + [(15, 15 + many), (17, 17)]
    pruned += [(1, 2)] * many
    await log.append([Entry(PANE, Pruned(first=a, through=b, reason="crafted"), 1) for a, b in pruned])
    assert await log.finish_pruning()
    assert bodies(raw) == [2, 4, 6, 8, 10, 11, 12, 13, 14, 16, 18, 20, *range(16 + many, 21 + many)]
    assert not await log.finish_pruning()
    verdict = await log.verify()
    assert (verdict.bad, verdict.pruned) == (None, many + 3)


async def test_what_an_old_record_lets_go_is_said_again_by_a_new_one(
    log: Store, raw: sqlite3.Connection
) -> None:
    old = [Pruned(first=3, through=5, reason="old"), Pruned(first=9, through=9, reason="old")]
    await log.append([Entry(PANE, fact, 1) for fact in (*old, *[replace(old[0], through=3)] * 100)])
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        raw.execute("DELETE FROM body WHERE seq = 5")
    last = (await log.head()).seq
    assert await log.finish_pruning()
    assert not {3, 5, 9} & set(bodies(raw))
    again = [record.fact async for record in log.read(after=last)]
    assert [(fact.first, fact.through) for fact in again if isinstance(fact, Pruned)] == [(3, 5), (9, 9)]


async def test_others_commit_while_it_is_pruned(
    opened: Opener, store: Store, printed: Printed, within: Callable[..., Awaitable[object]]
) -> None:
    for n in range(20):
        await store.append([printed(os.urandom(8000), n) for _ in range(64)])
    other = await opened("two")
    committed = 0
    async with asyncio.TaskGroup() as group:
        pruning = group.create_task(store.prune([cut(PANE, 1, 1280)]))
        while not pruning.done():
            await within(other.append([printed(b"meanwhile", committed, pane="there")], durable=True))
            await within(store.append([printed(b"here", committed, pane="here")]))
            committed += 1
    assert committed > 5
    assert other.trouble is store.trouble is None
    verdict = await store.verify()
    assert (verdict.bad, verdict.pruned) == (None, 1280)


async def test_a_closed_log_says_so(log: Store) -> None:
    await log.close()
    with pytest.raises(LogUnusable):
        await log.prune([cut(PANE, 1, 3)])
    with pytest.raises(LogUnusable):
        await log.plan_pruning({PANE: None})


# Killed ---------------------------------------------------------------------------------------------------

#: Prunes the log, telling of each step; what stops it is a signal.
PRUNE = """
import asyncio, sys
from pathlib import Path
from chloe.store import PruneCut, Store, pruning
from chloe.store.connection import Connection
pruning._BODY_BATCH = 4
pruning._PAGE_BATCH = 8
run = Connection.run
async def report_step(self, work, *args, **named):
    done = await run(self, work, *args, **named)
    print([each.__name__ for each in (work, *args) if callable(each)][-1], flush=True)
    return done
Connection.run = report_step
async def main():
    store = await Store.open(Path(sys.argv[1]), instance=sys.argv[2])
    await store.prune([PruneCut(pane=sys.argv[2], first=1, up_to=400, reason="asked")])
    print("over", flush=True)
    await store.close()
asyncio.run(main())
"""


@pytest.fixture
async def grown(opened: Opener, printed: Printed) -> AsyncIterator[Store]:
    """Four hundred bodies of each of two panes."""
    store = await opened("first")
    for pane in map(id_of, "ab"):
        await store.append([printed(os.urandom(3000), n, pane=pane) for n in range(400)])
    yield store


@pytest.mark.parametrize(
    ("step", "times"),
    [("commit", 1), ("_unfinished", 1), ("_delete", 1), ("_delete", 50), ("_delete", 99), ("_delete", 100),
     ("_cut_off", 1), ("_cut_off", 20), ("truncate_wal", 1)],
)  # fmt: skip
async def test_a_kill_leaves_a_log_that_holds_and_the_next_start_finishes(
    grown: Store, opened: Opener, path: Path, step: str, times: int
) -> None:
    size = await grown.measure()
    await grown.close()
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    command = [sys.executable, "-c", PRUNE, str(path), id_of("a")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout
        seen = 0
        for line in process.stdout:
            seen += line.strip() == step
            if seen == times:
                break
        process.send_signal(signal.SIGKILL)
        assert seen == times

    store = await opened("after")
    assert (await store.verify()).bad is None
    await store.finish_pruning()
    verdict = await store.verify()
    assert (verdict.bad, verdict.pruned, verdict.bodies) == (None, 400, 400 * 3000)
    await store.prune([])
    assert await store.measure() < size * 0.6
    assert not await store.finish_pruning()
