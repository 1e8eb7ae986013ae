"""What real programs on a real terminal are seen to do."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chloe.backends.activity import Activity, ProcessGroups, observe
from chloe.events.facts import Process

DEADLINE = 20.0

pytestmark = pytest.mark.skipif(not Path("/proc/self/syscall").exists(), reason="no /proc, or an older one")

#: Makes its standard input the terminal of a session of its own, then becomes the program.
_STARTER = (
    "import fcntl, os, sys, termios\n"
    "fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"
    "os.execvp(sys.argv[1], sys.argv[1:])"
)


def process_of(pid: int) -> Process:
    fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    return Process(pid, int(fields[19]), "")


@pytest.fixture
def start() -> Iterator[Callable[..., Process]]:
    """Start a program on a terminal of its own."""
    started: list[tuple[subprocess.Popen[bytes], int]] = []

    def begin(*argv: str) -> Process:
        master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, b"\x18\0\x50\0\0\0\0\0")
        child = subprocess.Popen(
            [sys.executable, "-c", _STARTER, *argv],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env={"PATH": os.environ["PATH"], "PS1": "$ ", "TERM": "xterm"},
        )
        os.close(slave)
        started.append((child, master))
        return process_of(child.pid)

    yield begin
    for child, master in started:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        os.close(master)


def sees(program: Process, holds: Callable[[Activity], object]) -> Activity:
    """Look until it ``holds``."""
    until = time.monotonic() + DEADLINE
    found = None
    while found is None or not holds(found):
        assert time.monotonic() < until, found
        time.sleep(0.01)
        found = observe(program, ProcessGroups())
    return found


def test_a_program_that_reads_lines_is_inside_a_read(start: Callable[..., Process]) -> None:
    found = sees(start("cat"), lambda found: found.own == {"reads"})
    assert not found.evidence.is_raw
    assert found.evidence.echoes
    assert (found.evidence.program, found.evidence.front, found.evidence.is_own_group) == ("cat", "cat", True)
    assert not found.others
    assert found.words == ("cat",)


def test_a_password_is_read_without_an_echo(start: Callable[..., Process]) -> None:
    ask = "import getpass; getpass.getpass()"
    found = sees(
        start(sys.executable, "-c", ask), lambda found: "reads" in found.own and not found.evidence.echoes
    )
    assert not found.evidence.is_raw


def test_a_key_is_read_raw(start: Callable[..., Process]) -> None:
    found = sees(start("sh", "-c", "stty raw -echo; exec head -c 1"), lambda found: found.own == {"reads"})
    assert found.evidence.is_raw
    assert found.evidence.program == "head"


def test_who_sleeps_waits_or_runs_is_told_apart(start: Callable[..., Process]) -> None:
    sees(start("sleep", "1000"), lambda found: found.own == {"sleeps"})
    sees(
        start("sh", "-c", "sleep 1000; true"),
        lambda found: found.own == {"child"} and found.others == {"sleeps"},
    )
    sees(start(sys.executable, "-c", "while True: pass"), lambda found: "runs" in found.own)
    select = "import select, sys; select.select([sys.stdin], [], [])"
    sees(start(sys.executable, "-c", select), lambda found: found.own == {"polls"})


def test_what_reads_something_else_does_not_read_the_terminal(start: Callable[..., Process]) -> None:
    read = "import os; end, other = os.pipe(); os.read(end, 1)"
    sees(start(sys.executable, "-c", read), lambda found: found.own == {"other"})


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash here")
def test_a_job_in_front_of_its_shell_has_a_group_of_its_own(start: Callable[..., Process]) -> None:
    shell = start("bash", "--norc", "-i", "-c", "set -m; sleep 1000; true")
    found = sees(shell, lambda found: not found.evidence.is_own_group and found.others == {"sleeps"})
    assert (found.evidence.program, found.evidence.front, found.own) == ("bash", "sleep", frozenset())


def test_of_another_process_with_the_same_id_nothing_is_said(start: Callable[..., Process]) -> None:
    program = start("cat")
    sees(program, lambda found: found.own)
    assert observe(program._replace(started=program.started + 1), ProcessGroups()) is None
    assert observe(Process(2**30, 1, ""), ProcessGroups()) is None
    assert observe(process_of(1)._replace(pid=1), ProcessGroups()) is None
