"""Looking back: every place in a pane's past, whether its lines are in memory or in the log."""

from __future__ import annotations

import random

import pytest

from chloe.terminal import Terminal
from chloe.terminal.blocks import PackedBlock
from chloe.terminal.logical import Line
from chloe.ui.panes.scrolling import Scrolling, TerminalRow

HEIGHT = 10


class Log:
    """Stands for the log: a terminal that forgets nothing, fed with the same."""

    def __init__(self, *, window: int, pruned: int = 0, ends: int = 1_000_000) -> None:
        self.shown = Terminal(12, 40, scrollback=window)
        self.whole = Terminal(12, 40, scrollback=1_000_000)
        self.pruned = pruned
        #: The line before which the log ends, though more was shown.
        self.ends = ends
        self.view = Scrolling(self.shown)
        self.fetches = 0

    def print(self, first: int, count: int) -> None:
        """Lines with their numbers, every seventh of them two rows long."""
        text = "".join(
            f"line {number}{' and on' * 8 if number % 7 == 0 else ''}\r\n"
            for number in range(first, first + count)
        )
        self.shown.feed(text.encode())
        self.whole.feed(text.encode())

    def rows(self) -> list[TerminalRow] | None:
        """The rows of the view, once all that it wanted was given."""
        rows = self.view.find_rows(HEIGHT)
        while (wanted := self.view.missing) is not None:
            self.fetches += 1
            first = max(wanted.first, self.pruned)
            count = max(min(wanted.count, self.ends - first), 0)
            lines = self.whole.scrollback.numbered(first, count, wanted.columns)
            self.view.supply(wanted, first, lines)
            rows = self.view.find_rows(HEIGHT)
        return rows

    def all_rows(self) -> list[TerminalRow]:
        scrollback = self.whole.scrollback
        past = scrollback.numbered(self.pruned, scrollback.total - self.pruned, 40)
        screen = [self.whole.line(y) for y in range(self.whole.rows)]
        return [row for line in past for row in line] + screen


@pytest.mark.parametrize("window", [0, 50, 1_000_000])
def test_paging_back_to_the_first_line_and_on_again_shows_every_row(window: int) -> None:
    log = Log(window=window)
    log.print(1, 900)
    whole = log.all_rows()
    assert log.rows() is None
    bottom = len(whole) - HEIGHT
    while bottom > 0:
        log.view.up(HEIGHT - 1)
        bottom = max(bottom - (HEIGHT - 1), 0)
        assert log.rows() == whole[bottom : bottom + HEIGHT]
    log.view.up(HEIGHT)
    assert log.rows() == whole[:HEIGHT]
    assert log.view.place == (1, log.shown.scrollback.total + 1)
    at = 0
    while at + HEIGHT < len(whole):
        log.view.down(HEIGHT - 1)
        at += HEIGHT - 1
        if at + HEIGHT <= len(whole):
            assert log.rows() == whole[at : at + HEIGHT]
        else:
            assert log.rows() is None
    log.view.down(1)
    assert log.rows() is None
    assert log.view.place is None


def test_what_is_printed_meanwhile_moves_nothing() -> None:
    log = Log(window=30)
    log.print(1, 300)
    log.rows()
    log.view.up(25)
    before = log.rows()
    assert before is not None
    for first in range(301, 900, 7):
        log.print(first, 7)
        assert log.rows() == before
    log.view.up(3)
    after = log.rows()
    assert after is not None
    assert after[3:] == before[:-3]


def test_the_first_line_is_one_key_away_and_the_last_one_too() -> None:
    log = Log(window=20)
    log.print(1, 20_000)
    log.view.to_top()
    rows = log.rows()
    assert rows is not None
    assert rows[0][0].text.startswith("line 1 ")
    assert log.fetches == 1
    log.view.to_bottom()
    assert log.rows() is None


def test_where_the_log_was_pruned_the_view_begins_later() -> None:
    log = Log(window=20, pruned=500)
    log.print(0, 1_000)
    log.view.to_top()
    rows = log.rows()
    assert rows == log.all_rows()[:HEIGHT]
    log.view.up(100)
    assert log.rows() == rows
    assert log.view.place == (501, log.shown.scrollback.total + 1)


def test_while_lines_are_fetched_the_view_stays() -> None:
    log = Log(window=30)
    log.print(1, 500)
    log.rows()
    log.view.up(15)
    before = log.rows()
    log.view.to_top()
    assert log.view.find_rows(HEIGHT) == before
    assert log.view.missing is not None
    rows = log.rows()
    assert rows == log.all_rows()[:HEIGHT]


@pytest.mark.parametrize("seed", range(20))
def test_any_way_through_the_past_shows_rows_that_follow_each_other(seed: int) -> None:
    chance = random.Random(seed)
    log = Log(window=chance.choice((0, 15, 200)))
    log.print(0, 400)
    number = 400
    for _ in range(60):
        match chance.randrange(5):
            case 0:
                log.print(number, chance.randint(1, 30))
                number = log.shown.scrollback.total + 11
            case 1:
                log.view.up(chance.randint(1, 300))
            case 2:
                log.view.down(chance.randint(1, 40))
            case 3:
                log.view.to_top()
            case _:
                log.view.up(HEIGHT - 1)
        rows = log.rows()
        whole = log.all_rows()
        if rows is not None:
            assert rows in (whole[at : at + HEIGHT] for at in range(len(whole)))


def test_as_many_rows_on_as_were_gone_back_is_the_live_screen() -> None:
    log = Log(window=50)
    log.print(1, 200)
    assert log.rows() is None
    log.view.up(2 * (HEIGHT - 1))
    assert log.rows() is not None
    log.view.down(HEIGHT - 1)
    assert log.rows() is not None
    log.view.down(HEIGHT - 1)
    assert log.view.place is None
    assert log.rows() is None


def test_a_page_unpacks_what_a_flood_left_once_and_not_for_each_row(monkeypatch: pytest.MonkeyPatch) -> None:
    unpacked = 0
    lines = PackedBlock.lines

    def count(block: PackedBlock) -> list[Line]:
        nonlocal unpacked
        unpacked += 1
        return lines(block)

    log = Log(window=10_000)
    log.shown.feed(b"".join(b"%d\r\n" % number for number in range(50_000)))
    monkeypatch.setattr(PackedBlock, "lines", count)
    for _ in range(40):
        log.view.up(HEIGHT)
        assert log.view.find_rows(HEIGHT)
    assert unpacked < 20


@pytest.mark.parametrize("ends", [0, 600, 830])
def test_lines_that_no_log_has_are_asked_for_once_and_the_window_is_the_top(ends: int) -> None:
    log = Log(window=50, ends=ends)
    log.print(1, 900)
    for _ in range(100):
        log.view.up(HEIGHT - 1)
        assert log.rows() is not None
        assert log.fetches < 10
    assert log.view.is_first
    assert log.view.place == (log.shown.scrollback.first + 1, log.shown.scrollback.total + 1)
