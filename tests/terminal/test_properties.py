"""What holds for any stream of bytes whatever: tried on streams that look like what programs send."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chloe.terminal import Snapshot, Terminal, flood, interpreter, rewriting
from tests.searching import examples
from tests.terminal.streams import ROUGH_STREAMS, RUBBISH, SIZES, STREAMS

_examples = examples()


def fed(size: tuple[int, int], *pieces: bytes, scrollback: int = 10_000) -> Terminal:
    terminal = Terminal(*size, scrollback=scrollback)
    for piece in pieces:
        terminal.feed(piece)
    return terminal


def pieces(stream: bytes, cuts: Iterable[int]) -> list[bytes]:
    """The stream cut anywhere; places beyond its end count on from its beginning."""
    edges = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    return [stream[start:end] for start, end in pairwise(edges)]


def assert_sound(terminal: Terminal) -> None:
    """The invariants that whoever paints relies on."""
    assert len(terminal.display) == terminal.rows
    for y in range(terminal.rows):
        assert sum(run.width for run in terminal.line(y)) == terminal.columns
    assert 0 <= terminal.cursor.y < terminal.rows
    assert 0 <= terminal.cursor.x < terminal.columns
    assert terminal.changed_since(0) == set(range(terminal.rows))
    assert terminal.scrollback.height == len(terminal.scrollback.rows(0, 10**9))
    Terminal.load(terminal.dump())  # It refuses cells that can't be, such as half a character.


def seen(terminal: Terminal) -> Snapshot:
    return terminal.snapshot().without_scrollback()


@_examples
@given(ROUGH_STREAMS, SIZES)
def test_no_input_raises_or_breaks_an_invariant(stream: bytes, size: tuple[int, int]) -> None:
    terminal = fed(size, stream, scrollback=5)

    assert_sound(terminal)
    assert terminal.scrollback.lines <= 5


@_examples
@given(st.binary(max_size=200), SIZES)
def test_no_bytes_at_all_raise(stream: bytes, size: tuple[int, int]) -> None:
    assert_sound(fed(size, stream))


@_examples
@given(RUBBISH, SIZES)
@example(b"\x1b]133;D;--5\aok\r\n", (3, 20))
def test_no_control_string_raises_or_breaks_an_invariant(stream: bytes, size: tuple[int, int]) -> None:
    terminal = fed(size, stream)
    terminal.take_notices()
    assert_sound(terminal)
    assert Terminal.load(terminal.dump()).snapshot() == terminal.snapshot()
    fed(size, terminal.repaint())


@pytest.mark.parametrize(
    "stream",
    [
        "\x1b[?69h\x1b[2;4s日\r\x1b[4ha\u0301",
        "\x1b[?69h\x1b[2;4s\x1b[4hक्ष\x1b[3Géé",
        "\x1b[?69h\x1b[2;4s🇩🇪\r\x1b[4h👩\u200d👩\u200d👧",
    ],
)
def test_what_is_inserted_into_a_wide_character_leaves_no_half_of_it(stream: str) -> None:
    assert_same_however_split(stream.encode(), (1, 5), [])
    assert_sound(fed((1, 5), stream.encode()))


@_examples
@given(ROUGH_STREAMS, SIZES, st.data())
def test_any_split_of_a_stream_gives_the_same(
    stream: bytes, size: tuple[int, int], data: st.DataObject
) -> None:
    assert_same_however_split(stream, size, data.draw(st.lists(st.integers(0, len(stream)), max_size=4)))


def assert_same_however_split(stream: bytes, size: tuple[int, int], cuts: list[int]) -> None:
    whole = fed(size, stream)
    split = fed(size, *pieces(stream, cuts))
    byte_by_byte = fed(size, *(stream[at : at + 1] for at in range(len(stream))))

    assert whole.snapshot() == split.snapshot() == byte_by_byte.snapshot()
    assert whole.take_replies() == byte_by_byte.take_replies()
    assert whole.take_notices() == byte_by_byte.take_notices()


def test_a_string_that_is_none_is_dropped_however_it_is_split() -> None:
    stream = b"a\x1b]\xef\xbf\xbdx\x07\x1b[b"
    assert fed((1, 9), stream).snapshot() == fed((1, 9), *(bytes([each]) for each in stream)).snapshot()


def assert_same_from_here(first: Terminal, second: Terminal, more: bytes, other: tuple[int, int]) -> None:
    """Both go on alike, whatever comes: but for the lines above, which a repaint doesn't tell."""
    for terminal in (first, second):
        terminal.scrollback.drain()
        terminal.scrollback.cleared = ""
        terminal.take_replies()
        terminal.take_notices()
        terminal.feed(more)
    assert first.snapshot() == second.snapshot()
    assert first.take_replies() == second.take_replies()
    assert first.take_notices() == second.take_notices()

    for terminal in (first, second):
        terminal.resize(*other)
    assert first.snapshot() == second.snapshot()


@_examples
@example(stream=("日本" * 12 + "\x1bc").encode(), size=(1, 3), more="日本".encode(), other=(1, 1))
@example(stream=("日本" * 12 + "\x1b[H\x1b[K").encode(), size=(1, 3), more="日本".encode(), other=(1, 1))
@given(ROUGH_STREAMS, SIZES, STREAMS, SIZES)
@example("\x1b[48;5;9m\n日本".encode(), (1, 4), b"", (1, 3))  # What follows a full row shows when it narrows,
@example(b"\x1b[48;5;9m\nabcd", (1, 4), b"", (1, 5))  # or widens;
@example(b"abcdefgh\r\x1b[48;5;9mefgh", (1, 4), b"", (1, 5))  # and so it does where a line wrapped.
@example(b"\x1bO\x1b7a", (1, 10), b"f", (1, 30))  # A single shift that DECSC kept is kept, not in force.
@example(b"a\n", (1, 1), b"\r", (1, 2))  # A line feed leaves the cursor waiting behind a row without text,
@example(b"a\na", (1, 1), b"", (2, 1))  # and what is printed then makes that row part of its line.
@example(
    b"\x1b[1;2r\x1b[4;1Hxxxxx\x1b[4;4H\x1b[X", (4, 4), b"", (3, 3)
)  # Below the margins nothing wraps on.
@example(b"\x1b[1ma\r\x1b[mb", (1, 3), b"\x1b[?2J", (1, 2))  # A row that is plain again is a plain row.
@example(
    b"\x1b[?47h\x1b[>5u\x1b[2;2H\x1b7\x1b[?47l", (3, 3), b"\x1b[?47h\x1b8", (3, 3)
)  # The screen not shown.
@example(
    "日a\x1b[2 A\u0301".encode(), (1, 4), b"\x1b[b", (1, 4)
)  # A mark put between the halves of a character.
@example("#\x1b(A\u0301".encode(), (1, 4), b"\x1b[b", (1, 4))  # A mark that joined what another set drew.
@example(b"\x1b[?69h\x1b[2;5s\x1b[4ha", (1, 3), b"", (1, 1))  # Inserted outside the side margins,
@example(b"abcdef\x1b[?69h\x1b[3;4s\x1b[4hx", (1, 6), b"\x1b[b", (1, 7))  # before what is behind them,
@example(b"abcdef\x1b[?69h\x1b[1;3s\x1b[5G\x1b[4hx", (1, 6), b"\x1b[b", (1, 7))  # and behind them.
@example(
    "\x1b[?69h\x1b[2;5s\x1b[4h   \uff41\a".encode(), (1, 6), b"", (1, 1)
)  # A wait at a margin, in insert mode.
@example(
    b"\x1b[44m\x1b[2;3H\x1b[1K\x1b[80;1H", (24, 4), b"\x1b[H\x1b[2J", (1, 1)
)  # A line that a clear ends.
@example(b"\x1b]2;" + b"x" * 300_000, (1, 4), b"2;y\x07z", (1, 4))  # A title too long to be one stays none.
def test_a_repainted_terminal_is_the_same_and_goes_on_the_same(
    stream: bytes, size: tuple[int, int], more: bytes, other: tuple[int, int]
) -> None:
    first = fed(size, stream)
    second = fed(size, first.repaint())
    assert seen(first) == seen(second)

    assert_same_from_here(first, second, more, other)


@_examples
@given(ROUGH_STREAMS, st.lists(SIZES, max_size=4), STREAMS)
@example(
    "xxxxxxx\x1b[106m🏽🏽🏽\n\x1b[48:2::4:5:6m\r\n".encode(), [(5, 2)], b""
)  # A wide character begins the
@example(
    "\x1b[48:2::4:5:6m\x1b[53m\U00100001日本".encode(), [(1, 4)], b""
)  # row below: the one above is short.
def test_any_resize_leaves_a_sound_terminal_that_can_be_repainted(
    stream: bytes, sizes: list[tuple[int, int]], more: bytes
) -> None:
    terminal = fed((4, 12), stream)
    for size in sizes:
        terminal.resize(*size)
        assert_sound(terminal)
        assert seen(fed(size, terminal.repaint())) == seen(terminal)
    terminal.feed(more)
    assert_sound(terminal)


@pytest.mark.parametrize("resized", [(1, 1), (1, 2), (2, 2)])
def test_what_was_kept_narrow_stays_so_with_a_selector_more(resized: tuple[int, int]) -> None:
    assert_repainted_goes_on("❤\ufe0f\ufe0f".encode(), (1, 1), resized, b"")


@_examples
@given(ROUGH_STREAMS, SIZES, st.data())
def test_a_repaint_at_any_byte_of_a_stream_loses_nothing_of_it(
    stream: bytes, size: tuple[int, int], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(stream)))
    assert_repainted_goes_on(stream[:cut], size, data.draw(SIZES), stream[cut:])


def assert_repainted_goes_on(
    stream: bytes, size: tuple[int, int], resized: tuple[int, int], more: bytes, limit: int = 10_000
) -> None:
    before = fed(size, stream, scrollback=limit)
    before.resize(*resized)
    copy = fed(resized, before.repaint(), scrollback=limit)
    assert seen(copy) == seen(before)
    assert copy.repaint() == before.repaint()

    assert_same_from_here(before, copy, more, size)


@_examples
@given(ROUGH_STREAMS, ROUGH_STREAMS, SIZES)
def test_a_row_that_changed_is_told_whoever_looked_before(
    stream: bytes, more: bytes, size: tuple[int, int]
) -> None:
    terminal = fed(size, stream)
    viewers = [(terminal.revision, [terminal.line(y) for y in range(terminal.rows)])]
    for start in range(0, len(more), 7):
        terminal.feed(more[start : start + 7])
        viewers.append((terminal.revision, [terminal.line(y) for y in range(terminal.rows)]))
        for revision, seen_before in viewers:
            changed = {y for y in range(terminal.rows) if terminal.line(y) != seen_before[y]}
            assert changed <= terminal.changed_since(revision)
    assert terminal.changed_since(terminal.revision) == set()


_PLAIN = st.lists(
    st.sampled_from(["abc", "x" * 30, "日本", "e\u0301", "\r\n", "\r\n", " ", "word "]), max_size=40
)


@_examples
@given(_PLAIN, st.integers(1, 8), st.integers(1, 30), st.integers(2, 30))
def test_narrowing_and_widening_back_changes_nothing(
    words: list[str], rows: int, one: int, other: int
) -> None:
    terminal = fed((rows, max(one, other)), "".join(words).encode())
    before = terminal.snapshot()

    terminal.resize(rows, min(one, other))
    terminal.resize(rows, max(one, other))

    assert terminal.snapshot() == before


LINES = st.lists(
    st.sampled_from(["abc", "x" * 30, "日本", "e\u0301", "\t", "─", " ", "word "])
    | st.sampled_from(["\x1b[31m", "\x1b[44m", "\x1b[m", "\x1b[0m", "\x1b[1;38;5;99m"]),
    max_size=6,
).map("".join)


@_examples
@given(
    STREAMS,
    st.lists(LINES, min_size=3, max_size=10),
    SIZES,
    st.integers(1, 300),
    st.integers(10, 60),
    STREAMS,
)
def test_a_skipped_flood_leaves_what_a_drawn_one_does(
    before: bytes, lines: list[str], size: tuple[int, int], limit: int, times: int, after: bytes
) -> None:
    assert_skipped_as_drawn(before + b"\r\n" + "\r\n".join(lines * times).encode() + after, size, limit)


@contextmanager
def short_floods_skipped() -> Iterator[pytest.MonkeyPatch]:
    """Skip floods that are drawn otherwise, as too short: examples of them cost little."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(interpreter, "_MIN_FLOOD", 64)
        patch.setattr(flood, "_MIN_LINES", 4)
        patch.setattr(flood, "_STRIDE", 16)
        yield patch


def assert_skipped_as_drawn(stream: bytes, size: tuple[int, int], limit: int, *cuts: int) -> None:
    """Where the stream is cut, a flood may begin or break off. Short ones are skipped here as well."""
    with short_floods_skipped() as patch:
        skipped = fed(size, *pieces(stream, cuts), scrollback=limit)
        for each in (flood, rewriting):
            patch.setattr(each, "skip", lambda screen, text: text)
        drawn = fed(size, stream, scrollback=limit)

    assert skipped.snapshot() == drawn.snapshot()
    assert skipped.scrollback.height == drawn.scrollback.height
    assert skipped.scrollback.rows(3, 30) == drawn.scrollback.rows(0, 10**9)[3:30]
    assert skipped.scrollback.total == drawn.scrollback.total
    assert skipped.take_replies() == drawn.take_replies()
    assert skipped.take_notices() == drawn.take_notices()


def test_a_flag_after_a_single_shift_is_the_same_however_it_is_split() -> None:
    stream = "\x1bN🇩🇪".encode()
    whole, split = Terminal(1, 4), Terminal(1, 4)
    whole.feed(stream)
    for byte in stream:
        split.feed(bytes([byte]))
    assert whole.snapshot() == split.snapshot()


@pytest.mark.parametrize("more", [b"", b"\x1b[2 @"])
@pytest.mark.parametrize("before", [b"", b"\x1b[2 @"])
@pytest.mark.parametrize("colours", [b"\x1b[48;5;9m", b""])
def test_a_row_that_ended_early_for_a_wide_character_is_blanked_there_as_it_was(
    colours: bytes, before: bytes, more: bytes
) -> None:
    wide = "日本".encode()
    assert_repainted_goes_on(b"aaaaa" + colours + wide + before, (1, 2), (1, 3), more)
    assert_repainted_goes_on(b"aaaaa" + colours + wide + before, (1, 3), (1, 3), more)
    assert_repainted_goes_on(b"aa" + colours + "日".encode() + before, (1, 3), (1, 3), more)
    assert_repainted_goes_on("aa👨\u200d각".encode() + before, (4, 12), (1, 3), more)


def test_blanks_at_the_end_of_a_row_of_the_alternate_screen_are_repainted_alike_however_they_came() -> None:
    assert_repainted_goes_on(b"\x1b[?47h \x1b[ @", (1, 1), (1, 1), b"")
