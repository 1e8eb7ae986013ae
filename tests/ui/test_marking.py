"""Which cells are marked from one place to another, and what is copied of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chloe.terminal import Attributes, Terminal
from chloe.ui.canvas import Cells, Row, measure
from chloe.ui.panes.marking import Mark, Place, Unit, mark_rows, read_text
from chloe.ui.panes.pane_view import PaneView


def make_view(text: str, rows: int = 5, columns: int = 20) -> PaneView:
    terminal = Terminal(rows, columns)
    terminal.feed(text.encode())
    view = PaneView()
    view.show(terminal)
    view.draw(columns, rows)
    return view


def read(view: PaneView, anchor: Place, head: Place, unit: Unit = "cell") -> str:
    view.mark(anchor, head, unit)
    return view.marked_text


def test_cells_are_marked_as_text_goes_on() -> None:
    view = make_view("one two\r\nthree\r\nfour")
    assert read(view, (0, 4), (0, 6)) == "two"
    assert read(view, (0, 4), (2, 1)) == read(view, (2, 1), (0, 4)) == "two\nthree\nfo"
    assert read(view, (4, 0), (4, 19)) == ""


@pytest.mark.parametrize(
    ("column", "word"),
    [
        (0, "see"),
        (5, "/usr/lib/a-b.py:12"),
        (22, "/usr/lib/a-b.py:12"),
        (23, ","),
        (27, "漢字"),
        (28, "漢字"),
    ],
)
def test_a_word_is_a_path_or_an_address_too(column: int, word: str) -> None:
    view = make_view("see  /usr/lib/a-b.py:12, 漢字 end", columns=40)
    assert read(view, (0, column), (0, column), "word") == word


def test_words_and_lines_are_whole_at_both_ends() -> None:
    view = make_view("one two\r\nthree four")
    assert read(view, (0, 5), (1, 1), "word") == "two\nthree"
    assert read(view, (1, 1), (0, 5), "line") == "one two\nthree four"


def test_a_line_that_goes_on_is_one_line() -> None:
    view = make_view("x" * 25 + "\r\nend")
    assert read(view, (0, 0), (2, 19)) == "x" * 25 + "\nend"
    # So it is in the past, and where the past meets the screen.
    view = make_view("y" * 25 + "\r\n" + "x" * 25 + "\r\n" + "\r\n".join("abc"))
    view.scroll_rows(2)
    view.draw(20, 5)
    assert read(view, (0, 0), (4, 19)) == "y" * 25 + "\n" + "x" * 25 + "\na"


def test_what_is_marked_is_reversed_until_it_changes() -> None:
    view = make_view("one two")
    before = view.draw(20, 5)
    view.mark((0, 4), (0, 6), "cell")
    (_, (style, _, text), *_) = view.draw(20, 5)[0]
    assert style == Attributes(reverse=True)
    assert text == b"two"
    assert view.terminal is not None
    view.terminal.feed(b"\x1b[4;1Helsewhere")
    view.draw(20, 5)
    assert view.marked_text == "two"
    view.terminal.feed(b"\x1b[1;1HONE")
    assert view.draw(20, 5)[0] != before[0]
    assert view.marked_text == ""
    view.mark((0, 4), (0, 6), "cell")
    view.unmark()
    assert view.marked_text == ""


def test_without_a_screen_nothing_is_marked() -> None:
    view = PaneView()
    view.draw(20, 5)
    view.mark((0, 0), (2, 2), "cell")
    view.draw(20, 5)
    assert view.marked_text == ""


@given(
    st.lists(st.text("ab 漢é/\u0301🎉", max_size=8), min_size=3, max_size=3),
    st.tuples(st.integers(0, 2), st.integers(0, 15)),
    st.tuples(st.integers(0, 2), st.integers(0, 15)),
    st.sampled_from(["cell", "word", "line"]),
)
def test_a_marked_row_is_as_wide_as_before_and_has_the_same_text(
    texts: list[str], anchor: Place, head: Place, unit: Unit
) -> None:
    terminal = Terminal(3, 16)
    terminal.feed("\r\n".join(texts).encode())
    rows: list[Row] = [
        [(run.attributes, None, Cells.of(run.text, run.width)) for run in terminal.line(y)] for y in range(3)
    ]
    spans = Mark(anchor, head, unit).find_spans(rows)
    assert set(spans) == set(range(min(anchor[0], head[0]), max(anchor[0], head[0]) + 1))
    for row in mark_rows(rows, spans):
        assert sum(measure(text) for _, _, text in row) == 16
    assert all(0 <= begin <= end <= 16 for begin, end in spans.values())
    read_text(rows, spans, [False] * 3)
