"""What the writer does while the log can't be written, and how commits group."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from chloe.errors import LogUnusable
from chloe.events.facts import Entry, Record, Unknown
from chloe.store import Store
from chloe.store.connection import Connection
from chloe.store.writer import Writer
from tests.ids import id_of

Printed = Callable[..., Entry]


def _queued(store: Store) -> int:
    assert isinstance(store._writer, Writer)
    return store._writer.queued


def _connection(store: Store) -> Connection:
    assert isinstance(store._writer, Writer)
    return store._writer._connection


class Troubles:
    """What a store says about its trouble, and waiting for it."""

    def __init__(self, store: Store) -> None:
        self.heard: list[str | None] = []
        self._changed = asyncio.Event()
        self._store = store
        store.subscribe(self._hear)

    def _hear(self, trouble: str | None) -> None:
        self.heard.append(trouble)
        self._changed.set()

    async def begin(self) -> str:
        async with asyncio.timeout(30):
            while self._store.trouble is None:
                self._changed.clear()
                await self._changed.wait()
        return self._store.trouble


async def pragma(store: Store, statement: str) -> None:
    """Say something to SQLite on the writer's own connection."""
    await _connection(store).run(lambda connection: connection.execute(statement).fetchall())


def appending(store: Store, *entries: Entry, durable: bool = False) -> asyncio.Task[list[Record]]:
    return asyncio.get_running_loop().create_task(store.append(entries, durable=durable))


@contextmanager
def locked_by_another_process(path: Path) -> Iterator[None]:
    script = (
        "import sqlite3, sys\n"
        "c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "c.execute('BEGIN IMMEDIATE')\n"
        "print('locked', flush=True)\n"
        "sys.stdin.read()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        assert process.stdout.readline() == "locked\n"
        yield
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()


async def all_of(store: Store) -> list[Record]:
    return [record async for record in store.read()]


async def test_what_arrives_during_a_commit_goes_together_into_the_next(
    store: Store, printed: Printed
) -> None:
    before = store._writer.commits
    written = await asyncio.gather(*(store.append([printed(b"%d" % n, n)]) for n in range(500)))
    assert [records[0].seq for records in written] == list(range(1, 501))
    assert store._writer.commits - before < 20


async def test_a_full_disk_is_told_and_nothing_is_dropped(
    store: Store, printed: Printed, within: Callable[[Awaitable[Any]], Awaitable[Any]]
) -> None:
    troubles = Troubles(store)
    await pragma(store, "PRAGMA max_page_count = 20")
    tasks = [appending(store, printed(os.urandom(10_000), n)) for n in range(40)]
    assert "full" in await troubles.begin()
    assert len(await all_of(store)) < 40
    await pragma(store, "PRAGMA max_page_count = 1000000")
    written = [records[0] for records in await within(asyncio.gather(*tasks))]
    assert await all_of(store) == written
    assert [record.seq for record in written] == list(range(1, 41))
    assert troubles.heard[-1] is None
    assert (await store.verify()).bad is None


async def test_a_read_only_log_is_told_and_written_once_it_can_be(
    store: Store, printed: Printed, within: Callable[[Awaitable[Any]], Awaitable[Any]]
) -> None:
    troubles = Troubles(store)
    await pragma(store, "PRAGMA query_only = ON")
    task = appending(store, printed(b"kept"))
    assert "read-only" in await troubles.begin()
    await pragma(store, "PRAGMA query_only = OFF")
    assert await within(task) == await all_of(store)
    assert store.trouble is None


async def test_a_log_locked_by_another_program_is_told_and_written_once_it_is_free(
    store: Store, path: Path, printed: Printed, within: Callable[[Awaitable[Any]], Awaitable[Any]]
) -> None:
    troubles = Troubles(store)
    with locked_by_another_process(path):
        task = appending(store, printed(b"kept"))
        assert "locked" in await troubles.begin()
        assert await all_of(store) == []
    assert await within(task) == await all_of(store)


async def test_closing_in_trouble_ends_and_says_what_was_not_written(
    opened: Any, printed: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Store.close, "__defaults__", (0.2,))
    store = await opened()
    troubles = Troubles(store)
    await pragma(store, "PRAGMA query_only = ON")
    tasks = [appending(store, printed(b"lost")) for _ in range(3)]
    await troubles.begin()
    with pytest.raises(LogUnusable, match=r"3 facts were not written .* read-only"):
        await store.close()
    for task in tasks:
        with pytest.raises(LogUnusable, match="read-only"):
            await task


async def test_what_can_never_be_stored_fails_alone(store: Store, printed: Printed) -> None:
    impossible = Entry(id_of("pane"), Unknown(kind="K", version=2**70, head="{}", body=None), 1)
    results = await asyncio.gather(
        store.append([printed(b"a")]),
        store.append([impossible]),
        store.append([printed(b"b")]),
        return_exceptions=True,
    )
    assert isinstance(results[1], Exception)
    assert [record.fact for record in await all_of(store)] == [printed(b"a").fact, printed(b"b").fact]
    assert store.trouble is None


async def test_the_queue_is_bounded_and_served_in_order(
    store: Store,
    printed: Printed,
    within: Callable[[Awaitable[Any]], Awaitable[Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("chloe.store.writer.QUEUE_BYTES", 10_000)
    troubles = Troubles(store)
    await pragma(store, "PRAGMA query_only = ON")
    tasks = [appending(store, printed(b"x" * 1000, n)) for n in range(30)]
    await troubles.begin()
    assert 0 < _queued(store) <= 10_000
    # Who gives up while waiting for room has appended nothing.
    tasks[20].cancel()
    await pragma(store, "PRAGMA query_only = OFF")
    await within(asyncio.wait(tasks))
    offsets = [record.fact.offset for record in await all_of(store)]  # type: ignore[union-attr]
    assert offsets == [n for n in range(30) if n != 20]
    assert _queued(store) == 0


async def test_giving_up_waiting_does_not_take_back_what_is_queued(
    store: Store, printed: Printed, collect: Any
) -> None:
    collector = collect(store)
    task = appending(store, printed(b"queued"))
    await asyncio.sleep(0)
    task.cancel()
    await store.append([printed(b"next")])
    await collector.has(2)
    assert [record.seq for record in collector.records] == [1, 2]


async def test_a_durable_append_syncs_and_the_next_one_does_not_have_to(
    store: Store, printed: Printed
) -> None:
    synchronous: list[int] = []
    connection = _connection(store)

    async def level() -> int:
        return int((await connection.run(lambda c: c.execute("PRAGMA synchronous").fetchone()))[0])

    await store.append([printed(b"a")])
    synchronous.append(await level())
    await store.append([printed(b"b")], durable=True)
    synchronous.append(await level())
    # Without entries: everything so far is on the disk afterwards.
    assert await store.append([], durable=True) == []
    synchronous.append(await level())
    await store.append([printed(b"c")])
    synchronous.append(await level())
    assert synchronous == [1, 2, 2, 1]
    assert len(await all_of(store)) == 3


async def test_sqlite_never_runs_in_the_loop_thread(
    store: Store, printed: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    # SQLite connections refuse any other thread than their own: both were made in theirs.
    with pytest.raises(sqlite3.ProgrammingError, match="thread"):
        _connection(store)._conn.execute("SELECT 1")
