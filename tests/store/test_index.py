"""The -shm file, in which SQLite's locks lie, is removed while several processes have the log open."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import chloe
from chloe.events.facts import Entry, Output, Renamed
from chloe.store import Store
from tests.ids import id_of

Within = Callable[[Awaitable[Any]], Awaitable[Any]]

_ROOT = Path(chloe.__file__).parent.parent

#: Opens the log, then does what each line of its standard input says.
_OTHER = """
import asyncio, pathlib, sys, time
from chloe.events.facts import Entry, Renamed
from chloe.store import Store

async def main(path, pane, instance):
    store = await Store.open(pathlib.Path(path), instance=instance, watcher=None)
    print("open", flush=True)
    while line := (await asyncio.to_thread(sys.stdin.readline)).strip():
        (record,) = await store.append([Entry(pane, Renamed(name=line), 1)])
        print(record.seq, flush=True)
    await store.close()
    print("closed", flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


class Other:
    """Another process that has the log open."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def __call__(self, line: str) -> str:
        """Have it append a name ("": close the log); what it says."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()


@contextmanager
def another(path: Path, name: str) -> Iterator[Other]:
    process = subprocess.Popen(
        [sys.executable, "-c", _OTHER, str(path), id_of("pane"), id_of(name)],
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None and process.stdout.readline() == "open\n"
        yield Other(process)
    finally:
        process.kill()
        process.wait()
        assert process.stdin is not None and process.stdout is not None
        process.stdin.close()
        process.stdout.close()


def renamed(name: str) -> Entry:
    return Entry(id_of("pane"), Renamed(name=name), 1)


async def names(path: Path) -> list[str]:
    """What a process that comes later finds, once the chain is seen to hold."""
    store = await Store.open(path, instance=id_of("later"), watcher=None)
    try:
        assert (await store.verify()).complete and store.loss_notice is None
        return [record.fact.name async for record in store.read() if isinstance(record.fact, Renamed)]
    finally:
        await store.close()


def index(path: Path) -> Path:
    return path.with_name("log.db-shm")


async def test_what_a_process_that_came_later_commits_is_kept(
    store: Store, path: Path, within: Within
) -> None:
    await store.append([renamed("before")])
    index(path).unlink()
    with another(path, "two") as other:
        assert other("theirs") == "2"
        await within(store.append([renamed("ours")]))
        assert other("theirs again") == "4"
        await within(store.append([renamed("ours again")]))
        assert other("") == "closed"
    await store.close()
    assert await names(path) == ["before", "theirs", "ours", "theirs again", "ours again"]


async def test_what_it_committed_before_it_left_is_kept_when_an_idle_one_ends(
    store: Store, path: Path
) -> None:
    await store.append([renamed("before")])
    index(path).unlink()
    with another(path, "two") as other:
        assert other("theirs") == "2"
        assert other("") == "closed"
    await store.close()
    assert await names(path) == ["before", "theirs"]


async def test_who_follows_sees_what_others_commit(store: Store, path: Path, collect: Any) -> None:
    await store.append([renamed("before")])
    follower = collect(store)
    await follower.has(1)
    index(path).unlink()
    with another(path, "two") as other:
        assert other("theirs") == "2"
        await follower.has(2)
        assert other("theirs again") == "3"
        await follower.has(3)
    assert [record.fact.name for record in follower.records] == ["before", "theirs", "theirs again"]


async def test_processes_that_had_it_open_come_back_to_one_log(
    store: Store, path: Path, within: Within
) -> None:
    await store.append([renamed("before")])
    with another(path, "two") as early:
        assert early("early") == "2"
        index(path).unlink()
        with another(path, "three") as late:
            assert late("late") == "3"
            assert early("early again") == "4"
            await within(store.append([renamed("ours")]))
            assert late("late again") == "6"
    await store.close()
    assert await names(path) == ["before", "early", "late", "early again", "ours", "late again"]


@pytest.mark.parametrize("removals", [6])
async def test_nothing_is_lost_where_it_is_removed_again_and_again_under_floods(
    store: Store, path: Path, within: Within, removals: int
) -> None:
    """Two processes write all the while; each commit that was answered is there, once, in the end."""
    done = asyncio.Event()
    ours, theirs = [], []

    async def flood() -> None:
        number = 0
        while not done.is_set():
            body = b"%d " % number * 200
            fact = Output(offset=number, length=len(body), data=body)
            await store.append([Entry(id_of("pane"), fact, 1)], durable=number % 5 == 0)
            ours.append(number)
            number += 1

    async def come_and_go() -> None:
        for number in range(removals):
            index(path).unlink(missing_ok=True)
            with another(path, f"other {number}") as other:
                for again in range(3):
                    await asyncio.to_thread(other, f"{number}.{again}")
                    theirs.append(f"{number}.{again}")
                    index(path).unlink(missing_ok=True)
                if number % 2:
                    await asyncio.to_thread(other, "")
        done.set()

    await within(asyncio.gather(flood(), come_and_go()))
    await store.close()
    assert await names(path) == theirs
    later = await Store.open(path, instance=id_of("later"), watcher=None)
    kept = [record.fact.offset async for record in later.read() if isinstance(record.fact, Output)]
    await later.close()
    assert kept == ours
