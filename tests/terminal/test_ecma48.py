"""ECMA-48 (5th edition), section by section: what each control function does to the screen."""

from __future__ import annotations

from chloe.terminal import Terminal


def screen(stream: str, rows: int = 4, columns: int = 10) -> list[str]:
    """The screen that a stream leaves, blanks at the ends of rows left out."""
    return [row.rstrip() for row in fed(stream, rows, columns).display]


def fed(stream: str, rows: int = 4, columns: int = 10) -> Terminal:
    terminal = Terminal(rows, columns)
    terminal.feed(stream.encode())
    return terminal


def place(stream: str, rows: int = 4, columns: int = 10) -> tuple[int, int]:
    """Where a stream leaves the cursor."""
    cursor = fed(stream, rows, columns).cursor
    return cursor.y, cursor.x


def test_5_4_a_sequence_with_a_private_parameter_is_not_the_standard_one() -> None:
    assert screen("abc\x1b[?1D\x1b[>2Jx") == ["abcx", "", "", ""]


def test_5_5_a_control_inside_a_sequence_is_carried_out_at_once_as_vt_terminals_do() -> None:
    assert place("\x1b[2\n;3H") == (1, 2)


def test_5_6_can_and_sub_abort_what_is_open() -> None:
    assert screen("\x1b[2\x18Hx\x1b[3\x1aJy") == ["HxJy", "", "", ""]


def test_5_6_a_control_string_is_never_printed() -> None:
    assert screen("a\x1bPq#0;2;0;0;0#0~~\x1b\\b\x1b_apc\x1b\\c\x1b^pm\x1b\\d\x1bXsos\x1b\\e") == [
        "abcde",
        "",
        "",
        "",
    ]


def test_8_3_5_backspace_stops_at_the_first_column() -> None:
    assert place("ab\b\b\b\b") == (0, 0)


def test_8_3_7_cbt_goes_back_by_tab_stops() -> None:
    assert place("\x1b[1;20H\x1b[Z", columns=40) == (0, 16)
    assert place("\x1b[1;20H\x1b[2Z", columns=40) == (0, 8)


def test_8_3_9_cha_counts_columns_from_one() -> None:
    assert place("\x1b[5Gx\x1b[G") == (0, 0)
    assert place("\x1b[99G") == (0, 9)


def test_8_3_10_cht_goes_on_by_tab_stops() -> None:
    assert place("\x1b[2I", columns=40) == (0, 16)


def test_8_3_13_cpl_and_8_3_12_cnl_go_to_the_first_column() -> None:
    assert place("\x1b[3;5H\x1b[2F") == (0, 0)
    assert place("\x1b[1;5H\x1b[2E") == (2, 0)


def test_8_3_18_to_22_the_cursor_stops_at_the_edges_and_zero_means_one() -> None:
    assert place("\x1b[99B\x1b[99C") == (3, 9)
    assert place("\x1b[3;3H\x1b[0A\x1b[0D") == (1, 1)


def test_8_3_21_cup_defaults_to_home() -> None:
    assert place("abc\x1b[H") == (0, 0)
    assert place("\x1b[3H") == (2, 0)
    assert place("\x1b[;4H") == (0, 3)


def test_8_3_26_dch_pulls_the_rest_of_the_row_left() -> None:
    assert screen("abcdef\x1b[1;2H\x1b[2P")[0] == "adef"


def test_8_3_32_dl_pulls_rows_up_within_the_margins_and_leaves_the_column() -> None:
    assert screen("a\r\nb\r\nc\r\nd\x1b[2;1H\x1b[M") == ["a", "c", "d", ""]
    assert place("\x1b[2;5H\x1b[M") == (1, 4)


def test_8_3_38_ech_blanks_cells_and_moves_none() -> None:
    assert screen("abcdef\x1b[1;2H\x1b[3X")[0] == "a   ef"


def test_8_3_39_ed_erases_to_both_sides_with_the_cursor_in_both() -> None:
    full = "aaa\r\nbbb\r\nccc\x1b[2;2H"
    assert screen(full + "\x1b[J") == ["aaa", "b", "", ""]
    assert screen(full + "\x1b[1J") == ["", "  b", "ccc", ""]
    assert screen(full + "\x1b[2J") == ["", "", "", ""]


def test_8_3_41_el_erases_to_both_sides_with_the_cursor_in_both() -> None:
    assert screen("abcdef\x1b[1;3H\x1b[K")[0] == "ab"
    assert screen("abcdef\x1b[1;3H\x1b[1K")[0] == "   def"
    assert screen("abcdef\x1b[1;3H\x1b[2K")[0] == ""


def test_8_3_64_ich_pushes_the_rest_of_the_row_over_the_edge() -> None:
    assert screen("abcdefghij\x1b[1;2H\x1b[3@")[0] == "a   bcdefg"


def test_8_3_67_il_pushes_rows_down_within_the_margins() -> None:
    assert screen("a\r\nb\r\nc\r\nd\x1b[2;3r\x1b[2H\x1b[L") == ["a", "", "b", "d"]


def test_8_3_74_lf_keeps_the_column_and_scrolls_at_the_bottom() -> None:
    assert screen("a\nb\nc\nd\ne") == [" b", "  c", "   d", "    e"]


def test_8_3_103_rep_repeats_a_character_that_was_just_printed_over_the_edge() -> None:
    assert screen("ab\x1b[2b")[0] == "abbb"
    assert screen("a\x1b[m\x1b[2b")[0] == "a"
    assert screen("a\x1b[10b") == ["a" * 10, "a", "", ""]
    assert screen("你\x1b[6bX") == ["你" * 5, "你你X", "", ""]
    assert screen("日\x1b[b")[0] == "日日"


def test_8_3_104_ri_scrolls_down_at_the_top_margin() -> None:
    assert screen("a\r\nb\x1b[H\x1bM") == ["", "a", "b", ""]


def test_8_3_113_sd_and_8_3_147_su_move_what_is_between_the_margins() -> None:
    assert screen("a\r\nb\r\nc\r\nd\x1b[S") == ["b", "c", "d", ""]
    assert screen("a\r\nb\r\nc\r\nd\x1b[2;3r\x1b[T") == ["a", "", "b", "d"]


def test_8_3_121_sl_and_8_3_135_sr_move_columns() -> None:
    assert screen("abc\r\ndef\x1b[ @")[:2] == ["bc", "ef"]
    assert screen("abc\r\ndef\x1b[2 A")[:2] == ["  abc", "  def"]


def test_8_3_154_tbc_clears_one_stop_or_all() -> None:
    assert place("\x1b[9G\x1b[g\r\t", columns=40) == (0, 16)
    assert place("\x1b[3g\t", columns=40) == (0, 39)


def test_8_3_62_hts_sets_a_stop() -> None:
    assert place("\x1b[4G\x1bH\r\t", columns=40) == (0, 3)


def test_8_3_158_vpa_8_3_160_vpr_and_8_3_57_hpa_move_one_coordinate() -> None:
    assert place("abc\x1b[3d") == (2, 3)
    assert place("abc\x1b[2e") == (2, 3)
    assert place("\x1b[2;2H\x1b[7`") == (1, 6)


def test_7_2_10_irm_inserts_before_the_cursor() -> None:
    assert screen("abc\r\x1b[4hxy\x1b[4lz")[0] == "xyzbc"


def test_7_2_lnm_makes_a_line_feed_return_the_carriage() -> None:
    assert screen("\x1b[20hab\ncd")[:2] == ["ab", "cd"]


def test_8_3_117_sgr_sets_and_takes_back_each_rendition() -> None:
    runs = fed("\x1b[1;2;3;4;5;7;8;9;53;31;44mx").line(0)
    look = runs[0].attributes
    assert (look.bold, look.faint, look.italic, look.underline, look.blink) == (True, True, True, 1, True)
    assert (look.reverse, look.conceal, look.strike, look.overline) == (True, True, True, True)
    assert (look.foreground, look.background) == (1, 4)

    plain = fed("\x1b[1;2;3;4;5;7;8;9;53;31;44m\x1b[22;23;24;25;27;28;29;55;39;49mx").line(0)
    assert plain == fed("x").line(0)
