"""Text as a reader sees it.

Owns the rule that nothing a program made up reaches a terminal as it is: names, titles, commands and
folders are printed with control characters spelled out. Must not know any other room, or where the words
go.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Sequence

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


def escape_unsafe(text: str) -> str:
    """Return ``text`` on one line, with what doesn't show as itself spelled out: ``\\x1b``, ``\\u202e``."""
    if text.isascii() and text.isprintable():
        return text
    return UNSAFE.sub(_spell_out, text)


def _spell_out(match: re.Match[str]) -> str:
    code = ord(match[0])
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00  # A byte of a file name that isn't UTF-8 (PEP 383).
    name = {9: "\\t", 10: "\\n", 13: "\\r"}.get(code)
    if name is not None:
        return name
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"


def fit_pasted(text: str, most: int) -> str:
    """Return the first ``most`` characters of a pasted text on one line, each of them harmless."""
    return UNSAFE.sub("?", " ".join(text[:most].split()))


def shorten_id(id: str) -> str:
    """Return the first eight characters of an id, which may be anything."""
    return escape_unsafe(id[:8])


def format_command(argv: Sequence[str]) -> str:
    """Return a command as one would type it."""
    return escape_unsafe(shlex.join(argv))


def dump_json(value: object, *, indent: int | None = None, sort_keys: bool = False) -> str:
    """Return ``value`` as JSON of printable ASCII only."""
    # JSON may hold DEL as it is, and json leaves it.
    return json.dumps(value, indent=indent, sort_keys=sort_keys).replace("\x7f", "\\u007f")
