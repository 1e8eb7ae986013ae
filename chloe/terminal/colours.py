"""Colours: those of the user's own terminal, as programs are told them.

Owns their form as a file and the checks of it, the answers to OSC 4, 10, 11 and 12, and whether a background
is dark. Must not know where the file lies, nor who asked the terminal.

The file has a line for each colour that is known: what asks for it (``10`` the text, ``11`` the background,
``12`` the cursor, ``4;N`` entry N of the palette), a space, and red, green and blue in four hexadecimal
digits each, with slashes between. ``scheme dark`` or ``scheme light`` is what the terminal said itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

#: The name of the file, and the most bytes that it may have.
FILE, LIMIT = "colours", 16 * 1024

#: What is told where nothing is known: xterm's colours, with text on black.
DEFAULT_ENTRIES = {
    "10": "cccc/cccc/cccc",
    "11": "0000/0000/0000",
    "12": "cccc/cccc/cccc",
    "4;0": "0000/0000/0000",
    "4;1": "cdcd/0000/0000",
    "4;2": "0000/cdcd/0000",
    "4;3": "cdcd/cdcd/0000",
    "4;4": "0000/0000/eeee",
    "4;5": "cdcd/0000/cdcd",
    "4;6": "0000/cdcd/cdcd",
    "4;7": "e5e5/e5e5/e5e5",
    "4;8": "7f7f/7f7f/7f7f",
    "4;9": "ffff/0000/0000",
    "4;10": "0000/ffff/0000",
    "4;11": "ffff/ffff/0000",
    "4;12": "5c5c/5c5c/ffff",
    "4;13": "ffff/0000/ffff",
    "4;14": "0000/ffff/ffff",
    "4;15": "ffff/ffff/ffff",
}
_LINE = re.compile(rb"(1[012]|4;(?:[0-9]|1[0-5])) ([0-9a-f]{4}/[0-9a-f]{4}/[0-9a-f]{4})")
_SCHEMES = (b"scheme dark", b"scheme light")
#: The levels of the palette's cube of 6 x 6 x 6 colours, and of its 24 shades of grey (xterm's 256colres.pl).
_CUBE = (0x00, 0x5F, 0x87, 0xAF, 0xD7, 0xFF)
_FIRST_GREY, _GREY_START, _GREY_STEP = 232, 8, 10
#: How much red, green and blue add to how bright a colour looks (ITU-R BT.601), in thousandths.
_BRIGHTNESS = (299, 587, 114)


class Colours:
    """The colours of a display: those that are known, and xterm's where they aren't.

    ``scheme`` is "dark" or "light" where the terminal said so; else the background tells.
    """

    __slots__ = ("entries", "scheme")

    def __init__(self, entries: Mapping[str, str] | None = None, scheme: str = "") -> None:
        self.entries: dict[str, str] = dict(entries or {})
        self.scheme = scheme

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Colours) and (self.entries, self.scheme) == (other.entries, other.scheme)

    __hash__ = None  # type: ignore[assignment]

    @classmethod
    def parse(cls, data: bytes) -> Colours:
        """Read what ``dump`` wrote. A line that isn't one of these is passed over."""
        colours = cls()
        for line in data[:LIMIT].split(b"\n"):
            if line in _SCHEMES:
                colours.scheme = line.split()[1].decode()
            elif match := _LINE.fullmatch(line):
                colours.entries[match[1].decode()] = match[2].decode()
        return colours

    def dump(self) -> bytes:
        """Return the file."""
        lines = [f"{name} {colour}\n" for name, colour in sorted(self.entries.items())]
        if self.scheme:
            lines.append(f"scheme {self.scheme}\n")
        return "".join(lines).encode()

    def entry(self, name: str) -> str:
        """Return one colour: ``10``, ``11``, ``12``, or ``4;N`` with N of 0 to 255."""
        known = self.entries.get(name) or DEFAULT_ENTRIES.get(name)
        if known is not None:
            return known
        index = int(name.partition(";")[2])
        if index >= _FIRST_GREY:
            levels = [_GREY_START + _GREY_STEP * (index - _FIRST_GREY)] * 3
        else:
            levels = [_CUBE[(index - 16) // step % 6] for step in (36, 6, 1)]
        return "/".join(f"{level:02x}{level:02x}" for level in levels)

    def answer(self, name: str) -> bytes:
        """Return the answer to who asks for one colour, as X11 writes it."""
        return f"\x1b]{name};rgb:{self.entry(name)}\x1b\\".encode()

    @property
    def is_dark(self) -> bool:
        """Return whether text stands on a dark background."""
        if self.scheme:
            return self.scheme == "dark"
        levels = (int(level, 16) for level in self.entry("11").split("/"))
        brightness = sum(part * level for part, level in zip(_BRIGHTNESS, levels, strict=True))
        return brightness < 1000 * 0xFFFF // 2

    def report(self) -> bytes:
        """Return the report of the colour scheme: ``CSI ? 997 ; 1 n`` is dark, 2 light (Contour, kitty)."""
        return b"\x1b[?997;%dn" % (1 if self.is_dark else 2)


#: What is told where no terminal was asked.
UNKNOWN = Colours()
