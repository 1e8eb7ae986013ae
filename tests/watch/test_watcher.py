"""Inotify and polling tell the same things."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from chloe.watch import Watcher
from chloe.watch.inotify import Inotify

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="inotify is Linux only")


@pytest.fixture(params=["inotify", "polling"])
async def watcher(request: pytest.FixtureRequest) -> AsyncIterator[Watcher]:
    made = Watcher(polling=request.param == "polling")
    yield made
    made.close()


class Notices:
    """Names as they are told, with a way to wait for one."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._told = asyncio.Event()

    def __call__(self, name: str) -> None:
        self.names.append(name)
        self._told.set()

    async def wait_for(self, name: str) -> None:
        async with asyncio.timeout(10):
            while name not in self.names:
                self._told.clear()
                await self._told.wait()


async def test_a_new_entry_of_a_folder_is_told(watcher: Watcher, tmp_path: Path) -> None:
    notices = Notices()
    watcher.watch(tmp_path, notices)
    (tmp_path / "new").write_bytes(b"x")
    await notices.wait_for("new")


async def test_an_entry_that_grows_is_told(watcher: Watcher, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x")
    notices = Notices()
    watcher.watch(tmp_path, notices)
    with file.open("ab") as opened:
        for _ in range(3):
            notices.names.clear()
            opened.write(b"x")
            opened.flush()
            await notices.wait_for("file")


async def test_a_deleted_and_a_moved_entry_are_told(watcher: Watcher, tmp_path: Path) -> None:
    for name in ("deleted", "before"):
        (tmp_path / name).touch()
    notices = Notices()
    watcher.watch(tmp_path, notices)
    (tmp_path / "deleted").unlink()
    (tmp_path / "before").rename(tmp_path / "after")
    for name in ("deleted", "before", "after"):
        await notices.wait_for(name)


async def test_a_watched_file_that_grows_and_goes_is_told_without_a_name(
    watcher: Watcher, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.touch()
    notices = Notices()
    watcher.watch(file, notices)
    with file.open("ab") as opened:
        opened.write(b"x")
        opened.flush()
        await notices.wait_for("")
        notices.names.clear()
        file.unlink()
        await notices.wait_for("")


async def test_a_folder_that_goes_is_told_without_a_name(watcher: Watcher, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    notices = Notices()
    cancel = watcher.watch(folder, notices)
    folder.rmdir()
    await notices.wait_for("")
    cancel()


async def test_what_is_not_there_cannot_be_watched(watcher: Watcher, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        watcher.watch(tmp_path / "nothing", Notices())


async def test_two_watches_of_one_folder_are_both_told_and_end_apart(
    watcher: Watcher, tmp_path: Path
) -> None:
    first, second = Notices(), Notices()
    cancel = watcher.watch(tmp_path, first)
    watcher.watch(tmp_path, second)
    (tmp_path / "one").touch()
    await first.wait_for("one")
    await second.wait_for("one")
    cancel()
    cancel()
    (tmp_path / "two").touch()
    await second.wait_for("two")
    assert "two" not in first.names


async def test_the_same_callback_may_watch_twice(watcher: Watcher, tmp_path: Path) -> None:
    notices = Notices()
    cancel = watcher.watch(tmp_path, notices)
    watcher.watch(tmp_path, notices)
    cancel()
    (tmp_path / "file").touch()
    await notices.wait_for("file")


async def test_many_writes_of_one_wake_up_are_told_once(watcher: Watcher, tmp_path: Path) -> None:
    notices = Notices()
    watcher.watch(tmp_path, notices)
    with (tmp_path / "file").open("ab", buffering=0) as file:
        for _ in range(100):
            file.write(b"x")
    await notices.wait_for("file")
    assert notices.names == ["file"]


async def test_a_callback_that_raises_keeps_nothing_from_the_others(watcher: Watcher, tmp_path: Path) -> None:
    reported: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context["exception"]))

    def failing(name: str) -> None:
        raise ValueError(name)

    notices = Notices()
    watcher.watch(tmp_path, failing)
    watcher.watch(tmp_path, notices)
    (tmp_path / "file").touch()
    await notices.wait_for("file")
    assert isinstance(reported[0], ValueError)


async def test_who_cancels_in_a_callback_is_not_told_again(watcher: Watcher, tmp_path: Path) -> None:
    told: list[str] = []
    cancels: list[Callable[[], None]] = []

    def once(name: str) -> None:
        told.append(name)
        for cancel in cancels:
            cancel()

    notices = Notices()
    cancels += [watcher.watch(tmp_path, once), watcher.watch(tmp_path, once)]
    watcher.watch(tmp_path, notices)
    (tmp_path / "one").touch()
    (tmp_path / "two").touch()
    await notices.wait_for("two")
    assert len(told) == 1


async def test_a_name_that_is_not_utf8_is_told_as_os_fsdecode_gives_it(
    watcher: Watcher, tmp_path: Path
) -> None:
    notices = Notices()
    watcher.watch(tmp_path, notices)
    name = os.fsdecode(b"\xff-file")
    try:
        (tmp_path / name).touch()
    except OSError:
        pytest.skip("this file system takes UTF-8 only")
    await notices.wait_for(name)


async def test_nothing_is_told_after_close(tmp_path: Path) -> None:
    closed, open_ = Watcher(), Watcher()
    unheard, notices = Notices(), Notices()
    closed.watch(tmp_path, unheard)
    open_.watch(tmp_path, notices)
    closed.close()
    closed.close()
    (tmp_path / "file").touch()
    await notices.wait_for("file")
    open_.close()
    assert unheard.names == []


@linux
async def test_a_kernel_without_watches_left_is_replaced_by_polling(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Inotify, path: Path) -> int:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(Inotify, "add", refuse)
    watcher = Watcher()
    notices = Notices()
    watcher.watch(tmp_path, notices)
    (tmp_path / "file").touch()
    await notices.wait_for("file")
    watcher.close()


@linux
async def test_an_overflowing_queue_tells_everyone_to_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    if queue > 20_000:
        pytest.skip("the kernel's queue is too long to overflow quickly")
    watcher = Watcher()
    notices = Notices()
    watcher.watch(tmp_path, notices)
    for number in range(queue // 2 + 10):
        file = tmp_path / str(number)
        file.touch()
        file.unlink()
    await notices.wait_for("")
    watcher.close()


async def test_who_is_told_that_a_folder_is_gone_may_stop_watching_it(
    watcher: Watcher, tmp_path: Path
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    failures: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: failures.append(context))
    notices = Notices()

    def told(name: str) -> None:
        cancel()
        notices(name)

    cancel = watcher.watch(folder, told)
    folder.rmdir()
    await notices.wait_for("")
    assert not failures
