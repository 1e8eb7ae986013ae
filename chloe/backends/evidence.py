"""What shows of a program from outside: its terminal's line discipline, and who is in the foreground of it.

Owns ``ProgramEvidence`` and how it is gathered, at about 0.1 ms a look, for any terminal and as any process
of the same user. Must not know what follows from it (``actors.states``), nor who started the program. Without
/proc there is less of it: each field says what it then is. Sources: termios(3), proc_pid_stat(5),
proc_pid_fd(5), proc_loadavg(5).
"""

from __future__ import annotations

import os
import termios
from contextlib import suppress
from functools import cache

from chloe.backends import terminal_input
from chloe.events.facts import Process
from chloe.quick import dataclass

#: A terminal by the name that each process has for its own (tty(4)).
_OWN_TERMINAL = "/dev/tty"
#: Process ids that are tried one by one; beyond so many new ones, reading the list of all takes less time.
_MAX_TRIED = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramEvidence:
    """What a look at a pane's program shows. Names are those of proc_pid_comm(5): at most 15 bytes."""

    #: Keys reach the program one by one, and not lines: ICANON is off.
    is_raw: bool
    #: What is typed is shown by the terminal: ECHO is on.
    echoes: bool
    #: The name of the pane's own program, most often a shell; "" where it isn't known.
    program: str = ""
    #: The name of the leader of the process group in the foreground; "" where it is gone or isn't known.
    front: str = ""
    #: Whether the group in the foreground is that of the pane's own program; None where it isn't known.
    is_own_group: bool | None = None
    #: The names of the other processes of that group that have the terminal open. It is looked for only where
    #: the terminal is raw and the pane's own group in front, and empty otherwise; None where it can't be
    #: known.
    others: tuple[str, ...] | None = ()


class Group:
    """The processes of one process group, found again at the cost of those that were started since.

    A process is born into the group of its parent. So after one reading of the list of all (2 ms for a
    thousand), only the ids given out since can have joined, and the kernel says which the last one was. Where
    it isn't the kernel that says so, as in a sandbox that makes the number up, the list is read each time.
    """

    def __init__(self, group: int) -> None:
        self._group = group
        self._known: set[int] = set()
        self._last = 0

    def find(self) -> set[int] | None:
        """Return the ids of its processes now; None where there is no /proc."""
        last = _last_pid()
        if last is None:
            return None
        if self._last <= 0 or not 0 <= last - self._last <= _MAX_TRIED or not _is_proc_whole():
            candidates = _list_pids()
        else:
            candidates = {*self._known, *range(self._last + 1, last + 1)}
        self._last = last
        self._known = {pid for pid in candidates if self._has(pid)}
        return self._known

    def _has(self, pid: int) -> bool:
        try:
            return os.getpgid(pid) == self._group
        except OSError:
            return False


def look(terminal: int, device: str, foreground: int, members: Group, program: int) -> ProgramEvidence | None:
    """Return what a look at the program with this process id shows; None where the terminal says nothing.

    ``terminal`` is a descriptor of either end of its PTY, ``device`` the name of the program's end,
    ``foreground`` the process group in front (0 where it isn't known), ``members`` the group of the program.
    """
    try:
        local = termios.tcgetattr(terminal)[3]
    except termios.error:
        return None
    is_raw = not local & termios.ICANON
    is_own_group = foreground == program if foreground else None
    own = name_of(program)
    return ProgramEvidence(
        is_raw=is_raw,
        echoes=bool(local & termios.ECHO),
        program=own,
        front=own if is_own_group else name_of(foreground) if foreground else "",
        is_own_group=is_own_group,
        others=_find_others(members, program, device) if is_raw and is_own_group else (),
    )


def look_from_outside(
    program: Process, members: Group, terminal_of: terminal_input.ProgramTerminal | None = None
) -> ProgramEvidence | None:
    """Return what a look at a program shows whose terminal is another process's; None where nothing does.

    That is so without /proc, and where the program is gone. ``terminal_of`` it, where that was just found.
    """
    found = terminal_of or terminal_input.find_terminal(program)
    if found is None:
        return None
    try:
        terminal = os.open(found.device, os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        return look(terminal, found.device, found.foreground, members, program.pid)
    finally:
        os.close(terminal)


def _find_others(members: Group, program: int, device: str) -> tuple[str, ...] | None:
    found = members.find()
    if found is None:
        return None
    return tuple([name_of(pid) or str(pid) for pid in sorted(found - {program}) if has_open(pid, device)])


def has_open(pid: int, device: str) -> bool:
    """Return whether a process has its terminal open; one that lets nobody look is taken to have."""
    folder = f"{terminal_input.PROC}/{pid}/fd"
    try:
        numbers = os.listdir(folder)  # noqa: PTH208 - names are all it takes.
    except PermissionError:
        return True
    except OSError:
        return False
    for number in numbers:
        with suppress(OSError):
            # The name alone: to look at the file itself might wait for a disk that is gone.
            if os.readlink(f"{folder}/{number}") in (device, _OWN_TERMINAL):  # noqa: PTH115 - as above.
                return True
    return False


def _last_pid() -> int | None:
    """Return the process id that was given out last."""
    try:
        return int(read_briefly(f"{terminal_input.PROC}/loadavg").split()[4])
    except (OSError, ValueError, IndexError):
        return None


@cache
def _is_proc_whole() -> bool:
    """Return whether who tells of processes tells of the load, too: another file system may lie over that."""
    try:
        loads, processes = os.stat(f"{terminal_input.PROC}/loadavg"), os.stat(terminal_input.PROC)  # noqa: PTH116
    except OSError:
        return False
    return loads.st_dev == processes.st_dev


def _list_pids() -> set[int]:
    with suppress(OSError):
        return {int(name) for name in os.listdir(terminal_input.PROC) if name.isdecimal()}  # noqa: PTH208 - as above.
    return set()


def name_of(pid: int) -> str:
    """Return the name of a process, 15 bytes of it; "" where that can't be seen."""
    with suppress(OSError):
        return read_briefly(f"{terminal_input.PROC}/{pid}/comm").decode("utf-8", "replace").rstrip("\n")
    return ""


def read_briefly(path: str) -> bytes:
    """Read 4 KB at most of a file of /proc, in a third of the time of ``Path.read_bytes``."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(fd, 4096)
    finally:
        os.close(fd)
