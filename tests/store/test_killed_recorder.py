"""Recorders that are killed while they print and prune: whoever reads any part of the log has it right."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

import chloe
from chloe.events.facts import Output, Pruned, Record
from chloe.store import Store
from chloe.store import packing as packing_module
from chloe.store.bodies import SERIES
from tests.ids import id_of
from tests.store.killed_recorder import SERIES_BODIES, Recorder, body_at
from tests.store.test_series import PANES, data_of, read_some, rows

_ROOT = Path(chloe.__file__).parent.parent


def record_and_be_killed(path: Path, name: str, seed: int, panes: list[str]) -> int:
    """Return the last seq that a recorder told of; it was killed at any moment after that."""
    words = [sys.executable, "-m", "tests.store.killed_recorder", str(path), id_of(name), str(seed), *panes]
    with subprocess.Popen(words, cwd=_ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            answered = [process.stdout.readline() for _ in range(random.Random(seed).randint(1, 12))]
        finally:
            process.kill()
        # The last line may be incomplete.
        answered += process.stdout.read().splitlines(keepends=True)
    assert process.returncode < 0, "it ended by itself"
    return int([line for line in answered if line.endswith("\n")][-1])


async def what_was_written(store: Store) -> dict[int, Record]:
    """Return all records but those of pruning, with the bodies that pruning took; check their offsets."""
    written: dict[int, Record] = {}
    ends = dict.fromkeys(PANES, 0)
    async for record in store.read():
        fact = record.fact
        if isinstance(fact, Output):
            assert fact.offset == ends[record.pane], "nothing is missing and nothing there twice"
            ends[record.pane] += fact.length
            data = body_at(record.pane, fact.offset)
            whole = Output(offset=fact.offset, length=len(data), data=data)
            written[record.seq] = replace(record, fact=whole)
        elif not isinstance(fact, Pruned):
            written[record.seq] = record
    return written


async def pruned_seqs(store: Store, written: dict[int, Record]) -> set[int]:
    """Return the seqs of the bodies that may be gone."""
    cuts = [record async for record in store.read(kinds={"Pruned"})]
    return {
        seq
        for seq, record in written.items()
        for cut in cuts
        if isinstance(cut.fact, Pruned)
        and isinstance(record.fact, Output)
        and cut.pane == record.pane
        and cut.fact.first <= seq <= cut.fact.through
    }


@pytest.mark.parametrize("seed", range(2))
async def test_any_part_is_what_was_written_whoever_was_killed_at_it(
    opened: Callable[..., Awaitable[Store]],
    path: Path,
    tampered: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
) -> None:
    monkeypatch.setattr(packing_module, "SERIES_BODIES", SERIES_BODIES)
    chance = random.Random(seed)
    # One that reads all the time, and one that takes panes over.
    reader, other = await opened("reader"), await opened("other")
    recorder = Recorder(other, chance)
    for turn in range(3):
        panes = chance.sample(PANES, 2)
        last = record_and_be_killed(path, f"killed {turn}", 10 * seed + turn, panes)
        assert (await reader.head()).seq >= last, "what was answered is in the log"
        assert (await reader.verify()).bad is None
        written = await what_was_written(reader)
        if await other.finish_pruning():
            assert (await reader.verify()).bad is None
        for _ in range(8):
            await read_some(reader, chance, written, await pruned_seqs(reader, written))
        await recorder.take_over(chance.sample(PANES, 2))
        for _ in range(3):
            await recorder.print_some()
        await recorder.prune_some()

    written = await what_was_written(reader)
    pruned = await pruned_seqs(reader, written)
    in_series = dict(rows(path, f"SELECT seq, first_seq FROM body WHERE codec = {SERIES}"))
    hit = chance.choice([*in_series])
    ((stored,),) = rows(path, f"SELECT bytes FROM body WHERE seq = {hit}")
    spoiled = bytearray(stored)
    spoiled[chance.randrange(len(spoiled))] ^= 1 << chance.randrange(8)
    tampered(f"UPDATE body SET bytes = x'{spoiled.hex()}' WHERE seq = {hit}")

    fresh = await opened("fresh")
    missing = {record.seq async for record in fresh.read(kinds={"Output"}) if not data_of(record)}
    assert pruned <= missing
    assert all(seq >= hit and in_series[seq] == in_series[hit] for seq in missing - pruned)
    assert (await fresh.verify()).bad == min(missing - pruned, default=None)
    for _ in range(15):
        await read_some(fresh, chance, written, missing)
        await read_some(reader, chance, written, pruned, missing - pruned)
