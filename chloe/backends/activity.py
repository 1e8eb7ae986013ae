"""What the processes in front of a terminal are doing: reading it, waiting for something else, or working.

Owns ``Activity`` and the looking, which any process of the same user may do: some 0.1 ms a terminal, in
addition to ``evidence``. Must not know what follows from it (``actors.states``), nor who started the program.
Without /proc there is nothing to be seen; where the kernel lets only a parent look (Yama), what the processes
wait for isn't known.

Sources: proc_pid_syscall(5); the numbers of the system calls are those of Linux,
arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Literal

from chloe.backends.evidence import Group, ProgramEvidence, look_from_outside, read_briefly
from chloe.backends.terminal_input import find_terminal
from chloe.events.facts import Process
from chloe.quick import dataclass

#: What a thread does: it reads the terminal, waits for any of several files, for a child, for a time, for
#: something else, or it runs. "" where that can't be seen.
Call = Literal["reads", "polls", "child", "sleeps", "other", "runs", ""]

#: Processes of one group, and threads of one process, that are looked at: more wait for the same.
_MAX_PROCESSES, _MAX_THREADS = 32, 32

#: What the kernel adds to the name of a folder that isn't there any more (proc_pid_cwd(5)).
_REMOVED = " (deleted)"

#: By machine: the calls that read, that wait for several files, for a child, for a time.
_CALLS: Mapping[str, Mapping[str, frozenset[int]]] = {
    "x86_64": {
        "reads": frozenset({0, 19}),
        "polls": frozenset({7, 23, 232, 270, 271, 281, 426, 441}),
        "child": frozenset({61, 247}),
        "sleeps": frozenset({35, 230}),
    },
    "aarch64": {
        "reads": frozenset({63, 65}),
        "polls": frozenset({22, 72, 73, 426, 441}),
        "child": frozenset({95, 260}),
        "sleeps": frozenset({101, 115}),
    },
}
#: Those of this machine, where they are known.
_OWN_CALLS = _CALLS.get(os.uname().machine)


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What one look showed: the evidence, and what the threads of those in front do.

    ``own`` is that of the pane's own program, where its group is in front, ``others`` that of all others
    there.
    """

    evidence: ProgramEvidence
    #: The words that the pane's own program was started with, the first 4 KB of them (proc_pid_cmdline(5)).
    words: tuple[str, ...]
    own: frozenset[Call]
    others: frozenset[Call]
    #: The folder that the program in front is in, else the pane's own; "" where neither says so.
    folder: str = ""


class ProcessGroups:
    """The processes of this machine by their groups, as of the first question."""

    def __init__(self) -> None:
        self._groups: dict[int, list[int]] | None = None

    def members(self, group: int) -> list[int]:
        """Return the ids of the processes in ``group``."""
        if self._groups is None:
            self._groups = {}
            for pid in list_numbers("/proc"):
                with suppress(OSError):
                    self._groups.setdefault(os.getpgid(pid), []).append(pid)
        return self._groups.get(group, [])


class _KnownGroup(Group):
    """A group of processes that were found before, for many programs at once."""

    def __init__(self, members: Iterable[int]) -> None:
        self._members = set(members)

    def find(self) -> set[int]:
        return self._members


def observe(program: Process, groups: ProcessGroups) -> Activity | None:
    """Return what a look at ``program`` and what is in front of its terminal shows; None where nothing does.

    So it is where it is gone, has no terminal, or there is no /proc.
    """
    found = find_terminal(program)
    if found is None:
        return None
    evidence = look_from_outside(program, _KnownGroup(groups.members(program.pid)), found)
    if evidence is None:
        return None
    members = groups.members(found.foreground)[:_MAX_PROCESSES]
    return Activity(
        evidence=evidence,
        words=_words(program.pid),
        own=_calls([program.pid] if evidence.is_own_group else [], found.device),
        others=_calls([pid for pid in members if pid != program.pid], found.device),
        folder=_folder(found.foreground) or _folder(program.pid),
    )


def _folder(pid: int) -> str:
    """Return the folder that a process is in; "" where that can't be seen, and where it was removed."""
    try:
        # The name alone, which needs no file system.
        folder = os.readlink(f"/proc/{pid}/cwd")  # noqa: PTH115 - as above.
    except OSError:
        return ""
    return "" if folder.endswith(_REMOVED) or not folder.startswith("/") else folder


def _words(pid: int) -> tuple[str, ...]:
    with suppress(OSError):
        return tuple(
            read_briefly(f"/proc/{pid}/cmdline").decode("utf-8", "replace").removesuffix("\0").split("\0")
        )
    return ()


def _calls(pids: Iterable[int], device: str) -> frozenset[Call]:
    threads = ((pid, thread) for pid in pids for thread in list_numbers(f"/proc/{pid}/task")[:_MAX_THREADS])
    return frozenset(_call(pid, thread, device) for pid, thread in threads)


def _call(pid: int, thread: int, device: str) -> Call:
    try:
        words = read_briefly(f"/proc/{pid}/task/{thread}/syscall").split()
    except OSError:
        return ""
    if words[:1] == [b"running"]:
        return "runs"
    try:
        number, first = int(words[0]), int(words[1], 16)
    except (ValueError, IndexError):
        return ""
    table = _OWN_CALLS
    if table is None:
        return ""
    if number in table["reads"]:
        return "reads" if _is_terminal(pid, first, device) else "other"
    if number in table["polls"]:
        return "polls"
    if number in table["child"]:
        return "child"
    return "sleeps" if number in table["sleeps"] else "other"


def _is_terminal(pid: int, descriptor: int, device: str) -> bool:
    try:
        return os.readlink(f"/proc/{pid}/fd/{descriptor}") in (device, "/dev/tty")  # noqa: PTH115 - a name.
    except OSError:
        return False


def list_numbers(folder: str) -> list[int]:
    """Return the numbers among the names in a folder of /proc; none where it can't be read."""
    try:
        return [int(name) for name in os.listdir(folder) if name.isdecimal()]  # noqa: PTH208 - names.
    except OSError:
        return []
