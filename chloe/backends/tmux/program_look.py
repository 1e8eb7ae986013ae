"""Looking at the program of a tmux pane, whose terminal is the holder's.

Owns which process that is: its holder names it in the spool. Must not know who types, or what follows from
what shows.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from chloe.backends.evidence import Group, ProgramEvidence, look_from_outside
from chloe.backends.observed import ObservedProgram
from chloe.backends.terminal_input import TerminalInput, find_size_of, inspect_input_of
from chloe.backends.tmux import survivors
from chloe.backends.tmux.spool import read_holder_info
from chloe.events.facts import Process


class ProgramLook(ObservedProgram):
    """The program of the pane whose spool is ``folder``."""

    def __init__(self, folder: Path) -> None:
        #: The pane's spool.
        self.folder = folder
        self._program: Process | None = None
        self._members: Group | None = None

    def look(self) -> ProgramEvidence | None:
        """Look at what the program does now; None where it isn't known, or is gone."""
        program = self._find_program()
        if program is None:
            return None
        self._members = self._members or Group(program.pid)
        return look_from_outside(program, self._members)

    def inspect_input(self) -> TerminalInput | None:
        """Return how the program reads its terminal; None where that can't be seen."""
        program = self._find_program()
        return inspect_input_of(program) if program is not None else None

    def has_size(self, rows: int, columns: int) -> bool:
        """Return whether its terminal has this size; also where that can't be seen."""
        program = self._find_program()
        size = find_size_of(program) if program is not None else None
        return size in (None, (rows, columns))

    def _find_program(self) -> Process | None:
        if self._program is None:
            with suppress(OSError):
                info = read_holder_info(self.folder)
                # One of before the machine was started anew is known by an id that is another's now.
                if info is not None and info.program is not None and survivors.is_running(info.program):
                    self._program = info.program
        return self._program
