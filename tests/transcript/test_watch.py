"""What happens to the rows of a terminal between two looks."""

from __future__ import annotations

import random

import pytest

from chloe.terminal import Terminal
from chloe.transcript.watch import Watch


class Watched:
    """A terminal and its watch, and what that called."""

    def __init__(self, rows: int = 5, columns: int = 20) -> None:
        self.terminal = Terminal(rows, columns, scrollback=1 << 20)
        self.called: list[str] = []
        self.watch = Watch(
            self.terminal, lambda: self.called.append("frame"), lambda: self.called.append("size")
        )

    def feed(self, data: bytes, size: int = 1 << 20) -> Watched:
        for start in range(0, len(data), size):
            self.terminal.feed(data[start : start + size])
            self.watch.collect()
        return self


def test_names_go_with_rows() -> None:
    watched = Watched()
    assert watched.watch.names == [0, 1, 2, 3, 4]
    watched.feed(b"\x1b[5H\n\n")
    assert watched.watch.names == [2, 3, 4, 5, 6]
    watched.feed(b"\x1b[2;4r\x1b[2H\x1bM")
    assert watched.watch.names == [2, 7, 3, 4, 6]
    watched.feed(b"\x1b[3H\x1b[M\x1b[r\x1b[99T")
    assert watched.watch.names[0] not in (2, 7)


@pytest.mark.parametrize("seed", range(3))
def test_names_and_lines_are_the_same_however_reads_are_cut(seed: int) -> None:
    chance = random.Random(seed)
    pieces = [b"line\r\n", b"\x1b[2J", b"\x1b[H", b"\x1b[3J", b"\x1b[3L", b"\x1b[M", b"\x1b[2;4r", b"\x1b[r"]
    pieces += [b"x" * 45, b"flood\r\n" * 90, b"\x1b[?1049h", b"\x1b[?1049l", b"\x1b[S", b"\x1b[T", b"\n" * 3]
    stream = b"".join(chance.choices(pieces, k=200))
    whole, cut = Watched().feed(stream), Watched().feed(stream, 7)
    order = {name: place for place, name in enumerate(sorted(set(whole.watch.names)))}
    again = {name: place for place, name in enumerate(sorted(set(cut.watch.names)))}
    assert [order[name] for name in whole.watch.names] == [again[name] for name in cut.watch.names]
    assert whole.watch.left == cut.watch.left
    assert whole.watch.cleared == cut.watch.cleared
    assert whole.called == cut.called


def test_what_left_is_taken_before_it_is_forgotten_and_what_was_painted_twice_is_not() -> None:
    assert Watched().feed(b"".join(b"%d\r\n" % n for n in range(6)) + b"\x1b[H\x1b[2J\x1b[3J").watch.left == [
        "0",
        "1",
    ]
    once = b"\x1b[2J\x1b[3J\x1b[H" + b"".join(b"%d\r\n" % n for n in range(6))
    assert Watched().feed(once + once).watch.left == ["0", "1"]


def test_a_screen_ends_before_another_is_shown_and_before_another_size() -> None:
    watched = Watched().feed(b"main\x1b[?1049h")
    assert watched.called == ["frame"]
    watched.feed(b"\x1b[?1049h")
    assert watched.called == ["frame"]
    watched.feed(b"\x1bc")
    watched.terminal.resize(9, 9)
    assert watched.called == ["frame", "frame", "frame", "size"]
    assert len(watched.watch.names) == 9


def test_a_first_row_that_is_written_anew_begins_the_screen_anew() -> None:
    watched = Watched().feed(b"header\r\nrow")
    watched.watch.looked()
    assert not watched.feed(b"more").watch.is_begun_anew()
    watched.feed(b"\x1b[Hheader")
    assert watched.watch.is_begun_anew()
    watched.watch.looked()
    assert not watched.watch.is_begun_anew()
    # Where the cursor stands, somebody types.
    assert not watched.feed(b" typed").watch.is_begun_anew()


def test_nothing_is_kept_of_the_scrollback_but_what_a_size_may_take_back() -> None:
    watched = Watched()
    for _ in range(20):
        watched.feed(b"line\r\n" * 300)
    assert watched.terminal.scrollback.lines <= 700
    assert len(watched.watch.left) == 20 * 300 - 4
