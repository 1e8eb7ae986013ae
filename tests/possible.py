"""Facts of every kind as they may be: what a log can hold, for properties that must be true of all of it."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import strategies as st

from chloe.backends.kinds import TRAITS
from chloe.events import facts
from chloe.events.facts import Fact, SpoolPosition
from chloe.events.fields import MAX_COUNT, MAX_NAME, MAX_SEGMENT
from chloe.events.ids import session_of
from chloe.events.traits import NAMES, Traits
from chloe.terminal.sizes import MAX_COLUMNS, MAX_ROWS, fits
from tests.ids import id_of

#: Text as file names have it: any bytes at all but NUL, as ``os.fsdecode`` gives them.
texts = st.binary(max_size=40).map(lambda name: os.fsdecode(name.replace(b"\0", b"")))
names = (texts | st.just("n" * MAX_NAME)).filter(bool)
counts = st.integers(0, MAX_COUNT)
lengths = st.integers(0, 2**62)
sizes = st.tuples(st.integers(1, MAX_ROWS), st.integers(1, MAX_COLUMNS)).filter(lambda size: fits(*size))
spools = st.none() | st.builds(SpoolPosition, st.integers(0, MAX_SEGMENT), counts)
tags = st.lists(names, max_size=4).map(tuple)
ids = st.sampled_from([id_of("one"), id_of("two")])
bodies = st.binary(max_size=500)
codes = st.none() | st.integers(0, 255)
signals = st.none() | st.integers(1, 64)


def sized(kind: type[Any], **rest: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Facts of a kind that states a terminal's size."""

    def build(size: tuple[int, int], values: dict[str, Any]) -> Any:
        return kind(rows=size[0], columns=size[1], **values)

    return st.builds(build, sizes, st.fixed_dictionaries(rest))


def filled(kind: type[Any], field: str, **rest: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Facts of a kind that carries bytes, and states how many."""

    def build(body: bytes, values: dict[str, Any]) -> Any:
        size = {"rows": 24, "columns": 80} if kind is facts.Repainted else {}
        return kind(length=len(body), **{field: body}, **size, **values)

    return st.builds(build, bodies, st.fixed_dictionaries(rest))


def created(pane: str) -> st.SearchStrategy[Fact]:
    """What a pane may begin with."""

    def build(fact: facts.Created) -> Fact:
        if not fact.traits.runs_in_session:
            return fact
        values = {name: getattr(fact, name) for name in facts.Created.__dataclass_fields__}
        return facts.Created(**(values | {"session": session_of(pane)}))

    return sized(
        facts.Created,
        backend=st.sampled_from([*TRAITS, "of-another-chloe"]),
        traits=st.builds(Traits, **dict.fromkeys(NAMES, st.booleans())),
        argv=st.lists(texts, max_size=4).map(tuple),
        cwd=texts,
        name=names,
        tags=tags,
        attached=st.booleans(),
        relaunches=st.one_of(st.just(""), ids),
    ).map(build)


def kinds(pane: str) -> dict[type[Any], st.SearchStrategy[Any]]:
    """Facts about ``pane``, by their kind."""
    return {
        facts.Created: created(pane),
        facts.Output: filled(facts.Output, "data", offset=lengths, spool=spools),
        facts.Resized: sized(facts.Resized, offset=counts, spool=spools),
        facts.Renamed: st.builds(facts.Renamed, name=names),
        facts.Tagged: st.builds(facts.Tagged, tags=tags),
        facts.TerminalReset: st.just(facts.TerminalReset()),
        facts.EscapeAssigned: st.builds(facts.EscapeAssigned, to_program=st.booleans()),
        facts.Notified: st.builds(facts.Notified, offset=counts, title=texts, text=texts),
        facts.Seen: st.builds(facts.Seen, offset=counts, ended=st.booleans()),
        facts.Detached: st.builds(facts.Detached, instance=ids, reason=texts),
        facts.Reattached: st.builds(facts.Reattached, instance=ids),
        facts.Died: st.builds(facts.Died, status=codes, signal=signals, reason=texts, spool=spools),
        facts.Closed: st.builds(facts.Closed),
        facts.Reopened: st.builds(facts.Reopened),
        facts.Restored: st.builds(facts.Restored),
        facts.Gap: st.builds(facts.Gap, offset=lengths, length=lengths, reason=texts, spool=spools),
        facts.Repainted: filled(facts.Repainted, "data", offset=lengths),
        facts.Pruned: filled(
            facts.Pruned, "state", first=counts, through=counts, reason=texts, offset=lengths, lines=counts
        ),
        facts.Truncated: st.builds(facts.Truncated, expected=counts, hash=texts, found=counts, reason=texts),
        facts.LossAccepted: st.builds(
            facts.LossAccepted, user=texts, through=counts, expected=counts, found=counts, line=texts
        ),
        facts.Checkpointed: st.builds(
            facts.Checkpointed,
            seq=counts,
            offset=lengths,
            lines=counts,
            emulator=texts,
            length=lengths,
            sha256=texts,
        ),
        facts.Salvaged: st.builds(
            facts.Salvaged,
            file=texts,
            kept=counts,
            again=counts,
            lost=counts,
            reason=texts,
            bodies=st.lists(st.tuples(counts, counts), max_size=3).map(tuple),
        ),
    }


def every_fact(pane: str) -> st.SearchStrategy[Fact]:
    """Any fact about ``pane`` that a log may hold."""
    return st.one_of(*kinds(pane).values())
