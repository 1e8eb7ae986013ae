"""Scrolling in a pane that printed 200 MB: pages from the log, by the same way as the app gets them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator

from benchmarks.engine import engine_apart, until
from benchmarks.flood import log_lines
from benchmarks.measure import Stopwatch, gate, show
from chloe.engine import Engine
from chloe.events.commands import Open
from chloe.terminal import EMULATOR

BYTES = 200_000_000
#: Lines of a page, and pages of each kind.
PAGE, PAGES = 50, 60


def main() -> bool:
    """Print the figures; False where a gate was missed."""
    return asyncio.run(_all())


async def _all() -> bool:
    with log_lines(BYTES) as log:
        async with engine_apart() as engine:
            pane = await engine.request(Open(backend="direct", argv=("cat", str(log))))
            assert pane is not None
            await until(engine, lambda: not engine.projections.panes[pane].alive)
            total = engine.projections.screens[pane].scrollback.total
            marks = await engine.store.list_checkpoints(pane, emulator=EMULATOR)
            print(f"{BYTES / 1e6:.0f} MB, {total} lines, {len(marks)} checkpoints; pages of {PAGE} lines:")
            back = await _pages(engine, pane, iter(range(total - PAGE, 0, -PAGE)))
            chance = random.Random(1)
            jumps = await _pages(engine, pane, iter(lambda: chance.randrange(total - PAGE), None))
            first = await _pages(engine, pane, iter((0,)))
            show("one page back after the other", back)
            show("anywhere", jumps)
            show("the first line", first)
            return all(
                [
                    gate("pages back, the slowest in ms", max(back) * 1e3, most=100),
                    gate("pages anywhere, the slowest in ms", max(jumps) * 1e3, most=100),
                    gate("the first line, in ms", first[0] * 1e3, most=100),
                ]
            )


async def _pages(engine: Engine, pane: str, firsts: Iterator[int | None]) -> list[float]:
    seconds = []
    for _, first in zip(range(PAGES), firsts, strict=False):
        assert first is not None
        watch = Stopwatch()
        page = await engine.lines(pane, first, PAGE, 80)
        seconds.append(watch.seconds())
        assert (page.first, len(page.rows)) == (first, PAGE)
    return seconds


if __name__ == "__main__":
    main()
