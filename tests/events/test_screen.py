"""How much of what waits is drawn at once: it is learnt from the time that the last took."""

from __future__ import annotations

import time

import pytest

from chloe.events import facts
from chloe.events.facts import Record
from chloe.events.screen import Screen, StreamPosition
from chloe.events.screens import Screens
from chloe.terminal import Bell, Terminal

DRAWN = b"\x1b[3;4Hx\x1b[K" * 10_000
FLOOD = b"y\r\n" * 100_000


class Slow:
    """A terminal on a machine of its own: what has to be drawn takes 4 us a byte, a flood next to nothing."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        self.longest = 0.0
        self.fed: list[int] = []
        feed = Terminal.feed

        def slowly(terminal: Terminal, data: bytes) -> None:
            feed(terminal, data)
            self.fed.append(len(data))
            took = data.count(b"\x1b") * len(DRAWN) / DRAWN.count(b"\x1b") * 4e-6
            self.longest = max(self.longest, took)
            self.now += took

        monkeypatch.setattr(Terminal, "feed", slowly)

    def clock(self) -> float:
        return self.now


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    return Slow(monkeypatch)


def test_a_flood_is_fast_again_whatever_was_slow_before(slow: Slow) -> None:
    shown = Screen(Terminal(24, 80), clock=slow.clock)
    shown.print(DRAWN, StreamPosition(1, len(DRAWN)))
    shown.settle(None)
    assert slow.fed[-2] < 4096, "what is slow is drawn in small pieces"
    slow.fed.clear()
    shown.print(b"\x1b[m" + FLOOD, StreamPosition(2, len(DRAWN) + len(FLOOD)))
    shown.settle(None)
    assert len(slow.fed) < 10
    assert shown.terminal.display[0].rstrip() == "y"


def test_what_has_to_be_drawn_after_a_flood_is_drawn_in_pieces_of_some_milliseconds(slow: Slow) -> None:
    shown = Screen(Terminal(24, 80), clock=slow.clock)
    for turn in range(4):
        shown.print(FLOOD, StreamPosition(turn, 0))
        shown.settle(None)
    slow.fed.clear()
    shown.print(DRAWN, StreamPosition(9, 0))
    shown.settle(None)
    assert max(slow.fed[1:]) <= 16 * 1024
    assert slow.longest < 0.15


def test_pieces_are_joined_up_to_the_end_of_what_adjoins(slow: Slow) -> None:
    shown = Screen(Terminal(24, 80), clock=slow.clock)
    for turn in range(1000):
        shown.print(b"y\r\n" * 100, StreamPosition(turn, 0))
    shown.resize(24, 60, StreamPosition(1001, 0))
    shown.print(b"end", StreamPosition(1002, 0))
    shown.settle(None)
    assert len(slow.fed) < 12
    assert (shown.terminal.columns, shown.terminal.display[-1].rstrip()) == (60, "end")


def test_what_has_to_be_drawn_begins_with_a_small_piece(slow: Slow) -> None:
    shown = Screen(Terminal(24, 80), clock=slow.clock)
    shown.print(DRAWN, StreamPosition(1, len(DRAWN)))
    shown.settle(None)
    assert slow.fed[0] <= 4096
    assert slow.longest < 0.02


def test_a_look_at_a_screen_hides_from_nobody_that_it_was_drawn_on() -> None:
    screens = Screens(clock=time.monotonic)
    screens.apply(
        record(1, facts.Created(backend="direct", argv=("x",), cwd="/", name="x", rows=4, columns=10))
    )
    screens.apply(printed(2, 0, b"text\a"))
    assert screens["pane"].display[0].rstrip() == "text"
    assert not screens.is_settled, "who answers for the terminal hasn't been told of it"
    assert screens.settle(0) == {"pane"}
    assert screens.is_settled
    assert screens["pane"].take_notices() == [Bell()]
    assert screens.settle(0) == set()


def test_little_is_drawn_without_what_is_much() -> None:
    screens = Screens(clock=time.monotonic)
    for pane, text in (("much", b"much" * 100), ("little", b"little")):
        screens.open(pane, Terminal(4, 10), StreamPosition(0, 0))
        fact = facts.Output(offset=0, length=len(text), data=text)
        screens.apply(Record(1, 0, 0, pane, "i", fact, b""))
    assert screens.settle(most=100) == {"little"}
    assert screens.drawn("little").display[0].rstrip() == "little"
    assert screens.pending_bytes("much") == 400
    assert not screens.is_settled
    assert screens.settle() == {"much"}


def broken_feed(monkeypatch: pytest.MonkeyPatch) -> None:
    feed = Terminal.feed

    def failing(terminal: Terminal, data: bytes) -> None:
        if b"!" in data:
            raise ValueError("broken on purpose")
        feed(terminal, data)

    monkeypatch.setattr(Terminal, "feed", failing)


def record(seq: int, fact: facts.Fact) -> Record:
    return Record(seq, 0, 0, "pane", "i", fact, b"")


def printed(seq: int, offset: int, data: bytes) -> Record:
    return record(seq, facts.Output(offset=offset, length=len(data), data=data))


def test_a_broken_screen_begins_anew_with_the_next_screen_that_the_log_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken_feed(monkeypatch)
    repainted = facts.Repainted(rows=5, columns=20, offset=50, length=5, data=b"fresh")
    for settle_between in (True, False):
        screens = Screens(clock=time.monotonic)
        screens.apply(
            record(1, facts.Created(backend="tmux", argv=("x",), cwd="/", name="x", rows=4, columns=10))
        )
        screens.apply(printed(2, 0, b"a\r\n" * 10))
        screens.settle()
        screens.apply(printed(3, 30, b"bad!"))
        screens.apply(printed(4, 34, b"not drawn"))
        screens.apply(record(5, facts.Resized(rows=4, columns=12, offset=43)))
        if settle_between:
            screens.settle()
            assert "pane" not in screens
            assert screens.broken["pane"].offset == 30
            assert screens.pending_bytes("pane") == 0
            screens.apply(printed(6, 43, b"not drawn"))
        screens.apply(record(7, repainted))
        screens.apply(printed(8, 50, b" again"))
        screens.settle()
        assert screens["pane"].display[0].rstrip() == "fresh again"
        assert screens["pane"].scrollback.first == 7
        assert screens.broken == {}
        ((pane, fault),) = screens.take_faults()
        assert (pane, fault.error) == ("pane", "ValueError")
        assert fault.data.startswith(b"bad!")
        assert screens.take_faults() == []


def test_a_screen_that_is_read_in_vain_is_broken_and_not_lagging(monkeypatch: pytest.MonkeyPatch) -> None:
    broken_feed(monkeypatch)
    screens = Screens(clock=time.monotonic)
    screens.apply(
        record(1, facts.Created(backend="tmux", argv=("x",), cwd="/", name="x", rows=4, columns=10))
    )
    screens.apply(printed(2, 0, b"bad!"))
    with pytest.raises(KeyError):
        screens["pane"]
    assert screens.get("pane") is None
    assert "pane" in screens.broken
    screens.forget("pane")
    assert screens.broken == {}
