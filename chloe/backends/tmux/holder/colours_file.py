"""The user's colours: what Chloe asked the user's terminal, and left in a file for when it is gone.

Owns the reading of that file, which is input, and the answers about colours. The same stands in Chloe
(``chloe.terminal.colours``, which writes the file and says what is in it); a test holds that both tell the
same. Must not know who asks. Loaded by the holder, which runs alone: only the standard library, and little
of it.
"""

from __future__ import annotations

import _stat as stat
import posix as os

_FILE, _LIMIT = "colours", 16 * 1024
_HEX = b"0123456789abcdef"
#: The levels of the palette's cube of 6 x 6 x 6 colours, and of its 24 shades of grey (xterm's 256colres.pl).
_CUBE = (0x00, 0x5F, 0x87, 0xAF, 0xD7, 0xFF)
_FIRST_GREY, _GREY_START, _GREY_STEP = 232, 8, 10
#: How much red, green and blue add to how bright a colour looks (ITU-R BT.601), in thousandths.
_BRIGHTNESS = (299, 587, 114)


class ColoursFile:
    """The colours of the user's display. ``defaults`` are told where nothing is known."""

    def __init__(self, home: str, defaults: dict[str, str]) -> None:
        self._path = f"{home}/{_FILE}"
        self._defaults = defaults
        self._entries: dict[str, str] = {}
        self._scheme = ""

    def read(self) -> bool:
        """Read the file again; whether it says something else now. One that can't be read says nothing."""
        entries, scheme = {}, ""
        for line in _content(self._path).split(b"\n"):
            name, _, value = line.partition(b" ")
            if name == b"scheme" and value in (b"dark", b"light"):
                scheme = value.decode("ascii")
            elif _is_colour(value) and name.decode("latin-1") in self._defaults:
                entries[name.decode("ascii")] = value.decode("ascii")
        before = self._entries, self._scheme
        self._entries, self._scheme = entries, scheme
        return before != (entries, scheme)

    def answer(self, name: str) -> bytes:
        """Return the answer to who asks for one colour: ``10``, ``11``, ``12``, or ``4;N`` with N to 255."""
        return f"\x1b]{name};rgb:{self._entry(name)}\x1b\\".encode("ascii")

    def report(self) -> bytes:
        """Return the report of the colour scheme: 1 dark, 2 light."""
        return b"\x1b[?997;%dn" % (1 if self._is_dark() else 2)

    def _entry(self, name: str) -> str:
        known = self._entries.get(name) or self._defaults.get(name)
        if known:
            return known
        index = int(name[2:])
        if index >= _FIRST_GREY:
            levels = [_GREY_START + _GREY_STEP * (index - _FIRST_GREY)] * 3
        else:
            levels = [_CUBE[(index - 16) // step % 6] for step in (36, 6, 1)]
        return "/".join([f"{level:02x}{level:02x}" for level in levels])

    def _is_dark(self) -> bool:
        if self._scheme:
            return self._scheme == "dark"
        levels = [int(level, 16) for level in self._entry("11").split("/")]
        return sum(part * level for part, level in zip(_BRIGHTNESS, levels, strict=True)) < 1000 * 0xFFFF // 2


def _is_colour(value: bytes) -> bool:
    return (
        len(value) == 14
        and value[4::5] == b"//"
        and not value.translate(None, _HEX + b"/")
        and (value.count(b"/") == 2)
    )


def _content(path: str) -> bytes:
    """Return what is in a regular file, up to a bound; nothing where there is none."""
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_NOCTTY | os.O_CLOEXEC
    try:
        # Looked at first, since the mere opening of a device may do something.
        if not stat.S_ISREG(os.lstat(path).st_mode):
            return b""
        file = os.open(path, flags)
    except OSError:
        return b""
    try:
        return os.read(file, _LIMIT) if stat.S_ISREG(os.fstat(file).st_mode) else b""
    except OSError:
        return b""
    finally:
        os.close(file)
