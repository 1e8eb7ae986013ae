"""Widths: how many cells a character takes, and what joins the character before it.

Owns the fast classes for common text and the rule for the rest (``wcwidth``). Must not know rows:
it turns text into cell strings, in which a wide character is followed by ``HALF``.

Theory: a cell holds a grapheme cluster (UAX #29), but its width is that of its first character, as
tmux and the C library's ``wcwidth`` have it. Programs lay out their text by the latter; a terminal that
knows better puts everything behind such a character into the wrong column. So:

- marks of no width (combining, VS16, ZWJ, Hangul vowel and final jamo) join the cell before them,
  wherever it came from; VS16 changes no width;
- what follows a ZWJ joins, and so does the second of two regional indicators: a family or a flag
  takes two cells. They join only right after the text before; a sequence between keeps them apart;
- an emoji modifier (skin tone) has two cells of its own, as in xterm.js and tmux;
- a spacing vowel sign (Devanagari, category Mc) has one cell of its own, as in xterm and tmux.
"""

from __future__ import annotations

import re
from unicodedata import category

from wcwidth import wcwidth

#: Fills the second cell of a wide character. No program can print it: NUL is ignored.
HALF = "\0"

#: Text whose characters take one cell each and join nothing: blocks that Unicode has filled for good.
_NARROW = (
    "\\x20-\\x7e\\xa0-\\xac\\xae-\\u02ff\\u0370-\\u0377\\u0384-\\u0386\\u0388-\\u038a\\u0391-\\u03a1\\u03a3-\\u0482\\u048a-\\u052f"
    "\\u2010-\\u2019\\u201c-\\u2027\\u2030-\\u203b\\u2190-\\u2198\\u2500-\\u259f\\u25a0-\\u25a9\\u2800-\\u28ff\\ue000-\\uf8ff\\ufffd"
)
#: Text whose characters take two cells each and join nothing.
_WIDE = "\\u3041-\\u3096\\u30a1-\\u30ff\\u4e00-\\u9fff\\uac00-\\ud7a3\\uff01-\\uff60"

_NARROW_ONLY = re.compile(f"[{_NARROW}]*+\\Z")
_RUNS = re.compile(f"([{_NARROW}]++)|([{_WIDE}]++)|([^{_NARROW}{_WIDE}])")


class _Widths(dict[str, int]):
    """``wcwidth`` asked once a character; bounded, since there are a million of them.

    Spacing marks (category Mc) have a cell of their own, as in xterm, tmux and the C library, whose
    answer is what programs lay their text out by.
    """

    def __missing__(self, char: str) -> int:
        if len(self) > 4096:
            self.clear()
        width = 1 if category(char) == "Mc" else max(wcwidth(char), 0)
        self[char] = width
        return width


_widths = _Widths()


def width(char: str) -> int:
    """Return the cells that one character takes: 0, 1 or 2."""
    return _widths[char]


def is_narrow(text: str) -> bool:
    """Return whether ``text`` is its own cell string: each character takes one cell and joins nothing."""
    return text.isascii() or _NARROW_ONLY.match(text) is not None


def runs(text: str) -> list[tuple[str, str, str]]:
    """Cut ``text`` into narrow runs, wide runs and single characters that need a closer look."""
    return _RUNS.findall(text)


def widen(text: str) -> str:
    """Return the cell string of wide characters."""
    return HALF.join(text) + HALF


_PLAIN = bytes(range(0x20, 0x7F)) + b"\n"
_SURE_CELLS = re.compile(f"(?:[{_NARROW}\\n]++|(?:[{_WIDE}]\\0)++)++|((?s:.)\\0?)")
_LOOSE_HALF = re.compile(f"(?:\\A|[{_NARROW}\\n\\0])\\0")


def ambiguous_cells(cells: str) -> set[str]:
    """Return what isn't plainly a cell in lines of cell strings.

    That is: characters to be inspected, with their ``HALF``; halves without a wide character; and wide ones
    without a half.
    """
    if cells.isascii() and not cells.encode("ascii").translate(None, _PLAIN):
        return set()
    if HALF in cells and _LOOSE_HALF.search(cells):
        return {HALF}
    return set(_SURE_CELLS.findall(cells)) - {""}


def joins(before: str, char: str) -> bool:
    """Return whether ``char`` belongs into the cell of ``before``.

    The rules are those for grapheme clusters that matter on a grid (UAX #29: GB9, GB11, GB12): marks, joiners
    and flags.
    """
    if width(char) == 0:
        return True
    if before.endswith("\u200d"):
        return True
    return is_flag_half(char) and len(before) == 1 and is_flag_half(before)


def is_flag_half(char: str) -> bool:
    """Return whether ``char`` is a regional indicator, two of which make a flag."""
    return "\U0001f1e6" <= char <= "\U0001f1ff"
