"""Having a holder, and tmux behind it, end what a killed program left behind in its terminal.

Owns how a holder is told. Must not know what is ended, or who asks for it.
"""

from __future__ import annotations

import signal
from contextlib import suppress
from pathlib import Path

from chloe.backends.tmux import locks
from chloe.backends.tmux.spool import read_holder_info

#: What a holder says that it watches for, if it knows the signal: another one would end of it.
_WATCHED = "reset"


def reset_terminal(folder: Path) -> bool:
    """Tell the holder of the spool ``folder``; whether there is one that knows what that means."""
    with suppress(OSError):
        info = read_holder_info(folder)
        if info is not None and _WATCHED in info.watches:
            return locks.signal_owner(folder / "lock", signal.SIGUSR1)
    return False
