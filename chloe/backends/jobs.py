"""The jobs of a pane: what its program started that still has its terminal, in front or not, stopped or not.

Owns the looking, as any process of the same user, at the cost of one reading of the list of processes. Must
not know what follows from it. A process that has let go of the terminal, as daemons do, outlives the terminal
and is none. Without /proc there is nothing to be seen.
"""

from __future__ import annotations

import os
from contextlib import suppress

from chloe.backends.activity import list_numbers
from chloe.backends.evidence import has_open, name_of
from chloe.backends.terminal_input import PROC, find_terminal
from chloe.events.facts import Process


def find_jobs(program: Process) -> tuple[str, ...]:
    """Return the names of the processes of the program's session, itself left out, that have its terminal.

    A job of several processes is named by its leader, where that has the terminal, and the same name stands
    there once.
    """
    found = find_terminal(program)
    if found is None:
        return ()
    jobs: dict[int, str] = {}
    for pid in list_numbers(PROC):
        with suppress(OSError):
            if pid != program.pid and os.getsid(pid) == program.pid and has_open(pid, found.device):
                group = os.getpgid(pid)
                if group not in jobs or pid == group:
                    jobs[group] = name_of(pid) or str(pid)
    return tuple(dict.fromkeys(jobs.values()))
