"""What may go, and that what is left folds, exports and replays as it should."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from chloe.events import facts
from chloe.events.facts import Entry, Output
from chloe.export.lines import read_lines
from chloe.export.raw import encode_raw
from chloe.past.stream import Missing
from chloe.pruning import Plan, RetentionPolicy, execute, plan, run_retention
from chloe.replay.narrative import describe
from chloe.store import Checkpoint, Store
from chloe.terminal import EMULATOR, Terminal
from tests.ids import id_of
from tests.replays import folded_panes, replayed

DAY = 86400
#: When each line was printed: ten days apart, the last one now.
LINES = 60
ROWS, COLUMNS = 5, 40


def line(number: int) -> bytes:
    return b"\x1b[3%dmline %d\x1b[m\r\n" % (number % 8, number)


LIVE, ENDED = id_of("live"), id_of("ended")


class Log:
    """A log with an ended pane and a live one that print the same lines, the live one with checkpoints."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.now = time.time_ns()

    async def grow(self, *, checkpoints: Sequence[int] = range(5, LINES, 5)) -> None:
        created = facts.Created(
            backend="direct", argv=("sh",), cwd="/", name="name", rows=ROWS, columns=COLUMNS
        )
        await self.store.append([Entry(pane, created, 1) for pane in (LIVE, ENDED)])
        terminal = Terminal(ROWS, COLUMNS)
        offset = 0
        for number in range(LINES):
            data = line(number)
            occurred_at = self.now - (LINES - 1 - number) * 10 * DAY * 10**9
            printed = Output(offset=offset, length=len(data), data=data)
            record, _ = await self.store.append([Entry(pane, printed, occurred_at) for pane in (LIVE, ENDED)])
            terminal.feed(data)
            offset += len(data)
            if number in checkpoints:
                await self.store.save_checkpoint(
                    Checkpoint(
                        pane=LIVE,
                        seq=record.seq,
                        offset=offset,
                        lines=terminal.scrollback.total,
                        emulator=EMULATOR,
                        state=terminal.dump(),
                    )
                )
        await self.store.append([Entry(ENDED, facts.Died(status=0, signal=None, reason=""), self.now)])

    async def plan(self, *, scrollback: int = 20, **conditions: int | str) -> Plan:
        panes = await folded_panes(self.store)
        return await plan(
            self.store,
            panes,
            RetentionPolicy(**conditions),  # type: ignore[arg-type]
            scrollback=scrollback,
            now=self.now,
        )


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[Log]:
    store = await Store.open(tmp_path / "home" / "log.db", instance=id_of("one"))
    yield Log(store)
    await store.close()


async def test_without_a_condition_nothing_goes(log: Log) -> None:
    await log.grow()
    assert (await log.plan()).ranges == []


async def test_of_an_ended_pane_all_goes_and_of_a_live_one_what_left_its_scrollback(log: Log) -> None:
    await log.grow()
    (part,) = (await log.plan(pane=ENDED)).ranges
    assert part.bodies == LINES
    (part,) = (await log.plan(pane=LIVE)).ranges
    # The last checkpoint stands at line 55; the newest that twenty lines follow at line 35.
    assert part.bodies == 36


async def test_conditions_narrow_each_other(log: Log) -> None:
    await log.grow()
    both = await log.plan(older_than=500 * DAY)
    assert {part.pane: part.bodies for part in both.ranges} == {LIVE: 6, ENDED: 9}
    assert both.reason == "older than 500d"
    one = await log.plan(older_than=500 * DAY, pane=ENDED)
    assert [(part.pane, part.bodies) for part in one.ranges] == [(ENDED, 9)]
    assert (await log.plan(older_than=500 * DAY, over=10**9)).ranges == []


async def test_a_live_pane_whose_scrollback_reaches_back_that_far_is_spared(log: Log) -> None:
    await log.grow()
    planned = await log.plan(pane=LIVE, scrollback=1000)
    assert (planned.ranges, planned.not_prunable) == ([], [LIVE])


async def test_a_pruned_live_pane_shows_the_same_screen_and_is_found_in_the_log(log: Log) -> None:
    await log.grow()
    before = list((await replayed(log.store, LIVE)).display)
    planned = await log.plan(pane=LIVE)
    assert await execute(log.store, planned) == planned.ranges

    terminal = await replayed(log.store, LIVE)
    assert list(terminal.display) == before
    assert terminal.scrollback.total == LINES + 1 - ROWS
    assert (await folded_panes(log.store))[LIVE].output_bytes == sum(len(line(n)) for n in range(LINES))
    assert (await log.store.verify()).bad is None

    (record,) = [record async for record in log.store.read(kinds={"Pruned"})]
    said = describe(record.fact)
    assert "asked for" in said
    assert "the screen of then is kept" in said


async def test_without_its_checkpoint_the_screen_that_is_kept_is_folded(log: Log) -> None:
    await log.grow()
    planned = await log.plan(pane=LIVE)
    before = list((await replayed(log.store, LIVE)).display)
    await log.store.delete_checkpoints()
    assert [part.bodies for part in await execute(log.store, planned)] == [36]
    assert (await log.store.verify()).pruned == 36
    assert list((await replayed(log.store, LIVE)).display) == before


async def test_raw_export_says_once_what_is_pruned(log: Log) -> None:
    await log.grow()
    await execute(log.store, await log.plan(pane=LIVE))
    first, *rest = [piece async for piece in encode_raw(log.store, LIVE)]
    gone = sum(len(line(n)) for n in range(36))
    assert first == Missing(0, gone, "pruned")
    assert rest == [line(n) for n in range(36, LINES)]

    await execute(log.store, await log.plan(pane=ENDED))
    assert [piece async for piece in encode_raw(log.store, ENDED)] == [
        Missing(0, sum(len(line(n)) for n in range(LINES)), "pruned")
    ]


async def test_text_export_says_in_one_line_where_the_log_begins(log: Log) -> None:
    await log.grow()
    await execute(log.store, await log.plan(pane=LIVE))
    first, *rest = [each async for each in read_lines(log.store, LIVE)]
    assert isinstance(first, Missing)
    assert first.reason == "pruned"
    # What stood on the screen at the cut, and all after it.
    lines = [line for some in rest if isinstance(some, list) for line in some if line]
    assert lines == [f"line {n}" for n in range(32, LINES)]


async def test_it_tends_the_log_by_itself_and_raises_nothing(log: Log) -> None:
    await log.grow()
    panes = await folded_panes(log.store)
    await run_retention(log.store, panes, RetentionPolicy(older_than=100 * DAY), scrollback=20)
    pruned = (await log.store.verify()).pruned
    assert pruned > LINES
    await run_retention(log.store, panes, RetentionPolicy(), scrollback=20)
    assert (await log.store.verify()).pruned == pruned
    await log.store.close()
    await run_retention(log.store, panes, RetentionPolicy(older_than=1), scrollback=20)
