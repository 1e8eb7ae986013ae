"""Faults: full disks, killed and hung servers and holders, no descriptors.

Programs run on, typing works, all goes on by itself, and what is missing is told exactly.
"""

from __future__ import annotations

import asyncio
import os
import re
import resource
import signal
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from chloe.config import Config
from chloe.engine import Engine, open_engine
from chloe.errors import ChloeError, StartFailed, TmuxUnusable
from chloe.events.commands import Open, Resize, Write
from chloe.events.facts import BackendKind
from tests.disks import SmallDisk, fill
from tests.engine.counting import COUNTS, counting, gone, kinds, tmux_screen
from tests.panes import open_pane

Eventually = Callable[..., Awaitable[None]]
HeldStill = Callable[[int], AbstractContextManager[None]]

#: A tmux of another version, for who has one.
OTHER_TMUX = os.environ.get("CHLOE_OTHER_TMUX", "")

pytestmark = pytest.mark.usefixtures("nothing_is_left")


# Full disks ----------------------------------------------------------------------------------------


async def test_a_full_disk_under_the_spool_costs_what_could_not_be_kept_and_no_more(
    config: Config, eventually: Eventually, small_disk: SmallDisk
) -> None:
    ballast = small_disk(config.paths.spool, "4m")
    config = replace(config, spool=replace(config.spool, disk_share=1.0))
    async with open_engine(config) as engine:
        pane = await counting(engine, eventually)
        fill(ballast)
        pane.count(200_000)
        shown = "the screen after 200000"
        await eventually(lambda: tmux_screen(config, pane.id)[0] == shown, "the program runs on")
        ballast.unlink()
        await pane.counted()
        assert await pane.lost()
        await eventually(lambda: pane.engine.projections.panes[pane.id].lost_bytes, "the gap is folded")
        async with asyncio.timeout(20):
            while (last := (await kinds(engine, pane.id))[-1]) != "Repainted":
                assert last in ("Gap", "Output", "Resized")
                await asyncio.sleep(0.01)
        display = [row.rstrip() for row in engine.projections.screens[pane.id].display]
        assert display == tmux_screen(config, pane.id)
        lost = await pane.lost()
        pane.count(3000)
        await pane.counted()
        assert await pane.lost() == lost, "it is recorded as before"
        await pane.end()


async def test_a_full_disk_under_the_log_alone_costs_no_byte(
    config: Config, eventually: Eventually, small_disk: SmallDisk
) -> None:
    ballast = small_disk(config.paths.home, "16m")
    small_disk(config.paths.spool, "64m")
    config = replace(config, spool=replace(config.spool, disk_share=1.0))
    async with open_engine(config) as engine:
        panes = [await counting(engine, eventually, backend) for backend in ("direct", "tmux")]
        fill(ballast)
        for pane in panes:
            pane.count(700_000)
        await eventually(lambda: engine.trouble, "the banner")
        assert "full" in (engine.trouble or "")
        shown = "the screen after 700000"
        await eventually(lambda: tmux_screen(config, panes[1].id)[0] == shown, "it runs on into its spool")
        ballast.unlink()
        for pane in panes:
            await pane.counted()
            assert await pane.lost() == 0
            await pane.end()
        assert engine.trouble is None
        assert (await engine.store.verify()).intact


async def test_a_full_disk_under_log_and_spool_is_told_and_all_goes_on_when_there_is_room(
    config: Config, eventually: Eventually, small_disk: SmallDisk, tmp_path: Path
) -> None:
    ballast = small_disk(config.paths.home, "24m")
    config = replace(config, spool=replace(config.spool, disk_share=1.0))
    async with open_engine(config) as engine:
        panes = [await counting(engine, eventually, backend) for backend in ("direct", "tmux")]
        said = tmp_path / "said"
        typed = await open_pane(engine, backend="direct", argv=("sh", "-c", f"read x; echo $x > {said}"))
        fill(ballast)
        for pane in panes:
            pane.count(700_000)
        await eventually(lambda: engine.trouble, "the banner")
        assert "full" in (engine.trouble or "")
        engine.send(Write(typed, b"typed\n"))
        await eventually(lambda: said.exists() and said.read_text() == "typed\n", "keys pass")
        ballast.unlink()
        for pane in panes:
            await pane.counted()
        assert engine.trouble is None
        assert await panes[0].lost() == 0, "a direct program waits"
        await panes[1].lost()
        for pane in panes:
            await pane.end()
        await eventually(lambda: not engine.projections.panes[typed].alive)


# The tmux server -----------------------------------------------------------------------------------


@asynccontextmanager
async def no_longer_than(seconds: float) -> AsyncIterator[None]:
    """Nothing in here hangs. The time is far above what it takes, far below for ever."""
    async with asyncio.timeout(seconds):
        yield


async def test_a_hung_server_is_told_and_typing_recording_and_quitting_work(
    config: Config, eventually: Eventually, server_pid: Callable[[], int], held_still: HeldStill,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("chloe.actors.tmux_health._INTERVAL", 0.1)
    monkeypatch.setattr("chloe.actors.tmux_health._RETRY_DELAY", 0.1)
    monkeypatch.setattr("chloe.backends.tmux.server.DEADLINE", 2.0)
    news: list[str] = []
    pid = 0
    async with open_engine(config) as engine:
        pane = await counting(engine, eventually)
        pid = server_pid()
        engine.subscribe(lambda change: news.extend(change.messages))
        with held_still(pid):
            await eventually(lambda: any("doesn't answer" in text for text in news))
            async with no_longer_than(15):
                with pytest.raises(TmuxUnusable, match="doesn't answer"):
                    await engine.request(Open(backend="tmux", argv=COUNTS))
            pane.count(100)
            await pane.counted()
            engine.send(Resize(pane.id, 30, 90))
            async with no_longer_than(5):
                assert await engine.request(Open(backend="direct", argv=("true",))) is not None
        await eventually(lambda: news[-1] == "tmux answers again")
        await eventually(lambda: engine.projections.panes[pane.id].columns == 90)
        after = await counting(engine, eventually)
        await after.end()
        await pane.end()


async def test_quitting_does_not_wait_for_a_hung_server(
    config: Config, eventually: Eventually, server_pid: Callable[[], int], held_still: HeldStill
) -> None:
    with held_still_later(held_still) as hold:
        async with no_longer_than(20), open_engine(config) as engine:
            pane = await counting(engine, eventually)
            hold(server_pid())
            engine.send(Resize(pane.id, 30, 90))
            await eventually(lambda: _clients(config))
        await eventually(lambda: not _clients(config), "no client of it is left")
    async with open_engine(config) as engine:
        pane.engine = engine
        await pane.end()


@contextmanager
def held_still_later(held_still: HeldStill) -> Iterator[Callable[[int], None]]:
    from contextlib import ExitStack

    with ExitStack() as stack:
        yield lambda pid: stack.enter_context(held_still(pid))


def _clients(config: Config) -> list[str]:
    asked = ["pgrep", "-f", f"{config.tmux.socket_name} resize-window"]
    return subprocess.run(asked, capture_output=True, text=True).stdout.split()


@pytest.mark.parametrize("how", ["kill -9", "kill-server"])
async def test_a_server_that_is_gone_ends_its_panes_and_a_new_one_serves(
    how: str, engine: Engine, config: Config, eventually: Eventually, server_pid: Callable[[], int]
) -> None:
    panes = [await counting(engine, eventually) for _ in range(3)]
    if how == "kill-server":
        subprocess.run(["tmux", "-L", config.tmux.socket_name, "kill-server"], check=True)
    else:
        os.kill(server_pid(), signal.SIGKILL)
    for pane in panes:
        known = engine.projections.panes[pane.id]
        await eventually(lambda known=known: not known.alive)
        assert known.died is not None
        assert "hung up" in known.died.reason
        await gone(engine, pane.id, eventually)
    after = await counting(engine, eventually)
    await after.end()


async def test_a_server_of_another_version_is_told_and_what_runs_on_it_goes_on(
    engine: Engine, eventually: Eventually, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pane = await counting(engine, eventually)
    path = os.environ["PATH"]
    stand_in = tmp_path / "tmux"
    stand_in.write_text(
        '#!/bin/sh\ncase "$*" in *-V*) echo tmux 3.9;; '
        "*) echo 'server version is too old for client' >&2; exit 1;; esac\n"
    )
    stand_in.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:{path}")
    with pytest.raises(TmuxUnusable, match=r"too old for client\. Another version of tmux started it"):
        await engine.request(Open(backend="tmux", argv=COUNTS))
    pane.count(100)
    await pane.counted()
    engine.send(Resize(pane.id, 30, 90))
    monkeypatch.setenv("PATH", path)
    await eventually(lambda: engine.projections.panes[pane.id].columns == 90)
    await pane.end()


@pytest.mark.skipif(not OTHER_TMUX, reason="CHLOE_OTHER_TMUX names no tmux of another version")
async def test_a_tmux_that_was_upgraded_serves_what_runs_and_what_is_new(
    config: Config, eventually: Eventually, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def version(path: str) -> str:
        return subprocess.run([path, "-V"], capture_output=True, text=True, check=True).stdout

    assert version(OTHER_TMUX) != version("tmux")
    async with open_engine(config) as engine:
        pane = await counting(engine, eventually)
        (tmp_path / "tmux").symlink_to(OTHER_TMUX)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        assert version("tmux") == version(OTHER_TMUX)
        pane.count(100)
        await pane.counted()
        engine.send(Resize(pane.id, 30, 90))
        await eventually(lambda: engine.projections.panes[pane.id].columns == 90)
        after = await counting(engine, eventually)
    async with open_engine(config) as engine:
        for each in (pane, after):
            each.engine = engine
            assert engine.projections.panes[each.id].alive
            each.count(50)
            await each.counted()
            assert await each.lost() == 0
        last = await counting(engine, eventually)
        for each in (pane, after, last):
            await each.end()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["kill", "term"])
async def test_a_killed_holder_ends_its_pane_alone(
    number: signal.Signals, engine: Engine, config: Config, eventually: Eventually
) -> None:
    pane, other = [await counting(engine, eventually) for _ in range(2)]
    os.kill(int((config.paths.spool / pane.id / "lock").read_bytes()), number)
    known = engine.projections.panes[pane.id]
    await eventually(lambda: not known.alive)
    assert known.died is not None
    assert "killed" in known.died.reason
    await gone(engine, pane.id, eventually)
    await other.end()


async def test_a_stopped_holder_goes_on_where_it_was(
    engine: Engine, config: Config, eventually: Eventually, held_still: HeldStill
) -> None:
    pane = await counting(engine, eventually)
    with held_still(int((config.paths.spool / pane.id / "lock").read_bytes())):
        pane.count(1000)
        other = await counting(engine, eventually)
        await other.end()
    await pane.counted()
    assert await pane.lost() == 0
    await pane.end()


# Descriptors ---------------------------------------------------------------------------------------


@contextmanager
def no_descriptor_left() -> Iterator[None]:
    """In here this process can't open anything."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    taken = [os.open("/dev/null", os.O_RDONLY)]
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(map(int, os.listdir("/proc/self/fd"))) + 1, hard))
    try:
        while True:
            try:
                taken.append(os.open("/dev/null", os.O_RDONLY))
            except OSError:
                break
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for fd in taken:
            os.close(fd)


async def steps_while_waiting(monkeypatch: pytest.MonkeyPatch) -> int:
    """Return how many steps the loop takes while the test waits; one that spins takes thousands."""
    steps = 0
    run = asyncio.Handle._run

    def counted(handle: asyncio.Handle) -> None:
        nonlocal steps
        steps += 1
        run(handle)

    with monkeypatch.context() as patch:
        patch.setattr(asyncio.Handle, "_run", counted)
        await asyncio.sleep(0.3)
    return steps


async def test_without_a_free_descriptor_new_panes_say_so_and_the_others_go_on(
    engine: Engine, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    panes = [await counting(engine, eventually, backend) for backend in ("direct", "tmux")]
    with no_descriptor_left():
        refusals: tuple[tuple[BackendKind, type[ChloeError]], ...] = (
            ("direct", StartFailed),
            ("tmux", ChloeError),
        )
        for backend, error in refusals:
            async with no_longer_than(10):
                with pytest.raises(error, match=re.compile("descriptor|open files", re.IGNORECASE)):
                    await engine.request(Open(backend=backend, argv=COUNTS))
        for pane in panes:
            pane.count(100)
        await panes[0].counted()
        assert await steps_while_waiting(monkeypatch) < 300, "it waits, it doesn't spin"
    await panes[1].counted()
    after = await counting(engine, eventually)
    for pane in (*panes, after):
        assert await pane.lost() == 0
        await pane.end()


async def test_a_holder_without_a_free_descriptor_relays_on_and_tells_what_it_dropped(
    config: Config, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chloe.backends.tmux.holder_spec.SEGMENT_SIZE", 20_000)
    async with open_engine(config) as engine:
        pane = await counting(engine, eventually)
        holder = int((config.paths.spool / pane.id / "lock").read_bytes())
        _, hard = resource.prlimit(holder, resource.RLIMIT_NOFILE)
        # poll(2) itself needs as many as it waits for; all below are taken.
        resource.prlimit(holder, resource.RLIMIT_NOFILE, (6, hard))
        pane.count(100_000)
        await eventually(lambda: tmux_screen(config, pane.id)[0] == "the screen after 100000")
        resource.prlimit(holder, resource.RLIMIT_NOFILE, (hard, hard))
        await pane.counted()
        assert await pane.lost()
        await pane.end()
