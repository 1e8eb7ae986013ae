"""The screen at a cut: what a ``Pruned`` carries, so that a fold can begin where the bodies begin.

Owns the form of it. Unlike a checkpoint it can't be made again, and a later Chloe has to read it: so it is
what any terminal understands, bytes that draw the screen on an empty one.

    rows, columns and lines that had left the screen, in decimal, a blank between, a line feed, the bytes

Where the screen takes lines back as it becomes higher, the bytes first print these and have them leave it.
The opening doesn't count them. How many of them only a smaller size pushed out no drawing can tell: an
application program command does, first of the bytes, which other terminals pass over.
"""

from __future__ import annotations

import re

from chloe.terminal import Terminal
from chloe.terminal.sizes import MAX_CELLS, fits

_OPENING = re.compile(rb"(\d{1,5}) (\d{1,5}) (\d{1,18})\n")
_PUSHED_OUT = re.compile(rb"\x1b_pushed out (\d{1,5})\x1b\\")
#: The longest of both.
_MAX_OPENING = 31 + 20

#: Bytes of a screen at a cut: each cell with a look and a cluster of its own.
MAX_KEYFRAME = 64 * MAX_CELLS
#: Lines that can have left a screen: thirty years of a million a second.
_MAX_LINES = 10**15


class KeyframeError(ValueError):
    """These bytes are no screen at a cut."""


def encode_keyframe(terminal: Terminal, *, above: int = 0) -> bytes:
    """Return the screen of ``terminal``, with the last ``above`` lines of its scrollback, if it has them."""
    screen = terminal.repaint()
    printed, count = terminal.reprint(above)
    if len(printed) + len(screen) + _MAX_OPENING > MAX_KEYFRAME:
        printed, count = b"", 0
    opening = b"%d %d %d\n" % (terminal.rows, terminal.columns, terminal.scrollback.total - count)
    borrowed = min(terminal.scrollback.borrowed, count)
    pushed_out = b"\x1b_pushed out %d\x1b\\" % borrowed if borrowed else b""
    return opening + pushed_out + printed + screen


def decode_keyframe(state: bytes, *, scrollback: int) -> Terminal:
    """Return the terminal that ``encode_keyframe`` was given. Raises ``KeyframeError``."""
    opening = _OPENING.match(state)
    if opening is None:
        raise KeyframeError("no rows, columns and lines at the start")
    rows, columns, lines = map(int, opening.groups())
    if not fits(rows, columns):
        raise KeyframeError(f"no terminal has {columns}x{rows} cells")
    if lines > _MAX_LINES:
        raise KeyframeError(f"{lines} lines were never printed")
    if len(state) > MAX_KEYFRAME:
        raise KeyframeError("more than draws any screen")
    terminal = Terminal(rows, columns, scrollback=scrollback, first=lines)
    terminal.feed(state[opening.end() :])
    terminal.take_replies()
    terminal.take_notices()
    pushed_out = _PUSHED_OUT.match(state, opening.end())
    if pushed_out is not None:
        terminal.scrollback.borrowed = min(int(pushed_out[1]), terminal.scrollback.lines)
    return terminal
