"""Series spoiled by one who knows the format: what is right is read, the rest is told, at low cost."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest

from chloe.events.facts import Created, Entry, Output, Record
from chloe.past.stream import PaneStream
from chloe.store import PruneCut, Store
from chloe.store.opening import recover_log
from chloe.store.reading import RecordQuery, page
from chloe.store.series import SeriesReader
from chloe.waits import Waits
from tests.hostile import series
from tests.hostile.records import unguarded
from tests.ids import id_of

Opener = Callable[..., Awaitable[Store]]

HONEST, FORGED = id_of("honest"), id_of("forged")
PRINTED = [b"what is printed %d " % number * 3 for number in range(12)]


async def forge(opened: Opener, path: Path, parts: list[series.Part]) -> dict[int, series.Part]:
    """A log with an honest pane and a forged one; the forged pane's parts by their seqs."""
    store = await opened()
    created = Created(backend="tmux", argv=("x",), cwd="/", name="n", rows=24, columns=80)
    entries = [Entry(pane, created, 1) for pane in (HONEST, FORGED)]
    offset = 0
    for body in PRINTED:
        entries.append(Entry(HONEST, Output(offset=offset, length=len(body), data=body), 1))
        offset += len(body)
    await store.append(entries)
    await store.close()
    with unguarded(path) as connection:
        return dict(zip(series.put(connection, FORGED, parts), parts, strict=True))


async def read(store: Store, pane: str, after: int = 0) -> list[tuple[int, Output]]:
    """The pane's outputs behind a record, by seq."""
    records: list[Record] = [record async for record in store.read(pane=pane, after=after, kinds={"Output"})]
    return [(record.seq, record.fact) for record in records if isinstance(record.fact, Output)]


async def missing(store: Store, pane: str) -> set[int]:
    """The bytes of the pane's stream that are told to be missing."""
    told: set[int] = set()
    async for step in PaneStream(store, pane).steps():
        for each in step.missing:
            told |= set(range(each.offset, each.offset + each.length))
    return told


def span(fact: Output) -> set[int]:
    return set(range(fact.offset, fact.offset + fact.length))


@pytest.mark.parametrize("way", [way for way in series.WAYS if way not in ("each another", "no beginning")])
async def test_what_is_right_is_read_from_anywhere_and_exactly_the_rest_is_told(
    opened: Opener, path: Path, way: str
) -> None:
    parts = await forge(opened, path, series.spoiled(way, random.Random(way)))
    before = await opened("reader")
    found = await read(before, FORGED)
    assert [seq for seq, _ in found] == list(parts)
    lost = {seq for seq, fact in found if not fact.data}
    assert lost, "it was spoiled"
    assert all(fact.data == parts[seq].data for seq, fact in found if seq not in lost)
    for after in (*list(parts)[::5], *list(parts)[-3:]):
        fresh = await opened(f"after {after}")
        again = await read(fresh, FORGED, after)
        assert again == [(seq, fact) for seq, fact in found if seq > after], "it hangs on where one begins"
        await fresh.close()
    whole = set().union(*(span(fact) for _, fact in found))
    right = set().union(*(span(fact) for _, fact in found if fact.data))
    assert await missing(before, FORGED) == whole - right
    assert b"".join(fact.data for _, fact in await read(before, HONEST)) == b"".join(PRINTED)
    assert (await before.verify()).bad is not None
    await before.close()

    await recover_log(path, "tried", lambda: 5, Waits(print))

    anew = await opened("later")
    kept = await read(anew, FORGED)
    again_right = set().union(*(span(fact) for _, fact in kept if fact.data))
    assert right <= again_right <= whole
    assert await missing(anew, FORGED) == whole - again_right
    assert b"".join(fact.data for _, fact in await read(anew, HONEST)) == b"".join(PRINTED)
    assert (await anew.verify()).bad is None


@pytest.mark.parametrize("way", ["alone", "not a first", "loop", "in turns", "headless", "each begins"])
async def test_whatever_is_planned_can_be_let_go_of(opened: Opener, path: Path, way: str) -> None:
    await forge(opened, path, series.spoiled(way, random.Random(way)))
    store = await opened("pruner")
    (whole,) = await store.plan_pruning({FORGED: None}, over=0)
    used = path.stat().st_size
    for left in range(whole.size):
        for planned in await store.plan_pruning({FORGED: None}, over=used - left):
            cut = PruneCut(pane=FORGED, first=planned.first, up_to=planned.up_to, reason="")
            await store.prune([cut])
    assert b"".join(fact.data for _, fact in await read(store, HONEST)) == b"".join(PRINTED)


@pytest.mark.parametrize("way", ["each another", "no beginning"])
async def test_bodies_that_each_name_another_cost_no_walk_through_all_of_them(
    opened: Opener, path: Path, way: str
) -> None:
    parts = await forge(opened, path, series.spoiled(way, random.Random(way)))
    steps: list[None] = []
    with closing(sqlite3.connect(path)) as connection:
        connection.set_progress_handler(lambda: steps.append(None), 1000)
        seqs = list(parts)
        found, _ = page(connection, RecordQuery(), seqs[-500], seqs[-1], SeriesReader())
    assert len(found) == 499
    assert len(steps) < 200, "thousands of operations of SQLite's machine: some for each body"
