"""What a spool holds that somebody may be writing."""

from __future__ import annotations

from pathlib import Path

from chloe.backends.backend import BytesLost, OutputRead
from chloe.backends.tmux.spool import SpoolReader


def spooled_through(folder: Path) -> int:
    """How far the stream has come in the spool, with what was taken in and removed."""
    reader = SpoolReader(folder)
    through = 0
    try:
        while events := reader.read():
            through += sum(len(event.data) for event in events if isinstance(event, OutputRead))
            through += sum(event.length for event in events if isinstance(event, BytesLost))
    finally:
        reader.close()
    return through
