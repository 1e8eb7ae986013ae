"""Columns stand side by side, whatever the width of what is in them, and fit where they have to."""

from __future__ import annotations

import pytest

from chloe.formatting.tables import cut_cell, format_table, share_columns


def test_columns_are_as_wide_as_their_widest_cell_and_the_last_is_ragged() -> None:
    assert (
        format_table([("ID", "NAME"), ("1", "a"), ("123", "long name")])
        == "ID   NAME\n1    a\n123  long name"
    )


def test_wide_characters_and_marks_count_as_they_are_shown() -> None:
    table = format_table([("日本", "x"), ("e\u0301", "x"), ("abcd", "x")])
    assert table.splitlines() == ["日本  x", "e\u0301     x", "abcd  x"]


def test_no_rows_are_no_table() -> None:
    assert format_table([]) == ""


@pytest.mark.parametrize(
    ("most", "shared"),
    [
        (100, [4, 20, 30]),
        (58, [4, 20, 30]),
        (50, [4, 20, 22]),
        (40, [4, 16, 16]),
        (26, [4, 10, 8]),
        (1, [4, 10, 8]),
    ],
)
def test_the_widest_columns_give_first_down_to_what_they_need(most: int, shared: list[int]) -> None:
    assert share_columns([4, 20, 30], {1: 10, 2: 8}, most) == shared


@pytest.mark.parametrize(
    ("text", "width", "keep_end", "cut"),
    [
        ("abcdef", 6, False, "abcdef"),
        ("abcdef", 4, False, "abc…"),
        ("abcdef", 4, True, "…def"),
        ("日本語", 4, False, "日…"),
        ("日本語", 4, True, "…語"),
    ],
)
def test_a_cell_is_cut_with_an_ellipsis(text: str, width: int, keep_end: bool, cut: str) -> None:
    assert cut_cell(text, width, "…", keep_end=keep_end) == cut
