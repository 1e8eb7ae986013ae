"""Sizes are short, in thousands, and never say 1000 of a unit."""

from __future__ import annotations

import pytest

from chloe.formatting.sizes import format_size, format_size_briefly


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 KB"),
        (999_949, "999.9 KB"),
        (999_950, "1.0 MB"),
        (3 * 10**9, "3.0 GB"),
        (10**16, "10000.0 TB"),
    ],
)
def test_a_size_is_short(count: int, shown: str) -> None:
    assert format_size(count) == shown


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1.0K"),
        (12_345, "12K"),
        (999_499, "999K"),
        (10**7, "10M"),
        (10**18, "1.0E"),
    ],
)
def test_sizes_are_compact(count: int, shown: str) -> None:
    assert format_size_briefly(count) == shown
