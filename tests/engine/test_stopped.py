"""A recorder that somebody stopped: it is named, what is looked at is read beside it, and kill works."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from chloe.backends.tmux import leases
from chloe.config import Config
from chloe.engine import open_engine
from tests.engine.counting import counted
from tests.engine.recorder import recorder, stop

Eventually = Callable[..., Awaitable[None]]
HeldStill = Callable[[int], AbstractContextManager[None]]

pytestmark = pytest.mark.usefixtures("nothing_is_left")


def chloe(config: Config, *words: str) -> subprocess.CompletedProcess[bytes]:
    asked = [sys.executable, "-m", "chloe", *words]
    return subprocess.run(asked, env=environment(config), capture_output=True, timeout=30)


def environment(config: Config) -> dict[str, str]:
    return os.environ | {
        "CHLOE_HOME": str(config.paths.home),
        "CHLOE_TMUX_SOCKET": config.tmux.socket_name,
    }


async def ended(config: Config, process: subprocess.Popen[str], eventually: Eventually) -> None:
    """Wake the recorder, end its pane, and wait until it has taken all in."""
    process.send_signal(signal.SIGCONT)
    assert chloe(config, "kill", "counts").returncode == 0
    await eventually(lambda: not list(config.paths.spool.iterdir()))


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
        assert leases.leased_panes(config.paths.leases, [pane]) == {pane}, "it isn't broken, nor woken"
        process.send_signal(signal.SIGCONT)
        async with open_engine(config, screens=False) as engine:
            await eventually(lambda: engine.projections.panes[pane].output_bytes == len(stream))
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
        async with open_engine(config, screens=False) as engine:
            await eventually(lambda: not engine.projections.panes[pane].alive)
            await eventually(lambda: not (config.paths.spool / pane).exists())


def _held(path: Path) -> bool:
    return subprocess.run(["flock", "-n", str(path), "true"], capture_output=True).returncode != 0


async def test_an_app_says_which_recorder_is_stopped_and_that_it_goes_on(
    config: Config, eventually: Eventually
) -> None:
    with recorder(config) as (process, pane):
        async with open_engine(config) as engine:
            stop(process)
            await eventually(lambda: f"kill -CONT {process.pid}" in (engine.trouble or ""))
            process.send_signal(signal.SIGCONT)
            await eventually(lambda: engine.trouble is None)
            process.kill()
            await eventually(lambda: engine._supervisor.is_recording(pane))
            (config.paths.spool / pane / "keys").write_bytes(b"x0\n")
            await eventually(lambda: not engine.projections.panes[pane].alive)
            await eventually(lambda: not (config.paths.spool / pane).exists())


async def test_a_command_that_ctrl_z_stops_gives_its_leases_back_and_takes_them_again(
    config: Config, eventually: Eventually
) -> None:
    with recorder(config) as (first, pane):
        first.kill()
        first.wait()
        words = [sys.executable, "-m", "chloe", "replay", "--follow"]
        # In a group of its own: one that no shell could continue isn't stopped by SIGTSTP (setpgid(2)).
        with subprocess.Popen(
            words, env=environment(config), stdout=subprocess.PIPE, process_group=0
        ) as command:
            try:
                path = config.paths.leases
                assert command.stdout is not None
                assert await asyncio.to_thread(command.stdout.readline), "it follows"
                await eventually(
                    lambda: leases.lease_offset(pane) in leases.find_recorders(path, [command.pid])
                )
                command.send_signal(signal.SIGTSTP)
                await asyncio.to_thread(os.waitid, os.P_PID, command.pid, os.WSTOPPED | os.WNOWAIT)
                assert leases.leased_panes(path, [pane]) == set()
                command.send_signal(signal.SIGCONT)
                await eventually(lambda: leases.leased_panes(path, [pane]) == {pane})
                (config.paths.spool / pane / "keys").write_bytes(b"x0\n")
                await eventually(lambda: not (config.paths.spool / pane).exists())
            finally:
                command.kill()


async def test_where_many_panes_are_told_of_it_is_said_that_more_is_in_a_spool(
    config: Config, eventually: Eventually
) -> None:
    with recorder(config) as (process, pane):
        stop(process)
        assert b"replay" not in chloe(config, "replay").stderr, "there is nothing more yet"
        (config.paths.spool / pane / "keys").write_bytes(b"3\n")
        async with open_engine(config, screens=False) as engine:
            await eventually(lambda: any(each.since for each in engine.unread().values()))
        assert b"`chloe replay counts` has it" in chloe(config, "replay").stderr
        words = [sys.executable, "-m", "chloe", "replay", "counts", "--follow"]
        pipe = subprocess.PIPE
        with subprocess.Popen(words, env=environment(config), stdout=subprocess.DEVNULL, stderr=pipe) as one:
            assert one.stderr is not None
            lines = [await asyncio.to_thread(one.stderr.readline) for _ in range(2)]
            one.kill()
        assert b"`chloe replay counts` has it" in lines[1]
        await ended(config, process, eventually)


async def test_what_cannot_be_read_of_a_stopped_recorders_spool_is_said(
    config: Config, eventually: Eventually
) -> None:
    with recorder(config) as (process, pane):
        stop(process)
        (segment,) = (config.paths.spool / pane).glob("*.seg")
        with segment.open("ab") as file:
            file.write(b"damaged" * 100)
        done = chloe(config, "export-log", "counts")
        assert done.returncode == 1
        assert done.stdout == counted()
        assert b"not all that counts printed since could be read" in done.stderr
        await ended(config, process, eventually)
