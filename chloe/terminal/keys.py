"""Keys: names and sequences of keys to the bytes that a program expects under the modes in force.

Owns what a key sends: xterm's legacy encodings (ctlseqs, "PC-Style Function Keys"), modifyOtherKeys
and kitty's keyboard protocol. Must not know who typed. ``paste``, ``mouse`` and ``focus`` are at
hand here as well.

A key has a name (``up``, ``f5``, ``enter``, ``kp_7``, or the character that it types) and modifiers:
``ctrl+shift+left``, ``alt+x``, ``é``.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from chloe.terminal.modes import Modes
from chloe.terminal.pointing import MouseEvent, focus, mouse, paste

__all__ = [
    "Key",
    "MouseEvent",
    "encode",
    "focus",
    "format_key",
    "list_same_keys",
    "mouse",
    "parse_name",
    "parse_sequence",
    "paste",
    "translate",
]

SHIFT, ALT, CTRL, SUPER, HYPER, META = 1, 2, 4, 8, 16, 32
_MODIFIERS = {"shift": SHIFT, "alt": ALT, "ctrl": CTRL, "super": SUPER, "hyper": HYPER, "meta": META}
#: The order in which modifiers are written.
_ORDER = ("ctrl", "alt", "shift", "super", "hyper", "meta")
_ALIASES = {
    "esc": "escape",
    "return": "enter",
    "del": "delete",
    "ins": "insert",
    "pageup": "page_up",
    "page up": "page_up",
    "pgup": "page_up",
    "pagedown": "page_down",
    "page down": "page_down",
    "pgdn": "page_down",
    "backtab": "shift+tab",
    " ": "space",
}

#: Keys that end in a letter: CSI or SS3, or CSI 1 ; modifiers with one.
_LETTERS = {
    "up": "A",
    "down": "B",
    "right": "C",
    "left": "D",
    "begin": "E",
    "end": "F",
    "home": "H",
    "f1": "P",
    "f2": "Q",
    "f3": "R",
    "f4": "S",
}
_CURSOR_KEYS = frozenset(("up", "down", "right", "left", "begin", "end", "home"))
#: Keys that are a number before a tilde.
_TILDES = {
    "insert": 2,
    "delete": 3,
    "page_up": 5,
    "page_down": 6,
    **dict(
        zip(
            [f"f{number}" for number in range(5, 21)],
            [15, *range(17, 22), 23, 24, 25, 26, 28, 29, *range(31, 35)],
            strict=True,
        )
    ),
}
#: The keypad: what each key types, what it sends after SS3 in application mode, kitty's number for it.
KEYPAD = {
    **{f"kp_{digit}": (str(digit), chr(ord("p") + digit), 57399 + digit) for digit in range(10)},
    "kp_decimal": (".", "n", 57409),
    "kp_divide": ("/", "o", 57410),
    "kp_multiply": ("*", "j", 57411),
    "kp_subtract": ("-", "m", 57412),
    "kp_add": ("+", "k", 57413),
    "kp_enter": ("\r", "M", 57414),
    "kp_equal": ("=", "X", 57415),
}
#: Keys that type a control character.
_CONTROLS = {"enter": "\r", "tab": "\t", "backspace": "\x7f", "escape": "\x1b", "space": " "}
#: What Ctrl makes of characters that aren't letters, as xterm has it.
_CTRL = dict(
    zip(
        " @`2[{3\\|4]}5^~6_/7?8",
        "\0\0\0\0\x1b\x1b\x1b\x1c\x1c\x1c\x1d\x1d\x1d\x1e\x1e\x1e\x1f\x1f\x1f\x7f\x7f",
        strict=True,
    )
)

#: Keys that send a control character which others send as well, and that many a keyboard has no other way to
#: send (VT220, ctlseqs).
_SAME_KEYS = {
    "ctrl+@": "ctrl+space",
    "ctrl+\\": "ctrl+4",
    "ctrl+]": "ctrl+5",
    "ctrl+^": "ctrl+6",
    "ctrl+_": "ctrl+7",
}

_LETTER_SEQUENCE = re.compile(rb"\x1b(?:O|\[)(?:1;(\d+))?([A-FHPQRS])\Z")
_TILDE_SEQUENCE = re.compile(rb"\x1b\[(\d+)(?:;(\d+))?~\Z")
_OTHER_KEY = re.compile(rb"\x1b\[27;(\d+);(\d+)~\Z")
_UNICODE_KEY = re.compile(rb"\x1b\[(\d+)(?::\d*)*(?:;(\d+)(?::\d+)?)?(?:;[\d:]*)?u\Z")
#: The forms that no terminal sends unless it is asked to: kitty's, and those of modifyOtherKeys.
_EXTENDED = re.compile(rb"\x1b\[(?:[\d:;]+u|27;\d+;\d+~|13(?:;\d+)?~|[PQRS])")
_KEYPAD_SEQUENCE = re.compile(rb"\x1bO([j-yMX])\Z")

LETTER_NAMES = {letter: name for name, letter in _LETTERS.items()}
TILDE_NAMES = {number: name for name, number in _TILDES.items()} | {
    1: "home", 4: "end", 7: "home", 8: "end", 11: "f1", 12: "f2", 13: "f3", 14: "f4"
}  # fmt: skip
KEYPAD_NAMES = {letter: name for name, (_, letter, _) in KEYPAD.items()}
NUMBER_NAMES = {number: name for name, (_, _, number) in KEYPAD.items()} | {
    13: "enter", 9: "tab", 127: "backspace", 27: "escape", 32: "space"
} | dict(zip(range(57417, 57428), (
    # The keypad's own, where it types no digits (kitty).
    "left", "right", "up", "down", "page_up", "page_down", "home", "end", "insert", "delete", "begin"
), strict=True))  # fmt: skip

_DISAMBIGUATE, _ALTERNATES, _ALL, _TEXT = 1, 4, 8, 16


class Key(NamedTuple):
    """A key and what was held with it. ``name`` is a name of this module or one character."""

    name: str
    modifiers: int = 0


def parse_name(text: str) -> Key | None:
    """Return the key that ``text`` names (``ctrl+shift+left``), or None."""
    *held, last = text.split("+") if text != "+" and not text.endswith("++") else [*text[:-2].split("+"), "+"]
    modifiers = 0
    for modifier in filter(None, held):
        if modifier.lower() not in _MODIFIERS:
            return None
        modifiers |= _MODIFIERS[modifier.lower()]
    last = _ALIASES.get(last.lower(), last)
    if last == "shift+tab":
        return Key("tab", modifiers | SHIFT)
    known = last.lower()
    if known in _LETTERS or known in _TILDES or known in KEYPAD or known in _CONTROLS:
        return Key(known, modifiers)
    return Key(last, modifiers) if len(last) == 1 else None


def format_key(key: Key) -> str:
    """Return the name of a key, as ``parse_name`` reads it: ``ctrl+alt+shift+left``."""
    held = (modifier for modifier in _ORDER if key.modifiers & _MODIFIERS[modifier])
    return "+".join([*held, key.name])


def list_same_keys(name: str) -> tuple[str, ...]:
    """Return the names of a key as terminals report it: its own, and that of the key which counts as well."""
    named = parse_name(name)
    key = format_key(named) if named else name
    return (key, _SAME_KEYS[key]) if key in _SAME_KEYS else (key,)


def encode(key: str, modes: Modes) -> bytes:
    """Return what the key of this name sends; empty where there is no such key."""
    named = parse_name(key)
    return encode_key(named, modes) if named else b""


def translate(sequence: bytes, modes: Modes) -> bytes:
    """Return one key's sequence, given as xterm sends it in its normal mode, as the program wants it under
    ``modes``.

    A key as kitty's protocol or modifyOtherKeys sends it becomes what the program knows, too; one that only
    kitty's has a number for becomes nothing. A sequence that is no key is returned as it is.
    """
    is_extended = _EXTENDED.fullmatch(sequence) is not None
    if not is_extended and not _changes_keys(modes):
        return sequence
    key = parse_sequence(sequence)
    if key is None:
        is_unknown = bool(is_extended and _UNICODE_KEY.match(sequence) and not modes.kitty_flags)
        return b"" if is_unknown else sequence
    return encode_key(key, modes)


def _changes_keys(modes: Modes) -> bool:
    return bool(
        modes.application_cursor
        or modes.application_keypad
        or modes.newline
        or modes.backarrow
        or modes.modify_other_keys
        or modes.kitty_flags
    )


def parse_sequence(sequence: bytes) -> Key | None:
    """Return the key that sends ``sequence`` in a terminal's normal mode, or None."""
    for pattern, read in _PARSERS:
        match = pattern.match(sequence)
        if match:
            return read(match)
    if sequence == b"\x1b[Z":
        return Key("tab", SHIFT)
    modifiers = 0
    if len(sequence) > 1 and sequence[:1] == b"\x1b":
        modifiers, sequence = ALT, sequence[1:]
    try:
        text = sequence.decode()
    except UnicodeDecodeError:
        return None
    return _typed(text, modifiers) if len(text) == 1 else None


def _typed(char: str, modifiers: int) -> Key:
    for name, control in _CONTROLS.items():
        if char == control:
            return Key(name, modifiers)
    if char < " ":
        code = ord(char)
        plain = chr(code | 0x60) if 1 <= code <= 26 else {0: "space"}.get(code, chr(code | 0x40))
        return Key(plain, modifiers | CTRL)
    return Key(char, modifiers)


def _held(digits: bytes | None) -> int:
    return max(int(digits[:8] if digits else b"1") - 1, 0) & 63


def _letter(match: re.Match[bytes]) -> Key | None:
    return Key(LETTER_NAMES[match[2].decode()], _held(match[1]))


def _tilde(match: re.Match[bytes]) -> Key | None:
    known = TILDE_NAMES.get(int(match[1][:6]))
    return Key(known, _held(match[2])) if known else None


def _numbered(number: int, modifiers: int) -> Key | None:
    known = NUMBER_NAMES.get(number)
    if known:
        return Key(known, modifiers)
    return Key(chr(number), modifiers) if 32 < number < 0xD800 or 0xF8FF < number < 0x110000 else None


_PARSERS = (
    (_LETTER_SEQUENCE, _letter),
    (_OTHER_KEY, lambda match: _numbered(int(match[2][:8]), _held(match[1]))),
    (_TILDE_SEQUENCE, _tilde),
    (_UNICODE_KEY, lambda match: _numbered(int(match[1][:8]), _held(match[2]))),
    (
        _KEYPAD_SEQUENCE,
        lambda match: Key(KEYPAD_NAMES[match[1].decode()]) if match[1].decode() in KEYPAD_NAMES else None,
    ),
)


def encode_key(key: Key, modes: Modes) -> bytes:
    """Return what ``key`` sends under ``modes``."""
    if modes.kitty_flags & (_DISAMBIGUATE | _ALL):
        return _kitty(key, modes).encode()
    return _legacy(key, modes).encode("utf-8", "surrogatepass")


def _legacy(key: Key, modes: Modes) -> str:
    name, modifiers = key
    if name in _LETTERS:
        return _with_letter(
            _LETTERS[name],
            modifiers,
            "\x1bO" if name not in _CURSOR_KEYS or modes.application_cursor else "\x1b[",
        )
    if name in _TILDES:
        return f"\x1b[{_TILDES[name]};{modifiers + 1}~" if modifiers else f"\x1b[{_TILDES[name]}~"
    if name in KEYPAD:
        typed, letter, _ = KEYPAD[name]
        if modes.application_keypad and not modifiers:
            return f"\x1bO{letter}"
        return _legacy(_typed(typed, modifiers), modes)
    other = _other_key(key, modes)
    if other:
        return other
    prefix = "\x1b" if modifiers & (ALT | META) else ""
    if name == "tab" and modifiers & SHIFT:
        return prefix + "\x1b[Z"
    if name == "enter":
        return prefix + ("\r\n" if modes.newline else "\r")
    if name == "backspace":
        return prefix + ("\x08" if bool(modifiers & CTRL) != modes.backarrow else "\x7f")
    char = _CONTROLS.get(name, name)
    if modifiers & SHIFT:
        char = _shifted(char)
    if modifiers & CTRL:
        char = chr(ord(char.upper()) & 31) if char.isascii() and char.isalpha() else _CTRL.get(char, char)
    return prefix + char


def _shifted(char: str) -> str:
    upper = char.upper()
    return upper if len(upper) == 1 else char


def _with_letter(letter: str, modifiers: int, opener: str) -> str:
    return f"\x1b[1;{modifiers + 1}{letter}" if modifiers else opener + letter


def _other_key(key: Key, modes: Modes) -> str:
    """Return what xterm's modifyOtherKeys makes of a key, or "" where it doesn't apply."""
    name, modifiers = key
    if not modes.modify_other_keys or not modifiers:
        return ""
    char = _CONTROLS.get(name, name)
    if modifiers & SHIFT and name not in _CONTROLS:
        char = _shifted(char)
    is_typed = name not in _CONTROLS or name == "space"
    if modifiers == SHIFT and is_typed:
        return ""
    if modes.modify_other_keys == 1:
        has_legacy = (
            char.isascii() and (char.isalpha() or char in _CTRL)
            if is_typed
            else name in ("backspace", "escape")
        )
        if (
            modifiers == ALT
            or (has_legacy and modifiers in (CTRL, CTRL | ALT))
            or (name == "tab" and modifiers == SHIFT)
        ):
            return ""
    return f"\x1b[27;{modifiers + 1};{ord(char)}~"


def _kitty(key: Key, modes: Modes) -> str:
    name, modifiers = key
    flags = modes.kitty_flags
    if name == "f3":
        return f"\x1b[13;{modifiers + 1}~" if modifiers else "\x1b[13~"
    if name in _LETTERS:
        return _with_letter(_LETTERS[name], modifiers, "\x1b[")
    if name in _TILDES:
        return _legacy(key, modes)
    if name in KEYPAD:
        return (
            _legacy(key, Modes())
            if not flags & _ALL and not modifiers
            else _unicode(KEYPAD[name][2], modifiers)
        )
    if not flags & _ALL:
        if name in ("enter", "tab", "backspace") and not modifiers:
            return _CONTROLS[name]
        if name != "escape" and name not in ("enter", "tab", "backspace") and not modifiers & ~SHIFT:
            return _legacy(key, Modes())
    char = _CONTROLS.get(name, name)
    lower = char.lower() if len(char.lower()) == 1 else char
    if lower != char:
        modifiers |= SHIFT
    alternate = (
        ord(_shifted(lower)) if flags & _ALTERNATES and modifiers & SHIFT and _shifted(lower) != lower else 0
    )
    is_text = char >= " " and char != "\x7f" and not modifiers & ~SHIFT
    text = ord(_shifted(lower) if modifiers & SHIFT else lower) if flags & _TEXT and is_text else 0
    return _unicode(ord(lower), modifiers, alternate, text)


def _unicode(number: int, modifiers: int, alternate: int = 0, text: int = 0) -> str:
    first = f"{number}:{alternate}" if alternate else str(number)
    second = f";{modifiers + 1}" if modifiers else ";" if text else ""
    return f"\x1b[{first}{second}{f';{text}' if text else ''}u"
