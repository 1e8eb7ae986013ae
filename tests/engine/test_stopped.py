"""A recorder that somebody stopped: it is named, what is looked at is read beside it, and kill works."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from chloe.backends.tmux import leases
from chloe.config import Config
from chloe.engine import running
from tests.engine.counting import COUNTS, counted

Eventually = Callable[..., Awaitable[None]]
HeldStill = Callable[[int], AbstractContextManager[None]]

pytestmark = pytest.mark.usefixtures("nothing_is_left")

#: An instance that opens a pane, says its id, and records it until its input ends.
RECORDS = """
import asyncio, sys; from pathlib import Path
from chloe.config import Config, Paths, Tmux
from chloe.engine import running
from chloe.events.commands import Open
async def main():
    config = Config(paths=Paths.under(Path(sys.argv[1])), tmux=Tmux(socket_name=sys.argv[2]))
    async with running(config) as engine:
        pane = await engine.ask(Open(backend="tmux", argv=tuple(sys.argv[3:]), name="counts"))
        while engine.projections.panes[pane].printed < len("ready"): await asyncio.sleep(0.01)
        print(pane, flush=True)
        await asyncio.to_thread(sys.stdin.read)
asyncio.run(main())
"""


@contextmanager
def recorder(config: Config) -> Iterator[tuple[subprocess.Popen[str], str]]:
    words = [sys.executable, "-c", RECORDS, str(config.paths.home), config.tmux.socket_name, *COUNTS]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.send_signal(signal.SIGCONT)
            process.kill()


def chloe(config: Config, *words: str) -> subprocess.CompletedProcess[bytes]:
    environment = os.environ | {
        "CHLOE_HOME": str(config.paths.home),
        "CHLOE_TMUX_SOCKET": config.tmux.socket_name,
    }
    return subprocess.run(
        [sys.executable, "-m", "chloe", *words], env=environment, capture_output=True, timeout=30
    )


def stop(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)


async def test_a_stopped_recorder_is_named_and_what_it_left_is_read_beside_the_log(
    config: Config, eventually: Eventually
) -> None:
    with recorder(config) as (process, pane):
        stop(process)
        (config.paths.spool / pane / "keys").write_bytes(b"300\n")
        stream = counted(300)

        def ls() -> Any:
            done = chloe(config, "ls", "--json")
            assert f"process {process.pid}, which is stopped".encode() in done.stderr
            assert f"kill -CONT {process.pid}".encode() in done.stderr
            (found,) = json.loads(done.stdout)
            return found

        await eventually(lambda: ls()["printed"] == len(stream), "ls counts what is in the spool")
        exported = chloe(config, "export-log", "counts")
        assert exported.stdout == stream
        assert str(process.pid).encode() in exported.stderr
        text = chloe(config, "export-log", "counts", "--format", "text").stdout.split()
        assert text[-4:] == b"the screen after 300".split()
        told = chloe(config, "replay", "counts", "--json", "--data")
        records = [json.loads(line)["fact"] for line in told.stdout.splitlines()]
        assert b"".join(base64.b64decode(fact.get("data", "")) for fact in records) == stream
        doctor = chloe(config, "doctor")
        assert f"kill -CONT {process.pid}".encode() in doctor.stdout
        assert leases.taken(config.paths.leases, [pane]) == {pane}, "it isn't broken, nor woken"
        process.send_signal(signal.SIGCONT)
        async with running(config, screens=False) as engine:
            await eventually(lambda: engine.projections.panes[pane].printed == len(stream))
        # Each byte once: what was read beside the log was written nowhere.
        assert chloe(config, "export-log", "counts").stdout == stream
        assert not chloe(config, "ls").stderr
        assert chloe(config, "kill", "counts").returncode == 0


async def test_kill_ends_the_program_of_a_stopped_recorder_and_names_it(
    config: Config, eventually: Eventually
) -> None:
    with recorder(config) as (process, pane):
        stop(process)
        done = await asyncio.to_thread(chloe, config, "kill", "counts")
        assert done.returncode == 0
        assert f"kill -CONT {process.pid}".encode() in done.stderr
        assert not (config.paths.spool / pane / "lock").exists() or not _held(
            config.paths.spool / pane / "lock"
        )
        (found,) = json.loads(chloe(config, "ls", "--json").stdout)
        assert found["state"] == "ended", "the end is read from the spool"
        process.send_signal(signal.SIGCONT)
        async with running(config, screens=False) as engine:
            await eventually(lambda: not engine.projections.panes[pane].alive)
            await eventually(lambda: not (config.paths.spool / pane).exists())


def _held(path: Path) -> bool:
    return subprocess.run(["flock", "-n", str(path), "true"], capture_output=True).returncode != 0


async def test_an_app_says_which_recorder_is_stopped_and_that_it_goes_on(
    config: Config, eventually: Eventually
) -> None:
    with recorder(config) as (process, pane):
        async with running(config) as engine:
            stop(process)
            await eventually(lambda: f"kill -CONT {process.pid}" in (engine.trouble or ""))
            process.send_signal(signal.SIGCONT)
            await eventually(lambda: engine.trouble is None)
            process.kill()
            await eventually(lambda: engine._supervisor.records(pane))
            (config.paths.spool / pane / "keys").write_bytes(b"x0\n")
            await eventually(lambda: not engine.projections.panes[pane].alive)
            await eventually(lambda: not (config.paths.spool / pane).exists())
