"""Packing ahead: in the order of the commits, and anew where what was packed for doesn't come about."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from chloe.events.codec import encode
from chloe.events.facts import Entry, Output, Record
from chloe.store.packing import Packed
from chloe.store.packing_line import PackingLine, Request
from chloe.store.series import Member
from chloe.store.unpacking import SeriesDecoder
from tests.ids import id_of

ONE, TWO = id_of("one pane"), id_of("two pane")


def request(*panes: str, word: bytes = b"word ") -> Request:
    bodies = [word * 40 + pane.encode() for pane in panes]
    entries = [
        Entry(pane, Output(offset=0, length=len(body), data=body), 0)
        for pane, body in zip(panes, bodies, strict=True)
    ]
    return Request(entries, [encode(entry.fact) for entry in entries], 0, durable=False)


@pytest.fixture
def line() -> PackingLine:
    return PackingLine(id_of("recorder"))


def joined(line: PackingLine, count: int = 3) -> list[Request]:
    requests = [request(ONE, TWO, word=b"%d word " % number) for number in range(count)]
    for each in requests:
        line.join(each)
    return requests


def commit(line: PackingLine, requests: Sequence[Request], log: list[tuple[Entry, Packed]]) -> None:
    """Do what a commit does: pack what isn't yet, then take note of the records."""
    line.pack(requests)
    written = []
    for each in requests:
        records = []
        for entry, packed in zip(each.entries, each.packed, strict=True):
            assert packed is not None
            log.append((entry, packed))
            records.append(Record(len(log), 0, 0, entry.pane, "", entry.fact, b""))
        written.append(records)
    line.on_committed(requests, written)


def is_right(log: Sequence[tuple[Entry, Packed]]) -> bool:
    """Return whether each series in ``log`` unpacks to what was printed, in its order."""
    decoders: dict[int, SeriesDecoder] = {}
    for seq, (entry, packed) in enumerate(log, 1):
        assert isinstance(entry.fact, Output)
        decoder = decoders.setdefault(id(packed.series), SeriesDecoder(entry.pane, seq))
        member = Member(seq, entry.fact.length, packed.sha256, packed.stored)
        if decoder.unpack([member]) != entry.fact.data:
            return False
    return True


def series_in(log: Sequence[tuple[Entry, Packed]], pane: str) -> int:
    return len({id(packed.series) for entry, packed in log if entry.pane == pane})


def test_what_was_packed_ahead_is_committed_as_it_is(line: PackingLine) -> None:
    log: list[tuple[Entry, Packed]] = []
    requests = joined(line)
    line.pack_ahead()
    packed = [each.packed for each in requests]
    assert all(packed)
    commit(line, requests[:1], log)
    commit(line, requests[1:], log)
    assert [each.packed for each in requests] == packed
    assert is_right(log) and series_in(log, ONE) == series_in(log, TWO) == 1


def test_after_a_failed_commit_all_that_waits_is_packed_anew(line: PackingLine) -> None:
    log: list[tuple[Entry, Packed]] = []
    requests = joined(line, 1)
    commit(line, requests, log)
    requests = joined(line)
    line.pack_ahead()
    line.begin_anew()
    line.pack_ahead()
    commit(line, requests, log)
    assert is_right(log) and series_in(log, ONE) == 2


def test_what_can_not_be_committed_is_in_no_series(line: PackingLine) -> None:
    log: list[tuple[Entry, Packed]] = []
    requests = joined(line)
    line.pack_ahead()
    line.refuse_first()
    commit(line, requests[1:], log)
    assert len(log) == 4 and is_right(log)


@pytest.mark.parametrize("ahead", [False, True])
def test_where_a_pane_begins_a_series_others_lose_only_what_was_packed_ahead(
    line: PackingLine, ahead: bool
) -> None:
    log: list[tuple[Entry, Packed]] = []
    commit(line, joined(line, 1), log)
    requests = joined(line)
    line.pack(requests[:1])
    if ahead:
        line.pack_ahead()
    line.repack(requests[:1], ONE)
    commit(line, requests[:1], log)
    commit(line, requests[1:], log)
    assert is_right(log)
    assert (series_in(log, ONE), series_in(log, TWO)) == (2, 1 + ahead)
