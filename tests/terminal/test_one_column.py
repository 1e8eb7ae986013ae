"""Wide characters on a screen of one column: nothing shows of them, and they are back on a wider one."""

from __future__ import annotations

import pytest

from chloe.terminal import Terminal


def screen(terminal: Terminal) -> list[str]:
    return [row.rstrip() for row in terminal.display]


@pytest.mark.parametrize("shown", ["", "\x1b[?1049h"])
@pytest.mark.parametrize(
    ("text", "main", "alternate"),
    [
        ("你好\r\nab", ["你好", "ab"], ["你", "a"]),
        ("a你b好c", ["a你b", "好c"], ["a", "好"]),
        ("\x1b[31m好\x1b[44m!", ["好!"], ["好"]),
    ],
)
def test_a_moment_of_one_column_loses_no_wide_character(
    shown: str, text: str, main: list[str], alternate: list[str]
) -> None:
    terminal = Terminal(8, 4)
    terminal.feed(f"{shown}{text}".encode())
    before = terminal.snapshot()
    terminal.resize(8, 1)
    assert all(row in ("", "a", "b", "c", "!") for row in screen(terminal))
    loaded = Terminal.load(terminal.dump())
    for each in (terminal, loaded):
        each.resize(8, 4)
    expected = alternate if shown else main  # What is on the alternate screen is cropped.
    assert [row for row in screen(terminal) if row] == expected
    assert loaded.snapshot() == terminal.snapshot()
    assert shown or terminal.snapshot() == before


def test_lines_that_left_the_screen_meanwhile_are_whole() -> None:
    terminal = Terminal(2, 4)
    terminal.feed("你好\r\n吗".encode())
    terminal.resize(2, 1)
    terminal.feed("\r\n再\r\n\r\n".encode())
    assert terminal.scrollback.drain() == ["你好", "吗", "再"]


def test_what_is_printed_in_one_column_stands_in_a_cell_and_in_its_line() -> None:
    terminal = Terminal(4, 1)
    terminal.feed("你\u0301好x".encode())
    assert screen(terminal) == ["", "", "x", ""]
    assert terminal.lines_on_screen() == ["你好x"]
    copy = Terminal(4, 1)
    copy.feed(terminal.repaint())
    for each in (terminal, copy):
        each.resize(4, 6)
        each.feed(b"y")
        assert screen(each)[0] == "你好xy"


def test_what_is_printed_over_it_is_all_that_is_left() -> None:
    terminal = Terminal(2, 1)
    terminal.feed("你\rz".encode())
    terminal.resize(2, 4)
    assert screen(terminal) == ["z", ""]


def test_a_cluster_that_had_no_room_to_be_wide_is_not_repeated_on_a_wider_screen() -> None:
    terminal = Terminal(1, 1)
    terminal.feed("❤\ufe0f".encode())
    terminal.resize(1, 2)
    copy = Terminal(1, 2)
    copy.feed(terminal.repaint())
    assert copy.snapshot() == terminal.snapshot()
