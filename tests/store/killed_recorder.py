"""A recorder in a process of its own, to be killed: it prints on panes, and prunes, until then.

``python -m tests.store.killed_recorder LOG INSTANCE SEED PANE...`` goes on where each pane stands in the log.
What a pane prints at an offset is always the same, so that a reader knows it of whoever printed it.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from chloe.events.facts import Entry, Output, Renamed
from chloe.store import PruneCut, Store
from chloe.store import packing as packing_module
from chloe.store import pruning as pruning_module

#: The most bodies of a series, and of one step of a prune: so few that kills fall within many of both.
SERIES_BODIES = 7
_WORDS = [random.Random(word).randbytes(2 + word % 8).hex() for word in range(50)]


def body_at(pane: str, offset: int) -> bytes:
    """Return what ``pane`` prints at ``offset``."""
    chance = random.Random(f"{pane} {offset}")
    text = " ".join(chance.choices(_WORDS, k=chance.choice((1, 9, 60, 900)))).encode()
    return (b"\x1b[2J" if chance.random() < 0.1 else b"") + text


class Recorder:
    """Records a few panes in a store."""

    def __init__(self, store: Store, chance: random.Random) -> None:
        self._store = store
        self._chance = chance
        self._offsets: dict[str, int] = {}

    async def take_over(self, panes: Sequence[str]) -> None:
        """Record these panes from now on, from where each of them stands in the log."""
        self._offsets = dict.fromkeys(panes, 0)
        async for record in self._store.read(kinds={"Output"}):
            if record.pane in self._offsets and isinstance(record.fact, Output):
                self._offsets[record.pane] = record.fact.offset + record.fact.length

    async def print_some(self) -> None:
        """Print a few bodies at once, with another fact among them now and then."""
        chance = self._chance
        entries = []
        for _ in range(chance.randint(1, 5)):
            pane = chance.choice([*self._offsets])
            data = body_at(pane, self._offsets[pane])
            printed = Output(offset=self._offsets[pane], length=len(data), data=data)
            self._offsets[pane] += len(data)
            entries.append(Entry(pane, printed, chance.randrange(100)))
            if chance.random() < 0.1:
                entries.append(Entry(pane, Renamed(name="other"), 1))
        await self._store.append(entries, durable=chance.random() < 0.2)

    async def prune_some(self) -> None:
        """Let the beginning of a pane go."""
        pane = self._chance.choice([*self._offsets])
        last = (await self._store.head()).seq
        planned = await self._store.plan_pruning({pane: [self._chance.randint(0, last)]})
        await self._store.prune(
            [PruneCut(pane=each.pane, first=each.first, up_to=each.up_to, reason="") for each in planned]
        )


async def main(path: str, instance: str, seed: str, *panes: str) -> None:
    """Print and prune until killed; tell of each request that was answered."""
    vars(packing_module)["SERIES_BODIES"] = SERIES_BODIES
    pruning_module._BODY_BATCH = 3
    chance = random.Random(seed)
    store = await Store.open(Path(path), instance=instance, watcher=None)
    recorder = Recorder(store, chance)
    await recorder.take_over(panes)
    while True:
        if chance.random() < 0.3:
            await recorder.prune_some()
        # What waits is packed while another is committed.
        await asyncio.gather(*(recorder.print_some() for _ in range(chance.choice((1, 1, 4)))))
        print((await store.head()).seq, flush=True)


if __name__ == "__main__":
    try:
        asyncio.run(main(*sys.argv[1:]))
    finally:
        # Nothing waits for the threads of a store that nobody closed.
        traceback.print_exc()
        os._exit(1)
