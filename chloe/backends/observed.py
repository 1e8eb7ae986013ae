"""A program that can be observed, whatever it runs on: the part that all backends with processes share.

Owns the two questions. Must not know how a backend finds its program's process.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from chloe.backends.activity import Activity, ProcessGroups, observe
from chloe.backends.jobs import find_jobs
from chloe.events.facts import Process


class ObservedProgram(ABC):
    """What answers for the processes of one pane. See ``Backend`` for the answers."""

    @abstractmethod
    def _find_program(self) -> Process | None:
        """Return the pane's program; None where it isn't known, or is gone."""

    def observe(self, groups: ProcessGroups) -> Activity | None:
        """Look at what the processes in front do; None where nothing of them can be seen."""
        program = self._find_program()
        return observe(program, groups) if program is not None else None

    def find_jobs(self) -> tuple[str, ...]:
        """Return the names of what the program started that has its terminal."""
        program = self._find_program()
        return find_jobs(program) if program is not None else ()
