"""Leases: one recorder a pane, one descriptor for all of them, and nobody waits in vain."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chloe.backends.tmux import Leases, leases
from chloe.watch import Watcher

Eventually = Callable[..., Awaitable[None]]

#: Takes all leases that are free of the panes named by its input, says which, and keeps them.
TAKES = """
import sys; from pathlib import Path
from chloe.backends.tmux import Leases
ours = Leases(Path(sys.argv[1])); panes = sys.stdin.readline().split()
print("ready", flush=True); sys.stdin.readline()
print(*(pane for pane in panes if ours.lease(pane).take()), flush=True); sys.stdin.read()
"""


def panes(count: int) -> list[str]:
    return [str(uuid.uuid4()) for _ in range(count)]


@contextmanager
def another(path: Path, wanted: list[str]) -> Iterator[subprocess.Popen[str]]:
    """Another process that takes the leases of ``wanted`` once it is told to."""
    with subprocess.Popen(
        [sys.executable, "-c", TAKES, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(" ".join(wanted) + "\n")
            process.stdin.flush()
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def told(process: subprocess.Popen[str]) -> set[str]:
    assert process.stdout is not None
    return set(process.stdout.readline().split())


@pytest.fixture
async def ours(tmp_path: Path) -> AsyncIterator[Leases]:
    watcher = Watcher()
    made = Leases(tmp_path / "leases", watcher)
    yield made
    made.close()
    watcher.close()


def test_two_processes_that_race_for_200_leases_share_them(tmp_path: Path) -> None:
    wanted = panes(200)
    with another(tmp_path / "leases", wanted) as one, another(tmp_path / "leases", wanted[::-1]) as two:
        for process in (one, two):
            go(process)
        first, second = told(one), told(two)
        assert not first & second
        assert first | second == set(wanted)
        found = leases.find_recorders(tmp_path / "leases", [one.pid, two.pid])
        assert found == {leases.lease_offset(each): one.pid for each in first} | {
            leases.lease_offset(each): two.pid for each in second
        }


def test_all_leases_cost_one_descriptor(tmp_path: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    ours = Leases(tmp_path / "leases")
    assert all(ours.lease(pane).take() for pane in panes(300))
    assert len(os.listdir("/proc/self/fd")) == before + 1
    assert stat.S_IMODE((tmp_path / "leases").stat().st_mode) == 0o600
    ours.close()
    assert len(os.listdir("/proc/self/fd")) == before


async def test_those_who_wait_get_all_leases_of_a_killed_process(ours: Leases) -> None:
    wanted = panes(200)
    with another(ours.path, wanted) as process:
        go(process)
        assert told(process) == set(wanted)
        waiting = [ours.lease(pane) for pane in wanted]
        async with (
            asyncio.timeout(9),
            asyncio.TaskGroup() as group,
        ):  # Less than the next look without a notice.
            tasks = [group.create_task(lease.wait()) for lease in waiting]
            await asyncio.sleep(0)
            assert not any(task.done() for task in tasks)
            process.kill()
        assert all(lease.held for lease in waiting)


async def test_a_lease_that_is_given_back_wakes_who_waits_in_another_process_and_in_this(
    ours: Leases,
) -> None:
    pane = panes(1)[0]
    watcher = Watcher()
    theirs = Leases(ours.path, watcher)
    lease = theirs.lease(pane)
    assert lease.take()
    one, two = ours.lease(pane), ours.lease(pane)
    async with asyncio.timeout(9), asyncio.TaskGroup() as group:
        group.create_task(one.wait())
        await asyncio.sleep(0)
        lease.release()
    assert not two.take(), "one part of a process has it, another asks"
    async with asyncio.timeout(9), asyncio.TaskGroup() as group:
        group.create_task(two.wait())
        await asyncio.sleep(0)
        one.release()
    assert not lease.take()
    theirs.close()
    watcher.close()


async def test_who_had_a_lease_has_it_again_when_the_file_is_removed_though_others_wait(
    ours: Leases, eventually: Eventually
) -> None:
    wanted = panes(20)
    watcher = Watcher()
    theirs = Leases(ours.path, watcher)
    waiting = [theirs.lease(pane) for pane in wanted]
    kept = [ours.lease(pane) for pane in wanted]
    assert all(lease.take() for lease in kept)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(lease.wait()) for lease in waiting]
        await asyncio.sleep(0)
        ours.path.unlink()
        await eventually(lambda: leases.leased_panes(ours.path, wanted) == set(wanted))
        assert all(lease.held for lease in kept)
        assert not any(lease.held for lease in waiting)
        for lease in kept[:10]:
            lease.release()
        await eventually(lambda: all(lease.held for lease in waiting[:10]))
        for task in tasks[10:]:
            task.cancel()
    theirs.close()
    watcher.close()


async def test_who_was_too_late_on_the_new_file_is_told_that_the_lease_is_lost(
    ours: Leases, eventually: Eventually
) -> None:
    pane = panes(1)[0]
    lease = ours.lease(pane)
    lost: list[bool] = []
    lease.on_lost = lambda: lost.append(lease.lost)
    assert lease.take()
    ours.path.unlink()
    faster = Leases(ours.path)
    assert faster.lease(pane).take()
    await eventually(lambda: lost)
    assert lost == [True]
    assert not lease.held
    async with asyncio.timeout(9), asyncio.TaskGroup() as group:
        group.create_task(lease.wait())
        await asyncio.sleep(0)
        faster.close()
    assert (lease.held, lease.lost) == (True, False)


async def test_leases_are_kept_while_their_folder_is_gone_and_are_there_again_with_it(
    ours: Leases, tmp_path: Path, eventually: Eventually
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    watcher = Watcher()
    made = Leases(home / "leases", watcher)
    pane = panes(1)[0]
    lease = made.lease(pane)
    assert lease.take()
    (home / "leases").unlink()
    home.rmdir()
    await asyncio.sleep(0)
    assert lease.held
    home.mkdir()
    await eventually(lambda: leases.leased_panes(home / "leases", [pane]))
    made.close()
    watcher.close()


@pytest.mark.parametrize("what", ["fifo", "folder", "link"])
def test_what_is_no_file_of_leases_is_refused_at_once(what: str, tmp_path: Path) -> None:
    path = tmp_path / "leases"
    if what == "fifo":
        os.mkfifo(path)
    elif what == "folder":
        path.mkdir()
    else:
        path.symlink_to(tmp_path / "elsewhere")
    ours = Leases(path)
    with pytest.raises(OSError, match="leases"):
        ours.lease(panes(1)[0]).take()
    assert not (tmp_path / "elsewhere").exists()
    ours.close()


@pytest.mark.parametrize(
    "name", ["", "..", "x", "ff", "{0}", "0" * 32, "AF9CD004-FFA0-46BE-B328-F69BA1850B7E"]
)
def test_no_other_name_than_a_pane_s_id_has_a_lease(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"pane|UUID"):
        Leases(tmp_path / "leases").lease(name)


def test_a_stopped_process_keeps_its_leases_and_is_named(tmp_path: Path) -> None:
    wanted = panes(2)
    with another(tmp_path / "leases", wanted) as process:
        go(process)
        assert told(process) == set(wanted)
        process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)
        ours = Leases(tmp_path / "leases")
        assert not ours.lease(wanted[0]).take()
        assert leases.find_recorders(tmp_path / "leases", [process.pid]) == {
            leases.lease_offset(pane): process.pid for pane in wanted
        }
        ours.close()
