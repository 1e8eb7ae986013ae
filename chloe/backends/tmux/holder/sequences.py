"""Sequences: where one ends that began with an ESC, and what it says, cleaned of what may stand within.

Owns the grammar (ECMA-48, and the parser that Paul Williams drew at vt100.net/emu/dec_ansi_parser), as the
emulator in Chloe has it. Must not know what a sequence means. Loaded by the holder, which runs alone: only
the standard library, and little of it.

A piece is what follows an ESC, up to the next one, which ends whatever is open. Of a sequence the ESC is left
out: ``[?2026$p``, ``]11;?``, ``P$qm``, ``c``.
"""

from __future__ import annotations

#: As in the emulator: the most parameters and intermediates of a control sequence, and the longest string.
_LONGEST_PARAMETERS, _LONGEST_INTERMEDIATES = 256, 4
LONGEST_STRING = 256 * 1024

_PARAMETERS = b"0123456789:;<=>?"
_INTERMEDIATES = bytes(range(0x20, 0x30))
_CAN_SUB = b"\x18\x1a"
#: Controls that may stand within a sequence, where they are carried out at once.
_CONTROLS = bytes((*range(0x18), 0x19, *range(0x1C, 0x20)))
#: What is left out of a string.
_NOT_IN_STRING = bytes((*range(0x07), *range(0x08, 0x18), 0x19, *range(0x1C, 0x20), 0x7F))
#: What opens a string that says nothing here: SOS, PM, APC, and the title of screen and tmux.
_SILENT = b"X^_k"
_NUMBERS = b"0123456789"
#: Commands that may ask: for colours, for the clipboard.
_ASKING_COMMANDS = (4, 10, 11, 12, 52)
#: The most digits of a command's number (OSC).
_MOST_DIGITS = 4


def cut(piece: bytes, *, is_ended: bool) -> tuple[bytes, bytes, int]:
    """Return the sequence, the controls within it, and its length in the piece; 0 where its end is to come.

    The sequence is empty where there is none that means something. ``is_ended``: an ESC follows.
    """
    opener = piece[:1]
    if opener == b"[":
        after = piece[1:].lstrip(_PARAMETERS).lstrip(_INTERMEDIATES)
        if not after:
            return b"", b"", len(piece) if is_ended else 0
        if b"@" <= after[:1] <= b"~":
            length = len(piece) - len(after) + 1
            return _regular(piece[:length]), b"", length
        return _cut_slowly(piece, is_ended)
    if opener in (b"]", b"P"):
        return _cut_string(piece, is_ended)
    if not opener:
        return b"", b"", int(is_ended)
    if opener == b"#":
        return piece[:2], b"", 2 if is_ended or len(piece) > 1 else 0
    if opener in _SILENT or opener in _INTERMEDIATES:
        return b"", b"", len(piece)
    return (opener, b"", 1) if b" " < opener < b"\x7f" else _cut_slowly(piece, is_ended)


def _cut_slowly(piece: bytes, is_ended: bool) -> tuple[bytes, bytes, int]:
    """Cut what has controls or odd characters in it, one after the other."""
    sequence, controls = bytearray(), bytearray()
    for at, byte in enumerate(piece):
        if byte in _CAN_SUB or byte > 0x7F:
            return b"", b"", at + 1
        if byte in _CONTROLS:
            controls.append(byte)
        elif byte == 0x7F:
            continue
        elif not sequence and byte != ord("["):
            found, _, length = cut(piece[at:], is_ended=is_ended)
            return found, bytes(controls), at + length if length else 0
        else:
            sequence.append(byte)
            if len(sequence) > 1 and byte >= 0x40:
                return _regular(bytes(sequence)), bytes(controls), at + 1
    return b"", b"", len(piece) if is_ended else 0


def _regular(sequence: bytes) -> bytes:
    """Return a control sequence if it is one: its parts in order, no longer than is taken seriously."""
    rest = sequence[1:-1].lstrip(_PARAMETERS)
    is_short = len(sequence) - 2 - len(rest) <= _LONGEST_PARAMETERS and len(rest) <= _LONGEST_INTERMEDIATES
    return sequence if is_short and not rest.strip(_INTERMEDIATES) else b""


def _cut_string(piece: bytes, is_ended: bool) -> tuple[bytes, bytes, int]:
    ends = [end for end in map(piece.find, (b"\x18", b"\x1a")) if end >= 0]
    bell = piece.find(b"\x07") if piece[:1] == b"]" else -1
    end = min([*ends, bell] if bell >= 0 else ends, default=-1)
    if end < 0 and not is_ended:
        return b"", b"", 0
    if end >= 0 and end != bell:
        return b"", b"", end + 1
    string = piece if end < 0 else piece[:end]
    sequence = string.translate(None, _NOT_IN_STRING).replace(b"\x07", b"")
    return sequence if len(sequence) <= LONGEST_STRING else b"", b"", end + 1 if end >= 0 else len(piece)


def may_ask(piece: bytes) -> bool:
    """Return whether this beginning of a sequence, which nothing follows yet, may turn out to ask."""
    opener = piece[:1]
    if opener in (b"]", b"P"):
        piece = piece.translate(None, _NOT_IN_STRING)
    if opener == b"]":
        number, colon, _ = piece[1:].partition(b";")
        if not colon:
            return len(number) <= _MOST_DIGITS and not number.strip(_NUMBERS)
        return command_number(number) in _ASKING_COMMANDS
    if opener == b"P":
        return piece[1:3] in (b"", b"$", b"+", b"$q", b"+q")
    return opener in (b"", b"[", b"#") or opener in _CONTROLS


def command_number(text: bytes) -> int:
    """Return the number of a command (OSC); -1 where it has none."""
    return int(text) if 0 < len(text) <= _MOST_DIGITS and not text.strip(_NUMBERS) else -1


def cannot_ask(piece: bytes) -> bool:
    """Return whether this is a command (OSC) of a number that asks nothing, whatever else is in it."""
    start = piece[1 : _MOST_DIGITS + 2]
    after = start.lstrip(_NUMBERS)
    number = command_number(start[: len(start) - len(after)])
    return after[:1] in (b";", b"\x07") and number not in _ASKING_COMMANDS
