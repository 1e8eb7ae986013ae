"""The log's files are taken away from under a store that is open."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import stat
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from chloe.errors import LogUnusable
from chloe.events.facts import Entry, Record
from chloe.store import Head, Store
from chloe.store.heads import read_known_head
from tests.ids import id_of

Printed = Callable[..., Entry]
Within = Callable[[Awaitable[Any]], Awaitable[Any]]
Eventually = Callable[..., Awaitable[None]]


async def all_of(store: Store) -> list[Record]:
    return [record async for record in store.read()]


def unlink_wal(path: Path) -> None:
    path.with_name("log.db-wal").unlink()


def unlink_wal_and_index(path: Path) -> None:
    path.with_name("log.db-wal").unlink()
    path.with_name("log.db-shm").unlink()


def unlink_database(path: Path) -> None:
    path.unlink()


def remove_home(path: Path) -> None:
    # As often as it takes: the log's instances may write there all the while.
    while path.parent.exists():
        shutil.rmtree(path.parent, ignore_errors=True)


@pytest.mark.parametrize(
    "taken",
    [unlink_wal, unlink_wal_and_index, unlink_database, remove_home],
    ids=lambda f: f.__name__,
)
async def test_files_taken_from_under_an_open_log_are_put_back_with_every_record(
    store: Store, opened: Any, path: Path, printed: Printed, within: Within, taken: Callable[[Path], None]
) -> None:
    heard: list[str | None] = []
    store.subscribe(heard.append)
    written = await store.append([printed(b"before" * 1000, 0)])
    assert await all_of(store) == written
    taken(path)
    written += await within(store.append([printed(b"after", 6000)]))
    assert await all_of(store) == written
    assert heard and "moved, removed or replaced" in str(heard[0]) and heard[-1] is None
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    written += await within(store.append([printed(b"later", 6005)]))
    # As another process sees it, and after the end of this one.
    second = await opened("two")
    assert await all_of(second) == written and second.loss_notice is None
    await second.close()
    await store.close()
    third = await opened("three")
    assert await all_of(third) == written and third.loss_notice is None
    assert (await third.verify()).bad is None
    assert not [file.name for file in path.parent.iterdir() if "healing" in file.name]


@pytest.mark.parametrize("taken", [unlink_wal, unlink_database, remove_home], ids=lambda f: f.__name__)
async def test_several_instances_come_back_to_one_log(
    opened: Any, path: Path, printed: Printed, within: Within, taken: Callable[[Path], None]
) -> None:
    stores = [await opened(f"store {n}") for n in range(3)]
    for number, store in enumerate(stores):
        await store.append([printed(b"x", number)])
    taken(path)
    appending = [store.append([printed(b"%d" % n, n)]) for n in range(10) for store in stores]
    await within(asyncio.gather(*appending))
    logs = [await all_of(store) for store in stores]
    assert [record.seq for record in logs[0]] == list(range(1, 34))
    assert logs[0] == logs[1] == logs[2]
    assert (await stores[0].verify()).bad is None


@pytest.mark.parametrize("taken", [unlink_wal, unlink_database], ids=lambda f: f.__name__)
async def test_who_comes_late_finds_the_log_that_grew_since_it_was_put_back(
    opened: Any, path: Path, printed: Printed, within: Within, taken: Callable[[Path], None]
) -> None:
    early, late = await opened("early"), await opened("late")
    await early.append([printed(b"x", 0)])
    await late.append([printed(b"x", 1)])
    taken(path)
    # So much that the database's first page, which says how long it is, is in the new -wal file.
    await within(early.append([printed(bytes([n]) * 3000, 3000 * n) for n in range(100)]))
    await within(late.append([printed(b"x", 2)]))
    assert len(await all_of(late)) == 103
    assert (await late.verify()).bad is None


async def test_another_file_in_the_log_s_place_is_left_alone_until_it_is_moved_away(
    store: Store, path: Path, printed: Printed, within: Within, eventually: Eventually
) -> None:
    written = await store.append([printed(b"before")])
    path.rename(path.with_name("mine.db"))
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE other (x)")
    before = path.read_bytes()
    task = asyncio.get_running_loop().create_task(store.append([printed(b"waits", 6)]))
    await eventually(lambda: "move that one away" in (store.trouble or ""))
    assert path.read_bytes() == before
    path.rename(path.with_name("other.db"))
    written += await within(task)
    assert await all_of(store) == written and store.trouble is None
    assert path.with_name("other.db").read_bytes() == before


async def test_a_foreign_log_of_chloe_is_not_taken_for_its_own(
    store: Store, path: Path, tmp_path: Path, printed: Printed, eventually: Eventually, within: Within
) -> None:
    old = tmp_path / "old" / "log.db"
    other = await Store.open(old, instance=id_of("other"))
    await other.append([printed(b"not this one")])
    await other.close()
    await store.append([printed(b"before")])
    path.unlink()
    path.with_name("log.db-wal").unlink()
    shutil.copy(old, path)
    task = asyncio.get_running_loop().create_task(store.append([printed(b"waits", 6)]))
    await eventually(lambda: "move that one away" in (store.trouble or ""))
    path.unlink()
    await within(task)
    assert [record.seq for record in await all_of(store)] == [1, 2]


async def test_what_follows_goes_on_over_a_healing(
    store: Store, path: Path, printed: Printed, collect: Any
) -> None:
    collector = collect(store)
    await store.append([printed(b"a")])
    path.unlink()
    await store.append([printed(b"b", 1)])
    await collector.has(2)


async def test_a_home_that_can_not_be_made_again_is_told_and_keeps_everything(
    store: Store, path: Path, printed: Printed, eventually: Eventually, within: Within
) -> None:
    written = await store.append([printed(b"before")])
    shutil.rmtree(path.parent)
    path.parent.write_text("in the way")
    task = asyncio.get_running_loop().create_task(store.append([printed(b"waits", 6)]))
    await eventually(lambda: "can't be put back" in (store.trouble or ""))
    path.parent.unlink()
    written += await within(task)
    assert await all_of(store) == written


async def test_a_home_that_was_moved_away_is_told_and_goes_on_once_it_is_back(
    store: Store, path: Path, printed: Printed, eventually: Eventually, within: Within
) -> None:
    written = await store.append([printed(b"before")])
    away = path.parent.with_name("exclusive")
    path.parent.rename(away)
    task = asyncio.get_running_loop().create_task(store.append([printed(b"waits", 6)]))
    await eventually(lambda: "moved away" in (store.trouble or ""))
    assert "CHLOE_HOME" in str(store.trouble) and not path.parent.exists()
    away.rename(path.parent)
    written += await within(task)
    assert await all_of(store) == written and store.trouble is None


async def test_a_home_that_was_moved_away_is_told_though_an_empty_one_stands_in_its_place(
    store: Store, path: Path, printed: Printed, eventually: Eventually, within: Within
) -> None:
    written = await store.append([printed(b"before")])
    away = path.parent.with_name("exclusive")
    path.parent.rename(away)
    path.parent.mkdir(mode=0o700)
    task = asyncio.get_running_loop().create_task(store.append([printed(b"waits", 6)]))
    await eventually(lambda: "another one stands in its place" in (store.trouble or ""))
    # Not the head either: beside a new log it would say that this had lost its records.
    assert list(path.parent.iterdir()) == []
    path.parent.rmdir()
    away.rename(path.parent)
    written += await within(task)
    assert await all_of(store) == written and store.trouble is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives folders away")
@pytest.mark.parametrize("removed", ["log.db", "log.db-wal", "log.db-shm"])
async def test_a_home_of_another_user_gets_nothing(
    store: Store, path: Path, printed: Printed, eventually: Eventually, within: Within, removed: str
) -> None:
    written = await store.append([printed(b"before")])
    await eventually(lambda: read_known_head(path) == Head(written[-1].seq, written[-1].hash))
    path.with_name(removed).unlink()
    os.chown(path.parent, 65534, 65534)
    before = {each.name for each in path.parent.iterdir() if not each.name.startswith(".head")}
    task = asyncio.get_running_loop().create_task(store.append([printed(b"waits", 6)]))
    await eventually(lambda: "belongs to another user" in (store.trouble or ""))
    assert {each.name for each in path.parent.iterdir()} == before
    os.chown(path.parent, os.geteuid(), os.getegid())
    written += await within(task)
    assert await all_of(store) == written


async def test_a_folder_in_which_others_may_put_theirs_gets_nothing(
    opened: Any, tmp_path: Path, printed: Printed, eventually: Eventually, within: Within
) -> None:
    path = tmp_path / "open" / "home" / "log.db"
    store = await Store.open(path, instance=id_of("one"))
    written = await store.append([printed(b"before")])
    shutil.rmtree(path.parent)
    path.parent.parent.chmod(0o777)
    task = asyncio.get_running_loop().create_task(store.append([printed(b"waits", 6)]))
    await eventually(lambda: "may be written by everybody" in (store.trouble or ""))
    assert not path.exists()
    path.parent.parent.chmod(0o700)
    written += await within(task)
    assert await all_of(store) == written
    await store.close()


async def test_closing_while_another_file_stands_there_says_what_was_not_written(
    opened: Any, path: Path, printed: Printed, monkeypatch: pytest.MonkeyPatch, eventually: Eventually
) -> None:
    monkeypatch.setattr(Store.close, "__defaults__", (0.2,))
    store = await opened()
    await store.append([printed(b"before")])
    path.rename(path.with_name("mine.db"))
    path.write_text("not a log")
    task = asyncio.get_running_loop().create_task(store.append([printed(b"lost", 6)]))
    await eventually(lambda: store.trouble)
    with pytest.raises(LogUnusable, match="1 facts were not written"):
        await store.close()
    with pytest.raises(LogUnusable):
        await task
    assert path.read_text() == "not a log"
