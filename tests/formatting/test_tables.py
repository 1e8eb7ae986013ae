"""Columns stand side by side, whatever the width of what is in them."""

from __future__ import annotations

from chloe.formatting.tables import format_table


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
