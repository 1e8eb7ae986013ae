"""What runs, and whether the log agrees."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from chloe.doctor import State
from chloe.engine import open_engine
from chloe.events.commands import Kill, Open

_KILLED = """
import asyncio, os, sys
from pathlib import Path
from chloe.config import Config, Paths, TmuxSettings
from chloe.engine import open_engine
from chloe.events.commands import Kill, Open

async def main():
    config = Config(paths=Paths.under(Path(sys.argv[1])), tmux=TmuxSettings(socket_name=sys.argv[2]))
    async with open_engine(config) as engine:
        await engine.request(Open(backend="direct", argv=("sleep", "60"), name="lost"))
        os.kill(os.getpid(), 9)

asyncio.run(main())
"""


async def test_a_live_pane_tells_its_holder_its_recorder_and_its_spool(doctor: Any, eventually: Any) -> None:
    pane = await doctor.pane(name="build")
    (alone,) = await doctor.found("sessions")
    assert alone.subject == f"build ({pane[:8]})"
    assert f"holder {doctor.holder(pane)}" in alone.text
    assert "recorded by nobody at the moment" in alone.text
    assert "of 1.0 GB" in alone.text

    async with open_engine(doctor.config) as engine:
        await engine.ingest_spools()
        (recorded,) = await doctor.found("sessions")
        (instance,) = await doctor.found("instances")

    assert f"recorded by instance {engine.instance[:8]} (process {os.getpid()})" in recorded.text
    assert instance.subject == f"instance {engine.instance[:8]}"
    assert f"process {os.getpid()}" in instance.text


async def test_a_stranger_is_told_with_the_command_that_ends_it_and_is_left_alone(doctor: Any) -> None:
    await doctor.start()
    stranger = "chloe-11111111-2222-3333-4444-555555555555"
    doctor.tmux("new-session", "-d", "-s", stranger, "sleep 60")
    doctor.tmux("new-session", "-d", "-s", "theirs", "sleep 60")

    (found,) = await doctor.found("strangers")

    assert (found.subject, found.state, found.fixable) == (stranger, State.WARN, False)
    assert found.remedy.endswith(f"tmux -L {doctor.config.tmux.socket_name} kill-session -t {stranger}")
    await doctor.fix()
    assert stranger in doctor.tmux("ls")


async def test_a_killed_holder_is_told_and_a_start_says_that_its_pane_ended(doctor: Any) -> None:
    pane = await doctor.pane()
    await doctor.kill_holder(pane)

    (found,) = await doctor.found("panes")

    assert (found.state, found.fixable) == (State.WARN, True)
    assert "its holder is gone" in found.text
    started: list[bool] = []
    assert [deed.done for deed in await doctor.fix(lambda: started.append(True))] == [True]
    assert started == [True], "one start is enough"
    await doctor.start()
    assert [each.state for each in await doctor.found("panes")] == [State.OK]
    assert not doctor.spool(pane).exists()


async def test_a_pane_of_which_nothing_is_left_is_told(doctor: Any) -> None:
    pane = await doctor.pane()
    await doctor.kill_holder(pane)
    for each in doctor.spool(pane).iterdir():
        each.unlink()
    doctor.spool(pane).rmdir()

    (found,) = await doctor.found("panes")

    assert found.state == State.WARN
    assert "its session and its spool are gone" in found.text


async def test_a_killed_chloe_leaves_a_lock_and_a_direct_pane_and_both_are_mended(
    doctor: Any, home: Path
) -> None:
    command = [sys.executable, "-c", _KILLED, str(home), doctor.config.tmux.socket_name]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    subprocess.run(command, env=environment, check=False)

    (instance,) = await doctor.found("instances")
    (pane,) = await doctor.found("panes")

    assert (instance.state, instance.fixable) == (State.NOTE, True)
    assert (pane.state, pane.fixable) == (State.WARN, True)
    assert pane.subject.startswith("lost (")
    await doctor.start()
    await doctor.fix()
    assert [each.text for each in await doctor.found("instances")] == ["no Chloe runs"]
    assert [each.state for each in await doctor.found("panes")] == [State.OK]
    assert list((home / "instances").iterdir()) == []


async def test_a_direct_pane_of_a_living_chloe_is_well(doctor: Any) -> None:
    async with open_engine(doctor.config) as engine:
        await engine.request(Open(backend="direct", argv=("sleep", "60")))

        assert [each.state for each in await doctor.found("panes")] == [State.OK]


async def test_a_stopped_server_is_told_with_the_command_that_wakes_it(doctor: Any) -> None:
    await doctor.pane()
    pid = int(doctor.tmux("display-message", "-p", "#{pid}"))
    os.kill(pid, signal.SIGSTOP)
    try:
        states = await doctor.states()
        (found,) = await doctor.found("server")
    finally:
        os.kill(pid, signal.SIGCONT)

    assert found.state == State.BAD
    assert found.remedy == f"kill -CONT {pid}"
    assert states["sessions"] == states["panes"] == states["log"] == State.OK, "holders need no server"


async def test_a_pane_on_another_server_is_told(doctor: Any) -> None:
    await doctor.pane()
    doctor.environment["CHLOE_TMUX_SOCKET"] += "-other"

    (found,) = await doctor.found("sessions")

    assert found.state == State.WARN
    assert "socket_name" in found.remedy


async def test_a_spool_that_is_nearly_full_is_told(doctor: Any, home: Path) -> None:
    pane = await doctor.pane("sh", "-c", "printf ready; head -c 900000 /dev/zero; exec cat")
    (home / "config.toml").write_text('[spool]\npane_cap = "1 MB"\n')
    with (doctor.spool(pane) / "9.seg").open("wb") as segment:
        segment.truncate(900_000)

    (found,) = await doctor.found("sessions")

    assert found.state == State.WARN
    assert "output is lost" in found.text


async def test_a_program_that_outlived_its_holder_is_named_with_what_ends_it(doctor: Any) -> None:
    pane = await doctor.pane(
        "sh", "-c", "trap '' HUP; printf ready; while :; do sleep 0.05; done", name="stubborn"
    )
    await doctor.kill_holder(pane)
    await doctor.start()

    (found,) = await doctor.found("panes")

    assert (found.state, found.subject) == (State.WARN, f"stubborn ({pane[:8]})")
    assert "runs on without a terminal" in found.text
    assert f"chloe kill {pane[:8]}" in found.remedy
    async with open_engine(doctor.config, screens=False) as engine:
        await engine.request(Kill(pane))
    assert [each.state for each in await doctor.found("panes")] == [State.OK]
