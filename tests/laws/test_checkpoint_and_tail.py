"""Law 4: a checkpoint and what follows it give what a full replay gives, and may be deleted at any time."""

from __future__ import annotations

import random
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from chloe.config import Config
from chloe.engine import open_engine
from chloe.events import facts, screen
from chloe.events.facts import Entry, Fact, Record
from chloe.events.keyframe import encode_keyframe
from chloe.past.checkpointing import CheckpointWriter
from chloe.past.scrollback import Row, ScrollbackReader
from chloe.past.walker import Walker
from chloe.pruning import RetentionPolicy, execute, plan
from chloe.store import PruneCut, Store
from chloe.terminal import EMULATOR, Snapshot, Terminal
from tests.ids import id_of
from tests.panes import open_pane
from tests.replays import folded_panes, replayed

Eventually = Callable[..., Awaitable[None]]
PANE = "00000000-0000-4000-8000-000000000000"
RECORDINGS = sorted((Path(__file__).parents[1] / "recordings").glob("*/output.bin"))

#: Lines kept in memory: few, so that most of the past is not there.
WINDOW = 40


@pytest.fixture
async def store(home: Path) -> AsyncIterator[Store]:
    found = await Store.open(home / "log.db", instance=id_of("i"))
    yield found
    await found.close()


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Checkpoints are taken after little, so that there are many."""
    monkeypatch.setattr(screen, "CHECKPOINT_BYTES", 3_000)


def _stream(seed: int) -> list[Fact]:
    """A pane's life: lines in colour and wide characters, real programs, sizes, a gap with a repaint."""
    chance = random.Random(seed)
    told: list[Fact] = [facts.Created(backend="direct", argv=("x",), cwd="/", name="x", rows=24, columns=80)]
    offset = 0
    for number in range(chance.randint(30, 60)):
        if number % 17 == 16:
            told.append(facts.TerminalReset())
        match chance.randrange(12):
            case 0:
                rows, columns = chance.randint(3, 60), chance.randint(8, 140)
                told.append(facts.Resized(rows=rows, columns=columns, offset=offset))
                continue
            case 1:
                told.append(facts.Gap(offset=offset, length=100, reason="a test"))
                offset += 100
                data = b"\x1bc\x1b[31mthe screen after\r\na gap\x1b[m\r\n"
                told.append(facts.Repainted(rows=24, columns=80, offset=offset, length=len(data), data=data))
                continue
            case 2:
                name = chance.choice(RECORDINGS)
                data = name.read_bytes()[: chance.randint(1, 8_000)]
            case _:
                data = b"".join(
                    b"\x1b[3%dmline %d.%d \xe6\x97\xa5\xe6\x9c\xac e\xcc\x81\x1b[0m %s\r\n"
                    % (line % 8, number, line, b"x" * chance.randrange(150))
                    for line in range(chance.randint(1, 40))
                )
        told.append(facts.Output(offset=offset, length=len(data), data=data))
        offset += len(data)
    return told


async def _append(store: Store, told: list[Fact]) -> None:
    await store.append([Entry(PANE, fact, 1) for fact in told])


def walker_of(store: Store, pane: str = PANE, scrollback: int = WINDOW) -> Walker:
    """A walker as the engine makes them, where the emulator is expected to fail on nothing."""
    return Walker(store, pane, scrollback=scrollback, checkpoints=CheckpointWriter(store))


def reader_of(store: Store) -> ScrollbackReader:
    return ScrollbackReader(lambda pane: walker_of(store, pane, 100_000))


async def at_the_end(store: Store) -> Terminal:
    walker = walker_of(store)
    await walker.at()
    assert walker.terminal is not None
    return walker.terminal


async def _keep_all(store: Store) -> None:
    """Fold the pane once, with its checkpoints."""
    await walker_of(store).until()


@pytest.mark.parametrize("seed", range(12))
async def test_from_any_checkpoint_the_fold_goes_on_as_if_it_had_seen_everything(
    seed: int, store: Store, often: None
) -> None:
    await _append(store, _stream(seed))
    await _keep_all(store)
    marks = await store.list_checkpoints(PANE, emulator=EMULATOR)
    assert len(marks) > 5
    whole = await replayed(store, PANE, scrollback=100_000)
    for mark in reversed(marks):
        begun = await store.load_checkpoint(PANE, emulator=EMULATOR)
        assert begun is not None
        assert begun.seq == mark.seq
        found = await at_the_end(store)
        assert found.snapshot().without_scrollback() == whole.snapshot().without_scrollback()
        assert found.scrollback.total == whole.scrollback.total
        await store.delete_checkpoints(PANE, after=mark.seq - 1)


def _lines(terminal: Terminal) -> Sequence[Sequence[Row]]:
    return terminal.scrollback.numbered(0, terminal.scrollback.total, 80)


@pytest.mark.parametrize("with_checkpoints", [True, False])
@pytest.mark.parametrize("seed", range(4))
async def test_the_past_read_by_pages_is_what_left_the_screen(
    seed: int, with_checkpoints: bool, store: Store, often: None
) -> None:
    told: list[Fact] = [
        fact for fact in _stream(seed) if not isinstance(fact, facts.Resized | facts.Repainted)
    ]
    await _append(store, told)
    await _keep_all(store)
    if not with_checkpoints:
        await store.delete_checkpoints()
    whole = _lines(await replayed(store, PANE, scrollback=100_000))
    past = reader_of(store)
    forward = [
        row
        for first in range(0, len(whole), 24)
        for row in (await past.lines(PANE, first, min(24, len(whole) - first), 80)).rows
    ]
    assert forward == whole
    for first in range(len(whole) - 24, 0, -24):
        page = await past.lines(PANE, first, 24, 80)
        assert (page.first, page.rows) == (first, whole[first : first + 24])


async def test_a_line_that_is_not_there_is_told_by_an_answer_that_is_shorter(store: Store) -> None:
    await _append(store, _stream(0))
    past = reader_of(store)
    assert (await past.lines(PANE, 1_000_000, 5, 80)).rows == []
    assert (await past.lines(str(uuid.uuid4()), 0, 5, 80)).rows == []


async def test_a_pane_found_again_is_folded_from_its_last_checkpoint(
    config: Config, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = "seq -f '%.0f some words to fill a line with' 1 400000; printf 'the end'; exec cat"
    async with open_engine(config) as engine:
        pane = await open_pane(engine, backend="tmux", argv=("sh", "-c", program))
        await eventually(
            lambda: "the end" in "".join(engine.projections.screens.drawn(pane).display), seconds=60
        )
        live = engine.projections.screens[pane].snapshot()
        total = engine.projections.screens[pane].scrollback.total
        marks = await engine.store.list_checkpoints(pane, emulator=EMULATOR)
        printed = engine.projections.panes[pane].output_bytes
        ends = [0, *(mark.offset for mark in marks), printed]
        assert max(after - before for before, after in pairwise(ends)) < 8_000_000
    folded = 0
    feed = Terminal.feed

    def counted(self: Terminal, data: bytes) -> None:
        nonlocal folded
        folded += len(data)
        feed(self, data)

    monkeypatch.setattr(Terminal, "feed", counted)
    async with open_engine(config) as engine:
        found = await engine.screen(pane)
        assert found.snapshot().without_scrollback() == live.without_scrollback()
        assert found.scrollback.total == total
        assert folded < 8_000_000
        top = await engine.lines(pane, 0, 2, 80)
        assert [row[0].text.rstrip() for line in top.rows for row in line] == [
            "1 some words to fill a line with",
            "2 some words to fill a line with",
        ]


@pytest.mark.parametrize("seed", range(8, 12))
async def test_behind_a_cut_each_size_shows_what_it_did(
    seed: int, store: Store, often: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chloe.store.packing.SERIES_BODIES", 3)
    told: list[Fact] = [fact for fact in _stream(seed) if not isinstance(fact, facts.Repainted | facts.Gap)]
    await _append(store, told)
    await _keep_all(store)
    panes = await folded_panes(store)
    planned = await plan(store, panes, RetentionPolicy(older_than=1), scrollback=0)
    last = planned.ranges[0].up_to
    sizes = [record.seq async for record in store.read(kinds={"Resized"}, after=last) if record.seq > last]
    before = [await _screen_at(store, seq) for seq in sizes]
    await store.delete_checkpoints()
    await execute(store, planned)
    assert [await _screen_at(store, seq) for seq in sizes] == before


async def _screen_at(store: Store, seq: int) -> Snapshot:
    walker = walker_of(store, scrollback=10_000)
    await walker.at(seq=seq)
    assert walker.terminal is not None
    return walker.terminal.snapshot().without_scrollback()


async def test_a_fold_whose_log_is_pruned_meanwhile_begins_again(
    store: Store, often: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Fact] = [fact for fact in _stream(3) if not isinstance(fact, facts.Gap | facts.Repainted)]
    await _append(store, told)
    await _keep_all(store)
    whole = await replayed(store, PANE)
    last = await store.load_checkpoint(PANE, emulator=EMULATOR)
    assert last is not None
    kept = replace(last, state=encode_keyframe(Terminal.load(last.state)))
    await store.delete_checkpoints()
    read = store.read

    async def read_while_it_is_pruned(**wanted: Any) -> AsyncIterator[Record]:
        monkeypatch.setattr(store, "read", read)
        some = [record async for record in read(**wanted)][:2]
        for record in some:
            yield record
        await store.prune([PruneCut(pane=PANE, first=1, up_to=last.seq, reason="a test", kept=kept)])
        async for record in read(**(wanted | {"after": some[-1].seq})):
            yield record

    monkeypatch.setattr(store, "read", read_while_it_is_pruned)
    found = await at_the_end(store)
    assert found.snapshot().without_scrollback() == whole.snapshot().without_scrollback()
