"""Tab stops: where HT goes.

Owns the stops, also those beyond the right edge, which come back when the screen widens. Must not know the
cursor. A stop nobody set or cleared stands at every eighth column; columns count from 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from chloe.terminal.sizes import MAX_COLUMNS

TAB = 8
_NUMBER = re.compile("[0-9]{1,5}")


class TabStops:
    """The stops of one terminal. ``known``: the column from which on they are the default ones."""

    __slots__ = ("known", "stops")

    def __init__(self, columns: int, stops: Iterable[int] | None = None, known: int | None = None) -> None:
        self.stops = set(range(TAB, columns, TAB) if stops is None else stops)
        self.known = columns if known is None else known

    @classmethod
    def read(cls, report: str) -> TabStops:
        """Return the stops that a report lists, counted from 1, with slashes between (DECTABSR, DECRSPS)."""
        numbers = [int(part) for part in report.split("/") if _NUMBER.fullmatch(part)]
        return cls(0, [number - 1 for number in numbers if 0 < number <= MAX_COLUMNS], MAX_COLUMNS)

    def report(self) -> str:
        """Return such a report of all stops there are on the widest screen."""
        stops = self.stops | set(range(-(-max(self.known, TAB) // TAB) * TAB, MAX_COLUMNS, TAB))
        return "/".join(str(stop + 1) for stop in sorted(stops))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TabStops) and self.described() == other.described()

    __hash__ = None  # type: ignore[assignment]

    def described(self) -> tuple[tuple[int, ...], int]:
        """Return the stops, and the column from which on they are the default ones: the lowest there is."""
        default = set(range(TAB, self.known, TAB))
        changed = max(self.stops ^ default, default=-1) + 1
        return tuple(sorted(stop for stop in self.stops if stop < changed)), changed

    def copy(self) -> TabStops:
        """Return the same stops, to be changed apart."""
        return TabStops(0, self.stops, self.known)

    def widen(self, columns: int) -> None:
        """Have stops up to ``columns``; those beyond a narrower screen are kept."""
        if columns > self.known:
            self.stops.update(range(-(-max(self.known, TAB) // TAB) * TAB, columns, TAB))
            self.known = columns

    def after(self, x: int, last: int) -> list[int]:
        """Return the stops behind column ``x``, up to and with ``last``, in order."""
        return sorted(stop for stop in self.stops if x < stop <= last)

    def before(self, x: int) -> list[int]:
        """Return the stops before column ``x``, in order."""
        return sorted(stop for stop in self.stops if stop < x)

    def next(self, x: int, last: int) -> int:
        """Return the next stop behind column ``x``; ``last`` where there is none before it."""
        return min((stop for stop in self.stops if x < stop < last), default=last)

    def clear(self) -> None:
        """Clear all of them, also those that no screen has shown yet."""
        self.stops.clear()
        self.known = MAX_COLUMNS
