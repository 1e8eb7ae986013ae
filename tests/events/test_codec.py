"""The codec: every fact comes back as it went in, and what is unknown survives."""

from __future__ import annotations

import json
import os
from dataclasses import fields
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from chloe.events import facts
from chloe.events.codec import KINDS, decode, encode
from chloe.events.facts import Fact, SpoolPosition, Unknown

#: Text as file names have it: any bytes at all, as ``os.fsdecode`` gives them.
names = st.binary(max_size=40).map(os.fsdecode)
counts = st.integers(0, 2**62)
sizes = st.integers(1, 10_000)
spools = st.none() | st.builds(SpoolPosition, counts, counts)
tags = st.lists(names, max_size=4).map(tuple)

every_fact: st.SearchStrategy[Fact] = st.one_of(
    st.builds(
        facts.Created,
        backend=st.sampled_from(["direct", "tmux"]),
        argv=tags,
        cwd=names,
        name=names,
        rows=sizes,
        columns=sizes,
        tags=tags,
        attached=st.booleans(),
        session=names,
    ),
    st.binary(max_size=500).flatmap(
        lambda data: st.builds(
            facts.Output, offset=counts, length=st.just(len(data)), data=st.just(data), spool=spools
        )
    ),
    st.builds(facts.Resized, rows=sizes, columns=sizes, offset=counts, spool=spools),
    st.builds(facts.Renamed, name=names),
    st.builds(facts.Tagged, tags=tags),
    st.builds(facts.Detached, instance=names, reason=names),
    st.builds(facts.Reattached, instance=names),
    st.builds(
        facts.Died,
        status=st.none() | st.integers(0, 255),
        signal=st.none() | st.integers(1, 64),
        reason=names,
        spool=spools,
    ),
    st.builds(
        facts.LossAccepted, user=names, through=counts, expected=counts, found=counts, line=st.just("")
    ),
    st.builds(
        facts.Checkpointed,
        seq=counts,
        offset=counts,
        lines=counts,
        emulator=st.just("1"),
        length=counts,
        sha256=st.just("00" * 32),
    ),
    st.builds(facts.Closed),
    st.builds(facts.Reopened),
    st.builds(facts.Gap, offset=counts, length=counts, reason=names, spool=spools),
    st.binary(max_size=500).flatmap(
        lambda data: st.builds(
            facts.Repainted,
            rows=sizes,
            columns=sizes,
            offset=counts,
            length=st.just(len(data)),
            data=st.just(data),
        )
    ),
    st.binary(max_size=500).flatmap(
        lambda state: st.builds(
            facts.Pruned,
            first=counts,
            through=counts,
            reason=names,
            offset=counts,
            lines=counts,
            length=st.just(len(state)),
            state=st.just(state),
        )
    ),
)


@given(every_fact)
def test_every_fact_comes_back_as_it_went_in(fact: Fact) -> None:
    assert decode(*encode(fact)) == fact


@given(every_fact)
def test_a_head_is_ascii_json_with_one_form_per_fact(fact: Fact) -> None:
    head = encode(fact).head
    assert head.isascii()
    assert json.dumps(json.loads(head), sort_keys=True, separators=(",", ":")) == head


@given(st.text(max_size=20), st.integers(0, 9), st.text(max_size=50), st.none() | st.binary(max_size=50))
def test_whatever_a_log_holds_is_read_without_an_error(
    kind: str, version: int, head: str, body: bytes | None
) -> None:
    decode(kind, version, head, body)


def test_a_kind_of_a_later_chloe_survives_a_read() -> None:
    fact = decode("Sang", 7, '{"tune":"x"}', b"la")
    assert fact == Unknown(kind="Sang", version=7, head='{"tune":"x"}', body=b"la")
    assert encode(fact) == ("Sang", 7, '{"tune":"x"}', b"la")


def test_a_known_kind_with_fields_of_a_later_chloe_is_unknown() -> None:
    fact = decode("Renamed", 1, '{"name":"a","by":"b"}', None)
    assert isinstance(fact, Unknown)


def test_length_is_known_without_the_body() -> None:
    kind, version, head, _ = encode(facts.Output(offset=7, length=3, data=b"abc"))
    assert decode(kind, version, head, None) == facts.Output(offset=7, length=3, data=b"")


def test_a_pruned_of_before_there_were_states_is_read_and_kept_as_it_was() -> None:
    head = '{"first":1,"reason":"old","through":9}'
    fact = decode("Pruned", 1, head, None)
    assert fact == facts.Pruned(first=1, through=9, reason="old")
    assert encode(fact) == ("Pruned", 1, head, None)


def test_a_pruned_carries_its_state_as_its_body() -> None:
    fact = facts.Pruned(first=1, through=9, reason="old", offset=5, lines=2, length=3, state=b"abc")
    _, _, head, body = encode(fact)
    assert ("abc" in head, body) == (False, b"abc")
    without = decode("Pruned", 1, head, None)
    assert isinstance(without, facts.Pruned)
    assert (without.length, without.state) == (3, b"")


def test_every_kind_of_fact_is_tried_above() -> None:
    tried = {member.__name__ for member in get_args(Fact) if member is not Unknown}
    assert tried == KINDS
    assert all(fields(getattr(facts, kind)) is not None for kind in KINDS)
