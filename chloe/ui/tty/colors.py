"""How a run of cells is asked of the user's terminal: attributes to SGR, within the colours it has.

Owns how many colours a terminal has, and what stands in for one that it lacks. Must not know rows or
where anything is drawn. Sources: ECMA-48 8.3.117, XTerm Control Sequences, ISO 8613-6 for ``38``/``48``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

from chloe.terminal import Attributes

#: Colours of the user's terminal: 2**24 for direct ones, 0 for none.
Depth = Literal[0, 8, 16, 256, 16777216]
Colour = int | tuple[int, int, int] | None

#: xterm's defaults for the first sixteen. A user's own may differ, so they only serve to find a near one.
_BASIC = (
    (0, 0, 0),
    (205, 0, 0),
    (0, 205, 0),
    (205, 205, 0),
    (0, 0, 238),
    (205, 0, 205),
    (0, 205, 205),
    (229, 229, 229),
    (127, 127, 127),
    (255, 0, 0),
    (0, 255, 0),
    (255, 255, 0),
    (92, 92, 255),
    (255, 0, 255),
    (0, 255, 255),
    (255, 255, 255),
)
#: The steps of the 6x6x6 cube, entries 16 to 231 of the palette.
_STEPS = (0, 95, 135, 175, 215, 255)


def detect_depth(environment: Mapping[str, str]) -> Depth:
    """Return how many colours the terminal has: by ``NO_COLOR``, ``COLORTERM``, ``TERM`` and terminfo."""
    if environment.get("NO_COLOR"):
        return 0
    if environment.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return 16777216
    term = environment.get("TERM", "")
    if term.endswith("-direct"):
        return 16777216
    if "256color" in term:
        return 256
    return 0 if term in ("", "dumb") else _look_up_depth(term)


def _look_up_depth(term: str) -> Depth:
    try:
        import curses
    except ImportError:  # A Python that was built without it.
        return 8
    try:
        curses.setupterm(term, 1)
        colors = curses.tigetnum("colors")
    except curses.error:
        return 8
    return 256 if colors >= 256 else 16 if colors >= 16 else 8 if colors >= 8 else 0


@lru_cache(maxsize=4096)
def to_sgr(attributes: Attributes, depth: Depth) -> str:
    """Return the SGR sequence after which text looks like ``attributes``, whatever was selected before."""
    codes = ["0"]
    simple = (
        (attributes.bold, "1"),
        (attributes.faint, "2"),
        (attributes.italic, "3"),
        (attributes.blink, "5"),
        (attributes.reverse, "7"),
        (attributes.conceal, "8"),
        (attributes.strike, "9"),
        (attributes.overline, "53"),
    )
    codes += [code for is_set, code in simple if is_set]
    styled = depth == 16777216
    if attributes.underline:
        # Terminals of few colours are old: they take the colon form for several parameters.
        codes.append(f"4:{attributes.underline}" if styled and attributes.underline > 1 else "4")
    codes += _encode_color(attributes.foreground, 30, depth)
    codes += _encode_color(attributes.background, 40, depth)
    if styled and attributes.underline and attributes.underline_color is not None:
        codes += _encode_extended(attributes.underline_color, 58)
    return f"\x1b[{';'.join(codes)}m"


def _encode_color(color: Colour, base: int, depth: Depth) -> list[str]:
    if color is None or depth == 0:
        return []
    if depth == 16777216:
        near = color
    elif depth == 256:
        near = color if isinstance(color, int) else _approximate_in_palette(color)
    else:
        near = _approximate_in_basic(color, depth)
    if isinstance(near, int) and near < 16:
        return [str(base + near if near < 8 else base + 60 + near - 8)]
    return _encode_extended(near, base + 8)


def _encode_extended(color: int | tuple[int, int, int], code: int) -> list[str]:
    if isinstance(color, int):
        return [f"{code};5;{color}"]
    return [f"{code};2;{color[0]};{color[1]};{color[2]}"]


def _approximate_in_palette(color: tuple[int, int, int]) -> int:
    """Return the nearest of the 256 that doesn't depend on the user's own sixteen."""
    steps = [min(range(6), key=lambda step, part=part: abs(_STEPS[step] - part)) for part in color]  # type: ignore[misc]
    cube = 16 + 36 * steps[0] + 6 * steps[1] + steps[2]
    gray = 232 + max(0, min(23, (sum(color) // 3 - 3) // 10))
    return min((cube, gray), key=lambda entry: _measure_distance(_look_up_rgb(entry), color))


@lru_cache(maxsize=4096)
def _approximate_in_basic(color: int | tuple[int, int, int], depth: Depth) -> int:
    if isinstance(color, int):
        if color < depth:
            return color
        if color < 16:
            return color - 8
        color = _look_up_rgb(color)
    target = color
    return min(range(depth), key=lambda entry: _measure_distance(_BASIC[entry], target))


def _look_up_rgb(entry: int) -> tuple[int, int, int]:
    if entry < 16:
        return _BASIC[entry]
    if entry < 232:
        at = entry - 16
        return _STEPS[at // 36], _STEPS[at // 6 % 6], _STEPS[at % 6]
    gray = 8 + (entry - 232) * 10
    return gray, gray, gray


def _measure_distance(one: tuple[int, int, int], other: tuple[int, int, int]) -> int:
    """Measure roughly how different two colours look: the eye weighs green most."""
    red, green, blue = (a - b for a, b in zip(one, other, strict=True))
    return 3 * red * red + 6 * green * green + 2 * blue * blue
