"""Charsets: what G0 to G3 stand for (ISO 2022, as VT terminals have it).

Owns designation, locking and single shifts. Must not know the screen. The tables are pyte's; text
is UTF-8 already, so a set replaces only what ASCII has from 0x5f to 0x7e.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from pyte import charsets as pyte_charsets

#: What turns text into the set's glyphs; None leaves it as it is.
Translation = dict[int, str] | None

_ASCII = "B"


def _special_graphics() -> dict[int, str]:
    """Return DEC special graphics, 0x60 to 0x7e.

    The blank at 0x5f is left alone, as xterm.js and tmux do. pyte has the Linux console's board for h, where
    the VT100 shows a new line.
    """
    return {code: pyte_charsets.MAPS["0"][code] for code in range(0x60, 0x7F)} | {ord("h"): "␤"}


_TRANSLATIONS: dict[str, Translation] = {"0": _special_graphics(), "2": _special_graphics(), "A": {0x23: "£"}}
#: What a set may be called.
NAMES = (_ASCII, *_TRANSLATIONS)


class Charsets(NamedTuple):
    """The four designated sets, by the final byte that designated them, and which one is in force.

    ``single``: the set that the next character alone is taken from, or -1.
    """

    sets: tuple[str, str, str, str] = (_ASCII,) * 4
    shift: int = 0
    single: int = -1

    def shifted(self, shift: int) -> Charsets:
        """Return these sets with G``shift`` in force."""
        return _shifted(self, shift)

    def designate(self, place: int, name: str) -> Charsets:
        """Return these sets with ``name`` as G``place``; a set that isn't known is ASCII."""
        return _designated(self, place, name)

    @property
    def translation(self) -> Translation:
        """Return the table of the set in force."""
        return _TRANSLATIONS.get(self.sets[self.shift])

    @property
    def single_translation(self) -> Translation:
        """Return the table of the set that holds for the next character."""
        return _TRANSLATIONS.get(self.sets[self.single])


@lru_cache(maxsize=64)
def _shifted(before: Charsets, shift: int) -> Charsets:
    return before._replace(shift=shift)


@lru_cache(maxsize=64)
def _designated(before: Charsets, place: int, name: str) -> Charsets:
    """Return ``before`` with another set; curses programs switch between two of them all the time."""
    sets = before.sets
    name = name if name in _TRANSLATIONS else _ASCII
    first, second, third, fourth = (name if place == index else sets[index] for index in range(4))
    return before._replace(sets=(first, second, third, fourth))
