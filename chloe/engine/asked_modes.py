"""What a pane's program asked of its terminal, for who types into it without looking at it.

Owns where that is known without a screen that is followed. Must not know what is typed.
"""

from __future__ import annotations

from chloe.backends.tmux.published_modes import read_modes
from chloe.engine.engine import Engine
from chloe.events.ids import path_of
from chloe.events.panes import Pane
from chloe.store import Store
from chloe.terminal.modes import Modes


async def find_modes(engine: Engine, pane: Pane) -> Modes:
    """Return the modes that the pane's program set last: as its holder says, else as the log has it."""
    published = read_modes(path_of(engine.paths.spool, pane.id)) if pane.traits.outlives_chloe else None
    return published or await fold_modes(engine.store, pane.id)


async def fold_modes(store: Store, pane: str) -> Modes:
    """Return the modes at the end of the pane's stream in the log, folded from its last checkpoint on.

    Where the emulator fails on it, they are those of a program that asked for nothing.
    """
    from chloe.past.walker import Walker

    walker = Walker(store, pane, scrollback=0)
    await walker.at()
    return walker.terminal.modes if walker.terminal is not None else Modes()
