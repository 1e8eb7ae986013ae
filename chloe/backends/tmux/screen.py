"""A screen as tmux has it, as bytes that draw it on an empty terminal of the same size.

Owns the translation of tmux's state into control sequences (ECMA-48, xterm's ctlseqs). Must not know
why the screen is wanted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

#: DEC private modes whose state tmux tells: its variable, the mode, what a fresh terminal has.
_MODES = (
    ("cursor_flag", 25, True),
    ("wrap_flag", 7, True),
    ("keypad_cursor_flag", 1, False),
    ("mouse_standard_flag", 1000, False),
    ("mouse_button_flag", 1002, False),
    ("mouse_all_flag", 1003, False),
    ("mouse_utf8_flag", 1005, False),
    ("mouse_sgr_flag", 1006, False),
)

#: What is asked of tmux, beside the rows.
VARIABLES = (
    "cursor_x",
    "cursor_y",
    "alternate_on",
    "insert_flag",
    "keypad_flag",
    "origin_flag",
    "scroll_region_upper",
    "scroll_region_lower",
    "pane_height",
    "pane_width",
    *(variable for variable, _, _ in _MODES),
)


def to_ansi(values: Sequence[str], rows: Sequence[str]) -> bytes:
    """Return the bytes. ``values`` are those of ``VARIABLES``, ``rows`` the screen's rows with their SGR."""
    state = dict(zip(VARIABLES, values, strict=True))
    pieces = ["\x1bc"]
    if _on(state, "alternate_on"):
        pieces.append("\x1b[?1049h")
    for number, row in enumerate(rows, start=1):
        pieces.append(f"\x1b[{number}H\x1b[m{row}")
    pieces.append("\x1b[m")
    upper, lower = _number(state, "scroll_region_upper"), _number(state, "scroll_region_lower")
    if (upper, lower) != (0, _number(state, "pane_height") - 1):
        pieces.append(f"\x1b[{upper + 1};{lower + 1}r")
    for variable, mode, fresh in _MODES:
        if _on(state, variable) != fresh:
            pieces.append(f"\x1b[?{mode}{'l' if fresh else 'h'}")
    if _on(state, "insert_flag"):
        pieces.append("\x1b[4h")
    if _on(state, "keypad_flag"):
        pieces.append("\x1b=")
    # The cursor last: region and origin mode move it. Under origin mode it counts from the region.
    y, x = _number(state, "cursor_y"), _number(state, "cursor_x")
    if _on(state, "origin_flag"):
        pieces.append("\x1b[?6h")
        y -= upper
    pieces.append(f"\x1b[{y + 1};{x + 1}H")
    return "".join(pieces).encode("utf-8", "surrogateescape")


def size_of(values: Sequence[str]) -> tuple[int, int]:
    """Return the rows and columns of the screen that ``values`` are of."""
    state = dict(zip(VARIABLES, values, strict=True))
    return _number(state, "pane_height"), _number(state, "pane_width")


def _on(state: Mapping[str, str], variable: str) -> bool:
    return state[variable] == "1"


def _number(state: Mapping[str, str], variable: str) -> int:
    return int(state[variable] or 0)
