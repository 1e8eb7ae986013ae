"""Notices out of a stream of bytes that nobody draws: bells, titles, notifications and the like.

Owns which bytes are one, at a speed at which whole floods can be looked through, and the notifications of
kitty, which come in pieces (OSC 99, sw.kovidgoyal.net/kitty/desktop-notifications). Must not know the screen.
What it finds is what the emulator would have, however the stream is split; but a control character between an
ESC and the character that opens a control string hides that string here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chloe.terminal.notices import Notice, Notification

#: What opens a control string: see ``tokens``.
_BEGIN = re.compile(rb"\x1b[\]PX^_k]")
#: What ends one: BEL, CAN, SUB, any other sequence, and the C1 controls that stand for one.
_END = re.compile(rb"[\x07\x18\x1a\x1b]|\xc2[\x80-\x8f\x91-\x97\x99-\x9c]")
_DROPPED = re.compile("[\x00-\x06\x08-\x17\x19\x1c-\x1f\x7f\x90\x98\x9d-\x9f]")
_OSC = b"\x1b]"
#: The longest control string that is read, in bytes; a longer one is dropped.
_MAX_STRING = 1_400_000
#: The sequences that say something beside the text.
_CODES = frozenset((0, 1, 2, 7, 9, 52, 133, 633, 777))
_KITTY = 99
#: Kitty's notifications that may be unfinished, and characters that are kept of each.
_MAX_UNFINISHED, _MAX_TEXT = 16, 4096


class NoticeScanner:
    """Reads one stream."""

    __slots__ = ("_opener", "_rest", "_size", "_string", "_unfinished")

    def __init__(self) -> None:
        #: What opened the string that is open, or b"" where none is; its pieces so far, and their size.
        self._opener = b""
        self._string: list[bytes] = []
        self._size = 0
        #: A byte that may be the first of two.
        self._rest = b""
        self._unfinished: dict[str, tuple[str, str]] = {}

    def scan(self, data: bytes) -> list[Notice]:
        """Take in bytes of the stream, split anywhere. Return what they complete, in order.

        Bells with nothing between them count as one.
        """
        if self._rest:
            data, self._rest = self._rest + data, b""
        if data.endswith((b"\x1b", b"\xc2")):
            data, self._rest = data[:-1], data[-1:]
        notices: list[Notice] = []
        place = 0
        while place < len(data):
            if self._opener:
                place = self._read_string(data, place, notices)
                continue
            match = _BEGIN.search(data, place)
            if data.find(b"\x07", place, match.start() if match else len(data)) >= 0:
                _ring(notices)
            if match is None:
                break
            self._opener, self._string, self._size = match[0], [], 0
            place = match.end()
        return notices

    def _read_string(self, data: bytes, place: int, notices: list[Notice]) -> int:
        """Read on in the string that is open. Return where to go on."""
        match = _END.search(data, place)
        end = match.start() if match else len(data)
        if self._opener == _OSC:
            self._size += end - place
            self._string.append(data[place:end])
            if self._size > _MAX_STRING:
                self._string.clear()
        if match is None:
            return end
        if match[0] == b"\x07" and self._opener != _OSC:
            return match.end()
        if self._opener == _OSC and match[0] not in b"\x18\x1a" and self._size <= _MAX_STRING:
            text = b"".join(self._string).decode("utf-8", "replace")
            notices += self._read(_DROPPED.sub("", text))
        self._opener = b""
        self._string = []
        # An ESC opens what follows it.
        return end if match[0] == b"\x1b" else match.end()

    def _read(self, command: str) -> list[Notice]:
        """Return what an operating system command says."""
        number, _, value = command.partition(";")
        if not number.isdecimal() or len(number) > 4 or not number.isascii():
            return []
        code = int(number)
        if code == _KITTY:
            done = self._read_kitty(value)
            return [done] if done is not None else []
        if code not in _CODES:
            return []
        from chloe.terminal import strings

        return strings.read(code, value)

    def _read_kitty(self, value: str) -> Notification | None:
        """Take in a piece of one of kitty's notifications. Return the notification that it completes."""
        said, _, payload = value.partition(";")
        keys = dict(pair.partition("=")[::2] for pair in said.split(":"))
        if keys.get("e") == "1":
            from chloe.terminal.strings import decode_base64

            payload = decode_base64(payload).decode("utf-8", "replace")
        name = keys.get("i", "")
        title, text = self._unfinished.pop(name, ("", ""))
        match keys.get("p", "title"):
            case "title":
                title = (title + payload)[:_MAX_TEXT]
            case "body":
                text = (text + payload)[:_MAX_TEXT]
            case _:
                pass
        if keys.get("d") == "0":
            while len(self._unfinished) >= _MAX_UNFINISHED:
                del self._unfinished[next(iter(self._unfinished))]
            self._unfinished[name] = title, text
            return None
        if not (title or text):
            return None
        from chloe.terminal.notices import Notification

        return Notification(text, title) if text else Notification(title)


def _ring(notices: list[Notice]) -> None:
    """Add a bell, where the last notice isn't one."""
    from chloe.terminal.notices import Bell

    if not (notices and isinstance(notices[-1], Bell)):
        notices.append(Bell())
