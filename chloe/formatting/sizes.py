"""Numbers of bytes as a reader sees them: in thousands, as disks are sold.

Owns the units and the rounding. Must not know any other room, or what has the size.
"""

from __future__ import annotations


def format_size(count: int) -> str:
    """Return a number of bytes with its unit: ``812 B``, ``12.3 KB``, ``4.0 MB``."""
    if count < 1000:
        return f"{count} B"
    amount = float(count)
    for unit in ("KB", "MB", "GB"):
        amount /= 1000
        if amount < 999.95:
            return f"{amount:.1f} {unit}"
    return f"{amount / 1000:.1f} TB"


def format_size_briefly(count: int) -> str:
    """Return a number of bytes in at most five characters: ``999``, ``1.2K``, ``12K``, ``3.4M``."""
    if count < 1000:
        return str(count)
    amount = float(count)
    for unit in "KMGTP":
        amount /= 1000
        if amount < 9.95:
            return f"{amount:.1f}{unit}"
        if amount < 999.5:
            return f"{amount:.0f}{unit}"
    return f"{amount / 1000:.1f}E"
