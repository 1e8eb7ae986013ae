"""What the benchmarks share: percentiles, interleaved rounds, and ratios held against their gates.

Absolute times drift on a shared machine; so peers take turns within one run, in a shuffled order,
and gates are ratios or bounds with room.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that ``percent`` of all are not above (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


async def interleaved(
    ways: Mapping[str, Callable[[], Awaitable[float]]], rounds: int
) -> dict[str, list[float]]:
    """What each way measured, once a round, in an order shuffled anew; the first round only warms up."""
    measured: dict[str, list[float]] = {name: [] for name in ways}
    names = list(ways)
    for turn in range(rounds + 1):
        random.shuffle(names)
        for name in names:
            value = await ways[name]()
            if turn:
                measured[name].append(value)
    return measured


def show(name: str, values: Sequence[float], unit: str = "ms", scale: float = 1e3) -> None:
    """One line: p50, p95 and the worst. ``scale`` turns a value into ``unit``."""
    p50, p95 = percentile(values, 50) * scale, percentile(values, 95) * scale
    print(f"  {name:<44} p50 {p50:8.2f}  p95 {p95:8.2f}  max {max(values) * scale:8.2f} {unit}", flush=True)


def gate(name: str, value: float, *, most: float | None = None, least: float | None = None) -> bool:
    """Say whether ``value`` keeps within its bound, and return it."""
    kept = (most is None or value <= most) and (least is None or value >= least)
    bound = f"at most {most:g}" if most is not None else f"at least {least:g}"
    print(f"  {name:<44} {value:12.2f}  ({bound})  {'kept' if kept else 'MISSED'}", flush=True)
    return kept


class RealisticProcess:
    """A process as large as a Chloe at work: ``megabytes`` of touched memory, and two idle threads.

    What it costs to start a program depends on both.
    """

    def __init__(self, megabytes: int = 80) -> None:
        self._memory = bytearray(megabytes * 1_000_000)
        for page in range(0, len(self._memory), 4096):
            self._memory[page] = 1
        self._end = threading.Event()
        self._threads = [threading.Thread(target=self._end.wait, daemon=True) for _ in range(2)]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Give memory and threads back."""
        self._end.set()
        for thread in self._threads:
            thread.join()
        self._memory = bytearray()


class Stopwatch:
    """Seconds since it was made."""

    def __init__(self) -> None:
        self._start = time.perf_counter()

    def seconds(self) -> float:
        """How long ago that is."""
        return time.perf_counter() - self._start
