"""Tokens: bytes cut into printable text and control sequences, whatever way they arrive.

Owns the decoding of UTF-8 and the grammar of ECMA-48 sequences (after the VT500 parser that Paul
Williams drew at vt100.net/emu/dec_ansi_parser). Must not know what a sequence means.

Plan: one regular expression cuts well-formed input into pairs ``(text, control)`` in one call, at C
speed. Where it meets an ESC that opens nothing complete, it hands out all the rest, and a plain
state machine reads on, character by character, until it is back on the ground. Both accept the same
language, so it never matters where the input is split. Everything kept between two feeds is bounded.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

#: The longest control sequence that is taken seriously, in parameter bytes; xterm keeps 30 parameters.
MAX_PARAMETERS = 256
MAX_INTERMEDIATES = 4
#: The longest control string (OSC, DCS), in characters; a longer one is dropped. A clipboard of
#: 1 MB fits, in base64.
MAX_STRING = 1_400_000

#: What opens a control string after ESC: OSC, DCS, SOS, PM, APC, and the title of screen(1) and tmux(1). SOS,
#: PM and APC are read and dropped.
_STRINGS = "]PX^_k"
_MEANINGFUL_STRINGS = "]Pk"

_CONTROL_SEQUENCE = rf"\x1b\[[0-?]{{0,{MAX_PARAMETERS}}}+[ -/]{{0,{MAX_INTERMEDIATES}}}+[@-~]"
_ESCAPE_SEQUENCE = rf"\x1b[ -/]{{1,{MAX_INTERMEDIATES}}}+[0-~]|\x1b[0-OQ-WYZ\\`-jl-~]"
_SHORT_STRING = r"\x1b\](?!\ufffd)[^\x00-\x1f\x7f]{0,4096}+(?:\x07|\x1b\\)"
_PAIRS = re.compile(
    r"([ -~\x80-\U0010ffff]*+)"
    rf"(\r\n|{_CONTROL_SEQUENCE}|[\x00-\x1a\x1c-\x1f\x7f]|{_ESCAPE_SEQUENCE}|{_SHORT_STRING}|\x1b(?s:.*+)|\Z)"
)
_REGULAR = re.compile(f"(?:{_CONTROL_SEQUENCE}|{_ESCAPE_SEQUENCE}|{_SHORT_STRING})\\Z")
_STRING_END = re.compile(r"[\x07\x18\x1a\x1b]")
_DROPPED_IN_STRING = re.compile(r"[\x00-\x06\x08-\x17\x19\x1c-\x1f\x7f]")
#: What no control string may begin with (ECMA-48 5.6): one that does is dropped, however it goes on.
_NO_STRING = "\ufffd"
_EIGHT_BIT = re.compile("[\x80-\x9f]")
#: The C1 controls as the two characters that mean the same (ECMA-48 5.3).
_SEVEN_BIT: dict[int, str | None] = {0x80 + low: f"\x1b{chr(0x40 + low)}" for low in range(32)}
#: DCS, SOS, OSC, PM, APC.
_SEVEN_BIT.update(dict.fromkeys((0x90, 0x98, 0x9D, 0x9E, 0x9F)))

_CAN_SUB = "\x18\x1a"


class Tokenizer:
    """Turns pieces of a byte stream into ``(text, control)`` pairs.

    ``text`` is printable and may be empty. ``control`` is one control character, ``\\r\\n``, one complete
    escape or control sequence, or a control string from its ESC up to, but without, its end; or empty.
    """

    __slots__ = ("_bytes", "_opened", "_size", "_string")

    def __init__(self) -> None:
        self._bytes = b""
        #: The sequence that is open: its characters so far from its ESC on, or "" on the ground.
        self._opened = ""
        #: The control string that is open: its pieces, opener first, or None. Empty when it is dropped.
        self._string: list[str] | None = None
        self._size = 0

    @property
    def pending(self) -> bytes:
        """Return what was fed and not handed out, as bytes that bring a new tokenizer to the same place."""
        pairs = self._opened
        if self._string is not None:
            pairs = "".join(self._string) if self._size <= MAX_STRING else self._string[0] + _NO_STRING
        return pairs.encode("utf-8", "surrogatepass") + self._bytes

    @property
    def on_ground(self) -> bool:
        """Return whether no sequence is open."""
        return not self._opened and self._string is None

    def decode(self, data: bytes) -> str:
        """Return the characters that ``data`` completes.

        In place of broken ones stands U+FFFD, one for each maximal subpart (Unicode, 3.9). 8-bit controls
        become 7-bit ones, but for those that would open a string: what was misread as Latin-1 once is full of
        them, and hides no text.
        """
        if self._bytes:
            data = self._bytes + data
        text, used = codecs.utf_8_decode(data, "replace", False)
        self._bytes = data[used:]
        if not text.isascii() and _EIGHT_BIT.search(text):
            text = text.translate(_SEVEN_BIT)
        return text

    def pairs(self, text: str) -> Iterator[list[tuple[str, str]]]:
        """Cut decoded ``text``: lists of pairs, in order."""
        while text:
            if not self.on_ground:
                read = self._read_on(text)
                yield read[0]
                text = read[1]
                continue
            pairs = _PAIRS.findall(text)
            text = ""
            if pairs[-1] == ("", ""):  # The end matches once more after the last control.
                pairs.pop()
            if pairs:
                before, control = pairs[-1]
                if control.startswith("\x1b") and not _REGULAR.match(control):
                    pairs[-1] = (before, "")
                    self._opened = "\x1b"
                    text = control[1:]
            yield pairs

    def _read_on(self, text: str) -> tuple[list[tuple[str, str]], str]:
        """Finish what is open. Return the pairs and the rest of ``text``."""
        pairs: list[tuple[str, str]] = []
        place = 0
        while place < len(text) and not self.on_ground:
            if self._string is not None:
                place = self._read_string(text, place, pairs)
                continue
            char = text[place]
            place += 1
            if char == "\x1b":
                self._opened = char
            elif char in _CAN_SUB:
                self._opened = ""
            elif char < " ":
                pairs.append(("", char))  # ECMA-48 forbids it, VT terminals carry it out at once.
            elif char != "\x7f":
                self._collect(char, pairs)
        return pairs, text[place:]

    def _collect(self, char: str, pairs: list[tuple[str, str]]) -> None:
        """Take in one more character of an open escape or control sequence."""
        opened = self._opened
        self._opened = ""
        if opened == "\x1b" and char in _STRINGS:
            self._string = ["\x1b" + char]
            self._size = 0
        elif char > "~":
            return
        elif opened == "\x1b" and char == "[":
            self._opened = "\x1b["
        elif char >= ("@" if opened[1:2] == "[" else "0"):
            if _REGULAR.match(opened + char):
                pairs.append(("", opened + char))
        else:
            # One more than is allowed makes it irregular for good; more needn't be kept.
            self._opened = opened if len(opened) > 3 * MAX_PARAMETERS else opened + char

    def _read_string(self, text: str, place: int, pairs: list[tuple[str, str]]) -> int:
        """Read on in an open control string; returns how far."""
        string = self._string
        assert string is not None
        match = _STRING_END.search(text, place)
        end = match.start() if match else len(text)
        opener = string[0]
        if opener[1] in _MEANINGFUL_STRINGS and self._size <= MAX_STRING:
            piece = _DROPPED_IN_STRING.sub("", text[place:end])
            is_string = self._size > 0 or piece[:1] != _NO_STRING
            self._size += len(piece) if is_string else MAX_STRING + 1
            if piece:
                string.append(piece)
            if self._size > MAX_STRING:
                del string[1:]
        if match is None:
            return end
        if match[0] == "\x07" and opener != "\x1b]":
            return end + 1
        self._string = None
        if match[0] not in _CAN_SUB and opener[1] in _MEANINGFUL_STRINGS and self._size <= MAX_STRING:
            pairs.append(("", "".join(string)))
        if match[0] == "\x1b":
            self._opened = "\x1b"
        return end + 1
