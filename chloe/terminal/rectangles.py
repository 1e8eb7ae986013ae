"""Rectangles: what a VT420 does to a part of the screen.

Owns filling, erasing, copying and dressing cells between four corners (DEC STD 070; xterm's ctlseqs). Must
not know sequences. Corners count from 1, or from the margins in origin mode; what is beyond the screen is
left out, a corner that isn't given is that of the screen, and where the corners are crossed nothing happens.
The cursor stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from chloe.terminal import pens, sgr, widths
from chloe.terminal.editing import Editing

#: What DECCARA and DECRARA may change: the renditions that a VT420 has.
_DRESSING = {1: pens.BOLD, 4: 1 << pens.UNDERLINE_SHIFT, 5: pens.BLINK, 7: pens.REVERSE, 8: pens.CONCEAL}


class _Corners(NamedTuple):
    """Rows and columns from 0, the last ones not inside."""

    top: int
    left: int
    bottom: int
    right: int


class Rectangles(Editing):
    """The operations on a part of the screen."""

    def power_on(self) -> None:
        """Set the state of a fresh terminal; the scrollback stays."""
        super().power_on()
        #: DECSACE: whether DECCARA and DECRARA change a rectangle, and not the stretch between two cells.
        self.dresses_rectangle = False

    def _corners(self, top: int, left: int, bottom: int, right: int) -> _Corners | None:
        first_row = first_column = 0
        last_row, last_column = self.rows, self.columns
        if self.modes.origin:
            first_row, first_column = self.top, self.left
            last_row, last_column = self.bottom + 1, self.right + 1
        corners = _Corners(
            first_row + max(top, 1) - 1,
            first_column + max(left, 1) - 1,
            min(first_row + bottom, last_row) if bottom else last_row,
            min(first_column + right, last_column) if right else last_column,
        )
        is_crossed = corners.top >= corners.bottom or corners.left >= corners.right
        return None if is_crossed else corners

    def fill_rectangle(
        self, char: int = 32, top: int = 0, left: int = 0, bottom: int = 0, right: int = 0
    ) -> None:
        """Fill a rectangle with a character of one cell, as it would be printed (DECFRA)."""
        corners = self._corners(top, left, bottom, right)
        text = chr(char or 32).translate(self.translation or {})
        is_printable = 0x20 <= char <= 0x7E or 0xA0 <= char < 0xD800
        if corners is None or not is_printable or widths.width(text) != 1:
            return
        self.set_pen(self.pen)
        self._fill(corners, text, self.style_id)

    def erase_rectangle(self, top: int = 0, left: int = 0, bottom: int = 0, right: int = 0) -> None:
        """Erase a rectangle, protected cells as well (DECERA)."""
        corners = self._corners(top, left, bottom, right)
        if corners is not None:
            for y in range(corners.top, corners.bottom):
                self.lines[y].erase(corners.left, corners.right, self.fill(), self.columns)
                self.changed.add(y)

    def selective_erase_rectangle(self, top: int = 0, left: int = 0, bottom: int = 0, right: int = 0) -> None:
        """Erase what isn't protected in a rectangle (DECSERA)."""
        corners = self._corners(top, left, bottom, right)
        if corners is not None:
            for y in range(corners.top, corners.bottom):
                self.blank_unprotected(y, corners.left, corners.right)

    def _fill(self, corners: _Corners, text: str, style_id: str) -> None:
        for y in range(corners.top, corners.bottom):
            self.lines[y].write(corners.left, text * (corners.right - corners.left), style_id)
            self.changed.add(y)

    def copy_rectangle(
        self,
        top: int = 0,
        left: int = 0,
        bottom: int = 0,
        right: int = 0,
        _page: int = 0,
        to_top: int = 0,
        to_left: int = 0,
        _to_page: int = 0,
    ) -> None:
        """Copy a rectangle to another place of the screen, which it may overlap (DECCRA)."""
        corners = self._corners(top, left, bottom, right)
        place = self._corners(to_top, to_left, 0, 0)
        if corners is None or place is None:
            return
        size = min(corners.right - corners.left, place.right - place.left)
        copied = [
            row.cut(corners.left, corners.left + size) for row in self.lines[corners.top : corners.bottom]
        ]
        for y, (text, style_ids) in zip(range(place.top, place.bottom), copied, strict=False):
            self.lines[y].paste(place.left, text, style_ids)
            self.changed.add(y)

    def select_dressing(self, mode: int = 0) -> None:
        """Choose what DECCARA and DECRARA change (DECSACE): 2 a rectangle, 0 and 1 a stretch of text."""
        if mode <= 2:
            self.dresses_rectangle = mode == 2

    def change_attributes(
        self, top: int = 0, left: int = 0, bottom: int = 0, right: int = 0, *renditions: int
    ) -> None:
        """Give the cells of a part of the screen renditions (DECCARA)."""
        mask, bits = sgr.effect(";".join(map(str, renditions)))
        self._dress(self._corners(top, left, bottom, right), lambda pen: pen & mask | bits)

    def reverse_attributes(
        self, top: int = 0, left: int = 0, bottom: int = 0, right: int = 0, *renditions: int
    ) -> None:
        """Give the cells of a part of the screen renditions, or take those that they have (DECRARA)."""
        bits = 0
        for number in renditions or (0,):
            bits |= sum(_DRESSING.values()) if number == 0 else _DRESSING.get(number, 0)
        self._dress(self._corners(top, left, bottom, right), lambda pen: pen ^ bits)

    def _dress(self, corners: _Corners | None, change: Callable[[int], int]) -> None:
        if corners is None:
            return
        for y, x, end in self._stretches(corners):
            row = self.lines[y]
            text, style_ids = row.cut(x, end)
            dressed = {
                each: self.pen_table.intern(change(self.pen_table.lookup(each))) for each in set(style_ids)
            }
            row.paste(x, text, "".join([dressed[each] for each in style_ids]))
            self.changed.add(y)

    def _stretches(self, corners: _Corners) -> Iterator[tuple[int, int, int]]:
        """Yield each row with the first column that is meant, and the one behind the last."""
        for y in range(corners.top, corners.bottom):
            is_whole = not self.dresses_rectangle
            x = 0 if is_whole and y > corners.top else corners.left
            yield y, x, self.columns if is_whole and y < corners.bottom - 1 else corners.right
