"""How long the loop is kept by one step: under floods, on screens ahead of the log, and on walks.

Counted is the processor's time of each step, not the time on the clock: what else runs on the machine is not
the loop's doing. One slow step, and of many one in a thousand, is the machine's own (a page fault, a garbage
collection). What a step does is counted by ``tests/laws/test_loop_never_blocks.py``. Run with
``python -m benchmarks loop``.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from unittest.mock import patch

from benchmarks.engine import engine_apart
from benchmarks.measure import gate, show
from chloe.engine import Engine
from chloe.events.commands import Open
from chloe.export.text import encode_text
from chloe.past.checkpointing import CheckpointWriter
from chloe.past.walker import Walker
from tests.floods import diet, numbers

FLOODS = {"wide, combining, coloured": diet(3_000), "numbers": numbers(1_500_000)}


def main() -> bool:
    """Print the steps' times; False where a gate was missed."""
    kept = [asyncio.run(_steps_of(name, argv)) for name, argv in FLOODS.items()]
    return all(kept)


async def _steps_of(name: str, argv: Sequence[str]) -> bool:
    """Fold a flood, then walk through it in each way there is."""
    async with engine_apart() as engine:
        print(f"{name}:", flush=True)
        with _steps() as folding:
            pane = await engine.request(Open(backend="direct", argv=tuple(argv)))
            assert pane is not None
            panes, screens = engine.projections.panes, engine.projections.screens
            while panes[pane].alive or screens.pending_bytes(pane):
                await asyncio.sleep(0.01)
        with _steps() as walking:
            await _walk(engine, pane)
    return all([_hold("folded", folding), _hold("its past walked", walking)])


async def _walk(engine: Engine, pane: str) -> None:
    await Walker(engine.store, pane, checkpoints=CheckpointWriter(engine.store)).until()
    await Walker(engine.store, pane).at()
    await engine.lines(pane, 0, 24, 80)
    async for _ in encode_text(engine.store, pane, lambda _fault: None):
        pass


@contextmanager
def _steps() -> Iterator[list[float]]:
    """Measure each step of the loop, in seconds; what was made before is collected by nobody meanwhile."""
    steps: list[float] = []
    run = asyncio.Handle._run

    def timed(handle: asyncio.Handle) -> None:
        began = time.thread_time()
        run(handle)
        steps.append(time.thread_time() - began)

    gc.collect()
    gc.freeze()
    try:
        with patch.object(asyncio.Handle, "_run", timed):
            yield steps
    finally:
        gc.unfreeze()


def _hold(name: str, steps: Sequence[float]) -> bool:
    show(f"{name}, {len(steps)} steps", steps)
    ordered = sorted(steps)
    return all(
        [
            gate("all but one in a thousand, in ms", ordered[-2 - len(steps) // 1000] * 1e3, most=10),
            gate("the slowest, in ms", ordered[-1] * 1e3, most=50),
        ]
    )


if __name__ == "__main__":
    main()
