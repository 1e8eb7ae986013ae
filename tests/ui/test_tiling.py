"""The arithmetic of the wall: what is laid out fills it, overlaps nowhere, and gives each enough."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chloe.ui.tiling import (
    LAYOUTS,
    LEAST_COLUMNS,
    LEAST_ROWS,
    Band,
    Layout,
    choose_first,
    count_fitting,
    lay_out,
)

layouts = st.sampled_from(LAYOUTS)
sizes = st.tuples(st.integers(1, 160), st.integers(1, 700))


def shapes(bands: list[Band]) -> list[list[tuple[int, int]]]:
    return [[(tile.rows, tile.columns) for tile in band] for band in bands]


@pytest.mark.parametrize(
    ("layout", "count", "size", "expected"),
    [
        ("one", 1, (22, 59), [[(22, 59)]]),
        ("grid", 1, (22, 59), [[(22, 59)]]),
        # A wide window has two side by side, a tall one has them one below the other.
        ("grid", 2, (38, 161), [[(38, 80), (38, 80)]]),
        ("grid", 2, (60, 90), [[(30, 90)], [(30, 90)]]),
        ("grid", 3, (48, 161), [[(24, 80), (24, 80)], [(24, 161)]]),
        ("grid", 5, (48, 242), [[(24, 80), (24, 80), (24, 80)], [(24, 120), (24, 121)]]),
        ("grid", 9, (153, 602), [[(51, 200)] * 3] * 3),
        ("columns", 3, (22, 80), [[(22, 26)] * 3]),
        ("stack", 3, (24, 80), [[(8, 80)]] * 3),
        # Only what is near the selected one, the first, has more than a title.
        ("stack", 6, (14, 80), [[(5, 80)], [(5, 80)], [(1, 80)], [(1, 80)], [(1, 80)], [(1, 80)]]),
    ],
)
def test_panes_are_laid_out(
    layout: Layout, count: int, size: tuple[int, int], expected: list[list[tuple[int, int]]]
) -> None:
    assert count_fitting(layout, count, *size) == count
    assert shapes(lay_out(layout, [1.0] * count, 0, *size)) == expected


def test_a_small_window_has_places_for_few() -> None:
    assert {layout: count_fitting(layout, 9, 8, 40) for layout in LAYOUTS} == {
        "one": 1,
        "grid": 1,
        "columns": 1,
        "stack": 4,
    }
    assert {layout: count_fitting(layout, 99, 22, 80) for layout in LAYOUTS} == {
        "one": 1,
        "grid": 12,
        "columns": 3,
        "stack": 18,
    }


def test_a_pane_that_weighs_more_has_more_and_all_others_enough() -> None:
    ((first, second, third),) = lay_out("columns", [1.0, 100.0, 1.0], 1, 20, 120)
    assert (first.columns, second.columns, third.columns) == (24, 70, 24)
    tall, low = lay_out("grid", [2.0, 1.0, 1.0, 1.0], 0, 48, 161)
    assert tall[0].rows == tall[1].rows > low[0].rows
    assert tall[0].columns > tall[1].columns
    assert low[0].columns == low[1].columns


def test_the_wall_moves_only_where_the_selected_pane_would_leave_it() -> None:
    assert choose_first(3, 10, 4, 5) == 3
    assert choose_first(3, 10, 4, 7) == 4
    assert choose_first(3, 10, 4, 2) == 2
    assert choose_first(8, 10, 4, 9) == 6
    assert choose_first(0, 0, 0, 0) == 0


@given(layouts, st.integers(1, 250), sizes, st.data())
def test_a_wall_is_filled_exactly_and_nothing_overlaps(
    layout: Layout, count: int, size: tuple[int, int], data: st.DataObject
) -> None:
    rows, columns = size
    fitting = count_fitting(layout, count, rows, columns)
    assert 1 <= fitting <= count
    selected = data.draw(st.integers(0, fitting - 1))
    levels = st.lists(st.integers(-4, 6), min_size=fitting, max_size=fitting)
    bands = lay_out(layout, [1.5**level for level in data.draw(levels)], selected, rows, columns)
    assert [tile.place for band in bands for tile in band] == list(range(fitting))
    top = 0
    for band in bands:
        left = 0
        for tile in band:
            assert (tile.top, tile.left, tile.rows) == (top, left, band[0].rows)
            assert tile.rows >= 1
            if columns >= LEAST_COLUMNS:
                assert tile.columns >= LEAST_COLUMNS
            if rows >= LEAST_ROWS:
                assert tile.rows >= LEAST_ROWS or (layout == "stack" and tile.rows == 1)
            left += tile.columns + 1
        assert left == columns + 1
        top += band[0].rows
    assert top == rows
    (chosen,) = [tile for band in bands for tile in band if tile.place == selected]
    assert chosen.rows >= min(LEAST_ROWS, rows)


@given(st.integers(-5, 300), st.integers(1, 250), st.integers(1, 20), st.data())
def test_the_selected_pane_is_on_the_wall_and_no_place_is_empty(
    before: int, count: int, room: int, data: st.DataObject
) -> None:
    fitting = min(count, room)
    selected = data.draw(st.integers(0, count - 1))
    first = choose_first(before, count, fitting, selected)
    assert 0 <= first <= selected < first + fitting <= count
