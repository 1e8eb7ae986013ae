"""Which record of a pane stands last at a time: the same as a look at each of them would tell."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chloe.events import facts
from chloe.events.facts import Entry
from chloe.store import Store
from tests.ids import id_of

PANE, OTHER = id_of("pane"), id_of("other")


@pytest.fixture
async def store(home: Path) -> AsyncIterator[Store]:
    opened = await Store.open(home / "log.db", instance=id_of("one"))
    yield opened
    await opened.close()


async def fill(store: Store, times: list[int]) -> list[tuple[int, int]]:
    """Append an output at each time, between facts of another pane and other kinds; return seqs and times."""
    chance = random.Random(len(times))
    placed = []
    for number, time in enumerate(times):
        entries = [Entry(PANE, facts.Output(offset=number, length=1, data=b"x"), time)]
        for _ in range(chance.randrange(3)):
            entries.append(Entry(OTHER, facts.Output(offset=0, length=1, data=b"y"), chance.randrange(10**6)))
        if chance.random() < 0.3:
            # It occurs when it is written, which may be long after what it is about.
            entries.append(Entry(PANE, facts.Renamed(name="x"), 10**9))
        records = await store.append(entries)
        placed.append((records[0].seq, time))
    return placed


async def test_each_time_has_the_last_record_that_occurred_up_to_it(store: Store) -> None:
    chance = random.Random(1)
    times = sorted(chance.randrange(1000) for _ in range(200))
    placed = await fill(store, times)

    for time in range(-1, 1001, 7):
        expected = max((seq for seq, occurred in placed if occurred <= time), default=0)
        assert await store.find_seq_at(PANE, time) == expected


async def test_a_later_time_never_gives_an_earlier_place_though_a_clock_was_set_back(store: Store) -> None:
    chance = random.Random(2)
    times = [*range(0, 500, 5), *range(200, 700, 5), *(chance.randrange(1000) for _ in range(50))]
    await fill(store, times)
    found = [await store.find_seq_at(PANE, time) for time in range(-1, 1001, 3)]

    assert found == sorted(found)
    assert found[0] == 0


async def test_a_pane_that_is_not_there_has_no_place(store: Store) -> None:
    await fill(store, [1, 2, 3])

    assert await store.find_seq_at(id_of("nobody"), 2) == 0
    assert await store.find_seq_at(PANE, -(2**70)) == 0
    assert await store.find_seq_at(PANE, 2**70) > 0
