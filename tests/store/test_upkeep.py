"""What the store does beside what it is asked for: a failure is heard, and it is tried again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from chloe.events.facts import Entry
from chloe.store import Store, wal
from chloe.store.heads import head_file, read_known_head

Eventually = Callable[..., Awaitable[None]]
Printed = Callable[..., Entry]


class FailsOnce:
    """Stands before a function and raises what nobody expects, the first time that it is called."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self.calls = 0

    def __call__(self, *args: Any, **named: Any) -> Any:
        self.calls += 1
        if self.calls == 1:
            raise RuntimeError("can't start new thread")
        return self._function(*args, **named)


def heard(store: Store) -> list[str | None]:
    """Every trouble of the store from now on."""
    troubles: list[str | None] = []
    store.subscribe(troubles.append)
    return troubles


def sentence(what: str) -> str:
    return f"{what} failed: can't start new thread; it is tried again"


async def test_a_failed_look_for_what_others_commit_is_heard_and_repeated(
    opened: Any, printed: Printed, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, other = await opened("one"), await opened("two")
    troubles = heard(store)
    looks = FailsOnce(store._reader.tip)
    monkeypatch.setattr(store._reader, "tip", looks)
    followed: list[bytes] = []

    async def follow() -> None:
        async for records in store.follow(0):
            followed.extend(record.fact.data for record in records)
            return

    async with asyncio.TaskGroup() as group:
        group.create_task(follow())
        await eventually(lambda: looks.calls)
        await other.append([printed(b"seen all the same")])
    assert followed == [b"seen all the same"]
    await eventually(lambda: len(troubles) == 2)
    assert troubles == [sentence("looking for what other instances commit"), None]


async def test_a_failed_copy_of_the_wal_file_is_heard_and_repeated(
    opened: Any, printed: Printed, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies = FailsOnce(wal.copy_wal)
    monkeypatch.setattr(wal, "copy_wal", copies)
    monkeypatch.setattr(wal, "MIN_UNCOPIED", 1)
    store = await opened()
    troubles = heard(store)
    await store.append([printed(b"committed")])
    await eventually(lambda: len(troubles) == 2)
    assert troubles == [sentence("copying the log's -wal file"), None] and copies.calls >= 2
    assert store.trouble is None


async def test_a_head_that_could_not_be_kept_is_heard_and_kept_after_all(
    opened: Any, path: Path, printed: Printed, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await opened()
    troubles = heard(store)
    monkeypatch.setattr(store._heads, "_write_files", FailsOnce(store._heads._write_files))
    (record,) = await store.append([printed(b"committed")])
    await eventually(lambda: len(troubles) == 2)
    assert troubles == [sentence("keeping the head of the log"), None]
    kept = read_known_head(path)
    assert kept is not None and kept.seq == record.seq, head_file(path).read_text()


async def test_a_failing_upkeep_blocks_nothing(
    opened: Any, printed: Printed, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await opened()
    with monkeypatch.context() as patch:
        patch.setattr(store._heads, "_write_files", _fail)
        await store.append([printed(b"committed")])
        await eventually(lambda: store.trouble == sentence("keeping the head of the log"))
        # So no command gives up on the log for it.
        assert store.blockage is None
        await store.append([printed(b"as well", 9)])
    await eventually(lambda: store.trouble is None)


async def test_a_failing_writer_blocks_the_log(
    opened: Any, printed: Printed, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await opened()
    async with asyncio.TaskGroup() as group:
        with monkeypatch.context() as patch:
            patch.setattr(store._writer, "_take", _fail)
            appending = group.create_task(store.append([printed(b"late")]))
            await eventually(lambda: store.blockage == sentence("writing to the log"))
    assert [record.seq for record in appending.result()] == [1]
    await eventually(lambda: store.trouble is None)


def _fail(*_args: object) -> None:
    raise RuntimeError("can't start new thread")


async def test_a_writer_whose_news_fail_is_heard_and_goes_on(
    opened: Any, printed: Printed, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await opened()
    troubles = heard(store)
    monkeypatch.setattr(store._writer, "on_committed", FailsOnce(store._writer.on_committed))
    first = await store.append([printed(b"first")])
    second = await store.append([printed(b"second", 5)])
    assert [record.seq for record in first + second] == [1, 2], "each is committed once, and answered"
    await eventually(lambda: len(troubles) == 2)
    assert troubles == [sentence("writing to the log"), None]
    assert [record async for record in store.read()] == first + second


async def test_a_listener_that_fails_has_nothing_committed_twice(
    opened: Any, printed: Printed, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await opened()
    monkeypatch.setattr(store._writer, "trouble", "it was so a moment ago")
    monkeypatch.setattr(store._writer, "on_trouble", FailsOnce(store._writer.on_trouble))
    written = await store.append([printed(b"first")])
    written += await store.append([printed(b"second", 5)])
    await eventually(lambda: store.trouble is None)
    assert [record async for record in store.read()] == written


async def test_a_writer_that_can_not_put_files_back_is_heard_and_tries_again(
    opened: Any, path: Path, printed: Printed, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await opened()
    await store.append([printed(b"first")])
    troubles = heard(store)
    monkeypatch.setattr(store._readers, "exclusive", FailsOnce(store._readers.exclusive))
    path.unlink()
    await store.append([printed(b"second", 5)])
    assert sentence("writing to the log") in troubles or any(
        "can't start new thread" in (each or "") for each in troubles
    )
    await eventually(lambda: store.trouble is None)
    assert [record.fact.data async for record in store.read()] == [b"first", b"second"]
