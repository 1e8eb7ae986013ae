"""The user's terminal may measure characters otherwise: the frame around them stays whole all the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from chloe.terminal import Terminal, widths
from chloe.terminal.interpreter import Interpreter
from chloe.ui.panes.pane_view import PaneView
from chloe.ui.style import style
from chloe.ui.tty.paint import Painter

COLUMNS = 24
#: What terminals agree about, of the texts below.
AGREED = "│─┌┐└┘abcdefghijklmnopqrstuvwxyz0123456789"
#: What stands in the boxes: one of each kind that terminals have different opinions of.
ODD = [
    "⚠\ufe0f",
    "❤\ufe0f!",
    "👍🏽",
    "🏳\ufe0f\u200d🌈",
    "👨\u200d👩\u200d👧",
    "🇩🇪",
    "क्\u200dष",
    "नि",
    "1\ufe0f\u20e3",
    "☰",
    "␛",
]


def _width_of_code_points(char: str) -> int:
    return widths.width(char)


def _narrow(char: str) -> int:
    return min(widths.width(char), 1)


def _wide(char: str) -> int:
    return widths.width(char) and (1 if char in AGREED + " !" else 2)


@contextmanager
def measuring(measure: Callable[[str], int]) -> Iterator[None]:
    """Have the emulator give each code point this width of its own, as terminals without clusters do."""
    known = {chr(code): measure(chr(code)) for code in {*range(0x80), *map(ord, AGREED + "".join(ODD))}}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(widths, "width", known.__getitem__)
        patch.setattr(widths, "cluster_width", lambda cluster: known[cluster[0]])
        patch.setattr(widths, "joins", lambda _before, char: known[char] == 0)
        yield


def box(text: str) -> str:
    columns = sum(columns for _, columns in widths.split_clusters(text))
    edge = "─" * (columns + 2)
    return f"┌{edge}┐\r\n│ {text} │ab\r\n└{edge}┘\r\ncd"


def agreed_cells(rows: list[str]) -> list[list[str]]:
    """Each row's cells, those apart that terminals don't agree about."""
    return [[cell if cell in AGREED else "" for cell in row] for row in rows]


@pytest.mark.parametrize("measure", [_width_of_code_points, _narrow, _wide])
def test_a_terminal_that_counts_otherwise_shows_every_border_where_it_belongs(
    measure: Callable[[str], int],
) -> None:
    source, host = Terminal(4, COLUMNS), Interpreter(4, COLUMNS, 0)
    host.feed(b"\x1b[?7l")  # As in the app.
    painter, view = Painter(256, style), PaneView()
    view.show(source)
    for text in [*ODD, "plain", *(f"x{odd}y{odd}z" for odd in ODD), "" * 3]:
        source.feed(f"\x1b[H\x1b[2J{box(text)}".encode())
        frame = painter.paint([list(row) for row in view.draw(COLUMNS, 4)], COLUMNS, view.cursor)
        with measuring(measure):
            host.feed(frame)
        truth = Interpreter(4, COLUMNS, 0)
        truth.feed(source.repaint())
        ours, theirs = (
            agreed_cells([row.full_text(COLUMNS) for row in screen.lines]) for screen in (truth, host)
        )
        assert theirs == ours, text
        assert (host.y, host.column) == (source.cursor.y, source.cursor.x)


def test_what_is_odd_at_the_right_edge_spoils_no_other_row() -> None:
    for measure in (_width_of_code_points, _narrow, _wide):
        source, host = Terminal(3, 10), Interpreter(3, 10, 0)
        host.feed(b"\x1b[?7l")
        painter, view = Painter(256, style), PaneView()
        view.show(source)
        for stream in (
            "above\r\n\r\nbelow",
            "\x1b[2;9H👍🏽",
            "\x1b[2;8H\x1b[K\x1b[2;9H⚠\ufe0f",
            "\x1b[2;1H\x1b[Kmid",
        ):
            source.feed(stream.encode())
            frame = painter.paint([list(row) for row in view.draw(10, 3)], 10, view.cursor)
            with measuring(measure):
                host.feed(frame)
        assert [row.full_text(10).rstrip() for row in host.lines] == ["above", "mid", "below"]
