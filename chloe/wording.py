"""Wording: text, sizes and times as a reader sees them.

Owns the rule that nothing a program made up reaches a terminal as it is: names, titles, commands and
folders are printed with control characters spelled out. Must not know any other room, or where the
words go.
"""

from __future__ import annotations

import time
import unicodedata
from datetime import UTC, datetime

#: Joiners: they make one emoji of several and can do no harm.
_HARMLESS = "\u200c\u200d"
#: Controls, formats (bidirectional overrides among them), surrogates, line and paragraph separators.
_UNSAFE = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def printable(text: str) -> str:
    """``text`` on one line, with everything a terminal could act on spelled out: ``\\x1b``, ``\\u202e``."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_spelled(character) for character in text)


def _spelled(character: str) -> str:
    if unicodedata.category(character) not in _UNSAFE or character in _HARMLESS:
        return character
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00  # A byte of a file name that isn't UTF-8 (PEP 383).
    named = {9: "\\t", 10: "\\n", 13: "\\r"}.get(code)
    if named is not None:
        return named
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"


def size(count: int) -> str:
    """A number of bytes, short: ``812 B``, ``12.3 KB``, ``4.0 MB`` (thousands, as disks are sold)."""
    if count < 1000:
        return f"{count} B"
    amount = float(count)
    for unit in ("KB", "MB", "GB"):
        amount /= 1000
        if amount < 999.95:
            return f"{amount:.1f} {unit}"
    return f"{amount / 1000:.1f} TB"


def age(since: int, now: int | None = None) -> str:
    """How long ago nanoseconds ``since`` are, in the largest unit that fits: ``5s``, ``3m``, ``9d``."""
    seconds = max(0, ((time.time_ns() if now is None else now) - since) // 1_000_000_000)
    for unit, length in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= length:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"


def moment(at: int) -> str:
    """Nanoseconds since 1970 as a local time, to the millisecond."""
    local = datetime.fromtimestamp(at // 1_000_000_000, UTC).astimezone()
    return f"{local:%Y-%m-%d %H:%M:%S}.{at % 1_000_000_000 // 1_000_000:03d}"


def iso(at: int) -> str:
    """Nanoseconds since 1970 as a program reads it: UTC, to the microsecond, with ``Z``."""
    whole = datetime.fromtimestamp(at // 1_000_000_000, UTC)
    return f"{whole:%Y-%m-%dT%H:%M:%S}.{at % 1_000_000_000 // 1000:06d}Z"
