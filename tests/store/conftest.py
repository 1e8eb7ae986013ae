"""What the store's tests share: logs that are surely closed, and ways to get at a log from outside."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Protocol

import pytest

from chloe.errors import LogUnusable
from chloe.events.facts import Entry, Output, Record
from chloe.store import Store
from chloe.store.chain import GENESIS, link
from chloe.watch import Watcher
from tests.ids import id_of

#: How long anything that must happen may take on a machine that does something else, in seconds.
DEADLINE = 30.0


class Opener(Protocol):
    """Opens a store that the fixture closes."""

    async def __call__(
        self, instance: str = ..., *, watched: bool = ..., now: Callable[[], int] = ...
    ) -> Store:
        """A store of the test's log, as another instance each time."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "log.db"


@pytest.fixture
async def opened(path: Path) -> AsyncIterator[Opener]:
    stores: list[Store] = []
    watcher = Watcher()

    def clock() -> int:
        return 1_000 + len(stores)

    async def open_store(
        instance: str = "one", *, watched: bool = True, now: Callable[[], int] = clock
    ) -> Store:
        store = await Store.open(
            path, instance=id_of(instance), watcher=watcher if watched else None, now=now
        )
        stores.append(store)
        return store

    yield open_store
    for store in stores:
        try:
            await store.close()
        except LogUnusable:
            # The test that gave it trouble has looked at this already.
            assert store.trouble
    watcher.close()


@pytest.fixture
async def store(opened: Opener) -> Store:
    return await opened()


def _printed(data: bytes, offset: int = 0, *, pane: str = "pane", occurred_at: int = 7) -> Entry:
    return Entry(id_of(pane), Output(offset=offset, length=len(data), data=data), occurred_at)


@pytest.fixture
def printed() -> Callable[..., Entry]:
    """An Output entry of these bytes."""
    return _printed


@pytest.fixture
def tampered(path: Path) -> Callable[[str], None]:
    """Do SQL to the log as someone would who knows his way around the triggers."""

    def do(sql: str) -> None:
        with closing(sqlite3.connect(path)) as connection:
            triggers = connection.execute(
                "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"
            ).fetchall()
            for name, _ in triggers:
                connection.execute(f"DROP TRIGGER {name}")
            connection.executescript(sql)
            for _, trigger in triggers:
                connection.execute(trigger)
            connection.commit()

    return do


class Forging(Protocol):
    """Appends a record as someone would who knows how hashes are made."""

    def __call__(
        self,
        kind: str = ...,
        head: str | bytes = ...,
        *,
        pane: str = ...,
        instance: str = ...,
        times: tuple[int, int] = ...,
        version: int = ...,
        body: bytes | None = ...,
        stored: tuple[int, bytes] | None = ...,
    ) -> int:
        """The record's seq. ``stored`` is what is kept of ``body``: its codec and bytes."""


@pytest.fixture
def forged(path: Path) -> Forging:
    def forge(
        kind: str = "Output",
        head: str | bytes = "{}",
        *,
        pane: str = "pane",
        instance: str = "one",
        times: tuple[int, int] = (1, 1),
        version: int = 1,
        body: bytes | None = None,
        stored: tuple[int, bytes] | None = None,
    ) -> int:
        head = head.encode() if isinstance(head, str) else head
        hashed = None if body is None else sha256(body).digest()
        with closing(sqlite3.connect(path, isolation_level=None)) as raw:
            last = raw.execute("SELECT seq, hash FROM record ORDER BY seq DESC LIMIT 1").fetchone()
            seq, before = last or (0, GENESIS)
            seq += 1
            names = pane.encode(), instance.encode(), kind.encode()
            hash_ = link(before, seq, *times, *names, version, head, hashed)
            row = (seq, *times, pane, instance, kind, version, head, hashed, hash_)
            raw.execute("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, CAST(? AS TEXT), ?, ?)", row)
            if body is not None:
                raw.execute(
                    "INSERT INTO body (seq, codec, bytes) VALUES (?, ?, ?)", (seq, *(stored or (0, body)))
                )
        return seq

    return forge


@pytest.fixture
def within() -> Callable[[Awaitable[object]], Awaitable[object]]:
    """Wait for something that must happen, but not for ever."""

    async def wait(what: Awaitable[object]) -> object:
        return await asyncio.wait_for(what, DEADLINE)

    return wait


class Collector:
    """Follows a store and keeps what comes."""

    def __init__(self, store: Store, after: int = 0) -> None:
        self.records: list[Record] = []
        self._grown = asyncio.Event()
        self._task = asyncio.get_running_loop().create_task(self._collect(store, after))

    async def _collect(self, store: Store, after: int) -> None:
        async for records in store.follow(after):
            self.records.extend(records)
            self._grown.set()

    async def has(self, count: int) -> None:
        """Wait until ``count`` records have come."""
        async with asyncio.timeout(DEADLINE):
            while len(self.records) < count:
                self._grown.clear()
                await self._grown.wait()

    async def ended(self) -> None:
        """Wait for the end of following."""
        await asyncio.wait_for(self._task, DEADLINE)

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


@pytest.fixture
async def collect() -> AsyncIterator[Callable[..., Collector]]:
    made: list[Collector] = []

    def begin(store: Store, after: int = 0) -> Collector:
        made.append(Collector(store, after))
        return made[-1]

    yield begin
    for collector in made:
        await collector.close()
