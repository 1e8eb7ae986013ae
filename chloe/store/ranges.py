"""Ranges of seqs: which seqs any of them covers.

Owns the merging of ranges and the search in them, both in n log n however the ranges lie: a log from
elsewhere may have a hundred thousand of them. Must not know what a range means.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator


class Ranges:
    """A set of seqs, given as ranges ``(first, last)`` with both ends in it; an empty range adds nothing."""

    def __init__(self, ranges: Iterable[tuple[int, int]] = ()) -> None:
        self._added: list[tuple[int, int]] = list(ranges)
        self._firsts: list[int] = []
        self._lasts: list[int] = []

    def add(self, first: int, last: int) -> None:
        """Add the seqs from ``first`` through ``last``."""
        self._added.append((first, last))

    def update(self, ranges: Iterable[tuple[int, int]]) -> None:
        """Add each of ``ranges``."""
        self._added += ranges

    def __contains__(self, seq: int) -> bool:
        self._merge()
        at = bisect_right(self._firsts, seq) - 1
        return at >= 0 and seq <= self._lasts[at]

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """Iterate over the fewest ranges that cover the same seqs, in order."""
        self._merge()
        return iter(list(zip(self._firsts, self._lasts, strict=True)))

    def _merge(self) -> None:
        if not self._added:
            return
        ranges = sorted([*zip(self._firsts, self._lasts, strict=True), *self._added])
        self._added = []
        self._firsts, self._lasts = [], []
        for first, last in ranges:
            if last < first:
                continue
            if self._lasts and first <= self._lasts[-1] + 1:
                self._lasts[-1] = max(self._lasts[-1], last)
            else:
                self._firsts.append(first)
                self._lasts.append(last)
