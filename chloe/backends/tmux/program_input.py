"""How the program of a tmux pane reads its terminal, which is the holder's.

Owns which process that is: its holder names it in the spool. Must not know who types.
"""

from __future__ import annotations

from pathlib import Path

from chloe.backends.terminal_input import TerminalInput, inspect_input_of
from chloe.backends.tmux.spool import read_holder_info


def inspect_program_input(folder: Path) -> TerminalInput | None:
    """Return how the program of the spool ``folder`` reads; None where it isn't known, or gone."""
    try:
        info = read_holder_info(folder)
    except OSError:
        return None
    return inspect_input_of(info.program) if info is not None and info.program is not None else None
