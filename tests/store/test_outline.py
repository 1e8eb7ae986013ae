"""The outline tells the panes and their history as the whole log does, at the cost of what it holds."""

from __future__ import annotations

import copy
import itertools
import sqlite3
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

from hypothesis import find, given
from hypothesis import strategies as st

from chloe.events import facts
from chloe.events.facts import Entry, Output, Record, SpoolPosition
from chloe.events.projections import Projections
from chloe.store import Store
from chloe.store.outline import SEQS
from tests import possible
from tests.ids import id_of
from tests.searching import examples

Opener = Callable[..., Awaitable[Store]]
Printed = Callable[..., Entry]

PANES = tuple(map(id_of, "abcd"))
NEVER = id_of("never created")
INSTANCE = id_of("one")

panes = st.sampled_from(PANES)
instances = st.sampled_from((id_of("one"), id_of("two")))
sizes = st.integers(1, 300)


def made(fact: facts.Fact) -> st.SearchStrategy[facts.Fact]:
    return st.just(fact)


created = st.builds(
    facts.Created,
    backend=st.just("direct"),
    argv=st.just(("sh",)),
    cwd=st.just("/"),
    name=st.sampled_from("xyz"),
    rows=sizes,
    columns=sizes,
    attached=st.booleans(),
)
others = st.one_of(
    st.builds(facts.Resized, rows=sizes, columns=sizes, offset=st.integers(0, 9)),
    st.builds(facts.Renamed, name=st.sampled_from("xyz")),
    st.builds(facts.Tagged, tags=st.sampled_from(((), ("t",)))),
    st.builds(facts.Notified, offset=st.integers(0, 9), text=st.sampled_from(("", "done"))),
    st.builds(facts.Seen, offset=st.integers(0, 9), ended=st.booleans()),
    st.builds(facts.Detached, instance=instances, reason=st.just("asked")),
    st.builds(facts.Reattached, instance=instances),
    st.builds(facts.Died, status=st.integers(0, 3), signal=st.none(), reason=st.just("")),
    made(facts.Closed()),
    made(facts.Reopened()),
    st.builds(facts.Gap, offset=st.integers(0, 9), length=st.integers(0, 9), reason=st.just("full")),
    st.builds(
        facts.Repainted, rows=sizes, columns=sizes, offset=st.just(0), length=st.just(2), data=st.just(b"hi")
    ),
    made(facts.Pruned(first=1, through=2, reason="old")),
    st.builds(
        facts.Checkpointed,
        seq=st.integers(0, 9),
        offset=st.just(0),
        lines=st.just(0),
        emulator=st.just("1"),
        length=st.just(3),
        sha256=st.just("00" * 32),
    ),
    made(facts.Unknown(kind="Sung", version=3, head="{}", body=b"la")),
    made(facts.Unknown(kind="Output", version=9, head='{"new":1}', body=b"la")),
)
#: A pane and what happens to it: output (None) much more often than all else.
steps = st.lists(
    st.tuples(
        st.sampled_from((*PANES, *PANES, "", NEVER)),
        st.one_of(st.none(), st.none(), st.none(), st.none(), created, others),
        st.integers(0, 50),
    ),
    max_size=60,
)


@examples(60)
@given(steps=steps, begun=st.booleans(), cut=st.integers(0, 70))
async def test_folding_the_outline_gives_the_panes_and_their_history(
    opened: Opener, path: Path, steps: list[tuple[str, facts.Fact | None, int]], begun: bool, cut: int
) -> None:
    path.unlink(missing_ok=True)
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    first, second = await opened("one"), await opened("two")
    offsets = dict.fromkeys((*PANES, "", NEVER), 0)
    turns = itertools.cycle((first, second, second))
    try:
        if begun:
            for pane in PANES:
                await first.append([Entry(pane, facts.Created(
                    backend="direct", argv=("sh",), cwd="/", name="n", rows=9, columns=9), 1)])  # fmt: skip
        for number, (pane, fact, length) in enumerate(steps):
            if fact is None:
                spool = SpoolPosition(1, number) if pane in PANES[:2] else None
                fact = Output(offset=offsets[pane], length=length, data=bytes(length), spool=spool)
                offsets[pane] += length
            await next(turns).append([Entry(pane, fact, 100 + number)])

        for through in (None, cut):
            whole, short = Projections(clock=time.monotonic), Projections(clock=time.monotonic)
            whole.screens.follows_new = short.screens.follows_new = False
            async for record in first.read(up_to=through, bodies=False):
                # One that is about no pane can't be read, and is passed over as well.
                unread = isinstance(record.fact, facts.Unknown) and record.fact.kind == "Checkpointed"
                if not unread and not isinstance(record.fact, facts.ON_DEMAND):
                    whole.apply(record)
            seqs = []
            async for record in first.read_outline(through):
                short.apply(record)
                seqs.append(record.seq)
            assert seqs == sorted(set(seqs))
            assert dict(short.panes) == dict(whole.panes)
            assert list(short.panes) == list(whole.panes)
            assert dict(short.history) == dict(whole.history)
            assert (short.seq, short.history.seq) == (whole.seq, whole.history.seq)
    finally:
        await first.close()
        await second.close()


async def test_it_holds_nothing_of_a_flood_but_its_end(store: Store, printed: Printed) -> None:
    await store.append([Entry(id_of("pane"), facts.Renamed(name="n"), 1)])
    await store.append([printed(b"x", n) for n in range(3000)])
    await store.append([Entry(id_of("pane"), facts.Closed(), 2)])
    await store.append([printed(b"x", n) for n in range(3000, 3010)])
    found = [record async for record in store.read_outline()]
    assert [record.seq for record in found] == [1, 3001, 3002, 3012]
    assert [record.seq async for record in store.read_outline(3005)] == [1, 3001, 3002, 3005]
    assert found[1].fact == Output(offset=2999, length=1, data=b"")


async def test_it_never_walks_through_the_records(store: Store, path: Path, printed: Printed) -> None:
    await store.append([printed(b"x", n) for n in range(500)])
    with closing(sqlite3.connect(path)) as raw:
        plan = [row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {SEQS}", (500,))]
    touching = [step for step in plan if "record" in step]
    assert touching
    for step in touching:
        assert "record_outline" in step or step.startswith("SEARCH record"), plan
    assert not [step for step in plan if "record_outline" in step and step.startswith("SCAN")], plan


def test_facts_on_demand_change_nothing_that_a_start_folds() -> None:
    assert facts.ON_DEMAND
    for kind in facts.ON_DEMAND:
        assert "spool" not in kind.__dataclass_fields__, "a pane's place in its spool is folded at a start"
        fact = find(possible.kinds(PANES[0])[kind], lambda _: True)
        folded = Projections(clock=time.monotonic)
        folded.screens.follows_new = False
        begun = facts.Created(backend="direct", argv=("sh",), cwd="/", name="n", rows=9, columns=9)
        folded.apply(Record(1, 1, 1, PANES[0], INSTANCE, begun, b""))
        before = copy.deepcopy((dict(folded.panes), dict(folded.history), folded.history.seq))
        folded.apply(Record(2, 2, 2, PANES[0], INSTANCE, fact, b""))
        assert (dict(folded.panes), dict(folded.history), folded.history.seq) == before


def test_facts_of_which_the_last_counts_are_no_part_of_the_history() -> None:
    for kind in facts.LAST_COUNTS:
        assert "spool" not in kind.__dataclass_fields__, "a pane's place in its spool is folded at a start"
        folded = Projections(clock=time.monotonic)
        begun = facts.Created(backend="direct", argv=("sh",), cwd="/", name="n", rows=9, columns=9)
        folded.apply(Record(1, 1, 1, PANES[0], INSTANCE, begun, b""))
        before = copy.deepcopy(dict(folded.history))
        fact = find(possible.kinds(PANES[0])[kind], lambda _: True)
        folded.apply(Record(2, 2, 2, PANES[0], INSTANCE, fact, b""))
        assert dict(folded.history) == before


async def test_what_was_kept_of_screens_is_passed_over(store: Store, printed: Printed) -> None:
    kept = facts.Checkpointed(seq=1, offset=0, lines=0, emulator="1", length=0, sha256="")
    await store.append([printed(b"x"), Entry("pane", kept, 1), Entry("pane", kept, 1)])
    await store.append([Entry("pane", facts.Closed(), 1), Entry("pane", kept, 1)])
    assert [record.seq async for record in store.read_outline()] == [1, 4]


async def test_of_what_was_seen_and_rang_the_last_counts(store: Store, printed: Printed) -> None:
    pane, other = id_of("pane"), id_of("other")
    for at in range(3):
        await store.append([Entry(pane, facts.Seen(offset=at), 1), Entry(pane, facts.Notified(offset=at), 1)])
    await store.append([Entry(other, facts.Seen(offset=1), 1), Entry(pane, facts.Closed(), 1)])
    assert [record.seq async for record in store.read_outline()] == [5, 6, 7, 8]
    assert [record.seq async for record in store.read_outline(4)] == [3, 4]


async def test_an_empty_log_has_an_empty_one(store: Store) -> None:
    assert [record async for record in store.read_outline()] == []
