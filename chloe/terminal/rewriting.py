"""Rewriting: lines that a program prints, erases upwards and prints again, as Ink does with each frame.

Owns finding frames of which nothing is left, and the effect that they have all the same. Must not know other
repaints: what scrolls away or is cleared is of ``flood``.

Plan: an erasure goes from the line with the cursor up to the first line of a frame, and leaves the cursor
there. So where all lines of a frame stayed on the screen, and the erasure behind it goes up as many lines as
it has ends, the screen is what it was before the frame, but for the pen.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from chloe.terminal import flood, widths
from chloe.terminal.pens import BACKGROUND, PLAIN

if TYPE_CHECKING:
    from chloe.terminal.interpreter import Interpreter

_END = "\r\n"
#: Erases a line and goes up. An erasure ends with the frame's first line, and back in the first column.
_UP = "\x1b[2K\x1b[1A"
_ERASURE = re.compile(r"(?:\x1b\[2K\x1b\[1A)++\x1b\[2K(?:\x1b\[G|\r)(?!\n)")
_RENDITION = re.compile(r"\x1b\[[0-9;:]{0,64}+m")


def skip(screen: Interpreter, text: str) -> str:
    """Carry ``text`` out up to the last frame that is erased in it, but for those of which nothing is left.

    Returns what remains. Whatever sequence may be open, the ESC of an erasure ends it.
    """
    if text.count(_UP) < 2:
        return text
    place = 0
    #: How many rows below the cursor's are known to be blank.
    blank = -1
    for before, behind in pairwise(_ERASURE.finditer(text)):
        if place < before.end():
            screen.pass_lines(text[place : before.end()])
            place = before.end()
            blank = -1
        frame = text[place : behind.start()]
        height = behind[0].count(_UP)
        if frame.count(_END) != height:
            continue
        if height > blank and not _is_blank(screen, height):
            continue
        blank = max(blank, height)
        if _take_effect(screen, frame, height):
            place = behind.end()
    return text[place:]


def _is_blank(screen: Interpreter, below: int) -> bool:
    """Return whether the row with the cursor and so many ``below`` it are blank, and lines just go there."""
    last = screen.y + below
    return (
        screen.draws_plainly
        and screen.top <= screen.y
        and last <= screen.bottom
        and not any(row.text or row.wrapped or row.fill != PLAIN for row in screen.lines[screen.y : last + 1])
    )


def _take_effect(screen: Interpreter, frame: str, height: int) -> bool:
    """Do what is left of a frame that is printed on blank rows and erased; False where more may be left."""
    plain = _RENDITION.sub("", frame) if "\x1b" in frame else frame
    lines = plain.split(_END)
    text = "".join(lines)
    is_shown = text.isprintable() and widths.is_narrow(text) and max(map(len, lines)) <= screen.columns
    pen = flood.pen_after(frame, screen.pen)
    if not is_shown or pen & BACKGROUND:
        return False
    screen.set_pen(pen)
    screen.changed.update(range(screen.y, screen.y + height + 1))
    return True
