"""What the user's terminal is asked, what it answered, and what it was switched to because of that.

Owns its colours and its keyboard: the questions, the answers as far as they are understood, and what gives
back what was changed. Must not know descriptors, or who wants the colours.

Keys are asked for in a form in which Shift+Enter differs from Enter: by kitty's keyboard protocol where the
terminal answers that it has it, else by xterm's modifyOtherKeys; no more than level 1 of either.
"""

from __future__ import annotations

import re

from chloe.terminal.colours import Colours

#: Entries of the palette that users choose.
_PALETTE = range(16)
#: Colours (OSC), the scheme, and a report of each change of it (mode 2031).
_ASK_COLOURS = "".join(
    [
        *[f"\x1b]{code};?\x1b\\" for code in (10, 11, 12)],
        *[f"\x1b]4;{index};?\x1b\\" for index in _PALETTE],
        "\x1b[?996n",
    ]
)
#: Keyboard flags (kitty), modifyOtherKeys (XTQMODKEYS), and the version: tmux has these and doesn't say so.
_ASK_KEYBOARD = "\x1b[?u\x1b[?4m\x1b[>q"
_WATCH, _UNWATCH = "\x1b[?2031h", "\x1b[?2031l"
#: DA1, which every terminal answers: what was asked before it is answered by then, or never.
_FENCE = "\x1b[c"

_COLOUR = re.compile(
    rb"\x1b\](1[012]|4;\d{1,3});rgba?:([0-9a-fA-F]{1,4}(?:/[0-9a-fA-F]{1,4}){2,3})(?:\x07|\x1b\\)"
)
_SCHEME = re.compile(rb"\x1b\[\?997;([12])n")
_KEYBOARD = re.compile(rb"\x1b\[\?\d+u")
_OTHER_KEYS = re.compile(rb"\x1b\[>4;?([0-3]?)m")
_TMUX = re.compile(rb"\x1bP>\|tmux ")
_ANSWER_TO_FENCE = re.compile(rb"\x1b\[\?[\d;]*c")


class OuterTerminal:
    """The user's terminal, as it answers."""

    def __init__(self) -> None:
        self._entries: dict[str, str] = {}
        self._scheme = ""
        #: Fences that aren't answered yet.
        self._open_fences = 0
        #: How often keyboard flags were pushed; what modifyOtherKeys was, where that was changed.
        self._pushed = 0
        self._other_keys: int | None = None

    def enter(self) -> bytes:
        """Return what asks for all there is to know."""
        self._open_fences += 1
        return (_WATCH + _ASK_COLOURS + _ASK_KEYBOARD + _FENCE).encode()

    def leave(self) -> bytes:
        """Return what gives back what was changed."""
        back = _UNWATCH
        if self._pushed:
            back += f"\x1b[<{self._pushed}u"
        if self._other_keys is not None:
            back += f"\x1b[>4;{self._other_keys}m"
        self._pushed, self._other_keys = 0, None
        return back.encode()

    @property
    def is_answering(self) -> bool:
        """Return whether answers are still to come."""
        return self._open_fences > 0

    def look_for_fence(self, data: bytes) -> None:
        """Take note that nothing more comes if the answer to the last question is in ``data``."""
        self._open_fences = max(self._open_fences - len(_ANSWER_TO_FENCE.findall(data)), 0)

    def take(self, reply: bytes) -> tuple[bytes, Colours | None]:
        """Take in one answer. Return what is to be written for it, and the colours once all are told."""
        if colour := _COLOUR.match(reply):
            self._entries[colour[1].decode()] = _normal(colour[2].decode())
        elif scheme := _SCHEME.match(reply):
            self._scheme = "dark" if scheme[1] == b"1" else "light"
            if not self._open_fences:
                # Nobody asked: the colours are others now.
                self._open_fences += 1
                return (_ASK_COLOURS + _FENCE).encode(), None
        elif _KEYBOARD.match(reply):
            return self._ask_for_keys()
        elif found := _OTHER_KEYS.match(reply):
            return self._ask_for_other_keys(int(found[1] or 0))
        elif _TMUX.match(reply):
            return self._ask_for_other_keys(0)
        elif _ANSWER_TO_FENCE.fullmatch(reply):
            self._open_fences = max(self._open_fences - 1, 0)
            if self._entries or self._scheme:
                return b"", Colours(self._entries, self._scheme)
        return b"", None

    def _ask_for_keys(self) -> tuple[bytes, None]:
        self._pushed += 1
        back = b"" if self._other_keys is None else b"\x1b[>4;%dm" % self._other_keys
        self._other_keys = None
        return back + b"\x1b[>1u", None

    def _ask_for_other_keys(self, before: int) -> tuple[bytes, None]:
        if self._pushed:
            return b"", None
        if self._other_keys is None:
            self._other_keys = before
        return b"\x1b[>4;1m", None


def _normal(colour: str) -> str:
    """Return red, green and blue in four digits each, however many there are (XParseColor)."""
    levels = colour.lower().split("/")[:3]
    return "/".join(f"{int(level, 16) * 0xFFFF // (16 ** len(level) - 1):04x}" for level in levels)
