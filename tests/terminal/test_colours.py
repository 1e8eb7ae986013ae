"""The user's colours: their file, which is input, and what is told where a colour isn't known."""

from __future__ import annotations

import pytest
from pyte import graphics

from chloe.terminal.colours import LIMIT, Colours


def test_a_file_gives_back_what_was_written() -> None:
    colours = Colours({"10": "0000/1111/2222", "4;15": "ffff/ffff/fffe"}, "light")
    assert Colours.parse(colours.dump()) == colours


@pytest.mark.parametrize(
    "line",
    [
        b"10 0000/1111/222",
        b"10 0000/1111/222g",
        b"13 0000/1111/2222",
        b"4;16 0000/1111/2222",
        b"4;01 0000/1111/2222",
        b"11 0000/1111/2222\x1b[c",
        b"scheme \x1b[c",
        b"\xff" * 40,
        b"",
    ],
)
def test_a_line_that_says_something_else_is_passed_over(line: bytes) -> None:
    colours = Colours.parse(b"12 aaaa/bbbb/cccc\n" + line + b"\nscheme dark\n")
    assert (colours.entries, colours.scheme) == ({"12": "aaaa/bbbb/cccc"}, "dark")


def test_only_the_beginning_of_a_long_file_is_read() -> None:
    assert Colours.parse(b"x" * LIMIT + b"\n12 aaaa/bbbb/cccc\n") == Colours()


def test_the_palette_is_xterm_s_where_nothing_is_known() -> None:
    for index, colour in enumerate(graphics.FG_BG_256):
        red, green, blue = colour[:2], colour[2:4], colour[4:]
        assert Colours().entry(f"4;{index}") == f"{red}{red}/{green}{green}/{blue}{blue}"


@pytest.mark.parametrize(
    ("background", "scheme", "report"),
    [
        ("0000/0000/0000", "", b"\x1b[?997;1n"),
        ("ffff/ffff/ffff", "", b"\x1b[?997;2n"),
        ("fdfd/f6f6/e3e3", "", b"\x1b[?997;2n"),
        ("0000/2b2b/3636", "", b"\x1b[?997;1n"),
        ("0000/0000/ffff", "", b"\x1b[?997;1n"),
        ("ffff/ffff/ffff", "dark", b"\x1b[?997;1n"),
        ("0000/0000/0000", "light", b"\x1b[?997;2n"),
    ],
)
def test_the_scheme_is_what_the_terminal_said_or_else_what_its_background_is(
    background: str, scheme: str, report: bytes
) -> None:
    assert Colours({"11": background}, scheme).report() == report
