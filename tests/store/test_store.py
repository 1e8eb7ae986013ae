"""Appending, reading and following through the door of the log."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chloe.errors import LogUnusable
from chloe.events.facts import (
    Died,
    Entry,
    Fact,
    Output,
    Record,
    Renamed,
    SpoolPosition,
    Unknown,
)
from chloe.store import Head, Store
from chloe.store.following import Feed, _Follower
from tests import possible
from tests.ids import id_of
from tests.searching import examples

Printed = Callable[..., Entry]


async def all_of(store: Store, **conditions: Any) -> list[Record]:
    return [record async for record in store.read(**conditions)]


async def test_what_is_appended_is_read_back_in_order(store: Store, printed: Printed) -> None:
    written = await store.append([printed(b"one"), printed(b"two" * 1000, 3)])
    written += await store.append([Entry(id_of("pane"), Renamed(name="é\udcff"), 9)])
    assert [record.seq for record in written] == [1, 2, 3]
    assert await all_of(store) == written
    assert await store.head() == Head(3, written[2].hash)


async def test_an_empty_log_has_a_head_and_nothing_to_read(store: Store) -> None:
    assert await store.head() == Head(0, bytes(32))
    assert await all_of(store) == []
    assert (await store.verify()).bad is None


async def test_times_never_go_back_though_the_clock_does(opened: Any, printed: Printed) -> None:
    clock = iter([500, 400, 600])
    store = await opened(now=lambda: next(clock))
    times = [(await store.append([printed(b"x")]))[0].committed_at for _ in range(3)]
    assert times == [500, 500, 600]


numbers = st.integers(0, 2**62)
facts: st.SearchStrategy[Fact] = possible.every_fact(id_of("pane")) | st.builds(
    Unknown,
    kind=st.just("Foretold"),
    version=numbers,
    head=st.just('{"a":1}'),
    body=st.none()
    | st.binary(max_size=600)
    | st.binary(min_size=1, max_size=9).map(lambda part: part * 3000),
)


@examples(40)
@given(batches=st.lists(st.lists(st.tuples(facts, numbers), min_size=1, max_size=6), max_size=4))
async def test_every_fact_comes_back_as_it_was(store: Store, batches: list[list[tuple[Fact, int]]]) -> None:
    start = (await store.head()).seq
    written: list[Record] = []
    for batch in batches:
        written += await store.append(
            [Entry(id_of("pane"), fact, occurred_at) for fact, occurred_at in batch]
        )
    assert [record.fact for record in written] == [fact for batch in batches for fact, _ in batch]
    assert await all_of(store, after=start) == written


async def test_conditions_of_reading_count_together(store: Store, printed: Printed) -> None:
    for n in range(10):
        pane = "even" if n % 2 == 0 else "odd"
        await store.append(
            [printed(b"x", n, pane=pane, occurred_at=n), Entry(id_of(pane), Renamed(name=str(n)), n)]
        )
    even = await all_of(store, pane=id_of("even"), kinds={"Renamed"}, since=2, until=8)
    assert [record.fact for record in even] == [Renamed(name=str(n)) for n in (2, 4, 6)]
    assert [record.seq async for record in store.read(after=3, up_to=5)] == [4, 5]
    assert [record async for record in store.read(kinds=())] == []
    assert len(await all_of(store, kinds={"Output", "Renamed"})) == 20


async def test_without_bodies_facts_come_with_their_lengths_only(store: Store, printed: Printed) -> None:
    await store.append([printed(b"abc")])
    [record] = await all_of(store, bodies=False)
    assert record.fact == Output(offset=0, length=3, data=b"")


async def test_reading_pages_through_more_than_a_page_of_rows_and_of_bytes(store: Store) -> None:
    small = [Entry(id_of("small"), Output(offset=n, length=1, data=b"x"), n) for n in range(1500)]
    large = [
        Entry(id_of("large"), Output(offset=n, length=300_000, data=os.urandom(100) * 3000), n)
        for n in range(9)
    ]
    written = await store.append(small) + await store.append(large)
    assert await all_of(store) == written


async def test_the_spool_position_is_the_last_one_of_that_pane_by_any_instance(
    store: Store, opened: Any
) -> None:
    other = await opened("two")
    assert await store.spool_position(id_of("pane")) is None
    await store.append(
        [Entry(id_of("pane"), Output(offset=0, length=1, data=b"x", spool=SpoolPosition(1, 20)), 1)]
    )
    await other.append(
        [Entry(id_of("pane"), Died(status=0, signal=None, reason="", spool=SpoolPosition(2, 9)), 1)]
    )
    await store.append([Entry(id_of("pane"), Renamed(name="later"), 1)])
    await store.append(
        [Entry(id_of("other"), Output(offset=0, length=1, data=b"x", spool=SpoolPosition(7, 7)), 1)]
    )
    assert await store.spool_position(id_of("pane")) == SpoolPosition(2, 9)


async def test_a_follower_sees_the_past_then_each_commit(
    store: Store, collect: Any, printed: Printed
) -> None:
    past = await store.append([printed(b"past")])
    collector = collect(store)
    await collector.has(1)
    written = [(await store.append([printed(b"%d" % n)]))[0] for n in range(50)]
    await collector.has(51)
    assert collector.records == past + written


async def test_own_commits_reach_a_follower_from_memory(store: Store, collect: Any, printed: Printed) -> None:
    collector = collect(store)
    entry = printed(b"the very same bytes")
    await store.append([printed(b"")])
    await collector.has(1)
    await store.append([entry])
    await collector.has(2)
    assert collector.records[1].fact is entry.fact


@pytest.mark.parametrize("watched", [True, False])
async def test_followers_of_two_instances_see_one_order_without_a_hole(
    opened: Any, collect: Any, printed: Printed, watched: bool
) -> None:
    stores = [await opened("one", watched=watched), await opened("two", watched=watched)]
    collectors = [collect(store) for store in stores]

    async def work(store: Store) -> None:
        for n in range(60):
            await store.append([printed(b"%d" % n, n)] * (n % 3 + 1))

    async with asyncio.TaskGroup() as tasks:
        for store in stores:
            tasks.create_task(work(store))
    for collector in collectors:
        await collector.has(240)
        assert [record.seq for record in collector.records] == list(range(1, 241))
    assert collectors[0].records == collectors[1].records == await all_of(stores[0])
    assert {record.instance for record in collectors[0].records} == {id_of("one"), id_of("two")}


async def test_a_slow_follower_costs_no_memory_and_misses_nothing(
    store: Store, printed: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chloe.store.following.WAITING_BYTES", 10_000)
    followers: list[_Follower] = []
    enter = Feed._enter

    def entered(feed: Feed, follower: _Follower) -> None:
        followers.append(follower)
        enter(feed, follower)

    monkeypatch.setattr(Feed, "_enter", entered)
    slow = store.follow(0)
    await store.append([printed(b"first")])
    records = list(await anext(slow))
    for n in range(40):
        await store.append([printed(b"x" * 1000, n)])
        assert followers[0].waiting <= 10_000
    while len(records) < 41:
        records += await anext(slow)
    assert [record.seq for record in records] == list(range(1, 42))


async def test_following_ends_with_the_store_and_after_the_last_commit(
    opened: Any, collect: Any, printed: Printed
) -> None:
    store = await opened()
    collector = collect(store)
    async with asyncio.TaskGroup() as appending:
        for n in range(20):
            appending.create_task(store.append([printed(b"%d" % n)]))
        await asyncio.sleep(0)
        await store.close()
    await collector.ended()
    assert len(collector.records) == 20


async def test_a_closed_store_takes_and_gives_nothing(opened: Any, printed: Printed) -> None:
    store = await opened()
    await store.close()
    with pytest.raises(LogUnusable, match="closed"):
        await store.append([printed(b"x")])
    with pytest.raises(LogUnusable, match="closed"):
        await all_of(store)
    await store.close()


async def test_files_are_the_users_alone_whatever_the_umask(
    opened: Any, path: Path, printed: Printed
) -> None:
    before = os.umask(0)
    try:
        store = await opened()
        await store.append([printed(b"secret")])
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert {p.name: stat.S_IMODE(p.stat().st_mode) for p in path.parent.glob("log*")} == {
        "log.db": 0o600,
        "log.db-wal": 0o600,
        "log.db-shm": 0o600,
        "log.lock": 0o600,
    }
