"""The grammar of what a terminal sends: where a sequence ends, whether it is a key, and its name.

Owns the forms of xterm, rxvt, the Linux console and kitty as far as they differ. Must not know who
gets a key, or time. Names are those of ``terminal.keys``: ``up``, ``f5``, ``ctrl+c``, ``alt+x``,
``ctrl+shift+left``, ``escape``. Sources: XTerm Control Sequences (ctlseqs), ECMA-48, rxvt(7),
console_codes(4).
"""

from __future__ import annotations

import re
from enum import Enum, auto

from chloe.terminal import Modes, keys

ESC = 0x1B


class Kind(Enum):
    """What a sequence is."""

    #: It may go on; more bytes decide.
    INCOMPLETE = auto()
    #: A key that a person pressed.
    KEY = auto()
    #: An answer of the terminal: no key at all.
    REPLY = auto()
    #: A report of the mouse.
    MOUSE = auto()
    #: The terminal's window got the focus, or lost it.
    FOCUS_IN = auto()
    FOCUS_OUT = auto()
    #: What follows up to ``PASTE_END`` is pasted.
    PASTE = auto()


#: Ends a bracketed paste.
PASTE_END = b"\x1b[201~"
#: No answer is longer: longer data without an end isn't one.
LONGEST_REPLY = 64 * 1024

_CSI = re.compile(rb"\x1b\[([\x30-\x3f]*)([\x20-\x2f]*)([\x40-\x7e])")
_CSI_SO_FAR = re.compile(rb"\x1b\[[\x30-\x3f]*[\x20-\x2f]*\Z")
#: rxvt ends a shifted key with ``$``, which ECMA-48 has as an intermediate byte.
_CSI_RXVT_SHIFT = re.compile(rb"\x1b\[\d{1,2}\$")
_SS3 = re.compile(rb"\x1bO[\d;]*[\x40-\x7e]")
_SS3_SO_FAR = re.compile(rb"\x1bO[\d;]*\Z")
#: How an answer in a control string begins: OSC with a number, DCS with what answers begin with, kitty's APC.
_STRING = re.compile(rb"\x1b(?:\]\d|P[\d>!$+|]|_G)")
_STRING_END = re.compile(rb"\x07|\x1b\\|[\x18\x1a]|(?=\x1b[^\\])")
#: A position report of row 1 looks like F3 with modifiers; Chloe never asks for one, so it is the key.
_MODIFIED_F3 = re.compile(rb"1;\d{1,3}\Z")
_PASTE_BEGIN = b"200"
#: urxvt's report of the mouse: a button, a column, a row.
_URXVT_MOUSE = re.compile(rb"\d+;\d+;\d+\Z")
#: Reports of the mouse that lost a part on the way: something else begins within them.
_BROKEN_SGR_MOUSE = re.compile(rb"\x1b\[<[\d;]*")
_BROKEN_X10_MOUSE = re.compile(rb"\x1b\[M[^\x1b]{0,2}(?=\x1b)")


def scan(data: bytes, start: int = 0) -> tuple[Kind, int]:
    """Return what begins with the ESC at ``data[start]``, and the index after its end.

    A lone ESC before something that can't follow one is a key of one byte.
    """
    if len(data) - start < 2:
        return Kind.INCOMPLETE, len(data)
    match data[start + 1]:
        case 0x5B:  # [
            return _scan_csi(data, start)
        case 0x4F:  # O
            if matched := _SS3.match(data, start):
                return Kind.KEY, matched.end()
            if _SS3_SO_FAR.match(data, start):
                return Kind.INCOMPLETE, len(data)
            return Kind.KEY, start + 2
        case 0x5D | 0x50 | 0x5F:  # ] P _
            return _scan_string(data, start)
        case 0x1B:
            return _scan_double(data, start)
        case lead if lead >= 0x80:
            return _scan_character(data, start)
        case _:
            return Kind.KEY, start + 2


def _scan_csi(data: bytes, start: int) -> tuple[Kind, int]:
    if data.startswith(b"\x1b[[", start):  # The Linux console's F1 to F5.
        return (Kind.INCOMPLETE, len(data)) if len(data) - start < 4 else (Kind.KEY, start + 4)
    if data.startswith(b"\x1b[M", start):  # A click in the oldest form: three bytes follow.
        if broken := _BROKEN_X10_MOUSE.match(data, start):
            return Kind.REPLY, broken.end()
        return (Kind.INCOMPLETE, len(data)) if len(data) - start < 6 else (Kind.MOUSE, start + 6)
    if matched := _CSI_RXVT_SHIFT.match(data, start):
        return Kind.KEY, matched.end()
    matched = _CSI.match(data, start)
    if matched is None:
        if _CSI_SO_FAR.match(data, start):
            return Kind.INCOMPLETE, len(data)
        if broken := _BROKEN_SGR_MOUSE.match(data, start):
            return Kind.REPLY, broken.end()
        return Kind.KEY, start + 2
    return _classify_csi(*matched.groups()), matched.end()


def _classify_csi(parameters: bytes, intermediates: bytes, final: bytes) -> Kind:
    if parameters[:1] == b"<" and not intermediates and final in b"Mm":
        return Kind.MOUSE
    if intermediates or parameters[:1] in (b"?", b">", b"=", b"<"):
        return Kind.REPLY
    match final:
        case b"I" if not parameters:
            return Kind.FOCUS_IN
        case b"O" if not parameters:
            return Kind.FOCUS_OUT
        case b"~" if parameters == _PASTE_BEGIN:
            return Kind.PASTE
        case b"~" if parameters == b"201":  # The end of a paste that never began.
            return Kind.REPLY
        case b"R" if parameters and not _MODIFIED_F3.match(parameters):
            return Kind.REPLY
        case b"c" if parameters:  # Without parameters it is rxvt's shift+right.
            return Kind.REPLY
        case b"M" if _URXVT_MOUSE.match(parameters):
            return Kind.MOUSE
        case b"n" | b"t" | b"x" | b"y":
            return Kind.REPLY
        case _:
            return Kind.KEY


def _scan_string(data: bytes, start: int) -> tuple[Kind, int]:
    if len(data) - start < 3:
        return Kind.INCOMPLETE, len(data)
    if not _STRING.match(data, start):
        return Kind.KEY, start + 2
    matched = _STRING_END.search(data, start + 3)
    if matched is not None:
        return Kind.REPLY, matched.end()
    if len(data) - start > LONGEST_REPLY:
        return Kind.REPLY, start + LONGEST_REPLY
    return Kind.INCOMPLETE, len(data)


def _scan_double(data: bytes, start: int) -> tuple[Kind, int]:
    """Scan ESC ESC: rxvt's Alt with a function key, or a lone ESC and something else."""
    if len(data) - start < 3:
        return Kind.INCOMPLETE, len(data)
    if data[start + 2] not in b"[O":
        return Kind.KEY, start + 1
    kind, end = scan(data, start + 1)
    if kind in (Kind.KEY, Kind.INCOMPLETE):
        return kind, end
    return Kind.KEY, start + 1


def _scan_character(data: bytes, start: int) -> tuple[Kind, int]:
    """Scan ESC and a character of several bytes: Alt with it."""
    length = measure_character(data, start + 1)
    if length == 0:
        return Kind.INCOMPLETE, len(data)
    return Kind.KEY, start + 1 + length


def measure_character(data: bytes, start: int) -> int:
    """Return the bytes of the UTF-8 character at ``start``; 0 if its end hasn't come, 1 if it isn't UTF-8."""
    lead = data[start]
    length = 1 if lead < 0xC2 else 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4 if lead < 0xF5 else 1
    tail = data[start + 1 : start + length]
    if any(byte & 0xC0 != 0x80 for byte in tail):
        return 1
    return length if len(tail) == length - 1 else 0


#: What the keys of the keypad mean to Chloe: what they type.
_KEYPAD = {letter: typed for typed, letter, _ in keys.KEYPAD.values()} | {"M": "enter", "I": "tab", "l": ","}
#: Parameters of a key's sequence: numbers of at most so many digits, which ``int`` reads in no time.
_PARAMETERS = re.compile(r"(?:[0-9]{0,9}[;:])*[0-9]{0,9}")
_NAMED_CODES = {code: keys.NUMBER_NAMES[code] for code in (9, 13, 27, 32, 127, *range(57417, 57428))} | {
    8: "backspace",
    57414: "enter",
}
_RXVT_MODIFIERS = {"$": "shift+", "^": "ctrl+", "@": "ctrl+shift+"}
#: Keys as other terminals than xterm send them, which have a name here.
_OF_OTHERS = re.compile(rb"\x1b(?:\[\[[A-E]|\[(?:[1478]|1[1-4])(?:;\d+)?~|\[\d{1,2}[$^@]|[\[O][a-d])")
_RXVT_ARROWS = {"a": "up", "b": "down", "c": "right", "d": "left"}


def name_key(sequence: bytes) -> str:
    """Return the name of a complete key sequence, or of one character; "" where it has none."""
    if not sequence.startswith(b"\x1b"):
        return _name_of_character(sequence)
    text = sequence.decode("utf-8", "replace")
    match text[1:2]:
        case "":
            return keys.NUMBER_NAMES[ESC]
        case "[" if len(text) > 2:
            return _name_of_csi(text[2:])
        case "O" if len(text) > 2:
            return _name_of_ss3(text[2:])
        case "\x1b":
            inner = name_key(sequence[1:])
            return inner and _modified(2, inner)
        case _:
            inner = _name_of_character(sequence[1:])
            return inner and (inner.replace("ctrl+", "ctrl+alt+") if "ctrl+" in inner else "alt+" + inner)


def as_xterm(sequence: bytes) -> bytes:
    """Return a complete key sequence as xterm sends it in its normal mode, where another terminal's differs.

    tmux, PuTTY, the Linux console and rxvt have sequences of their own for Home, End, F1 to F5, and keys with
    Shift or Ctrl held.
    """
    is_of_others = _OF_OTHERS.fullmatch(sequence) is not None
    return (is_of_others and keys.encode(name_key(sequence), Modes())) or sequence


def _name_of_character(sequence: bytes) -> str:
    code = sequence[0] if len(sequence) == 1 else -1
    if code in _NAMED_CODES:
        return _NAMED_CODES[code]
    if code == 0:
        return "ctrl+space"
    if 0 < code < 0x20:
        return "ctrl+" + chr(code + 0x40).lower()
    try:
        text = sequence.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return text if text.isprintable() else ""


def _modified(bits: int, key: str) -> str:
    return keys.format_key(keys.Key(key, bits))


def _name_of_csi(text: str) -> str:
    final, inside = text[-1], text[:-1]
    if inside == "[":
        return f"f{ord(final) - 64}" if final in "ABCDE" else ""
    if inside and not _PARAMETERS.fullmatch(inside):
        return ""
    numbers = [int(part.split(":")[0] or 0) for part in inside.split(";")] if inside else []
    bits = (numbers[1] - 1 if len(numbers) > 1 and numbers[1] else 0) & 7
    if final == "Z":
        return "shift+tab"
    if final in keys.LETTER_NAMES:
        return _modified(bits, keys.LETTER_NAMES[final])
    if final in _RXVT_ARROWS and not numbers:
        return "shift+" + _RXVT_ARROWS[final]
    if not numbers:
        return ""
    if final in _RXVT_MODIFIERS and numbers[0] in keys.TILDE_NAMES:
        return _RXVT_MODIFIERS[final] + keys.TILDE_NAMES[numbers[0]]
    if final == "~" and numbers[0] == 27 and len(numbers) > 2:  # modifyOtherKeys
        return _name_of_code(numbers[2], bits)
    if final == "~" and numbers[0] in keys.TILDE_NAMES:
        return _modified(bits, keys.TILDE_NAMES[numbers[0]])
    return _name_of_code(numbers[0], bits) if final == "u" else ""


def _name_of_code(code: int, bits: int) -> str:
    if code > 0x10FFFF:
        return ""
    key = _NAMED_CODES.get(code) or (chr(code) if chr(code).isprintable() else "")
    return key and _modified(bits, key)


def _name_of_ss3(text: str) -> str:
    final, inside = text[-1], text[:-1]
    if final in _RXVT_ARROWS and not inside:
        return "ctrl+" + _RXVT_ARROWS[final]
    if inside and not _PARAMETERS.fullmatch(inside):
        return ""
    numbers = [int(part.split(":")[0]) for part in inside.split(";") if part.split(":")[0]]
    bits = (numbers[-1] - 1 if numbers and numbers[-1] else 0) & 7
    key = keys.LETTER_NAMES.get(final) or _KEYPAD.get(final, "")
    return key and _modified(bits, key)
