"""The present panes, found without what is past: the same as in a fold of everything."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from chloe.events import facts
from chloe.events.facts import Entry, SpoolPosition
from chloe.events.panes import Pane, Panes
from chloe.store import Store
from chloe.store.present import ALIVE, PRESENT, SEQS
from tests.ids import id_of

CREATED = facts.Created(backend="direct", argv=("sh",), cwd="/", name="n", rows=9, columns=9)
DIED = facts.Died(status=0, signal=None, reason="")
FACTS = (
    DIED,
    DIED,
    facts.Closed(),
    facts.Closed(),
    facts.Reopened(),
    facts.Restored(),
    facts.Renamed(name="other"),
)


def is_past(pane: Pane) -> bool:
    return pane.closed and not pane.alive


async def folded(store: Store, also: tuple[str, ...] | None = None, *, alive: bool = False) -> Panes:
    panes = Panes()
    records = store.read_outline() if also is None else store.read_present(also, alive=alive)
    async for record in records:
        panes.apply(record)
    return panes


@pytest.mark.parametrize("seed", range(8))
async def test_the_present_panes_are_those_of_a_fold_of_everything(store: Store, seed: int) -> None:
    chance = random.Random(seed)
    panes = [id_of(str(number)) for number in range(12)]
    printed = dict.fromkeys(panes, 0)
    for pane in panes:
        await store.append([Entry(pane, CREATED, 1)])
    for number in range(80):
        pane = chance.choice(panes)
        fact: facts.Fact = chance.choice(FACTS)
        if chance.random() < 0.5:
            fact = facts.Output(
                offset=printed[pane], length=3, data=b"abc", spool=SpoolPosition(0, number + 30)
            )
            printed[pane] += 3
        await store.append([Entry(pane, fact, 2 + number)])

    whole = await folded(store)
    past = [pane.id for pane in whole.values() if is_past(pane)]
    assert past, "the seed leaves nothing past"
    present = await folded(store, ())
    assert dict(present) == {pane.id: pane for pane in whole.values() if not is_past(pane)}
    living = {pane.id: pane for pane in whole.values() if pane.alive}
    assert dict(await folded(store, (), alive=True)) == living
    with_one = await folded(store, (past[0], id_of("never")))
    assert dict(with_one) == dict(present) | {past[0]: whole[past[0]]}


async def test_what_is_past_is_found_in_the_index_alone(store: Store, path: Path) -> None:
    await store.append([Entry(id_of("one"), CREATED, 1)])
    with closing(sqlite3.connect(path)) as raw:
        found = [row[3] for sql in (ALIVE, PRESENT) for row in raw.execute(f"EXPLAIN QUERY PLAN {sql}")]
        read = [row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {SEQS}", (1, "[]"))]

    assert found == ["SCAN record USING COVERING INDEX record_history"] * 2
    assert not [step for step in read if step.startswith("SCAN record")], read
