"""Frames are painted in the fewest bytes, and right even where a host counts widths otherwise."""

from __future__ import annotations

from collections.abc import Hashable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chloe.terminal import Attributes, Terminal
from chloe.ui.canvas import Cells, cut, cut_row, fit, make_row
from chloe.ui.panes.pane_view import PaneView
from chloe.ui.style import style
from chloe.ui.tty.colors import Depth, detect_depth, to_sgr
from chloe.ui.tty.paint import Painter

Row = list[tuple[Hashable, None, bytes]]
RED = Attributes(foreground=1, bold=True)


def shown(terminal: Terminal) -> list[str]:
    return [line.rstrip() for line in terminal.display]


def row(text: str, width: int = 20, attributes: Attributes | None = None) -> Row:
    return make_row([(attributes, text)], width)


def test_a_frame_shows_the_rows_and_the_cursor() -> None:
    host = Terminal(3, 20)
    host.feed(Painter(256, style).paint([row("one"), row("two", attributes=RED), row("")], 20, (2, 1)))
    assert shown(host) == ["one", "two", ""]
    assert (host.cursor.x, host.cursor.y, host.cursor.visible) == (2, 1, True)
    assert host.line(1)[0].attributes == RED


def test_a_frame_that_changes_nothing_has_no_bytes() -> None:
    painter = Painter(256, style)
    rows = [row("one"), row("two")]
    assert painter.paint(rows, 20, None)
    assert painter.paint([list(each) for each in rows], 20, None) == b""


def test_only_what_changed_is_written() -> None:
    painter = Painter(256, style)
    left = ("list", None, Cells.of("left part", 10))
    painter.paint([[left, (None, None, Cells.of("old", 10))], row("kept")], 20, None)
    frame = painter.paint([[left, (None, None, Cells.of("new", 10))], row("kept")], 20, None)
    assert b"new" in frame
    assert b"left" not in frame
    assert b"kept" not in frame


def test_no_control_character_reaches_the_host() -> None:
    frame = Painter(256, style).paint([[(None, None, b"a\x1b]0;x\x07b\x9bc\x00" + b" " * 9)]], 20, None)
    assert b"\x1b]" not in frame
    assert b"\x07" not in frame
    evil = Cells.of("a\x9b31mé\u202eb", 10)
    assert "\x9b" not in Painter(256, style).paint([[(None, None, evil)]], 10, None).decode()


def test_an_odd_character_doesn_t_move_what_follows_it() -> None:
    # A terminal that takes the heart for one column, as tmux does, and one that takes it for two.
    heart = Cells.of("❤\ufe0f", 2)
    frame = Painter(256, style).paint([[(None, None, heart), (None, None, Cells.of("x" * 8, 8))]], 10, None)
    assert frame.index("❤\ufe0f".encode()) < frame.index(b"\x1b[3G") < frame.index(b"xxxxxxxx")


def test_the_row_after_an_odd_one_is_erased_first() -> None:
    painter = Painter(256, style)
    painter.paint([[(None, None, Cells.of("👩\u200d👩\u200d👧x       ", 10))]], 10, None)
    frame = painter.paint([row("plain", 10)], 10, None)
    assert b"\x1b[2K" in frame


TEXTS = st.text(st.sampled_from("ab 漢é─🎉\U0001f1e9❤\ufe0f\u200d👩\u0301~"), max_size=12)


@given(st.lists(st.lists(TEXTS, max_size=3), min_size=1, max_size=4))
def test_a_host_that_counts_as_chloe_does_shows_any_screens_one_after_another(
    screens: list[list[str]],
) -> None:
    painter, view = Painter(16777216, style), PaneView()
    host, source = Terminal(4, 20), Terminal(4, 20)
    view.show(source)
    for lines in screens:
        source.feed(b"\x1b[H\x1b[2J" + "\r\n".join(lines).encode())
        rows = [list(each) for each in view.draw(20, 4)]
        host.feed(painter.paint(rows, 20, view.cursor))
        assert shown(host) == shown(source)
        assert (host.cursor.y, host.cursor.x) == (source.cursor.y, source.cursor.x)


@given(TEXTS, st.integers(0, 20), st.integers(0, 20))
def test_cutting_cells_gives_exactly_the_columns(text: str, start: int, length: int) -> None:
    terminal = Terminal(1, 20)
    terminal.feed(b"\x1b[?7l" + text.encode())
    (run,) = terminal.line(0)
    cells = Cells.of(run.text, run.width)
    part = cut(cells, start, min(start + length, 20))
    assert part.width == max(min(start + length, 20) - start, 0) or (start == 0 and length == 20)


def test_fitting_cuts_either_end() -> None:
    assert fit("abcdef", 4).decode() == "abc…"
    assert fit("abcdef", 4, keep_end=True).decode() == "…def"
    assert fit("漢字漢字", 4).decode() == "漢 …"
    assert fit("ab", 4).decode() == "ab  "


def test_a_row_gives_the_part_that_is_uncovered() -> None:
    assert [text for _, _, text in cut_row([(None, None, Cells.of("ab漢cd", 6))], 1, 3)] == [b"b "]
    assert [text for _, _, text in cut_row([(None, None, Cells.of("ab漢cd", 6))], 2, 6)] == ["漢cd".encode()]
    assert [text for _, _, text in cut_row(row("123456", 6), 2, 6)] == [b"3456"]


@pytest.mark.parametrize(
    ("attributes", "depth", "sgr"),
    [
        (Attributes(), 256, "\x1b[0m"),
        (Attributes(foreground=1, background=12), 16, "\x1b[0;31;104m"),
        (Attributes(foreground=200), 256, "\x1b[0;38;5;200m"),
        (Attributes(foreground=(1, 2, 3)), 16777216, "\x1b[0;38;2;1;2;3m"),
        (Attributes(foreground=(255, 0, 0)), 256, "\x1b[0;38;5;196m"),
        (Attributes(foreground=(250, 5, 5)), 16, "\x1b[0;91m"),
        (Attributes(foreground=196), 8, "\x1b[0;31m"),
        (Attributes(foreground=9), 8, "\x1b[0;31m"),
        (Attributes(foreground=9, bold=True, reverse=True), 0, "\x1b[0;1;7m"),
        (Attributes(underline=3, underline_color=1), 16777216, "\x1b[0;4:3;58;5;1m"),
        (Attributes(underline=3), 256, "\x1b[0;4m"),
        (Attributes(faint=True, italic=True, strike=True, overline=True), 256, "\x1b[0;2;3;9;53m"),
    ],
)
def test_a_look_is_asked_for_in_the_colours_that_there_are(
    attributes: Attributes, depth: Depth, sgr: str
) -> None:
    assert to_sgr(attributes, depth) == sgr


@pytest.mark.parametrize(
    ("environment", "depth"),
    [
        ({"COLORTERM": "truecolor", "TERM": "xterm-256color"}, 16777216),
        ({"TERM": "xterm-256color"}, 256),
        ({"TERM": "xterm-direct"}, 16777216),
        ({"TERM": "dumb"}, 0),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, 0),
        ({"TERM": "linux"}, 8),
    ],
)
def test_the_environment_says_how_many_colours_there_are(environment: dict[str, str], depth: Depth) -> None:
    assert detect_depth(environment) == depth


def test_links_of_known_schemes_lead_on_and_end_with_their_cells() -> None:
    host, painter = Terminal(3, 20), Painter(256, style)
    linked = RED._replace(link="https://example.org/é")
    frame = painter.paint(
        [
            [(linked, None, Cells.of("linked", 6)), (None, None, Cells.of(" not this", 14))],
            row("as well", attributes=linked),
            row("nor this", attributes=RED._replace(link="javascript:alert(1)")),
        ],
        20,
        None,
    )
    host.feed(frame)
    first, *_ = host.line(0)
    assert (first.text, first.attributes.link) == ("linked", "https://example.org/%C3%A9")
    assert [run.attributes.link for run in host.line(0)[1:]] == [""]
    assert host.line(1)[0].attributes.link == first.attributes.link
    assert not host.line(2)[0].attributes.link
    assert b"javascript" not in frame
    host.feed(b"\x1b[Hx")
    assert not host.line(0)[0].attributes.link, "what is drawn behind a frame is no link"
    assert b"\x1b]8" not in Painter(256, style, has_links=False).paint(
        [row("x", attributes=linked)], 20, None
    )
