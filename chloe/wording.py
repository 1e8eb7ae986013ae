"""Wording: text, sizes and times as a reader sees them.

Owns the rule that nothing a program made up reaches a terminal as it is: names, titles, commands and
folders are printed with control characters spelled out. Must not know any other room, or where the
words go.
"""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache

#: What doesn't show as itself: it acts on a terminal, turns what stands around it, or hides. One set for
#: every door through which a name, a title, a folder or a reason gets to a user; written out, since Python's
#: tables are of another Unicode with each version. Not in it are
#: - the zero-width joiner and non-joiner, U+200C and U+200D, and the variation selectors U+FE0E and U+FE0F:
#:   Persian, Hindi and most emoji can't be written without them, and they move and hide nothing;
#: - what looks like another character: no set could tell what it was meant for;
#: - private characters, which are drawn (prompts have icons there), and what isn't assigned yet, new emoji
#:   first.
UNSAFE = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # Controls, C0, DEL and C1: they act.
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # Bidirectional marks, overrides, isolates: they turn.
    "\u2028\u2029"  # Line and paragraph separators.
    "\u00ad\u200b\u2060-\u2065\u206a-\u206f\ufeff\ufff0-\ufffb"  # Formats of no width: they hide.
    "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0"  # Fillers and joiners that show nothing.
    "\ufe00-\ufe0d\U000e0000-\U000e0fff"  # Selectors and tags: whole texts are hidden in them.
    "\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2"  # Formats that take what follows into themselves.
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\ud800-\udfff"  # Halves of characters.
    "\ufdd0-\ufdef"  # What is no character and never will be.
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
    + "]"
)

#: Nanoseconds since 1970 as a log can hold them: the years 1677 to 2262.
_FIRST, _LAST = -(2**63), 2**63 - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def printable(text: str) -> str:
    """``text`` on one line, with all that doesn't show as itself spelled out: ``\\x1b``, ``\\u202e``."""
    if text.isascii() and text.isprintable():
        return text
    return UNSAFE.sub(_spelled, text)


def _spelled(match: re.Match[str]) -> str:
    code = ord(match[0])
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00  # A byte of a file name that isn't UTF-8 (PEP 383).
    named = {9: "\\t", 10: "\\n", 13: "\\r"}.get(code)
    if named is not None:
        return named
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"


def shortened(id: str) -> str:
    """The first eight characters of an id, which may be anything."""
    return printable(id[:8])


def json_text(value: object, *, indent: int | None = None, sort_keys: bool = False) -> str:
    """``value`` as JSON of printable ASCII only."""
    # JSON may hold DEL as it is, and json leaves it.
    return json.dumps(value, indent=indent, sort_keys=sort_keys).replace("\x7f", "\\u007f")


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


def local(at: int) -> time.struct_time:
    """Nanoseconds since 1970 as a local time; as UTC where the system can't say what is local then."""
    seconds = within(at) // 1_000_000_000
    try:
        # Not by datetime, which takes no time zone that is a day or more away from UTC.
        return time.localtime(seconds)
    except (OverflowError, OSError, ValueError):
        return time.gmtime(seconds)


def moment(at: int) -> str:
    """Nanoseconds since 1970 as a local time, to the millisecond."""
    return f"{time.strftime('%Y-%m-%d %H:%M:%S', local(at))}.{at % 1_000_000_000 // 1_000_000:03d}"


def iso(at: int) -> str:
    """Nanoseconds since 1970 as a program reads it: UTC, to the microsecond, with ``Z``."""
    at = within(at)
    return f"{_iso_second(at // 1_000_000_000)}.{at % 1_000_000_000 // 1000:06d}Z"


@lru_cache(1024)
def _iso_second(seconds: int) -> str:
    return f"{_EPOCH + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S}"


def within(at: int) -> int:
    """Return the time that a log can hold which is nearest to ``at``."""
    return min(max(at, _FIRST), _LAST)
