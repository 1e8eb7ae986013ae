"""What a pane's program asked of its terminal, for who types into it without looking at it.

Owns where that is known without a screen that is followed. Must not know what is typed.
"""

from __future__ import annotations

from chloe.past.walker import Walker
from chloe.store import Store
from chloe.terminal import Modes


async def fold_modes(store: Store, pane: str) -> Modes:
    """Return the modes at the end of the pane's stream in the log, folded from its last checkpoint on.

    Where the emulator fails on it, they are those of a program that asked for nothing.
    """
    walker = Walker(store, pane, scrollback=0)
    await walker.at()
    return walker.terminal.modes if walker.terminal is not None else Modes()
