"""How a program reads its terminal, seen from outside, on real terminals."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import termios
import time
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from chloe.backends.terminal_input import TerminalInput, inspect_input_of, inspect_terminal
from chloe.backends.tmux.holder.child import process_identity
from chloe.events.facts import Process


@pytest.fixture
def terminal() -> Iterator[tuple[int, int, str]]:
    """A PTY: both ends, and the name of the program's."""
    ours, theirs = pty.openpty()
    yield ours, theirs, os.ttyname(theirs)
    os.close(ours)
    os.close(theirs)


def _comes_to(name: str, seen: TerminalInput) -> bool:
    """Wait until the terminal is seen like this: the kernel hands on what is typed in the background."""
    deadline = time.monotonic() + 30
    while inspect_terminal(name) != seen:
        if time.monotonic() > deadline:
            return False
    return True


def test_lines_are_counted_once_they_are_complete(terminal: tuple[int, int, str]) -> None:
    ours, theirs, name = terminal
    os.write(ours, b"half")
    assert _comes_to(name, TerminalInput(is_raw=False, unread=0))
    os.write(ours, b" a line\r")
    assert _comes_to(name, TerminalInput(is_raw=False, unread=12))
    os.read(theirs, 99)
    assert _comes_to(name, TerminalInput(is_raw=False, unread=0))


def test_keys_are_counted_one_by_one(terminal: tuple[int, int, str]) -> None:
    ours, theirs, name = terminal
    tty.setraw(theirs)
    os.write(ours, b"abc")
    assert _comes_to(name, TerminalInput(is_raw=True, unread=3))
    os.read(theirs, 1)
    assert _comes_to(name, TerminalInput(is_raw=True, unread=2))


def test_what_is_no_terminal_says_nothing(tmp_path: Path) -> None:
    assert inspect_terminal(str(tmp_path / "none")) is None
    assert inspect_terminal(os.devnull) is None


def _process(pid: int) -> Process:
    number, started, boot = process_identity(pid).split()
    return Process(int(number), int(started), boot)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="there is no /proc")
def test_a_program_is_found_by_its_process_and_never_taken_for_another(
    terminal: tuple[int, int, str],
) -> None:
    ours, theirs, _ = terminal
    settings = termios.tcgetattr(theirs)
    waits = [
        sys.executable,
        "-c",
        "import os, fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.read(0, 9)",
    ]
    program = subprocess.Popen(waits, stdin=theirs, start_new_session=True)
    try:
        known = _process(program.pid)
        while inspect_input_of(known) is None:
            assert program.poll() is None
        tty.setraw(theirs)
        seen = inspect_input_of(known)
        assert seen is not None
        assert seen.is_raw
        assert inspect_input_of(Process(known.pid, known.started + 1, known.boot)) is None
        termios.tcsetattr(theirs, termios.TCSANOW, settings)
    finally:
        os.write(ours, b"\r")
        assert program.wait(30) == 0
    assert inspect_input_of(known) is None


def test_a_process_without_a_terminal_says_nothing() -> None:
    program = subprocess.Popen(
        ["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        if Path("/proc/self/stat").exists():
            assert inspect_input_of(_process(program.pid)) is None
    finally:
        program.communicate()
