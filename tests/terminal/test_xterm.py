"""What xterm's ctlseqs and DEC STD 070 add to ECMA-48, by the name that the manuals give it."""

from __future__ import annotations

import pytest

from chloe.terminal import Attributes, Terminal


def fed(stream: str, rows: int = 4, columns: int = 10) -> Terminal:
    terminal = Terminal(rows, columns)
    terminal.feed(stream.encode())
    return terminal


def screen(stream: str, rows: int = 4, columns: int = 10) -> list[str]:
    return [row.rstrip() for row in fed(stream, rows, columns).display]


def place(stream: str) -> tuple[int, int]:
    cursor = fed(stream).cursor
    return cursor.y, cursor.x


def look(rendition: str) -> Attributes:
    return fed(f"\x1b[{rendition}mx").line(0)[0].attributes


# DEC STD 070.


def test_decawm_the_cursor_waits_in_the_last_column_until_the_next_character() -> None:
    assert place("0123456789") == (0, 9)
    assert screen("0123456789a")[:2] == ["0123456789", "a"]
    assert screen("0123456789\rx")[0] == "x123456789"


def test_decawm_reset_overwrites_the_last_column() -> None:
    assert screen("\x1b[?7l0123456789abc")[0] == "012345678c"


def test_decstbm_scrolls_only_between_the_margins_and_goes_home() -> None:
    assert screen("a\r\nb\r\nc\r\nd\x1b[2;3r\x1b[3H\nx") == ["a", "c", "x", "d"]
    assert place("\x1b[3;3H\x1b[2;3r") == (0, 0)


def test_decstbm_wants_two_rows_at_the_least() -> None:
    assert screen("a\r\nb\r\nc\r\nd\x1b[3;2r\x1b[4H\n") == ["b", "c", "d", ""]


def test_decom_counts_from_the_margins_and_keeps_the_cursor_between_them() -> None:
    assert place("\x1b[2;3r\x1b[?6h") == (1, 0)
    assert place("\x1b[2;3r\x1b[?6h\x1b[9;9H") == (2, 8)


def test_decaln_fills_the_screen_with_e() -> None:
    assert screen("\x1b#8", 2, 3) == ["EEE", "EEE"]


def test_decsc_keeps_cursor_pen_charset_and_origin_mode() -> None:
    terminal = fed("\x1b[2;3H\x1b[31m\x1b(0\x1b7\x1b[m\x1b(B\x1b[H\x1b8q")
    assert terminal.display[1].rstrip() == "  ─"
    assert terminal.line(1)[1].attributes.foreground == 1


def test_decstr_resets_modes_and_leaves_the_screen() -> None:
    terminal = fed("text\x1b[?6h\x1b[4h\x1b[?25l\x1b[1m\x1b[!p")
    assert terminal.display[0].rstrip() == "text"
    assert terminal.modes.cursor_visible and not terminal.modes.origin and not terminal.modes.insert


def test_ris_makes_a_fresh_terminal_whose_modes_are_the_same_object() -> None:
    terminal = Terminal(2, 10)
    modes = terminal.modes
    terminal.feed(b"text\x1b[?1h\x1b]2;t\x07\x1b[22t\x1b[?69h\x1b[2;5s\x1b[3g\x1bc")
    assert terminal.scrollback.drain() == ["text"]
    terminal.scrollback.cleared = ""
    assert terminal.snapshot().without_scrollback() == Terminal(2, 10).snapshot()
    assert terminal.modes is modes and not modes.application_cursor


def test_dec_special_graphics_draw_lines() -> None:
    assert screen("\x1b(0lqk\x1b(Blqk\x0e\x1b)0x\x0fx")[0] == "┌─┐lqk│x"


def test_single_shifts_hold_for_one_character() -> None:
    assert screen("\x1b*0\x1bNqq")[0] == "─q"


def test_decsca_protects_from_selective_erases_only() -> None:
    assert screen('a\x1b[1"qb\x1b[0"qc\x1b[?2K')[0] == " b"
    assert screen('a\x1b[1"qb\x1b[0"qc\x1b[2K')[0] == ""


def test_decic_and_decdc_move_columns_between_the_margins() -> None:
    assert screen("ab\r\ncd\x1b[1;2H\x1b['}")[:2] == ["a b", "c d"]
    assert screen("ab\r\ncd\x1b[H\x1b['~")[:2] == ["b", "d"]


def test_decscusr_chooses_shape_and_blink() -> None:
    assert fed("").cursor[3:] == ("block", True)
    assert fed("\x1b[4 q").cursor[3:] == ("underline", False)
    assert fed("\x1b[5 q").cursor[3:] == ("bar", True)


# xterm.


@pytest.mark.parametrize("mode", [47, 1047, 1049])
def test_the_alternate_screen_comes_blank_and_leaves_the_main_one_as_it_was(mode: int) -> None:
    assert screen(f"main\x1b[?{mode}h") == ["", "", "", ""]
    assert screen(f"main\x1b[?{mode}halt\x1b[?{mode}l")[0] == "main"


def test_1049_keeps_the_cursor_and_each_screen_its_own_saved_one() -> None:
    assert place("\x1b[2;2H\x1b[?1049h\x1b[4;4H\x1b7\x1b[?1049l") == (1, 1)


def test_the_alternate_screen_scrolls_nothing_into_the_scrollback() -> None:
    assert fed("\x1b[?1049h" + "x\r\n" * 20).scrollback.height == 0


def test_a_tab_behind_a_full_row_stays_there_unless_mode_41_takes_it_to_the_next() -> None:
    assert place("0123456789\t") == (0, 9)
    assert place("\x1b[?41h0123456789\t") == (1, 8)
    assert place("\x1b[?41;7h\x1b[?7l0123456789\t") == (0, 9)
    assert fed("\x1b[?41h0123456789\tx").lines_on_screen() == ["0123456789        x"]


def test_deccolm_clears_screen_and_margins_where_mode_40_allows_it_and_leaves_the_width() -> None:
    stream = "kept\x1b[2;3r\x1b[?6h"
    assert screen(stream + "\x1b[?3hx") == ["kept", "x", "", ""]
    for switch in "hl":
        terminal = fed(f"{stream}\x1b[?40h\x1b[?3{switch}x")
        assert [row.rstrip() for row in terminal.display] == ["x", "", "", ""]
        assert terminal.columns == 10
        assert terminal.scrollback.drain() == ["kept"]


def test_background_color_erase_blanks_in_the_background_only() -> None:
    row = fed("\x1b[1;31;44mab\x1b[K").line(0)
    assert [(run.width, run.attributes.background, run.attributes.bold) for run in row] == [
        (2, 4, True),
        (8, 4, False),
    ]
    scrolled = fed("\x1b[44m\r\n\r\n\r\n\r\n").line(3)
    assert scrolled[0].attributes == Attributes(background=4)


def test_ed_3_forgets_the_scrollback_and_keeps_the_screen() -> None:
    terminal = fed("x\r\n" * 20 + "end\x1b[3J")
    assert terminal.scrollback.lines == 0
    assert terminal.display[3].rstrip() == "end"


@pytest.mark.parametrize("rendition", ["38;5;200", "38:5:200"])
def test_256_colours_in_both_forms(rendition: str) -> None:
    assert look(rendition).foreground == 200


@pytest.mark.parametrize("rendition", ["48;2;1;2;3", "48:2:1:2:3", "48:2::1:2:3"])
def test_direct_colours_in_all_forms(rendition: str) -> None:
    assert look(rendition).background == (1, 2, 3)


@pytest.mark.parametrize("rendition", ["38;5", "38;5;999", "38;2;1;2", "38:2:1", "38;9;1", "48;2;300;0;0"])
def test_a_broken_colour_changes_nothing(rendition: str) -> None:
    assert look(rendition) == Attributes()


def test_underlines_have_styles_and_a_colour() -> None:
    assert [look(f"4:{style}").underline for style in range(6)] == [0, 1, 2, 3, 4, 5]
    assert look("21").underline == 2
    assert look("4;58;5;9").underline_color == 9
    assert look("4;58:2::1:2:3").underline_color == (1, 2, 3)


def test_private_parameters_make_m_something_else() -> None:
    assert look("?4") == Attributes() and look(">4;2") == Attributes()


def test_osc_8_links_text_until_it_is_closed_and_sgr_0_leaves_it() -> None:
    row = fed("\x1b]8;id=1;http://a.b\x1b\\li\x1b[0mnk\x1b]8;;\x1b\\no").line(0)
    assert [(run.text.rstrip(), run.attributes.link) for run in row] == [("link", "http://a.b"), ("no", "")]


def test_synchronized_output_is_a_mode_for_the_painter() -> None:
    assert fed("\x1b[?2026h").modes.synchronized
    assert not fed("\x1b[?2026h\x1b[?2026l").modes.synchronized


def test_mouse_modes_exclude_each_other() -> None:
    assert fed("\x1b[?1000h\x1b[?1003h\x1b[?1006h").modes.mouse == "any"
    assert fed("\x1b[?1003h\x1b[?1003l").modes.mouse == "off"


def test_8_bit_controls_in_utf_8_are_controls_but_open_no_string() -> None:
    assert screen("a\x9b3Gb\x85c")[:2] == ["a b", "c"]
    misread = "say ”hi“".encode().decode("latin-1")
    assert screen(misread, columns=40)[0] == "say â\x80hiâ\x80".replace("\x80", "")


def test_broken_utf_8_shows_as_one_character_for_each_maximal_subpart() -> None:
    terminal = Terminal(1, 20)
    terminal.feed(b"Gr\xf6\xdfe\xc3(\xf0\x9f\x98x\xed\xa0\x80c\xe2\x82")
    shown = "Gr\ufffd\ufffde\ufffd(\ufffdx\ufffd\ufffd\ufffdc"
    assert terminal.display[0].rstrip() == shown
    terminal.feed(b"\xac")
    assert terminal.display[0].rstrip() == shown + "€"


# Characters and cells.


def test_a_wide_character_that_does_not_fit_wraps_whole() -> None:
    assert screen("012345678日")[:2] == ["012345678", "日"]


def test_half_a_wide_character_overwritten_takes_the_other_half_along() -> None:
    assert screen("日本\x1b[1;2Hx")[0] == " x本"
    assert screen("日本\x1b[1;3Hx")[0] == "日x"


def test_marks_join_the_cell_before_them() -> None:
    terminal = fed("e\u0301x日\u0302")
    assert terminal.display[0].rstrip() == "e\u0301x日\u0302"
    assert terminal.cursor.x == 4


def test_a_flag_and_a_family_take_two_cells() -> None:
    assert place("🇩🇪") == (0, 2)
    assert place("👨\u200d👩\u200d👧") == (0, 2)


def test_a_pile_of_marks_is_bounded() -> None:
    assert len(fed("a" + "\u0301" * 1000).display[0]) < 64


def test_a_program_s_own_private_characters_are_kept() -> None:
    assert screen("\U00100000e\u0301\U0010fffd")[0] == "\U00100000e\u0301\U0010fffd"


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("👨\u200d👩\u200d👧", 2),
        ("❤\ufe0f", 2),
        ("❤\x1b[m\ufe0f", 1),
        ("1\ufe0f\u20e3", 2),
        ("🇩🇪", 2),
        ("🇩🇪🇫", 4),
        ("👍🏽", 2),
        ("✌🏽", 2),
        ("a🏽", 3),
        ("🏳️\u200d🌈", 2),
        ("👨\u200d👩\u200d👧", 2),
        ("a\u200db", 2),
        ("क्\u200dष", 2),
        ("ष्ट्र", 2),
        ("क्\u200d", 1),
        ("\u1112\u1161\u11ab", 2),
        ("नि", 2),
        ("क्ष", 2),
        ("👨\u200d\x1b[m👩", 4),
        ("🇩\x1b[m🇪", 4),
        ("a\x1b[m\u0301", 1),
    ],
)
def test_a_cluster_is_one_or_two_cells_wide(text: str, cells: int) -> None:
    terminal = Terminal(1, 20)
    terminal.feed(text.encode())

    assert terminal.cursor.x == cells
    assert terminal.display[0].rstrip() == text.replace("\x1b[m", "")
