"""A log in which one pane's life can be written down, fact by fact."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chloe.events import facts, screen
from chloe.events.facts import Entry, Fact
from chloe.events.keyframe import encode_keyframe
from chloe.past.checkpointing import CheckpointWriter
from chloe.past.walker import Walker
from chloe.store import Checkpoint, PruneCut, Store
from chloe.terminal import EMULATOR, Terminal
from tests.ids import id_of

PANE = id_of("pane")


class Life:
    """One pane in a log: what is appended happens a second after what was before."""

    def __init__(self, store: Store, pane: str = PANE) -> None:
        self.store = store
        self.pane = pane
        self.offset = 0
        self.seconds = 0

    async def append(self, fact: Fact) -> int:
        """Append a fact; return its seq."""
        self.seconds += 1
        (record,) = await self.store.append([Entry(self.pane, fact, self.seconds * 10**9)])
        return record.seq

    async def begins(self, rows: int = 5, columns: int = 40) -> int:
        return await self.append(
            facts.Created(backend="direct", argv=("sh",), cwd="/", name="name", rows=rows, columns=columns)
        )

    async def prints(self, data: bytes) -> int:
        fact = facts.Output(offset=self.offset, length=len(data), data=data)
        self.offset += len(data)
        return await self.append(fact)

    async def loses(self, length: int, reason: str = "a test") -> int:
        fact = facts.Gap(offset=self.offset, length=length, reason=reason)
        self.offset += length
        return await self.append(fact)

    async def resizes(self, rows: int, columns: int) -> int:
        return await self.append(facts.Resized(rows=rows, columns=columns, offset=self.offset))

    async def repaints(self, data: bytes, rows: int = 5, columns: int = 40) -> int:
        return await self.append(
            facts.Repainted(rows=rows, columns=columns, offset=self.offset, length=len(data), data=data)
        )

    async def keeps_checkpoints(self) -> None:
        """Have the checkpoints taken that come due on a walk, step by step, to the end."""
        walker = Walker(self.store, self.pane, checkpoints=CheckpointWriter(self.store))
        while await walker.step() is not None:
            pass

    async def is_pruned(self, last_seq: int, *, with_screen: bool = True) -> None:
        """Let what was printed up to a record go; the screen of there is kept, or not."""
        kept = None
        if with_screen:
            walker = Walker(self.store, self.pane)
            await walker.at(seq=last_seq)
            assert walker.terminal is not None
            kept = Checkpoint(
                pane=self.pane,
                seq=last_seq,
                offset=walker.position.offset,
                lines=walker.terminal.scrollback.total,
                emulator=EMULATOR,
                state=encode_keyframe(walker.terminal),
            )
        await self.store.prune(
            [PruneCut(pane=self.pane, first=1, up_to=last_seq, reason="a test", kept=kept)]
        )


@pytest.fixture
def bell_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the emulator fail on a bell, with words that a terminal would act on."""
    feed = Terminal.feed

    def failing(self: Terminal, data: bytes) -> None:
        if b"\a" in data:
            raise ValueError("\x1b[2Jbroken on purpose")
        feed(self, data)

    monkeypatch.setattr(Terminal, "feed", failing)


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkpoint is due behind each record that prints something."""
    monkeypatch.setattr(screen, "CHECKPOINT_BYTES", 1)


@pytest.fixture
async def life(home: Path) -> AsyncIterator[Life]:
    store = await Store.open(home / "log.db", instance=id_of("one"))
    yield Life(store)
    await store.close()


def shown(walker: Walker) -> list[str]:
    """Return the rows of the walker's screen that aren't empty."""
    assert walker.terminal is not None
    return [row.rstrip() for row in walker.terminal.display if row.strip()]
