"""A look at the log finds what is there and leaves every byte of it as it was."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from chloe.errors import LogUnusable
from chloe.events.facts import Entry, Pruned, Renamed
from chloe.store.inspection import inspect_log
from chloe.store.migrations import migrations
from chloe.store.store import Store
from tests.ids import id_of


def _files(folder: Path) -> dict[str, bytes]:
    """The log's files but SQLite's memory, which readers share."""
    return {each.name: each.read_bytes() for each in folder.glob("log.db*") if each.suffix != ".db-shm"}


async def test_it_tells_head_times_and_prunings_and_leaves_no_file_behind(path: Path) -> None:
    store = await Store.open(path, instance=id_of("i"))
    first, *_, last = await store.append(
        [
            Entry(id_of("a"), Renamed(name="x"), 5),
            Entry("", Pruned(first=1, through=1, reason="test"), 6),
            Entry(id_of("a"), Renamed(name="y"), 7),
        ]
    )
    await store.close()
    before = _files(path.parent)

    async with inspect_log(path) as log:
        about = log.info
        told = [record.fact async for record in log.read_outline()]
        verdict = await log.verify()

    assert (about.head.seq, about.head.hash) == (3, last.hash)
    assert (about.oldest_at, about.newest_at) == (first.committed_at, last.committed_at)
    assert about.prunings == 1
    assert about.version == about.newest == migrations()[-1].version
    assert about.drift == ()
    assert about.size == path.stat().st_size
    assert told == [Renamed(name="x"), Pruned(first=1, through=1, reason="test"), Renamed(name="y")]
    assert verdict.bad is None
    assert _files(path.parent) == before
    assert not path.with_name("log.db-shm").exists()


async def test_it_sees_what_a_killed_chloe_left_in_the_wal_and_leaves_it_there(path: Path) -> None:
    store = await Store.open(path, instance=id_of("i"))
    await store.append([Entry(id_of("a"), Renamed(name="x"), 5)])
    # As a kill leaves it: nobody copies the -wal file into the database.
    killed = path.parent.parent / "killed"
    killed.mkdir()
    for name, data in _files(path.parent).items():
        (killed / name).write_bytes(data)
    await store.close()
    before = _files(killed)

    async with inspect_log(killed / path.name) as log:
        assert log.info.head.seq == 1

    assert _files(killed) == before


async def test_it_neither_makes_nor_brings_up_a_log(path: Path) -> None:
    with pytest.raises(LogUnusable):
        async with inspect_log(path):
            pass
    assert not path.exists()

    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    async with inspect_log(path) as log:
        assert (log.info.version, log.info.head.seq) == (0, 0)
    assert path.stat().st_size == 0


async def test_what_is_no_log_of_chloes_is_refused(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE theirs (a)")
    with pytest.raises(LogUnusable, match="another program's"):
        async with inspect_log(path):
            pass
    path.write_bytes(os.urandom(8192))
    with pytest.raises(LogUnusable, match="not a database"):
        async with inspect_log(path):
            pass


async def test_a_trigger_that_is_gone_is_named(path: Path) -> None:
    await (await Store.open(path, instance=id_of("i"))).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TRIGGER record_delete")

    async with inspect_log(path) as log:
        assert log.info.drift == ("record_delete",)
