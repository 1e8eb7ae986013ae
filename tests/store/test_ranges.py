"""Ranges cover what was put into them, and merge."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from chloe.store.ranges import Ranges

RANGES = st.lists(st.tuples(st.integers(-5, 60), st.integers(-5, 60)), max_size=20)


@given(RANGES, RANGES)
def test_a_seq_is_covered_if_any_range_covers_it(
    before: list[tuple[int, int]], later: list[tuple[int, int]]
) -> None:
    ranges = Ranges(before)
    assert [seq in ranges for seq in range(-9, 70)] == [covered(before, seq) for seq in range(-9, 70)]
    for first, last in later:
        ranges.add(first, last)
    every = before + later
    assert [seq in ranges for seq in range(-9, 70)] == [covered(every, seq) for seq in range(-9, 70)]


@given(RANGES)
def test_they_are_merged_to_the_fewest(given: list[tuple[int, int]]) -> None:
    merged = list(Ranges(given))
    assert [seq for first, last in merged for seq in range(first, last + 1)] == [
        seq for seq in range(-9, 70) if covered(given, seq)
    ]
    assert all(last + 1 < first for (_, last), (first, _) in itertools.pairwise(merged))


def covered(ranges: list[tuple[int, int]], seq: int) -> bool:
    return any(first <= seq <= last for first, last in ranges)
