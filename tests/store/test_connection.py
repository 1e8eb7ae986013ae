"""A connection leaves no thread behind, however the waiting for it ended."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
from pathlib import Path

import pytest

from chloe.errors import LogUnusable
from chloe.store.connection import Connection, ReaderPool, connect


async def test_a_cancelled_connect_leaves_no_thread(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    sqlite3.connect(path).close()
    before = set(threading.enumerate())

    for turns in range(5):
        async with asyncio.TaskGroup() as group:
            connecting = group.create_task(connect(path))
            for _ in range(turns):
                await asyncio.sleep(0)
            connecting.cancel()
        if not connecting.cancelled():
            await connecting.result().close()

    left = {thread for thread in threading.enumerate() if "asyncio" not in thread.name} - before
    assert not left


async def _cancelled(connecting: asyncio.Task[Connection], times: int) -> None:
    """Cancel it again and again, until it has ended."""
    for _ in range(times):
        connecting.cancel()
        await asyncio.sleep(0)
    await asyncio.wait({connecting})
    assert connecting.cancelled()


@pytest.mark.parametrize("times", [1, 2, 3])
async def test_a_connect_cancelled_while_it_opens_leaves_no_file_open(
    times: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log.db"
    opening, go_on = threading.Event(), threading.Event()

    def prepare(connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE made (by)")
        opening.set()
        assert go_on.wait(10)

    monkeypatch.setattr("chloe.store.connection._prepare", prepare)
    connecting = asyncio.get_running_loop().create_task(connect(path, create=True))
    assert await asyncio.to_thread(opening.wait, 10)
    asyncio.get_running_loop().call_later(0.05, go_on.set)

    await _cancelled(connecting, times)

    assert [each.name for each in tmp_path.iterdir()] == ["log.db"], "who closes last puts the -wal file away"


async def test_the_end_waits_for_a_reader_that_is_on_its_way_back(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    first = await connect(path, create=True)
    await first.run(lambda connection: connection.execute("PRAGMA journal_mode = WAL").fetchone())
    await first.run(lambda connection: connection.execute("CREATE TABLE made (by)"))
    readers = ReaderPool(path)
    reading, go_on = threading.Event(), threading.Event()

    def read(connection: sqlite3.Connection) -> None:
        connection.execute("SELECT * FROM made").fetchall()
        reading.set()
        assert go_on.wait(10)

    async def reads() -> None:
        async with readers.connection() as connection:
            await connection.run(read)

    async with asyncio.TaskGroup() as group:
        reader = group.create_task(reads())
        assert await asyncio.to_thread(reading.wait, 10)
        await first.close()
        asyncio.get_running_loop().call_later(0.05, go_on.set)
        reader.cancel()
        await readers.close()
        assert [each.name for each in tmp_path.iterdir()] == ["log.db"]
    with pytest.raises(LogUnusable, match="closed"):
        async with readers.connection():
            pass


async def test_a_refused_connect_leaves_no_thread(tmp_path: Path) -> None:
    before = set(threading.enumerate())

    with pytest.raises(sqlite3.OperationalError):
        await connect(tmp_path / "nowhere")

    left = {thread for thread in threading.enumerate() if "asyncio" not in thread.name} - before
    assert not left


@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "link"])
@pytest.mark.parametrize("end", ["", "-wal", "-shm", "-journal"])
async def test_what_is_no_file_is_neither_waited_for_nor_written_into(
    tmp_path: Path, end: str, kind: str
) -> None:
    path, theirs = tmp_path / "log.db", tmp_path / "theirs"
    await (await connect(path, create=True)).close()
    theirs.touch()
    strange = path.with_name(f"{path.name}{end}")
    strange.unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(strange)
    elif kind == "folder":
        strange.mkdir()
    else:
        strange.symlink_to(theirs if kind == "link" else "/dev/zero")
    if (end, kind) == ("", "link"):
        # Where the log lies is the user's own doing.
        await (await connect(path)).close()
    else:
        with pytest.raises(LogUnusable, match=r"move it away") as refused:
            await connect(path)
        assert str(strange) in str(refused.value)
        assert not theirs.read_bytes()
