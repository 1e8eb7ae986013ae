"""Removing a spool: what Chloe and its holder make in it, by name, then the folder.

Owns the names. Must not know whether a spool may go. Anything else that lies in a spool stays, and the folder
with it; nothing is removed through a link.
"""

from __future__ import annotations

import contextlib
import stat
from pathlib import Path

from chloe.backends.tmux.holder.segments import segment_number

#: What there is in a spool beside the segments.
NAMES = ("spec.json", "keys", "lock", "lock.new", "failure", "modes")


def is_spool(folder: Path) -> bool:
    """Return whether this is a folder, and not a link to one. Raises ``OSError`` where that can't be told."""
    try:
        return stat.S_ISDIR(folder.lstat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


def list_unknown_files(folder: Path) -> list[str]:
    """Return the names of what lies in a spool and isn't Chloe's. Raises ``OSError``."""
    return sorted(path.name for path in folder.iterdir() if not _is_ours(path))


def remove_spool(folder: Path) -> bool:
    """Remove a spool, whatever is recorded in it; whether it is gone. Needs no descriptor in most cases."""
    with contextlib.suppress(OSError):
        if not is_spool(folder):
            return not folder.exists()
        for name in NAMES:
            with contextlib.suppress(OSError):
                (folder / name).unlink()
        with contextlib.suppress(OSError):
            folder.rmdir()
            return True
        for path in list(folder.iterdir()):
            if segment_number(path.name) is not None:
                with contextlib.suppress(OSError):
                    path.unlink()
        folder.rmdir()
        return True
    return False


def _is_ours(path: Path) -> bool:
    return path.name in NAMES or segment_number(path.name) is not None
