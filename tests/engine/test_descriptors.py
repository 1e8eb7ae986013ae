"""Descriptors: idle panes cost none, programs get their caller's limit, and a shortage is no end."""

from __future__ import annotations

import builtins
import errno
import io
import os
import resource
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from chloe.backends import descriptors
from chloe.config import Config
from chloe.engine import Engine, open_engine
from chloe.errors import ChloeError, LogUnusable, TmuxUnusable
from chloe.events.commands import Kill, Open
from chloe.events.facts import BackendKind
from tests.engine.counting import Counting, counting, gone
from tests.panes import open_pane

Eventually = Callable[..., Awaitable[None]]

pytestmark = pytest.mark.usefixtures("nothing_is_left")


def open_descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


async def test_fifty_panes_cost_no_more_descriptors_than_five(config: Config, eventually: Eventually) -> None:
    def at_rest(engine: Engine) -> Callable[[], bool]:
        return lambda: all(
            engine._supervisor.is_recording(pane.id) and pane.output_bytes == len("ready\r\n")
            for pane in engine.projections.panes.values()
        )

    counts = []
    for count in (5, 45):
        async with open_engine(config) as engine:
            for _ in range(count):
                await engine.request(Open(backend="tmux", argv=("sh", "-c", "echo ready; exec sleep 600")))
            await eventually(at_rest(engine))
        async with open_engine(config) as engine:  # Adopted, as by an app that starts.
            await eventually(at_rest(engine))
            await eventually(lambda: _no_segment_is_open(config.paths.spool))
            counts.append(open_descriptors())
    # Connections to the log come and go.
    assert abs(counts[1] - counts[0]) <= 8
    async with open_engine(config) as engine:
        for pane in list(engine.projections.panes):
            await engine.request(Kill(pane))
        await eventually(lambda: not any(pane.alive for pane in engine.projections.panes.values()))
        await eventually(lambda: not list(config.paths.spool.iterdir()))


def _no_segment_is_open(spool: Path) -> bool:
    names = []
    for fd in os.listdir("/proc/self/fd"):
        with suppress(OSError):
            names.append(os.readlink(f"/proc/self/fd/{fd}"))
    return not any(name.startswith(str(spool)) and name.endswith(".seg") for name in names)


class Refusing:
    """Refuses to open anything, from the ``first`` time on, ``often`` times. Not what SQLite opens."""

    def __init__(self, first: int, often: int) -> None:
        self._first, self._often, self.asked = first, often, 0

    @contextmanager
    def __call__(self) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            for module, name in (
                (io, "open"),
                (os, "open"),
                (os, "scandir"),
                (os, "listdir"),
                (os, "pipe"),
                (builtins, "open"),
            ):
                patch.setattr(module, name, self._wrapped(getattr(module, name)))
            yield

    def _wrapped(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def refusing(*args: Any, **named: Any) -> Any:
            # What the tests and the interpreter themselves read isn't meant.
            if not args or not str(args[0]).endswith((".py", ".pyc", ".json", "/fd")):
                self.asked += 1
                if self._first <= self.asked < self._first + self._often:
                    raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
            return real(*args, **named)

        return refusing


async def test_a_shortage_at_any_moment_of_a_start_ends_no_pane(
    config: Config, eventually: Eventually
) -> None:
    async with open_engine(config) as engine:
        pane = await counting(engine, eventually)
    often, first = 4, 1
    while True:
        refusing = Refusing(first, often)
        (config.paths.spool / pane.id / "keys").write_bytes(b"10\n")
        pane.numbers.append(10)
        # Where nothing can be told without it, the start says so.
        with refusing(), suppress(OSError, ChloeError, BaseExceptionGroup):
            async with open_engine(config) as engine:
                pane.engine = engine
                await pane.counted()
                assert engine.projections.panes[pane.id].alive
        if refusing.asked < first:
            break
        first += often
    assert first > 10
    async with open_engine(config) as engine:
        pane.engine = engine
        await pane.counted()
        assert await pane.lost() == 0
        assert not [record async for record in engine.store.read(kinds=("Died",))]
        await pane.end()


async def test_a_shortage_while_panes_live_is_told_and_ends_none(
    engine: Engine, eventually: Eventually
) -> None:
    backends: tuple[BackendKind, ...] = ("direct", "tmux")
    panes: list[Counting] = [await counting(engine, eventually, backend) for backend in backends]
    await eventually(lambda: not engine.trouble)  # Left from other tests, as it is the process's.
    told: list[str] = []
    cancel = engine.subscribe(lambda change: told.extend(change.messages))
    with Refusing(1, sys.maxsize)():
        for pane in panes:
            pane.count(50)
        await panes[0].counted()
        await eventually(lambda: engine.trouble)
        with pytest.raises(ChloeError):
            await engine.request(Open(backend="tmux", argv=("true",)))
        with suppress(ChloeError):
            await engine.request(Kill(panes[1].id))
    for pane in panes[:1]:
        await pane.end()
    await eventually(lambda: not engine.projections.panes[panes[1].id].alive or not engine.trouble)
    assert any("ulimit -n" in message for message in told)
    cancel()
    died = [record.pane async for record in engine.store.read(kinds=("Died",))]
    assert panes[1].id not in died
    await panes[1].counted()
    await panes[1].end()


@pytest.mark.parametrize("backend", ["direct", "tmux"])
async def test_a_program_has_the_limit_that_chloe_was_started_with(
    backend: str, config: Config, tmp_path: Path
) -> None:
    said = tmp_path / "said"
    asked = f"""
import asyncio, resource
from pathlib import Path
resource.setrlimit(resource.RLIMIT_NOFILE, (333, 4444))
from chloe.config import Config, Paths, TmuxSettings
from chloe.engine import open_engine
from chloe.events.commands import Open
async def main():
    home, name = Path({str(config.paths.home)!r}), {config.tmux.socket_name!r}
    config = Config(paths=Paths.under(home), tmux=TmuxSettings(socket_name=name))
    async with open_engine(config) as engine:
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (4444, 4444)
        argv = "sh", "-c", "(ulimit -Sn; ulimit -Hn) > {said}"
        pane = await engine.request(Open(backend={backend!r}, argv=argv))
        while engine.projections.panes[pane].alive:
            await asyncio.sleep(0.01)
asyncio.run(main())
"""
    subprocess.run([sys.executable, "-c", asked], check=True, timeout=60)
    assert said.read_text().split() == ["333", "4444"]


async def test_the_tmux_server_has_all_descriptors_that_it_may_have(
    config: Config, eventually: Eventually
) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    soft = min(hard, 300)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    try:
        async with open_engine(config) as engine:
            pane = await open_pane(engine, backend="tmux", argv=("sleep", "600"))
            asked = ["tmux", "-L", config.tmux.socket_name, "display-message", "-p", "#{pid}"]
            server = int(subprocess.run(asked, capture_output=True, check=True).stdout)
            assert resource.prlimit(server, resource.RLIMIT_NOFILE) == (hard, hard)
            await engine.request(Kill(pane))
            await eventually(lambda: not engine.projections.panes[pane].alive)
            await gone(engine, pane, eventually)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        descriptors.raise_limit()


async def test_a_tmux_server_that_is_full_is_named_and_nothing_in_it_is_taken_for_dead(
    engine: Engine, config: Config, eventually: Eventually
) -> None:
    pane = await open_pane(engine, backend="tmux", argv=("sleep", "600"))
    asked = ["tmux", "-L", config.tmux.socket_name, "display-message", "-p", "#{pid}"]
    server = int(subprocess.run(asked, capture_output=True, check=True).stdout)
    limits = resource.prlimit(server, resource.RLIMIT_NOFILE)
    used = len(os.listdir(f"/proc/{server}/fd"))
    resource.prlimit(server, resource.RLIMIT_NOFILE, (used, limits[1]))
    try:
        with pytest.raises(TmuxUnusable, match=r"Its server has no descriptor|has all of its"):
            await engine.request(Open(backend="tmux", argv=("sleep", "600")))
        assert engine.projections.panes[pane].alive
    finally:
        resource.prlimit(server, resource.RLIMIT_NOFILE, limits)
    await engine.request(Kill(pane))
    await eventually(lambda: not engine.projections.panes[pane].alive)
    await gone(engine, pane, eventually)


def test_too_few_descriptors_for_anything_are_said_in_one_line() -> None:
    asked = (
        "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (20, 20));"
        "from chloe.backends.descriptors import raise_limit; raise_limit()"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True)
    assert LogUnusable.__name__ in done.stderr
    assert "ulimit -n" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("limit", [256, 48])
async def test_with_few_descriptors_every_command_works(
    limit: int, config: Config, eventually: Eventually
) -> None:
    def chloe(*words: str) -> bytes:
        environment = os.environ | {
            "CHLOE_HOME": str(config.paths.home),
            "CHLOE_TMUX_SOCKET": config.tmux.socket_name,
        }
        asked = ["sh", "-c", f'ulimit -n {limit}; exec "$@"', "sh", sys.executable, "-m", "chloe", *words]
        return subprocess.run(asked, env=environment, capture_output=True, check=True, timeout=60).stdout

    pane = chloe("new", "--name", "few", "--", "sh", "-c", "echo here; exec cat").decode().strip()
    assert pane in chloe("ls", "--json").decode()
    chloe("send", "few", "hello")
    await eventually(lambda: b"hello" in chloe("export-log", "few"))
    assert b"created" in chloe("replay", "few")
    chloe("verify")
    chloe("kill", "few")
    await eventually(lambda: b'"ended"' in chloe("ls", "--json") and not list(config.paths.spool.iterdir()))


def test_what_is_in_hand_serves_a_command_when_there_is_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    reserve = descriptors.Reserve()
    monkeypatch.setattr(descriptors, "reserve", reserve)
    reserve.fill()
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    taken = []
    try:
        highest = max(map(int, os.listdir("/proc/self/fd")))
        resource.setrlimit(resource.RLIMIT_NOFILE, (highest + 4, limits[1]))
        with suppress(OSError):
            while True:
                taken.append(os.open("/dev/null", os.O_RDONLY))
        with descriptors.popen(["echo", "done"], {"PATH": os.environ["PATH"]}) as process:
            assert process.communicate()[0] == "done\n"
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        for fd in taken:
            os.close(fd)
    assert reserve.spend(), "it is filled again"
