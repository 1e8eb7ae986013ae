"""How a program reads its terminal: in lines or key by key, and how much of what was typed it has read.

Any process of the same user can see it. Owns the questions to the kernel, at some 0.05 ms each. Must not know
who types, or what. Sources: termios(3), ioctl_tty(2), proc_pid_stat(5).
"""

from __future__ import annotations

import fcntl
import os
import struct
import termios
from typing import NamedTuple

from chloe.events.facts import Process
from chloe.quick import dataclass

#: The most bytes of a line that a terminal keeps, without its end: what comes beyond is dropped
#: (N_TTY_BUF_SIZE of Linux's n_tty.c; MAX_CANON elsewhere, which is no more).
MAX_LINE = 4095

#: The first major number of Unix98 PTYs, and how many there are, of 256 terminals each (devices.txt, Linux).
_PTY_MAJOR, _PTY_MAJORS = 136, 8

#: Where the kernel tells of processes.
PROC = "/proc"

#: How a terminal is opened that is another program's.
_LOOKING = os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC

_INT = struct.Struct("=i")


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalInput:
    """The input side of a terminal, at the moment that it was looked at."""

    #: Keys reach the program one by one, and not lines: ICANON is off.
    is_raw: bool
    #: Bytes that the program may read now and hasn't: where it gets lines, those of complete ones.
    unread: int


def inspect_terminal(device: str) -> TerminalInput | None:
    """Return the input side of the terminal by this name; None where there is none that may be opened."""
    try:
        terminal = os.open(device, _LOOKING)
    except OSError:
        return None
    try:
        is_raw = not termios.tcgetattr(terminal)[3] & termios.ICANON
        (unread,) = _INT.unpack(fcntl.ioctl(terminal, termios.FIONREAD, bytes(_INT.size)))
    except (OSError, termios.error):
        return None
    finally:
        os.close(terminal)
    return TerminalInput(is_raw=is_raw, unread=unread)


def find_process(pid: int) -> Process | None:
    """Return the process that has this id now; None without /proc, and where there is none."""
    stat = _read_stat(pid)
    return Process(pid, stat.started, "") if stat is not None else None


def inspect_input_of(program: Process) -> TerminalInput | None:
    """Return that of the program's own terminal; None without /proc, and where the program is gone."""
    found = find_terminal(program)
    return inspect_terminal(found.device) if found is not None else None


def find_size_of(program: Process) -> tuple[int, int] | None:
    """Return rows and columns of the program's own terminal; None as ``inspect_input_of``."""
    found = find_terminal(program)
    if found is None:
        return None
    try:
        terminal = os.open(found.device, _LOOKING)
    except OSError:
        return None
    try:
        columns, rows = os.get_terminal_size(terminal)
    except OSError:
        return None
    finally:
        os.close(terminal)
    return rows, columns


class ProgramTerminal(NamedTuple):
    """The terminal of a program by its name, and the process group in front there; 0 where there is none."""

    device: str
    foreground: int


def find_terminal(program: Process) -> ProgramTerminal | None:
    """Return the PTY that a program runs on; None without /proc, without a PTY, and where it is gone."""
    stat = _read_stat(program.pid)
    if stat is None or stat.started != program.started:
        return None
    major = os.major(stat.terminal) - _PTY_MAJOR
    if not 0 <= major < _PTY_MAJORS:
        return None
    return ProgramTerminal(f"/dev/pts/{256 * major + os.minor(stat.terminal)}", max(stat.foreground, 0))


class _Stat(NamedTuple):
    """Of proc_pid_stat(5): the number of the terminal, the process group in front, the time of the start."""

    terminal: int
    foreground: int
    started: int


def _read_stat(pid: int) -> _Stat | None:
    try:
        with open(f"{PROC}/{pid}/stat", "rb") as file:  # noqa: PTH123 - a third of the time of Path's.
            fields = file.read().rpartition(b")")[2].split(maxsplit=20)
        # Fields 7, 8 and 22, counted behind the name, which may hold anything.
        return _Stat(int(fields[4]), int(fields[5]), int(fields[19]))
    except (OSError, ValueError, IndexError):
        return None
