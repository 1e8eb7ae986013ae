"""Margins at the sides and rectangles, as a VT420 has them (DEC STD 070; xterm's ctlseqs)."""

from __future__ import annotations

import pytest

from chloe.terminal import Attributes
from tests.terminal.test_xterm import fed, screen

#: Margins at columns 3 and 6, and then also at rows 2 and 3.
SIDES = "\x1b[?69h\x1b[3;6s"
BOX = SIDES + "\x1b[2;3r"
#: A screen of 4 rows and 8 columns, full of letters.
LETTERS = "abcdefgh\x1b[2Hijklmnop\x1b[3Hqrstuvwx\x1b[4Hyz012345"


def boxed(sequence: str) -> list[str]:
    """The screen of letters after a sequence within the margins."""
    return screen(LETTERS + BOX + sequence, 4, 8)


def lettered(sequence: str) -> list[str]:
    return screen(LETTERS + sequence, 4, 8)


def place(sequence: str) -> tuple[int, int]:
    cursor = fed(sequence, 4, 8).cursor
    return cursor.y, cursor.x


# Margins at the sides.


def test_decslrm_sends_the_cursor_home_and_is_scosc_without_its_mode() -> None:
    assert place("\x1b[3;3H\x1b[?69h\x1b[2;5s") == (0, 0)
    assert place("\x1b[3;3H\x1b[2;5s\x1b[H\x1b[u") == (2, 2)
    assert place("\x1b[?69h\x1b[5;5s\x1b[4;8H") == (3, 7)


@pytest.mark.parametrize(
    ("sequence", "expected"),
    [
        ("\x1b[1;3H\x1b[99C", (0, 5)),
        ("\x1b[1;7H\x1b[99C", (0, 7)),
        ("\x1b[1;5H\x1b[99D", (0, 2)),
        ("\x1b[1;2H\x1b[99D", (0, 0)),
        ("\x1b[1;5H\b\b\b", (0, 2)),
        ("\x1b[1;5H\r", (0, 2)),
        ("\x1b[1;2H\r", (0, 0)),
        ("\x1b[1;4H\t", (0, 5)),
        ("\x1b[1;4H\x1b[99a", (0, 7)),
        ("\x1b[?6h\x1b[1;99H", (0, 5)),
        ("\x1b[?6h\x1b[2G", (0, 3)),
        ("\x1b[1;5H\x1b[E", (1, 2)),
    ],
)
def test_the_cursor_is_kept_between_the_margins_where_it_is_between_them(
    sequence: str, expected: tuple[int, int]
) -> None:
    assert place(SIDES + sequence) == expected


def test_text_wraps_at_the_right_margin_and_scrolls_what_is_between_them() -> None:
    assert screen(SIDES + "\x1b[1;5Habcdef", 4, 8) == ["    ab", "  cdef", "", ""]
    assert boxed("\x1b[3;5HABCD") == ["abcdefgh", "ijstABop", "qrCD  wx", "yz012345"]
    assert screen(SIDES + "\x1b[?7l\x1b[1;5Habcdef", 4, 8)[0] == "    af"
    assert screen(SIDES + "\x1b[1;5Ha你b", 4, 8) == ["    a", "  你b", "", ""]


def test_a_cursor_at_the_right_margin_waits_as_one_in_the_last_column_does() -> None:
    assert place(SIDES + "\x1b[1;3Habcd") == (0, 5)
    assert screen(SIDES + "\x1b[1;3Habcd\x1b[31mx", 4, 8)[:2] == ["  abcd", "  x"]
    assert screen(SIDES + "\x1b[1;3Habcd\bx", 4, 8)[0] == "  abxd"
    terminal = fed(SIDES + "\x1b[1;3Habcd", 4, 8)
    copy = fed(terminal.repaint().decode(), 4, 8)
    assert copy.snapshot() == terminal.snapshot()


def test_lines_move_only_between_the_margins() -> None:
    assert boxed("\x1b[2;3H\x1b[L") == ["abcdefgh", "ij    op", "qrklmnwx", "yz012345"]
    assert boxed("\x1b[2;3H\x1b[M") == ["abcdefgh", "ijstuvop", "qr    wx", "yz012345"]
    assert boxed("\x1b[2;1H\x1b[M") == lettered("")
    assert boxed("\x1b[S") == ["abcdefgh", "ijstuvop", "qr    wx", "yz012345"]
    assert boxed("\x1b[T") == ["abcdefgh", "ij    op", "qrklmnwx", "yz012345"]
    assert boxed("\x1b[3;4H\n") == ["abcdefgh", "ijstuvop", "qr    wx", "yz012345"]
    assert boxed("\x1b[3;1H\n") == lettered("")
    assert boxed("\x1b[2;4H\x1bM") == ["abcdefgh", "ij    op", "qrklmnwx", "yz012345"]


def test_characters_move_only_between_the_margins() -> None:
    assert boxed("\x1b[2;4H\x1b[@")[1] == "ijk lmop"
    assert boxed("\x1b[2;4H\x1b[P")[1] == "ijkmn op"
    assert boxed("\x1b[2;4H\x1b[99P")[1] == "ijk   op"
    assert boxed("\x1b[2;1H\x1b[@\x1b[P")[1] == "ijklmnop"
    assert boxed("\x1b[2;4H\x1b['}")[1:3] == ["ijk lmop", "qrs tuwx"]
    assert boxed("\x1b[2;4H\x1b['~")[1:3] == ["ijkmn op", "qrsuv wx"]
    assert boxed("\x1b[2;4H\x1b[4hX")[1] == "ijkXlmop"


def test_half_a_wide_character_moved_over_a_margin_is_a_blank() -> None:
    assert screen("你好你好" + SIDES + "\x1b[1;3H\x1b[@", 4, 8)[0] == "你 好 好"
    assert screen("a你好你" + SIDES + "\x1b[1;3H\x1b[P", 4, 8)[0] == "a 好"


@pytest.mark.parametrize(
    ("sequence", "rows", "cursor"),
    [
        ("\x1b[2;4H\x1b6", ["ijklmnop", "qrstuvwx"], (1, 2)),
        ("\x1b[2;3H\x1b6", ["ij klmop", "qr stuwx"], (1, 2)),
        ("\x1b[2;2H\x1b6", ["ijklmnop", "qrstuvwx"], (1, 0)),
        ("\x1b[2;1H\x1b6", ["ijklmnop", "qrstuvwx"], (1, 0)),
        ("\x1b[4;3H\x1b6", ["ijklmnop", "qrstuvwx"], (3, 2)),
        ("\x1b[2;5H\x1b9", ["ijklmnop", "qrstuvwx"], (1, 5)),
        ("\x1b[2;6H\x1b9", ["ijlmn op", "qrtuv wx"], (1, 5)),
        ("\x1b[2;7H\x1b9", ["ijklmnop", "qrstuvwx"], (1, 7)),
        ("\x1b[2;8H\x1b9", ["ijklmnop", "qrstuvwx"], (1, 7)),
    ],
)
def test_decbi_and_decfi_move_by_one_or_the_cells_at_a_margin(
    sequence: str, rows: list[str], cursor: tuple[int, int]
) -> None:
    assert boxed(sequence)[1:3] == rows
    assert place(LETTERS + BOX + sequence) == cursor


def test_decbi_and_decfi_move_nothing_at_the_edges_of_a_screen_without_side_margins() -> None:
    assert lettered("\x1b[2H\x1b6\x1b[2;8H\x1b9") == lettered("")
    assert place("\x1b[2;8H\x1b9\x1b6") == (1, 6)


def test_nel_scrolls_only_where_ind_does() -> None:
    assert boxed("\x1b[3;7H\x1bE") == boxed("")
    assert place(BOX + "\x1b[3;7H\x1bE") == (2, 2)
    assert boxed("\x1b[3;6H\x1bE")[1:3] == ["ijstuvop", "qr    wx"]


def test_erasing_knows_no_margins() -> None:
    assert boxed("\x1b[2;4H\x1b[K")[1] == "ijk"
    assert boxed("\x1b[2;4H\x1b[99X")[1] == "ijk"


def test_mode_69_decstr_and_a_resize_take_the_margins_back() -> None:
    for sequence in ("\x1b[?69l", "\x1b[!p", "\x1bc"):
        assert screen(SIDES + sequence + "\x1b[1;5Habcdef", 4, 8)[:2] == ["    abcd", "ef"]
    terminal = fed(SIDES, 4, 8)
    terminal.resize(4, 9)
    terminal.feed(b"\x1b[1;5Habcdef")
    assert [row.rstrip() for row in terminal.display[:2]] == ["    abcde", "f"]


# Reverse wrap.


def test_reverse_wrap_goes_back_along_a_line_and_1045_along_all() -> None:
    assert place("\x1b[?45h12345678a\b\b") == (0, 7)
    assert place("\x1b[?45ha\r\n\b") == (1, 0)
    assert place("\x1b[?45h12345678\b") == (0, 7)
    assert place("\x1b[?1045ha\r\n\b") == (0, 7)
    assert place("\x1b[?1045h\x1b[2;3r\x1b[2;1H\b") == (2, 7)
    assert place(SIDES + "\x1b[?1045h\x1b[2;3H\b") == (0, 5)
    assert place("\x1b[?1045h\x1b[2;3H\x1b[12D") == (3, 6)
    assert place("\x1b[?7l\x1b[?1045ha\r\n\b") == (1, 0)


# Rectangles.


def test_decfra_fills_a_rectangle_as_if_it_were_printed() -> None:
    assert lettered("\x1b[33;2;3;3;5$x") == ["abcdefgh", "ij!!!nop", "qr!!!vwx", "yz012345"]
    assert lettered("\x1b[33$x") == ["!" * 8] * 4
    assert lettered("\x1b[33;3;3;2;2$x") == lettered("\x1b[7;1;1;2;2$x") == lettered("")
    assert lettered("\x1b[33;4;8;99;99$x")[3] == "yz01234!"
    terminal = fed(LETTERS + "\x1b[31m\x1b[33;1;1;1;2$x", 4, 8)
    assert terminal.line(0)[0] == ("!!", Attributes(foreground=1), 2)


def test_decera_erases_a_rectangle_and_decsera_what_isnt_protected() -> None:
    assert lettered("\x1b[2;3;3;5$z") == ["abcdefgh", "ij   nop", "qr   vwx", "yz012345"]
    protected = '\x1b[2;4H\x1b[1"qL\x1b[0"q'
    assert lettered(protected + "\x1b[2;3;3;5${")[1:3] == ["ij L nop", "qr   vwx"]
    assert lettered(protected + "\x1b[2;3;3;5$z")[1] == "ij   nop"


def test_deccra_copies_a_rectangle_also_over_itself() -> None:
    assert lettered("\x1b[1;1;2;2;1;3;7;1$v") == ["abcdefgh", "ijklmnop", "qrstuvab", "yz0123ij"]
    assert lettered("\x1b[1;1;3;3;1;2;2;1$v") == ["abcdefgh", "iabcmnop", "qijkuvwx", "yqrs2345"]
    assert lettered("\x1b[1;1;4;4;1;4;7;1$v")[3] == "yz0123ab"


def test_rectangles_count_from_the_margins_in_origin_mode() -> None:
    assert boxed("\x1b[?6h\x1b[33;1;1;1;2$x")[1] == "ij!!mnop"
    assert boxed("\x1b[?6h\x1b[99;99$z") == lettered("")
    assert boxed("\x1b[?6h\x1b[$z") == ["abcdefgh", "ij    op", "qr    wx", "yz012345"]


def test_a_rectangle_leaves_the_cursor_and_cuts_no_wide_character() -> None:
    assert place(LETTERS + "\x1b[2;2H\x1b[33;1;1;3;3$x") == (1, 1)
    assert screen("你好你好\x1b[33;1;2;1;3$x", 4, 8)[0] == " !! 你好"
    assert screen("你好\x1b[1;2;1;3;1;2;1;1$v", 4, 8)[:2] == ["你好", ""]


def test_deccara_and_decrara_dress_a_stretch_or_with_decsace_a_rectangle() -> None:
    def bold(sequence: str) -> list[int]:
        terminal = fed(LETTERS + sequence, 4, 8)
        return [sum(run.width for run in terminal.line(y) if run.attributes.bold) for y in range(4)]

    assert bold("\x1b[1;3;2;5;1$r") == [6, 5, 0, 0]
    assert bold("\x1b[2*x\x1b[1;3;2;5;1$r") == [3, 3, 0, 0]
    assert bold("\x1b[2*x\x1b[1;1;4;8;1$t\x1b[2;1;3;8;1$t") == [8, 0, 0, 8]


def test_decdwl_is_left_out_as_in_other_terminals() -> None:
    assert lettered("\x1b[1;1H\x1b#6") == lettered("")
