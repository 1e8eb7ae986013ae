"""Pens: what a cell looks like, packed into one integer, and its readable form.

Owns the bit layout, ``Attributes``, and the style ids: characters that stand for pens, so that the pens of a
row are a string beside its text. Must not know rows, sequences or colours'
values on a real display.

A pen is ``0`` for the default look. Selecting a rendition never depends on the pen before it but by
keeping some bits and setting others (``pen & mask | set_bits``), which is why it is an integer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

BOLD = 1
FAINT = 1 << 1
ITALIC = 1 << 2
BLINK = 1 << 3
REVERSE = 1 << 4
CONCEAL = 1 << 5
STRIKE = 1 << 6
OVERLINE = 1 << 7
#: DECSCA: selective erases leave the cell alone. No look, but it travels with the cell.
PROTECTED = 1 << 8
UNDERLINE_SHIFT = 9
UNDERLINE = 7 << UNDERLINE_SHIFT
FOREGROUND_SHIFT = 12
#: A colour takes 25 bits: 0 the default, 1 + index, or ``DIRECT`` and 24 bits of red, green, blue.
COLOUR = (1 << 25) - 1
DIRECT = 1 << 24
FOREGROUND = COLOUR << FOREGROUND_SHIFT
BACKGROUND_SHIFT = FOREGROUND_SHIFT + 25
BACKGROUND = COLOUR << BACKGROUND_SHIFT
UNDERLINE_COLOUR_SHIFT = BACKGROUND_SHIFT + 25
UNDERLINE_COLOUR = COLOUR << UNDERLINE_COLOUR_SHIFT
#: Above it stands the number of the hyperlink, 0 for none.
LINK_SHIFT = UNDERLINE_COLOUR_SHIFT + 25
#: All that SGR 0 takes back: neither the hyperlink nor the protection is a rendition.
RENDITION = ((1 << LINK_SHIFT) - 1) & ~PROTECTED
#: What is left of a pen without its hyperlink.
UNLINKED = (1 << LINK_SHIFT) - 1

#: The style id of the default pen.
PLAIN = "\0"

#: ``None`` the default, 0..255 an entry of the palette, or red, green and blue of 0..255 each.
Colour = int | tuple[int, int, int] | None


class Attributes(NamedTuple):
    """How a run of cells looks.

    ``underline``: 0 none, 1 single, 2 double, 3 curly, 4 dotted, 5 dashed. ``link``: the address of
    the hyperlink (OSC 8), empty for none.
    """

    foreground: Colour = None
    background: Colour = None
    bold: bool = False
    faint: bool = False
    italic: bool = False
    underline: int = 0
    underline_color: Colour = None
    blink: bool = False
    reverse: bool = False
    conceal: bool = False
    strike: bool = False
    overline: bool = False
    link: str = ""


def pack_colour(colour: Colour) -> int:
    """Return the 25 bits of a colour."""
    if colour is None:
        return 0
    if isinstance(colour, int):
        return colour + 1
    red, green, blue = colour
    return DIRECT | red << 16 | green << 8 | blue


def unpack_colour(bits: int) -> Colour:
    """Return the colour of 25 bits; see ``pack_colour``.

    Any bits give one, since a pen may come from a damaged state.
    """
    if not bits:
        return None
    if bits & DIRECT:
        return bits >> 16 & 255, bits >> 8 & 255, bits & 255
    return bits - 1 & 255


@lru_cache(maxsize=1024)
def attributes(pen: int, link: str) -> Attributes:
    """Return the readable form of a pen whose hyperlink leads to ``link``."""
    return Attributes(
        unpack_colour(pen >> FOREGROUND_SHIFT & COLOUR),
        unpack_colour(pen >> BACKGROUND_SHIFT & COLOUR),
        bool(pen & BOLD),
        bool(pen & FAINT),
        bool(pen & ITALIC),
        min(pen >> UNDERLINE_SHIFT & 7, 5),
        unpack_colour(pen >> UNDERLINE_COLOUR_SHIFT & COLOUR),
        bool(pen & BLINK),
        bool(pen & REVERSE),
        bool(pen & CONCEAL),
        bool(pen & STRIKE),
        bool(pen & OVERLINE),
        link,
    )


#: What a style id can encode: bold, reverse, and colours out of the palette.
_INLINE_FLAGS = BOLD | REVERSE
_INLINE = _INLINE_FLAGS | FOREGROUND | BACKGROUND
_PALETTE = 256
#: What keeps a pen from being said, whatever else it has.
_NOT_INLINE = ~_INLINE | DIRECT << FOREGROUND_SHIFT | DIRECT << BACKGROUND_SHIFT
#: The colours that a style id can encode, the default one among them.
_COLOURS = _PALETTE + 1
#: Marks below this one say the pen themselves; the others are places in a table.
_FIRST_TABLE_ID = _COLOURS * 4 * _COLOURS
_TABLE_SIZE = 0x110000 - _FIRST_TABLE_ID
_INLINE_IDS = re.compile(f"[^{chr(_FIRST_TABLE_ID)}-\U0010ffff]+")


def _encode_inline(pen: int) -> str | None:
    """Return the inline style id of ``pen``, which has nothing ``_NOT_INLINE``; None where a colour isn't in
    the palette.

    It is made of background, reverse, bold and foreground, the last of which counts least.
    """
    foreground = pen >> FOREGROUND_SHIFT & COLOUR
    background = pen >> BACKGROUND_SHIFT & COLOUR
    if foreground > _PALETTE or background > _PALETTE:
        return None
    flags = bool(pen & BOLD) | bool(pen & REVERSE) << 1
    return chr(foreground + _COLOURS * (flags | background << 2))


def inline_style_id(pen: int) -> str:
    """Return the inline style id of ``pen``; empty where none can encode it."""
    return "" if pen & _NOT_INLINE else _encode_inline(pen) or ""


def _decode_inline(code: int) -> int:
    """Return the pen that the inline style id with this code encodes."""
    above, foreground = divmod(code, _COLOURS)
    flags = (above & 1) * BOLD | (above >> 1 & 1) * REVERSE
    return flags | foreground << FOREGROUND_SHIFT | above >> 2 << BACKGROUND_SHIFT


def _coarse(pen: int) -> int:
    """Return ``pen`` with its colours out of the palette's cube, and no more than an inline style id can
    encode.
    """
    coarse = pen & _INLINE_FLAGS
    for shift in (FOREGROUND_SHIFT, BACKGROUND_SHIFT):
        bits = pen >> shift & COLOUR
        if bits & DIRECT:
            red, green, blue = (((bits >> place & 255) * 5 + 127) // 255 for place in (16, 8, 0))
            bits = 17 + 36 * red + 6 * green + blue
        coarse |= bits << shift
    return coarse


#: Places that are left for what is drawn between two looks: more than a piece of text can take.
_SPARE = 8 * 1024


def next_limit(alive: int, least: int, places: int) -> int:
    """Return how many places may be taken before the next search for unused ones, where ``alive`` are in use
    now.

    It is twice as many, so that a search is paid for by as many new ones; but no more than there are.
    """
    return max(alive + least, min(2 * alive, places - _SPARE))


class PenTable:
    """The style ids of one terminal's pens.

    Most pens are encoded in their style id; the others have a place in a table. A program that paints ever
    new colours must not grow it for ever: when ``is_full``, the owner tells which style ids are still on a
    row (``keep``), and the other places are given out anew. There are more places than a screen has cells;
    only where each of that many looked different would a pen's colours be made coarse.
    """

    #: How many places before the first look for unused ones.
    FIRST_LIMIT = 4096

    __slots__ = ("_free", "_limit", "_pens", "_places")

    def __init__(self) -> None:
        self._places: dict[int, int] = {}
        self._pens: list[int] = []
        self._free: list[int] = []
        self._limit = self.FIRST_LIMIT

    def intern(self, pen: int) -> str:
        """Return the style id of ``pen``."""
        place = self._places.get(pen)
        if place is not None:
            return chr(_FIRST_TABLE_ID + place)
        said = inline_style_id(pen)
        if said:
            return said
        if self._free:
            place = self._free.pop()
            self._pens[place] = pen
        elif len(self._pens) < _TABLE_SIZE:
            place = len(self._pens)
            self._pens.append(pen)
        else:
            return self.intern(_coarse(pen))
        self._places[pen] = place
        return chr(_FIRST_TABLE_ID + place)

    def lookup(self, style_id: str) -> int:
        """Return the pen of a style id."""
        code = ord(style_id)
        return self._pens[code - _FIRST_TABLE_ID] if code >= _FIRST_TABLE_ID else _decode_inline(code)

    @property
    def size(self) -> int:
        """Return how many pens have a place in the table."""
        return len(self._places)

    def table_ids(self, style_ids: str) -> set[str]:
        """Return those of ``style_ids`` that are places in the table."""
        return set(_INLINE_IDS.sub("", style_ids))

    def dump(self, used: Iterable[str] | None = None) -> tuple[str, list[int]]:
        """Return the style ids in the table, of those in ``used`` or of all, and their pens, for ``load``."""
        if used is None:
            return "".join([chr(_FIRST_TABLE_ID + place) for place in self._places.values()]), list(
                self._places
            )
        style_ids = _INLINE_IDS.sub("", "".join(used))
        codes = sorted(memoryview(style_ids.encode("utf-32")).cast("I")[1:])  # After the byte order mark.
        return "".join(map(chr, codes)), [self._pens[code - _FIRST_TABLE_ID] for code in codes]

    def load(self, style_ids: str, pens: list[int]) -> None:
        """Give the style ids that another table gave. Raises ValueError where it can't have.

        This table must not have given any yet.
        """
        places = [ord(style_id) - _FIRST_TABLE_ID for style_id in style_ids]
        if len(set(places)) < len(places) or min(places, default=0) < 0:
            raise ValueError("style ids without a place of their own")
        self._hold(dict(zip(pens, places, strict=True)))

    def _hold(self, places: dict[int, int]) -> None:
        """Have these pens at these places and no others."""
        taken = {place: pen for pen, place in places.items()}
        size = max(taken, default=-1) + 1
        self._places = places
        self._pens = [taken.get(place, 0) for place in range(size)]
        self._free = [place for place in range(size - 1, -1, -1) if place not in taken]

    @property
    def is_full(self) -> bool:
        """Return whether it is time to ``keep`` only what is in use."""
        return len(self._places) > self._limit

    def knows(self, style_id: str) -> bool:
        """Return whether ``style_id`` stands for a pen."""
        return ord(style_id) - _FIRST_TABLE_ID < len(self._pens)

    def keep(self, used: set[str]) -> None:
        """Forget every pen in the table whose style id isn't in ``used``."""
        self._hold({self.lookup(style_id): ord(style_id) - _FIRST_TABLE_ID for style_id in used})
        self._limit = next_limit(len(used), self.FIRST_LIMIT, _TABLE_SIZE)
