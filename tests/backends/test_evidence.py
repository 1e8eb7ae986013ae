"""What shows of a program from outside, by real terminals: the line discipline, and who is in front."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from chloe.backends import evidence, terminal_input
from chloe.backends.evidence import Group, ProgramEvidence, look_from_outside
from chloe.backends.tmux.holder.child import process_identity
from chloe.events.facts import Process

if TYPE_CHECKING:
    from tests.backends.conftest import Session, Start
    from tests.conftest import Eventually

real = pytest.mark.parametrize("kind", ["direct", "tmux"])

#: Reads single keys from its terminal until it gets a q.
RAW = "import tty,os\ntty.setraw(0)\nos.write(1,b'ready\\r\\n')\nwhile os.read(0,1)!=b'q': pass\n"


@pytest.fixture
def picker(tmp_path: Path) -> str:
    """A command that reads single keys from its terminal, whatever its standard output is."""
    path = tmp_path / "picker.py"
    path.write_text(RAW.replace("os.write(1,", "os.write(2,"))
    return f"{sys.executable} {path}"


async def sees(eventually: Eventually, session: Session, **expected: object) -> ProgramEvidence:
    """Wait until a look shows this."""

    def shows() -> bool:
        seen = session.backend.look()
        return seen is not None and all(getattr(seen, name) == value for name, value in expected.items())

    await eventually(shows, f"{expected} of {session.backend.look()}")
    seen = session.backend.look()
    assert seen is not None
    return seen


@real
async def test_a_program_that_reads_lines(start: Start, eventually: Eventually) -> None:
    session = await start("/bin/cat")
    await sees(
        eventually,
        session,
        is_raw=False,
        echoes=True,
        program="cat",
        front="cat",
        is_own_group=True,
        others=(),
    )


@real
async def test_a_shell_at_its_prompt_and_what_runs_in_front_of_it(
    start: Start, eventually: Eventually, picker: str
) -> None:
    session = await start("/bin/bash", "--norc", extra={"TERM": "xterm"})
    prompt = {"is_raw": True, "program": "bash", "front": "bash", "is_own_group": True, "others": ()}
    await sees(eventually, session, **prompt)
    session.type("sleep 100\n")
    await sees(eventually, session, is_raw=False, front="sleep", is_own_group=False)
    session.type("\x03")
    await sees(eventually, session, **prompt)
    session.type("read -s secret\n")
    await sees(eventually, session, is_raw=False, echoes=False, front="bash", is_own_group=True)
    session.type("\n")
    await sees(eventually, session, **prompt)
    session.type(f"{picker}\n")
    await sees(eventually, session, is_raw=True, is_own_group=False, others=())
    session.type("q")
    await sees(eventually, session, **prompt)


@real
async def test_a_picker_in_the_shell_s_own_group_is_found_and_a_background_job_is_none(
    start: Start, eventually: Eventually, picker: str
) -> None:
    session = await start("/bin/bash", "--norc", extra={"TERM": "xterm"})
    session.type("sleep 100 & sleep 100 </dev/null >/dev/null 2>&1 &\n")
    await sees(eventually, session, is_raw=True, is_own_group=True, others=())
    session.type(f"picked=$({picker})\n")
    await eventually(lambda: len(_others(session)) == 1)
    session.type("q")
    await sees(eventually, session, is_raw=True, others=())


def _others(session: Session) -> tuple[str, ...]:
    seen = session.backend.look()
    return (seen.others or ()) if seen is not None and seen.is_raw else ()


@real
async def test_of_a_program_that_has_ended_nothing_shows(start: Start, eventually: Eventually) -> None:
    session = await start("/bin/cat")
    await sees(eventually, session, program="cat")
    session.type("\x04")
    await session.end()
    assert session.backend.look() is None


@real
async def test_without_proc_a_look_says_less_and_guesses_nothing(
    start: Start, eventually: Eventually, monkeypatch: pytest.MonkeyPatch, kind: str, tmp_path: Path
) -> None:
    session = await start("/bin/bash", "--norc", extra={"TERM": "xterm"})
    seen = await sees(eventually, session, is_raw=True, is_own_group=True)
    monkeypatch.setattr(terminal_input, "PROC", str(tmp_path))
    less = replace(seen, program="", front="", others=None)
    assert session.backend.look() == (less if kind == "direct" else None)


def test_another_process_with_the_same_id_is_not_taken_for_it(at_terminal: int) -> None:
    pid, started, boot = process_identity(at_terminal).split()
    program = Process(int(pid), int(started), boot)
    assert look_from_outside(program, Group(program.pid)) is not None
    assert look_from_outside(program._replace(started=program.started + 1), Group(program.pid)) is None


@pytest.fixture
def at_terminal() -> Iterator[int]:
    """The id of a process that leads a session on a PTY of its own."""
    master, slave = os.openpty()
    program = (
        "import fcntl, os, termios\nos.setsid()\nfcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"
        "print('on', flush=True)\nos.read(0, 1)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdin=slave, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process.pid
        process.kill()
    os.close(master)
    os.close(slave)


# The processes of a group --------------------------------------------------------------------------


def test_a_group_is_found_and_so_are_those_that_join_it_later(monkeypatch: pytest.MonkeyPatch) -> None:
    leader = subprocess.Popen(["sleep", "100"], process_group=0)
    members = Group(leader.pid)
    assert members.find() == {leader.pid}
    # From now on the list of all processes isn't read any more.
    monkeypatch.setattr(evidence, "_list_pids", lambda: pytest.fail("read the whole list again"))
    second = subprocess.Popen(["sleep", "100"], process_group=leader.pid)
    assert members.find() == {leader.pid, second.pid}
    for process in (second, leader):
        process.kill()
        process.wait()
        assert process.pid not in (members.find() or ())


def test_a_number_of_the_last_process_that_can_t_be_is_not_relied_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(evidence, "_last_pid", lambda: 0)
    leader = subprocess.Popen(["sleep", "100"], process_group=0)
    members = Group(leader.pid)
    assert members.find() == {leader.pid}
    second = subprocess.Popen(["sleep", "100"], process_group=leader.pid)
    assert members.find() == {leader.pid, second.pid}
    for process in (second, leader):
        process.kill()
        process.wait()


def test_after_very_many_new_processes_the_list_of_all_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    members = Group(os.getpgrp())
    assert os.getpid() in (members.find() or ())
    monkeypatch.setattr(evidence, "_last_pid", lambda: 10**7)
    assert os.getpid() in (members.find() or ())
    # Ids begin anew once the last was given out.
    monkeypatch.setattr(evidence, "_last_pid", lambda: 5)
    assert os.getpid() in (members.find() or ())
