"""A killed holder: what may be missing is told; a program that runs on is known and can be ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from chloe import __version__
from chloe.backends.backend import BytesLost, Exited
from chloe.backends.tmux import SpoolReader, spool, survivors
from chloe.backends.tmux.holder.child import process_identity
from chloe.events.facts import Process
from tests.ids import id_of

if TYPE_CHECKING:
    from tests.backends.tmux.conftest import Holder, MakeHolder, Panes, Soon
    from tests.conftest import Eventually

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="no /proc tells who a process is"
)

#: Minds no hang-up, and says who it is.
STUBBORN = "trap '' HUP; echo \"pid $$\"; while :; do sleep 0.05; done"
#: Minds nothing but force.
VERY_STUBBORN = "trap '' HUP TERM; echo \"pid $$\"; while :; do sleep 0.05; done"


def known(folder: Path) -> Process:
    about = spool.read_holder_info(folder)
    assert about is not None
    assert about.program is not None
    return about.program


def end_by_force(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def test_from_the_first_moment_the_spool_says_whose_it_is(holder: MakeHolder, soon: Soon) -> None:
    made = holder("sh", "-c", "read x; echo $$")
    soon(lambda: list(made.folder.glob("*.seg")) and spool.read_holder_info(made.folder))
    about = spool.read_holder_info(made.folder)
    assert about is not None
    assert about.holder == __version__
    assert about.term == "xterm-256color"
    program = known(made.folder)
    assert survivors.is_running(program)
    stat = Path(f"/proc/{program.pid}/stat").read_text().rpartition(")")[2].split()
    assert stat[1] == str(made.pid), "it is the holder's child"
    assert stat[19] == str(program.started)
    assert SpoolReader(made.folder).read() == []
    made.type(b"\r")
    made.run(SpoolReader(made.folder))
    assert not survivors.is_running(program)


def test_every_segment_says_whose_it_is(holder: MakeHolder) -> None:
    made = holder("seq", "1", "30000", segment_size=20_000)
    made.run(SpoolReader(made.folder))
    first = known(made.folder)
    for number in sorted(spool.list_segments(made.folder), reverse=True)[:-1]:
        (made.folder / f"{number}.seg").unlink()
    assert known(made.folder) == first


def test_another_process_of_the_same_number_is_not_taken_for_it() -> None:
    with subprocess.Popen(["sleep", "60"]) as process:
        pid, started, boot = process_identity(process.pid).split()
        it = Process(int(pid), int(started), boot)
        assert survivors.is_running(it)
        assert not survivors.is_running(it._replace(started=it.started + 1))
        assert not survivors.is_running(it._replace(boot="another boot"))
        assert not survivors.is_running(it._replace(pid=1))
        process.kill()
        process.wait()
        assert not survivors.is_running(it)


def test_a_program_is_found_by_its_environment_alone_if_it_is_as_old_as_its_pane() -> None:
    pane, other = id_of("pane"), id_of("other")
    environment = os.environ | {"CHLOE_PANE": pane}
    now = time.time_ns()
    # What it starts has the same environment, and may lead a session of its own.
    script = "setsid -f sleep 60; echo started; exec sleep 60"
    with subprocess.Popen(
        ["sh", "-c", script], env=environment, start_new_session=True, stdout=subprocess.PIPE
    ) as program:
        try:
            assert program.stdout is not None
            assert program.stdout.readline() == b"started\n"
            found = survivors.find_program(pane, now)
            assert found is not None and found.pid == program.pid
            assert survivors.is_running(found)
            assert survivors.find_program(other, now) is None
            assert survivors.find_program(pane, now - 3600 * 10**9) is None
            assert survivors.find_program(pane, 1) is None, "from before the machine was started"
        finally:
            program.kill()
            program.wait()
            child = survivors.find_program(pane, now)
            if child is not None:
                end_by_force(child.pid)


async def test_what_is_no_more_or_another_s_gets_no_signal() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        pid, started, boot = process_identity(process.pid).split()
        assert await survivors.terminate(Process(int(pid), int(started) + 1, boot))
        assert process.poll() is None
        process.kill()


async def killed(panes: Panes, script: str) -> tuple[Exited, list[BytesLost], int]:
    """The end of a pane whose holder is killed, what is lost, and the program."""
    pane = await panes.start("sh", "-c", script)
    await pane.until(b"\r\n")
    program = int(pane.output.split()[1])
    os.kill(pane.holder, signal.SIGKILL)
    exited = await pane.end()
    return exited, [each for each in pane.events if isinstance(each, BytesLost)], program


async def test_a_killed_holder_s_end_says_that_bytes_may_be_missing(panes: Panes) -> None:
    exited, lost, _ = await killed(panes, 'echo "pid $$"; exec sleep 60')
    assert exited.reason == "its holder was killed"
    assert exited.survivor is None
    assert [each.length for each in lost] == [0]
    assert "missing" in lost[0].reason


@pytest.mark.parametrize("script", [STUBBORN, VERY_STUBBORN], ids=["minds no hang-up", "minds only force"])
async def test_a_program_that_outlives_its_holder_is_named_and_can_be_ended(
    panes: Panes, script: str
) -> None:
    exited, lost, program = await killed(panes, script)
    try:
        assert exited.survivor is not None
        assert exited.survivor.pid == program
        assert f"process {program} ran on" in exited.reason
        assert [each.length for each in lost] == [0]
        assert survivors.is_running(exited.survivor)
        assert await survivors.terminate(exited.survivor)
        assert not survivors.is_running(exited.survivor)
    finally:
        end_by_force(program)


async def test_a_program_that_a_hang_up_left_running_is_named_as_well(panes: Panes, tmux_socket: str) -> None:
    pane = await panes.start("sh", "-c", STUBBORN)
    await pane.until(b"\r\n")
    program = int(pane.output.split()[1])
    try:
        subprocess.run(["tmux", "-L", tmux_socket, "kill-session", "-t", pane.backend.session], check=True)
        exited = await pane.end()
        assert exited.survivor is not None
        assert exited.survivor.pid == program
        assert not any(isinstance(each, BytesLost) for each in pane.events), "the holder saw it all"
        assert await survivors.terminate(exited.survivor)
    finally:
        end_by_force(program)


async def test_a_program_that_ends_with_its_holder_is_no_survivor(
    panes: Panes, eventually: Eventually
) -> None:
    exited, _, program = await killed(
        panes, 'trap "sleep 0.2; exit" HUP; echo "pid $$"; while :; do sleep 0.05; done'
    )
    assert exited.survivor is None
    await eventually(lambda: not Path(f"/proc/{program}").exists())


def test_a_holder_whose_last_words_find_no_file_ends_all_the_same(holder: MakeHolder, tmp_path: Path) -> None:
    folder = tmp_path / "home" / "spool" / "11111111-2222-4333-8444-555555555555"
    made: Holder = holder("true", folder=folder, cap="no number")
    made.wait()
    assert (folder / "failure").exists()
