"""Renditions: what SGR has selected, for the answer to DECRQSS.

Owns what each parameter of SGR means (ECMA-48 8.3.117, xterm's ctlseqs), told as the emulator in Chloe tells
it. Must not know where in a stream the sequences stand. Loaded by the holder, which runs alone: only the
standard library, and little of it.

A rendition is a dictionary from what is selected to the parameters that select it.
"""

from __future__ import annotations

#: What is told first comes first.
_ORDER = (
    *("bold", "faint", "italic", "blink", "reverse", "conceal", "strike", "overline"),
    *("underline", "38", "48", "58"),
)
_SETS = {
    1: ("bold", "1"),
    2: ("faint", "2"),
    3: ("italic", "3"),
    4: ("underline", "4"),
    5: ("blink", "5"),
    6: ("blink", "5"),
    7: ("reverse", "7"),
    8: ("conceal", "8"),
    9: ("strike", "9"),
    21: ("underline", "4:2"),
    53: ("overline", "53"),
}
_CLEARS = {
    22: ("bold", "faint"),
    23: ("italic",),
    24: ("underline",),
    25: ("blink",),
    27: ("reverse",),
    28: ("conceal",),
    29: ("strike",),
    39: ("38",),
    49: ("48",),
    55: ("overline",),
    59: ("58",),
}
_DIGITS = b"0123456789;:"
#: No longer sequence is taken seriously, as in the emulator.
_LONGEST = 256


def describe(rendition: dict[str, str]) -> str:
    """Return the parameters of the SGR that gives this rendition, whatever was in force."""
    return ";".join(["0", *[rendition[name] for name in _ORDER if name in rendition]])


def follow(rendition: dict[str, str], pieces: list[bytes]) -> None:
    """Change ``rendition`` as all the SGR sequences in ``pieces`` do: what follows each ESC of a stream."""
    start = 0
    for at in range(len(pieces) - 1, -1, -1):
        if pieces[at][:2] == b"[m" or pieces[at][:3] == b"[0m":
            rendition.clear()
            start = at + 1
            break
    for piece in pieces[start:]:
        rest = piece[1:].lstrip(_DIGITS)
        if rest[:1] == b"m" and piece[:1] == b"[":
            select(rendition, piece[1 : len(piece) - len(rest)])


def select(rendition: dict[str, str], given: bytes) -> None:
    """Change ``rendition`` as SGR with these parameters does. Unknown ones do nothing."""
    parts = given.decode("ascii").split(";") if len(given) <= _LONGEST else []
    place = 0
    while place < len(parts):
        part = parts[place]
        place += 1
        if ":" in part:
            _select_by_colons(rendition, part.split(":"))
            continue
        code = _number(part)
        if code in (38, 48, 58):
            taken = 4 if parts[place : place + 1] == ["2"] else 2
            _select_colour(rendition, code, parts[place : place + taken])
            place += taken
        elif not code:
            rendition.clear()
        elif code in _SETS:
            name, value = _SETS[code]
            rendition[name] = value
        elif 30 <= code <= 37 or 90 <= code <= 97:
            rendition["38"] = str(code)
        elif 40 <= code <= 47 or 100 <= code <= 107:
            rendition["48"] = str(code)
        else:
            for name in _CLEARS.get(code, ()):
                rendition.pop(name, None)


def _select_by_colons(rendition: dict[str, str], fields: list[str]) -> None:
    code = _number(fields[0])
    if code == 4:
        style = _number(fields[1])
        if style > 5:
            return
        rendition["underline"] = f"4:{style}" if style > 1 else "4"
        if not style:
            del rendition["underline"]
    elif code in (38, 48, 58):
        if fields[1] == "2" and len(fields) >= 6:
            del fields[2]  # The colour space of T.416, which xterm leaves out.
        _select_colour(rendition, code, fields[1:])


def _select_colour(rendition: dict[str, str], code: int, parts: list[str]) -> None:
    if parts[:1] == ["5"] and len(parts) >= 2:
        index = _number(parts[1])
        if index > 255:
            return
        name = f"{code};5;{index}"
        if code != 58 and index < 16:
            name = str(code - 8 + index if index < 8 else code + 44 + index)
        rendition[str(code)] = name
    elif parts[:1] == ["2"] and len(parts) >= 4:
        levels = [_number(part) for part in parts[1:4]]
        if max(levels) < 256:
            rendition[str(code)] = f"{code};2;{levels[0]};{levels[1]};{levels[2]}"


def _number(text: str) -> int:
    return min(int(text), 65535) if text.isdecimal() else 0
