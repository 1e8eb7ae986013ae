"""Widths: how many cells a character takes, what joins the character before it, and what that makes of it.

Owns the fast classes for common text and the rules for the rest, which ask ``unicode_table``. Must not know
rows: it turns text into cell strings, in which a wide character is followed by ``HALF``.

Theory: a cell holds a grapheme cluster (UAX #29), and is one or two columns wide. It is as wide as its first
character, but two where a later one has a width of its own or is VARIATION SELECTOR-16 behind an emoji. So
measure wcwidth of today, Rich and Textual, Ghostty and kitty; mode 2027 says so. In particular:

- marks of no width (combining, joiners, selectors, Hangul vowel and final jamo) join the cell before them,
  wherever it came from;
- a spacing mark (category Mc), a skin tone behind a picture, a picture behind a picture and ZWJ, a consonant
  behind a consonant and a linker (virama, with or without ZWJ: GB9c), and the second of two regional
  indicators join. They do only right after the text before; a sequence between keeps them apart;
- anything else begins a cell, also behind a ZWJ.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache

from chloe.terminal import unicode_table

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


#: What there is to know of a character, as bits.
_ZERO, _TWO, _SPACING, _EMOJI, _PICTURE, _LINKER, _CONSONANT = (1 << place for place in range(7))
_SELECTOR_16 = "\ufe0f"
_JOINER = "\u200d"
_FIRST_FLAG_HALF = "\U0001f1e6"


@lru_cache(maxsize=1)
def _stretches() -> tuple[list[int], list[int]]:
    """Return the code points at which something changes, and the bits from each of them on."""
    changes: dict[int, int] = {0: 0}
    table = unicode_table
    for bit, ranges in (
        (_ZERO, table.ZERO),
        (_TWO, table.WIDE),
        (_SPACING, table.SPACING),
        (_EMOJI, table.EMOJI),
        (_PICTURE, table.PICTURES),
        (_LINKER, table.LINKERS),
        (_CONSONANT, table.CONSONANTS),
    ):
        for each in ranges.split():
            first, _, last = each.partition("-")
            for edge in (int(first, 16), int(last or first, 16) + 1):
                changes[edge] = changes.get(edge, 0) ^ bit
    edges = sorted(changes)
    bits, every = 0, []
    for edge in edges:
        bits ^= changes[edge]
        every.append(bits)
    return edges, every


class _Bits(dict[str, int]):
    """The table asked once a character; bounded, since there are a million of them."""

    def __missing__(self, char: str) -> int:
        if len(self) > 4096:
            self.clear()
        edges, bits = _stretches()
        known = self[char] = bits[bisect_right(edges, ord(char)) - 1]
        return known


_bits = _Bits()
#: The same, for who only asks whether there is anything: what has none takes one cell and joins nothing.
character_bits = _bits


def width(char: str) -> int:
    """Return the cells that one character takes alone: 0, 1 or 2."""
    bits = _bits[char]
    return 0 if bits & _ZERO else 2 if bits & _TWO and not bits & _SPACING else 1


def cluster_width(cluster: str) -> int:
    """Return the cells that a character takes with what joined it: 0, 1 or 2."""
    alone = width(cluster[0])
    if alone != 1 or len(cluster) == 1:
        return alone
    if cluster[1] == _SELECTOR_16 and _bits[cluster[0]] & _EMOJI:
        return 2
    return 2 if any(width(char) for char in cluster[1:]) else 1


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
    """Return whether ``char`` belongs into the cell of ``before``, which may be empty.

    The rules are those for grapheme clusters (UAX #29): GB9, GB9a for marks, GB9c, GB11, GB12, and GB9 for a
    skin tone, but only behind a picture.
    """
    bits = _bits[char]
    if bits & _ZERO:
        return True
    if not before:
        return False
    if bits & _PICTURE:
        return before[-1] == _JOINER and bool(_bits[before[0]] & _PICTURE)
    if bits & _SPACING:
        return True
    if bits & _CONSONANT:
        return _is_linked(before)
    if char < _FIRST_FLAG_HALF:
        return False
    if is_flag_half(char):
        return len(before) == 1 and is_flag_half(before)
    return is_skin_tone(char) and bool(_bits[before[0]] & _PICTURE)


class _Joined(dict[str, int]):
    """What becomes of a cluster and the character behind it, asked once for each; bounded as above."""

    def __missing__(self, cluster: str) -> int:
        if len(self) > 8192:
            self.clear()
        is_one = joins(cluster[:-1], cluster[-1])
        known = self[cluster] = cluster_width(cluster) if is_one else APART
        return known


#: Two that don't join.
APART = -1
#: The cells that a cluster takes together with its last character; ``APART`` where that doesn't join it.
joined_width = _Joined()


def _is_linked(before: str) -> bool:
    """Return whether a consonant goes on in ``before``: a consonant with a linker after it (GB9c)."""
    is_linked = False
    for char in reversed(before):
        bits = _bits[char]
        if bits & _CONSONANT:
            return is_linked
        if not bits & _ZERO:
            return False
        is_linked = is_linked or bool(bits & _LINKER)
    return False


def split_clusters(text: str) -> list[tuple[str, int]]:
    """Return the characters of ``text``, each with what joins it, and the columns that they take."""
    clusters: list[tuple[str, int]] = []
    for char in text:
        if clusters and joins(clusters[-1][0], char):
            cluster = clusters[-1][0] + char
            clusters[-1] = (cluster, cluster_width(cluster))
        else:
            clusters.append((char, width(char)))
    return clusters


def is_skin_tone(char: str) -> bool:
    """Return whether ``char`` is an emoji modifier, of the Fitzpatrick scale."""
    return "\U0001f3fb" <= char <= "\U0001f3ff"


def is_flag_half(char: str) -> bool:
    """Return whether ``char`` is a regional indicator, two of which make a flag."""
    return _FIRST_FLAG_HALF <= char <= "\U0001f1ff"
