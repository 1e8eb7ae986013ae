"""Walking through a pane's past: to the end of a flood of lines, and to any time of a recording of 1 GB.

The recording is what a busy pane prints in a day: lines, and a program that draws its screen over and over.
Its checkpoints are those that a walk takes. The peer of the walk is the bare terminal, fed with the same
bytes from memory. Gates are in seconds of the processor, of all threads, and checkpoints are due by them:
what else the machine does is no matter of ours.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import cycle
from pathlib import Path

from benchmarks.flood import log_lines
from benchmarks.measure import Stopwatch, gate, interleaved, percentile, show
from benchmarks.terminal import STREAMS
from chloe.events import facts
from chloe.events.facts import Entry, Fact
from chloe.past.checkpointing import CheckpointWriter
from chloe.past.walker import Walker
from chloe.store import Store
from chloe.terminal import EMULATOR, Terminal
from tests.ids import id_of

FLOOD_BYTES = 200_000_000
#: Bytes of a record of a flood, and of one of the recording, as they are between two commits.
FLOOD_RECORD, RECORD = 256 * 1024, 4 * 1024
RECORDING_BYTES = 1_000_000_000
#: Nanoseconds between two records.
PACE = 300_000_000
SEEKS = 200
PANE = id_of("pane")


def main() -> bool:
    """Print the figures; False where a gate was missed."""
    return all([asyncio.run(_walk()), asyncio.run(_seek())])


@asynccontextmanager
async def _store() -> AsyncIterator[Store]:
    home = Path(tempfile.mkdtemp(prefix="chloe-bench-"))
    store = await Store.open(home / "log.db", instance=id_of("benchmark"))
    try:
        yield store
    finally:
        await store.close()
        shutil.rmtree(home, ignore_errors=True)


async def _fill(store: Store, pieces: Iterator[bytes], rows: int = 24, columns: int = 80) -> int:
    """Append a pane that printed ``pieces``, one record each; return how many bytes that are."""
    created = facts.Created(backend="direct", argv=("x",), cwd="/", name="x", rows=rows, columns=columns)
    entries = [Entry(PANE, created, 0)]
    offset = 0
    for number, data in enumerate(pieces, 1):
        printed: Fact = facts.Output(offset=offset, length=len(data), data=data)
        entries.append(Entry(PANE, printed, number * PACE))
        offset += len(data)
        if len(entries) >= 256:
            await store.append(entries)
            entries = []
    await store.append(entries)
    return offset


async def _walk() -> bool:
    with log_lines(FLOOD_BYTES) as log:
        # As the line discipline of a terminal has it.
        data = log.read_bytes().replace(b"\n", b"\r\n")
    pieces = [data[start : start + FLOOD_RECORD] for start in range(0, len(data), FLOOD_RECORD)]
    async with _store() as store:
        size = await _fill(store, iter(pieces))

        async def walked() -> float:
            began = time.process_time()
            walker = Walker(store, PANE, clock=time.process_time)
            await walker.until()
            assert walker.position.offset == size
            return time.process_time() - began

        async def fed() -> float:
            began = time.process_time()
            terminal = Terminal(24, 80)
            for piece in pieces:
                terminal.feed(piece)
            return time.process_time() - began

        found = await interleaved({"walked": walked, "fed": fed}, rounds=5)
    speed, bare = (size / 1e6 / percentile(found[name], 50) for name in ("walked", "fed"))
    print(
        f"{size / 1e6:.0f} MB of log lines, in MB/s: the walk {speed:.0f}, the bare terminal {bare:.0f}",
        flush=True,
    )
    return gate("a walk to the end, MB/s", speed, least=100)


def _recording(size: int) -> Iterator[bytes]:
    """Records of what a busy pane prints: a stretch of lines, a stretch of redrawing, in turn."""
    lines, draws = STREAMS["coloured log"](4_000_000), STREAMS["curses"](1_000_000)
    printed = 0
    for stretch in cycle((lines, draws)):
        for start in range(0, len(stretch), RECORD):
            if printed >= size:
                return
            yield stretch[start : start + RECORD]
            printed += RECORD


async def _seek() -> bool:
    async with _store() as store:
        size = await _fill(store, _recording(RECORDING_BYTES), rows=40, columns=120)
        watch = Stopwatch()
        await Walker(store, PANE, checkpoints=CheckpointWriter(store), clock=time.process_time).until()
        marks = await store.list_checkpoints(PANE, emulator=EMULATOR)
        print(
            f"{size / 1e6:.0f} MB recorded, {len(marks)} checkpoints, walked in {watch.seconds():.1f} s:",
            flush=True,
        )
        chance = random.Random(1)
        last = size // RECORD * PACE
        worked, waited = [], []
        for _ in range(SEEKS):
            moment = chance.randrange(last)
            walker = Walker(store, PANE, clock=time.process_time)
            watch, began = Stopwatch(), time.process_time()
            await walker.at(time=moment)
            worked.append(time.process_time() - began)
            waited.append(watch.seconds())
            assert 0 <= moment - walker.occurred_at < PACE
    show("to any time of it", waited)
    show("the processor's share", worked)
    return all(
        [
            gate("to a time, p50 in ms", percentile(worked, 50) * 1e3, most=50),
            gate("to a time, the slowest in ms", max(worked) * 1e3, most=100),
        ]
    )


if __name__ == "__main__":
    main()
