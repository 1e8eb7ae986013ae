"""SGR: select graphic rendition, read and written.

Owns what each parameter means (ECMA-48 8.3.117, xterm's ctlseqs for 38, 48, 58 and the colon
forms, kitty's underline styles). Must not know which pen is in force: a sequence becomes a pair
``(mask, set_bits)`` that works on any pen.
"""

from __future__ import annotations

from functools import lru_cache

from pyte import graphics

from chloe.terminal import pens

#: How many sequences are remembered with their effect: programs send the same ones over and over.
_MAX_KNOWN = 512

#: The names that pyte gives to SGR parameters, as bits of a pen.
_NAMES = {
    "bold": pens.BOLD,
    "italics": pens.ITALIC,
    "underscore": 1 << pens.UNDERLINE_SHIFT,
    "blink": pens.BLINK,
    "reverse": pens.REVERSE,
    "strikethrough": pens.STRIKE,
}


def _field(shift: int, colour: int) -> tuple[int, int]:
    """Put ``colour`` (packed) into the field at ``shift``; return what to clear and what to set."""
    return pens.COLOUR << shift, colour << shift


def _simple() -> dict[int, tuple[int, int]]:
    """Return each parameter that stands alone with the bits that it clears and the bits that it sets."""
    table: dict[int, tuple[int, int]] = {0: (pens.RENDITION, 0)}
    for number, named in graphics.TEXT.items():
        bit = _NAMES[named[1:]]
        clears = pens.UNDERLINE if named[1:] == "underscore" else bit
        table[number] = (clears, bit if named[0] == "+" else 0)
    table[2] = (pens.FAINT, pens.FAINT)
    table[6] = (pens.BLINK, pens.BLINK)
    table[8] = (pens.CONCEAL, pens.CONCEAL)
    table[21] = (pens.UNDERLINE, 2 << pens.UNDERLINE_SHIFT)
    table[22] = (pens.BOLD | pens.FAINT, 0)
    table[28] = (pens.CONCEAL, 0)
    table[53] = (pens.OVERLINE, pens.OVERLINE)
    table[55] = (pens.OVERLINE, 0)
    table[59] = (pens.UNDERLINE_COLOUR, 0)
    for names, bright, shift in (
        (graphics.FG_ANSI, graphics.FG_AIXTERM, pens.FOREGROUND_SHIFT),
        (graphics.BG_ANSI, graphics.BG_AIXTERM, pens.BACKGROUND_SHIFT),
    ):
        for number, name in names.items():
            table[number] = _field(shift, 0 if name == "default" else number % 10 + 1)
        for number in bright:
            table[number] = _field(shift, number % 10 + 9)
    return table


_SIMPLE = _simple()
_EXTENDED = {
    graphics.FG_256: pens.FOREGROUND_SHIFT,
    graphics.BG_256: pens.BACKGROUND_SHIFT,
    58: pens.UNDERLINE_COLOUR_SHIFT,
}


#: How a sequence that gives one direct colour begins: what it leaves of a pen, and where the colour goes.
_DIRECT = {
    "\x1b[38;2;": (~pens.FOREGROUND, pens.FOREGROUND_SHIFT),
    "\x1b[48;2;": (~pens.BACKGROUND, pens.BACKGROUND_SHIFT),
}


def direct(control: str) -> tuple[int, int] | None:
    """Return the effect of a control sequence that gives one direct colour and nothing else; None for any
    other.

    There are millions of them, so they are read fast rather than remembered.
    """
    kind = _DIRECT.get(control[:7])
    if kind is None or control[-1] != "m" or not control[-2].isdecimal():
        return None
    try:
        red, green, blue = map(int, control[7:-1].split(";"))
    except ValueError:
        return None
    if red > 255 or green > 255 or blue > 255:
        return None
    return kind[0], (pens.DIRECT | red << 16 | green << 8 | blue) << kind[1]


def _number(text: str) -> int:
    return min(int(text), 65535) if text.isdecimal() else 0


def _colour(parts: list[str]) -> int | None:
    """Return the packed colour of ``2, r, g, b`` or ``5, index``; None where it makes no sense."""
    if parts[:1] == ["5"] and len(parts) >= 2:
        index = _number(parts[1])
        return index + 1 if index < 256 else None
    if parts[:1] == ["2"] and len(parts) >= 4:
        red, green, blue = (_number(part) for part in parts[1:4])
        return pens.pack_colour((red, green, blue)) if max(red, green, blue) < 256 else None
    return None


def _colon(part: str) -> tuple[int, int] | None:
    """Read one parameter with sub-parameters: a colour (ITU T.416 form or xterm's) or an underline style."""
    fields = part.split(":")
    code = _number(fields[0])
    if code == 4:
        style = _number(fields[1])
        return (pens.UNDERLINE, style << pens.UNDERLINE_SHIFT) if style <= 5 else None
    shift = _EXTENDED.get(code)
    if shift is None:
        return None
    if fields[1:2] == ["2"] and len(fields) >= 6:
        del fields[2]  # The colour space of T.416, which xterm leaves out.
    colour = _colour(fields[1:])
    return None if colour is None else _field(shift, colour)


@lru_cache(maxsize=_MAX_KNOWN)
def effect(parameters: str) -> tuple[int, int]:
    """Return the ``(mask, set_bits)`` by which ``CSI parameters m`` changes any pen.

    The pen becomes ``pen & mask | set_bits``. Unknown parameters do nothing.
    """
    clear = set_bits = 0
    parts = parameters.split(";")
    place = 0
    while place < len(parts):
        part = parts[place]
        place += 1
        if ":" in part:
            change = _colon(part)
        else:
            code = _number(part)
            shift = _EXTENDED.get(code)
            if shift is None:
                change = _SIMPLE.get(code)
            else:
                taken = 4 if parts[place : place + 1] == ["2"] else 2
                colour = _colour(parts[place : place + taken])
                change = None if colour is None else _field(shift, colour)
                place += taken
        if change is not None:
            clear |= change[0]
            set_bits = set_bits & ~change[0] | change[1]
    return ~clear, set_bits


def _colour_parameters(code: int, bits: int) -> list[str]:
    colour = pens.unpack_colour(bits)
    if colour is None:
        return []
    if isinstance(colour, tuple):
        return [f"{code};2;{colour[0]};{colour[1]};{colour[2]}"]
    if code == 58 or colour > 15:
        return [f"{code};5;{colour}"]
    return [str(code - 8 + colour if colour < 8 else code + 52 + colour - 8)]


def select(pen: int) -> str:
    """Return the SGR sequence that gives ``pen``'s rendition, whatever was in force."""
    parts = ["0"]
    for bit, code in (
        (pens.BOLD, "1"),
        (pens.FAINT, "2"),
        (pens.ITALIC, "3"),
        (pens.BLINK, "5"),
        (pens.REVERSE, "7"),
        (pens.CONCEAL, "8"),
        (pens.STRIKE, "9"),
        (pens.OVERLINE, "53"),
    ):
        if pen & bit:
            parts.append(code)
    underline = (pen & pens.UNDERLINE) >> pens.UNDERLINE_SHIFT
    if underline:
        parts.append("4" if underline == 1 else f"4:{underline}")
    parts += _colour_parameters(38, pen >> pens.FOREGROUND_SHIFT & pens.COLOUR)
    parts += _colour_parameters(48, pen >> pens.BACKGROUND_SHIFT & pens.COLOUR)
    parts += _colour_parameters(58, pen >> pens.UNDERLINE_COLOUR_SHIFT & pens.COLOUR)
    return f"\x1b[{';'.join(parts)}m"
