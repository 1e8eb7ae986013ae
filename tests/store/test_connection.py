"""A connection leaves no thread behind, however the waiting for it ended."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from pathlib import Path

import pytest

from chloe.store.connection import connect


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


async def test_a_refused_connect_leaves_no_thread(tmp_path: Path) -> None:
    before = set(threading.enumerate())

    with pytest.raises(sqlite3.OperationalError):
        await connect(tmp_path / "nowhere")

    left = {thread for thread in threading.enumerate() if "asyncio" not in thread.name} - before
    assert not left
