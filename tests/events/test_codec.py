"""The codec: every fact comes back as it went in, and what is unknown survives."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chloe.backends.kinds import TRAITS
from chloe.events import facts
from chloe.events.codec import KINDS, decode, decode_record, encode
from chloe.events.facts import BackendKind, Fact, Record, Unknown
from chloe.events.ids import is_id, is_session, path_of, session_of
from chloe.events.projections import Projections
from chloe.formatting.text import escape_unsafe
from chloe.replay.narrative import describe
from tests import possible
from tests.ids import id_of

PANE = id_of("pane")
every_fact = possible.every_fact(PANE)


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
    known = {member for member in get_args(Fact) if member is not Unknown}
    assert set(possible.kinds(PANE)) == known
    assert {kind.__name__ for kind in known} == KINDS


#: What may stand in a head where something else should.
odd = st.recursive(
    st.none()
    | st.booleans()
    | st.floats()
    | st.integers()
    | st.sampled_from([-1, 2**31, 2**63 - 1, 2**63, 10**400, "", "x" * 40_000, "\ud800", "\0", "\x1b[2J"])
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(every_fact, st.data())
def test_a_fact_with_an_odd_field_is_the_same_or_unknown_and_folds_like_any(
    fact: Fact, data: st.DataObject
) -> None:
    kind, version, head, body = encode(fact)
    values = json.loads(head)
    for name in data.draw(st.lists(st.sampled_from(sorted(values) or ["x"]), max_size=3)):
        values[name] = data.draw(odd)
    if data.draw(st.booleans()):
        body = data.draw(st.none() | st.binary(max_size=9))
    mutated = json.dumps(values)
    read = decode_record(PANE, PANE, kind, version, mutated, body)
    if isinstance(read, Unknown):
        assert encode(read) == (kind, version, mutated, body)
    else:
        # Whatever is read was a fact that could have been written.
        again = encode(read)
        assert decode(*again) == read or body is None
        assert json.loads(again.head).items() <= values.items()
    fold(record_of(read))


@given(st.binary(max_size=200) | every_fact.map(lambda fact: encode(fact).head.encode()), st.data())
def test_a_head_with_flipped_bytes_is_read_without_an_error(head: bytes, data: st.DataObject) -> None:
    flipped = bytearray(head)
    for at in data.draw(st.lists(st.integers(0, max(len(head) - 1, 0)), max_size=5)):
        if flipped:
            flipped[at] = data.draw(st.integers(0, 255))
    text = flipped.decode("utf-8", "surrogateescape")
    for kind in sorted(KINDS):
        fold(record_of(decode_record(PANE, PANE, kind, 1, text, None)))


@pytest.mark.parametrize(
    "head",
    [
        "[" * 1_000_000,
        '{"name":' * 100_000,
        '{"name":"x","name":' + "9" * 5000 + "}",
        "9" * 100_000,
        '{"name":' + '"' + "x" * 50_000_000 + '"}',
        "null", "[]", '"x"', "1", "NaN", '{"name":NaN}', "\ud800", '{"name":"\\ud800"}', '{"name":"\\u0000"}',
    ],
    ids=lambda head: head[:12],
)  # fmt: skip
def test_a_head_that_is_a_trap_is_unknown(head: str) -> None:
    for kind in sorted(KINDS - {"Closed", "Reopened"}):
        assert isinstance(decode(kind, 1, head, None), Unknown)


@pytest.mark.parametrize(
    ("kind", "head"),
    [
        ("Resized", '{"columns":80,"offset":0,"rows":1000000}'),
        ("Resized", '{"columns":65535,"offset":0,"rows":1}'),
        ("Resized", '{"columns":5000,"offset":0,"rows":2000}'),
        ("Resized", '{"columns":80,"offset":0,"rows":0}'),
        ("Resized", '{"columns":80,"offset":0,"rows":true}'),
        ("Resized", '{"columns":80,"offset":9223372036854775808,"rows":24}'),
        ("Resized", '{"columns":80.0,"offset":0,"rows":24}'),
        ("Output", '{"length":1,"offset":9223372036854775807}'),
        ("Output", '{"length":-1,"offset":0}'),
        ("Output", '{"length":1,"offset":0,"spool":[2147483648,0]}'),
        ("Output", '{"length":1,"offset":0,"spool":["1",0]}'),
        ("Output", '{"length":1,"offset":0,"spool":[1]}'),
        ("Renamed", '{"name":""}'),
        ("Renamed", json.dumps({"name": "n" * 201})),
        ("Tagged", json.dumps({"tags": ["t"] * 65})),
        ("Tagged", '{"tags":"abc"}'),
        ("Detached", '{"instance":"../../x","reason":""}'),
        ("Reattached", '{"instance":""}'),
        ("Died", '{"reason":"","signal":null,"status":8355711}'),
        ("Salvaged", '{"again":0,"bodies":[[1]],"file":"","kept":0,"lost":0,"reason":""}'),
    ],
)
def test_what_is_beyond_a_bound_is_unknown(kind: str, head: str) -> None:
    assert isinstance(decode(kind, 1, head, None), Unknown)


@pytest.mark.parametrize(
    "head",
    [
        '{"argv":[' + "[]," * 3_000_000 + "[]]}",
        "{" + ",".join(f'"k{number}":[]' for number in range(1_000_000)) + "}",
        '{"argv":["a"],"rows":[' + "1," * 5_000_000 + "1]}",
        '{"argv":[{"' + "a" * 100_000 + '":{}}]}',
    ],
    ids=["lists", "fields", "numbers", "an object"],
)
def test_a_long_head_of_a_command_that_holds_no_words_is_not_read(
    head: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chloe.events.codec.json.loads", lambda _head: pytest.fail("it was read"))

    assert isinstance(decode("Created", 1, head, None), Unknown)


def test_the_longest_command_with_every_odd_character_is_read() -> None:
    words = ('a"\\é\udcff \x1b[]{}', "") * 80_000
    fact = facts.Created(backend="direct", argv=words, cwd="/", name="n", rows=24, columns=80)
    encoded = encode(fact)

    assert len(encoded.head) > 64 * 1024
    assert decode(*encoded) == fact


def test_a_body_of_another_length_than_the_head_states_is_unknown() -> None:
    assert isinstance(decode("Output", 1, '{"length":5,"offset":0}', b"abc"), Unknown)
    assert isinstance(decode("Renamed", 1, '{"name":"n"}', b"abc"), Unknown)


NO_IDS = [
    "", ".", "..", "/", "/some/folder", "../../x", "x", "X" * 100_000, "\x1b]0;x\a", PANE.upper(),
    f"{PANE}\n",
    f"{PANE}/..", PANE.replace("-", ""), f"{{{PANE}}}", f"{PANE[:-1]}\u0661", f"{PANE[:-1]}\0", PANE[:-1],
]  # fmt: skip


@pytest.mark.parametrize("other", NO_IDS, ids=lambda text: repr(text[:12]))
def test_what_is_no_id_is_no_pane_no_instance_no_session_and_no_path(other: str) -> None:
    assert not is_id(other)
    assert not is_session(f"chloe-{other}")
    for make in (session_of, lambda text: path_of(Path("/spool"), text)):
        with pytest.raises(ValueError, match="is no id"):
            make(other)
    created = encode(facts.Created(backend="direct", argv=("x",), cwd="/", name="x", rows=24, columns=80))
    printed = encode(facts.Output(offset=0, length=1, data=b"x"))
    for encoded in (created, printed):
        assert not isinstance(decode_record(PANE, PANE, *encoded), Unknown)
        assert isinstance(decode_record(other, PANE, *encoded), Unknown)
        assert isinstance(decode_record(PANE, other, *encoded), Unknown)


@pytest.mark.parametrize(
    ("backend", "session", "is_good"),
    [
        ("tmux", session_of(PANE), True),
        ("tmux", session_of(id_of("other")), False),
        ("tmux", "", False),
        ("direct", "", True),
        ("direct", session_of(PANE), False),
    ],
)
def test_a_session_is_the_one_of_its_pane_or_the_record_is_unknown(
    backend: BackendKind, session: str, is_good: bool
) -> None:
    fact = facts.Created(
        backend=backend,
        argv=(),
        cwd="",
        name="n",
        rows=1,
        columns=1,
        session=session,
        traits=TRAITS[backend],
    )
    assert isinstance(decode_record(PANE, PANE, *encode(fact)), Unknown) is not is_good


@given(every_fact)
def test_only_some_facts_are_about_no_pane(fact: Fact) -> None:
    about_none = (facts.Pruned, facts.Truncated, facts.LossAccepted, facts.Salvaged)
    read = decode_record("", PANE, *encode(fact))
    assert isinstance(read, Unknown) is not isinstance(fact, about_none)


def record_of(fact: Fact, seq: int = 1, pane: str = PANE) -> Record:
    return Record(
        seq=seq, committed_at=-(2**63), occurred_at=2**63 - 1, pane=pane, instance=PANE, fact=fact, hash=b""
    )


def fold(*records: Record) -> None:
    projections = Projections(scrollback=50, clock=time.monotonic)
    for record in records:
        projections.apply(record)
    projections.screens.settle()


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(every_fact, st.sampled_from([PANE, id_of("other"), ""])), max_size=12))
def test_any_records_in_any_order_are_folded_and_told_without_an_error(told: list[tuple[Fact, str]]) -> None:
    small = [
        (fact, pane)
        for fact, pane in told
        if getattr(fact, "rows", 1) * getattr(fact, "columns", 1) <= 20_000
    ]
    fold(*(record_of(fact, seq, pane) for seq, (fact, pane) in enumerate(small, 1)))
    for fact, _ in told:
        line = describe(fact)
        assert escape_unsafe(line) == line
