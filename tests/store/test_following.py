"""A log that can't be read for the moment: followers wait, it is said why, and they go on by themselves."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from chloe.store import Store, following
from chloe.store.connection import Connection

Eventually = Callable[..., Awaitable[None]]
Printed = Callable[..., Any]
SIZE = 40_000


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "_PAUSES", (0.01, 0.02))


@pytest.fixture
async def written(opened: Any, printed: Printed) -> Store:
    """A log of bodies that no connection has read, all of it in the database itself."""
    first: Store = await opened()
    await first.append([printed(os.urandom(SIZE), number) for number in range(20)])
    await first.close()
    store: Store = await opened("two")
    return store


def damaged(path: Path) -> dict[int, bytes]:
    """Overwrite every second page; what stood there."""
    before = {}
    with path.open("r+b") as file:
        for at in range(16 * 4096, path.stat().st_size - 4096, 8192):
            file.seek(at)
            before[at] = file.read(4096)
            file.seek(at)
            file.write(b"\xaa" * 4096)
    return before


def mended(path: Path, before: dict[int, bytes]) -> None:
    with path.open("r+b") as file:
        for at, page in before.items():
            file.seek(at)
            file.write(page)


@pytest.mark.usefixtures("impatient")
async def test_a_follower_that_meets_a_damaged_page_says_so_and_goes_on_once_it_can_be_read(
    written: Store, path: Path, collect: Any, eventually: Eventually
) -> None:
    heard: list[str | None] = []
    written.subscribe(heard.append)
    before = damaged(path)
    collector = collect(written)
    await eventually(lambda: heard, "it is said")
    assert heard == [written.trouble]
    assert f"{path} can't be read: " in str(heard[0])
    assert "`chloe recover`" in str(heard[0])
    mended(path, before)
    await collector.has(20)
    assert heard[1:] == [None]
    assert written.trouble is None


@pytest.mark.usefixtures("impatient")
async def test_a_follower_that_can_not_read_ends_with_the_store(
    written: Store, path: Path, collect: Any, eventually: Eventually
) -> None:
    damaged(path)
    collector = collect(written)
    await eventually(lambda: written.trouble, "it is said")
    await written.close()
    await collector.ended()


@pytest.mark.usefixtures("impatient")
async def test_the_end_of_the_log_is_waited_for(
    written: Store, path: Path, monkeypatch: pytest.MonkeyPatch, eventually: Eventually
) -> None:
    async def refused(*_: object, **__: object) -> Connection:
        raise sqlite3.OperationalError("unable to open database file")

    with monkeypatch.context() as patched:
        patched.setattr("chloe.store.connection.connect", refused)
        end = asyncio.get_running_loop().create_task(written.read_tip())
        await eventually(lambda: written.trouble, "it is said")
        assert "recover" not in str(written.trouble), "nothing is damaged"
    assert await end == 20
    assert written.trouble is None


@pytest.mark.usefixtures("impatient")
async def test_who_stops_waiting_takes_his_trouble_with_him_and_no_other_s(
    written: Store, path: Path, monkeypatch: pytest.MonkeyPatch, collect: Any, eventually: Eventually
) -> None:
    async def refused(*_: object, **__: object) -> Connection:
        raise sqlite3.OperationalError("unable to open database file")

    with monkeypatch.context() as patched:
        patched.setattr("chloe.store.connection.connect", refused)
        waiting = asyncio.get_running_loop().create_task(written.read_tip())
        await eventually(lambda: written.trouble, "it is said")
        waiting.cancel()
        await asyncio.wait({waiting})
        assert written.trouble is None
    damaged(path)
    collect(written)
    await eventually(lambda: written.trouble, "a follower says so")
    with monkeypatch.context() as patched:
        patched.setattr("chloe.store.connection.connect", refused)
        waiting = asyncio.get_running_loop().create_task(written.read_tip())
        await eventually(lambda: "unable to open" in (written.trouble or ""))
    await waiting
    await eventually(lambda: "recover" in (written.trouble or ""), "it still stands still")
