"""Pointing and pasting: what isn't a key, to bytes under the modes in force.

Owns mouse reports (xterm's ctlseqs, "Mouse Tracking"), focus reports and bracketed paste. Must not
know keys. Rows and columns count from 0 here, as everywhere but in the sequences.
"""

from __future__ import annotations

import re
from typing import Literal

from chloe.terminal.modes import Modes

MouseEvent = Literal["press", "release", "drag", "move"]

_BRACKETED = b"\x1b[200~", b"\x1b[201~"
_EIGHT_BIT_MARK = re.compile(rb"(?:\xc2\x9b)+(?=201~)")
_MARK = re.compile(rb"\x1b+(?=\[201~)")

#: Which events each tracking mode wants.
_WANTED: dict[str, frozenset[str]] = {
    "off": frozenset(),
    "x10": frozenset(("press",)),
    "normal": frozenset(("press", "release")),
    "highlight": frozenset(("press", "release")),
    "button": frozenset(("press", "release", "drag")),
    "any": frozenset(("press", "release", "drag", "move")),
}
_MOTION = 32
_RELEASED = 3
#: What the wheel scrolls on the alternate screen where the program wants cursor keys (mode 1007).
_WHEEL_LINES = 3
#: A cell's size in pixels, as the window reports give it.
_CELL = (16, 8)


def paste(data: bytes, modes: Modes) -> bytes:
    """Return pasted bytes between brackets where the program asked for them, else as if they were typed.

    A closing bracket inside loses what makes it one, or a paste could type commands.
    """
    if not modes.bracketed_paste:
        return data.replace(b"\r\n", b"\r").replace(b"\n", b"\r")
    data = _MARK.sub(b"", _EIGHT_BIT_MARK.sub(b"", data))
    return _BRACKETED[0] + data + _BRACKETED[1]


def focus(gained: bool, modes: Modes) -> bytes:
    """Return the report that the terminal got or lost the keyboard; empty where it isn't wanted."""
    if not modes.focus_events:
        return b""
    return b"\x1b[I" if gained else b"\x1b[O"


def mouse(
    event: MouseEvent,
    button: int,
    y: int,
    x: int,
    modes: Modes,
    *,
    shift: bool = False,
    alt: bool = False,
    ctrl: bool = False,
) -> bytes:
    """Return the report of a mouse event at row ``y`` and column ``x``; empty where the program doesn't want
    it.

    ``button``: 1 left, 2 middle, 3 right, 4 and 5 the wheel up and down, 6 and 7 left and right, 8 to 11
    further ones; 0 where none is down (``move``).
    """
    if event not in _WANTED[modes.mouse]:
        return _wheel_as_keys(event, button, modes)
    is_wheel = 4 <= button <= 7
    if event == "release" and is_wheel:
        return b""
    if modes.mouse == "x10" and not 1 <= button <= 3:
        return b""
    code = (
        button - 1 if 1 <= button <= 3 else 60 + button if is_wheel else 120 + button if button else _RELEASED
    )
    if event in ("drag", "move"):
        code += _MOTION
    if modes.mouse != "x10":
        code += 4 * shift + 8 * alt + 16 * ctrl
    return _report(code, event == "release", y, x, modes)


def _report(code: int, is_release: bool, y: int, x: int, modes: Modes) -> bytes:
    encoding = modes.mouse_encoding
    if encoding in ("sgr", "sgr_pixels"):
        if encoding == "sgr_pixels":
            y, x = y * _CELL[0], x * _CELL[1]
        return b"\x1b[<%d;%d;%d%c" % (code, x + 1, y + 1, b"m" if is_release else b"M")
    if is_release:
        code = code & ~3 | _RELEASED
    if encoding == "urxvt":
        return b"\x1b[%d;%d;%dM" % (code + 32, x + 1, y + 1)
    highest = 2015 if encoding == "utf8" else 223
    if max(x, y) >= highest:
        return b""  # There is no way to say it, and saying something else would be a lie.
    places = (code + 32, x + 33, y + 33)
    if encoding == "utf8":
        return b"\x1b[M" + "".join(map(chr, places)).encode()
    return b"\x1b[M" + bytes(places)


def _wheel_as_keys(event: MouseEvent, button: int, modes: Modes) -> bytes:
    if modes.mouse != "off" or event != "press" or button not in (4, 5):
        return b""
    if not (modes.alternate_screen and modes.alternate_scroll):
        return b""
    opener = b"\x1bO" if modes.application_cursor else b"\x1b["
    return (opener + (b"A" if button == 4 else b"B")) * _WHEEL_LINES
