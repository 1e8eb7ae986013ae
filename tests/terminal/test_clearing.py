"""What is cleared goes to the scrollback first, once, and lines that never belonged together stay apart."""

from __future__ import annotations

import base64
import json
import lzma
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chloe.terminal import Terminal
from tests.searching import examples

_SHARED = Path(
    os.environ.get("CHLOE_CONFORMANCE", Path(__file__).resolve().parents[3] / "shared/conformance")
)
AGENT = _SHARED.parent / "recordings" / "qwen-code.jsonl.xz"
#: What the agent answers.
ANSWER = [f"{n}. line number {n} of the answer, with some words to read" for n in range(1, 61)]


def answered(lines: Iterable[str]) -> list[str]:
    """What of the answer is in ``lines``."""
    return [line.strip() for line in lines if "of the answer" in line]


def agent_session() -> Iterator[bytes | tuple[int, int]]:
    """What the agent printed, and the rows and columns that its terminal got."""
    for kind, _, value in map(json.loads, lzma.decompress(AGENT.read_bytes()).splitlines()):
        yield (value[0], value[1]) if kind == "r" else base64.b64decode(value)


def told(stream: bytes, rows: int = 6, columns: int = 10) -> tuple[list[str], list[str]]:
    """The scrollback after a stream, and the screen."""
    terminal = Terminal(rows, columns)
    terminal.feed(stream)
    return terminal.scrollback.drain(), terminal.lines_on_screen()


@pytest.mark.parametrize(
    ("clear", "above"),
    [
        (b"\x1b[H\x1b[2J", ["one", "two"]),
        (b"\x1b[2J\x1b[H", ["one", "two"]),
        (b"\x1b[H\x1b[J", ["one", "two"]),
        (b"\x1bc", ["one", "two"]),
        (b"\x1b[H\x1b[2J\x1b[3J", []),
        (b"\x1b[2J\x1b[3J\x1b[H", []),
        (b"\x1b[3J\x1b[H\x1b[2J", []),
        (b"\x1b[H\x1b[3J\x1b[J", []),
        (b"\x1b[?1049h\x1b[2J\x1b[?1049l\x1b[H\x1b[J", ["one", "two"]),
        (b"\x1b[?1049h\x1bc", ["one", "two"]),
        (b"\x1b[2;1H\x1b[J\x1b[H\x1b[K", []),
    ],
)
def test_a_screen_that_is_cleared_is_kept_unless_it_is_hidden(clear: bytes, above: list[str]) -> None:
    assert told(b"one\r\ntwo\r\n" + clear + b"three") == (above, ["three"])


def test_what_is_on_the_alternate_screen_is_not_kept() -> None:
    assert told(b"main\x1b[?1049h\x1b[Hfull\x1b[2J\x1b[H\x1b[J\x1b[?1049l") == ([], ["main"])


def test_the_same_painted_again_and_again_is_kept_once() -> None:
    frame = b"\x1b[H\x1b[2Jheader\r\n\x1b[%dmsame"
    stream = b"".join(frame % colour for colour in range(31, 37))
    assert told(stream) == (["header", "same"], ["header", "same"])
    assert told(b"\x1b[H\x1b[2Ja\x1b[H\x1b[2Jb" * 2)[0] == ["a", "b", "a"]
    assert told(b"a\x1b[H\x1b[2J\x1b[H\x1b[2Ja\x1b[H\x1b[2J")[0] == ["a"]


def test_a_line_that_began_above_ends_where_the_rest_of_it_is_kept() -> None:
    assert told(b"x" * 25 + b"\r\nb\x1b[H\x1b[2Jc", 2) == (["x" * 25, "b"], ["c"])
    assert told(b"x" * 25 + b"\x1b[H\x1b[2J\x1b[3J" + b"c", 2) == ([], ["c"])


_PIECES = st.sampled_from(
    [b"one\r\n", b"two", b"x" * 25, b"\r\n", b"\x1b[H", b"\x1b[41m", b"\x1b[2;4r"]
) | st.sampled_from([b"\x1b[2J", b"\x1b[J", b"\x1b[3J", b"\x1bc", b"\x1b[?1049h", b"\x1b[?1049l"])


@examples()
@given(st.lists(_PIECES, max_size=30), st.lists(_PIECES, max_size=10), st.data())
def test_what_is_kept_is_the_same_however_it_comes_and_from_any_state(
    before: list[bytes], after: list[bytes], data: st.DataObject
) -> None:
    whole, split = Terminal(4, 10), Terminal(4, 10)
    stream = b"".join(before)
    whole.feed(stream)
    cut = data.draw(st.integers(0, len(stream)))
    split.feed(stream[:cut])
    split.feed(stream[cut:])
    assert split.snapshot() == whole.snapshot()
    loaded = Terminal.load(whole.dump())
    for terminal in (whole, loaded):
        terminal.feed(b"".join(after))
    assert loaded.snapshot() == whole.snapshot()


@pytest.mark.skipif(not AGENT.exists(), reason="the recording of an agent isn't here")
def test_an_agent_s_repaints_are_in_the_scrollback_once() -> None:
    terminal = Terminal(24, 80)
    for printed in agent_session():
        if isinstance(printed, bytes):
            terminal.feed(printed)
        else:
            terminal.resize(*printed)
    assert answered(terminal.scrollback.drain() + terminal.lines_on_screen()) == ANSWER


# Lines that never belonged together.

#: A line of 15 in rows 1 and 2 of 10 columns, and one below.
_WRAPPED = b"abcdefghijKLMNO\r\nnext\r\n"


@pytest.mark.parametrize(
    ("sequence", "lines"),
    [
        (b"\x1b[2;1H\x1b[K", ["abcdefghij", "", "next"]),
        (b"\x1b[2;3H\x1b[K", ["abcdefghijKL", "next"]),
        (b"\x1b[2;3H\x1b[2K", ["abcdefghij", "", "next"]),
        (b"\x1b[2;3H\x1b[1K", ["abcdefghij   NO", "next"]),
        (b"\x1b[2;1H\x1b[J", ["abcdefghij"]),
        (b"\x1b[2;1H\x1b[L", ["abcdefghij", "", "KLMNO", "next"]),
        (b"\x1b[2;1H\x1b[M", ["abcdefghij", "next"]),
        (b"\x1b[2;4r\x1b[S", ["abcdefghij", "next"]),
        (b"\x1b[2;4r\x1b[T", ["abcdefghij", "", "KLMNO", "next"]),
        (b"\x1b[2;4r\x1b[2;1H\x1bM", ["abcdefghij", "", "KLMNO", "next"]),
        (b"\x1b[2;3r\x1b[3;1H\n", ["abcdefghij", "next"]),
        (b"\x1b[1;2r\x1b[1;1H\x1b[T", ["", "abcdefghij", "next"]),
        (b"\x1b[1;2r\x1b[S", ["abcdefghijKLMNO", "", "next"]),
        (b"\x1b[2;1H\x1b[X\x1b[P\x1b[@", ["abcdefghij LMNO", "next"]),
        (b"\x1b[2;1Hw\x1b[5;5H", ["abcdefghijwLMNO", "next"]),
        (b"\x1b[1;1H\x1b[M\x1b[L", ["", "KLMNO", "next"]),
    ],
)
def test_a_row_that_is_erased_or_moved_goes_on_in_none(sequence: bytes, lines: list[str]) -> None:
    assert told(_WRAPPED + sequence) == ([], lines)


def test_a_progress_line_does_not_eat_the_beginning_of_what_follows() -> None:
    assert told(b"loading 12345\r\x1b[Kdone")[1] == ["loading 12", "done"]


def test_the_open_line_in_the_scrollback_ends_where_its_rest_is_erased() -> None:
    for sequence in (
        b"\x1b[H\x1b[K",
        b"\x1b[H\x1b[2K",
        b"\x1b[H\x1b[M",
        b"\x1b[H\x1b[L",
        b"\x1b[3;1H\x1b[1J",
    ):
        above, shown = told(b"x" * 45 + sequence + b"\x1b[Hnew", 3)
        assert above[0] == "x" * 20 and "new" in shown[0], sequence


def test_a_wrap_within_margins_is_one_line_still() -> None:
    terminal = Terminal(5, 10)
    terminal.feed(b"\x1b[2;4r\x1b[4;1H" + b"x" * 25)
    assert terminal.lines_on_screen() == ["", "x" * 25]


def test_the_main_screen_s_open_line_is_not_part_of_the_alternate_one() -> None:
    terminal = Terminal(3, 10)
    terminal.feed(b"x" * 45 + b"\x1b[?1049h\x1b[Hhello")
    assert terminal.lines_on_screen() == ["x" * 45, "hello"]


# A cursor that waits to wrap.


@pytest.mark.parametrize(
    ("sequence", "rows"),
    [
        (b"\x1bDX", ["0123456789", "         X"]),
        (b"\nX", ["0123456789", "         X"]),
        (b"\vX", ["0123456789", "         X"]),
        (b"\x1b[XY", ["012345678Y"]),
        (b"\x1b7\x1b[3Hstatus\x1b8AB", ["0123456789", "AB", "status"]),
        (b"\x1b[s\x1b[3Hstatus\x1b[uAB", ["0123456789", "AB", "status"]),
        (b"\x1b[?1048h\x1b[3Hstatus\x1b[?1048lAB", ["0123456789", "AB", "status"]),
        (b"\x1b[?1049h\x1b[Hfull\x1b[?1049lAB", ["0123456789", "AB"]),
        (b"\x1b7\x1b[H\x1b8\x1b[DX", ["01234567X9"]),
    ],
)
def test_a_cursor_behind_a_full_row(sequence: bytes, rows: list[str]) -> None:
    terminal = Terminal(4, 10)
    terminal.feed(b"0123456789" + sequence)
    assert "\n".join(row.rstrip() for row in terminal.display).rstrip().split("\n") == rows
