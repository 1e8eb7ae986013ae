"""Bodies in series: whoever reads them, from wherever, has what was written, or nothing of what is lost."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import Awaitable, Callable, Iterator, Sequence, Set
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from chloe.events.facts import Entry, Output, Record, Renamed, Repainted
from chloe.store import PruneCut, Store
from chloe.store import packing as packing_module
from chloe.store import writer as writer_module
from chloe.store.bodies import (
    RAW,
    SERIES,
    ZSTD,
)
from chloe.store.opening import recover_log
from chloe.store.packing import Series, SeriesWriter
from chloe.store.series import Member, SeriesReader, series_members
from chloe.waits import Waits
from tests.ids import id_of

Printed = Callable[..., Entry]
Opener = Callable[..., Awaitable[Store]]
Tampered = Callable[[str], None]

PANES = [id_of(name) for name in ("one pane", "two pane", "three pane")]


class Printer:
    """Prints on a few panes, into whichever store is asked to record it."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.offsets = dict.fromkeys(PANES, 0)
        self.words = [self.chance.randbytes(self.chance.randint(2, 9)).hex() for _ in range(50)]

    def entry(self, pane: str, data: bytes) -> Entry:
        offset = self.offsets[pane]
        self.offsets[pane] += len(data)
        return Entry(pane, Output(offset=offset, length=len(data), data=data), self.chance.randrange(100))

    def body(self) -> bytes:
        text = " ".join(self.chance.choices(self.words, k=self.chance.choice((1, 9, 60, 900)))).encode()
        return (b"\x1b[2J" if self.chance.random() < 0.1 else b"") + text

    async def prints(self, store: Store, panes: Sequence[str], written: dict[int, Record]) -> None:
        entries = [
            self.entry(self.chance.choice(panes), self.body()) for _ in range(self.chance.randint(1, 5))
        ]
        if self.chance.random() < 0.2:
            entries.append(Entry(panes[0], Renamed(name="other"), 1))
        for record in await store.append(entries):
            written[record.seq] = record


def rows(path: Path, sql: str) -> list[Any]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def data_of(record: Record) -> bytes:
    return record.fact.data if isinstance(record.fact, Output) else b""


async def read_some(
    store: Store,
    chance: random.Random,
    written: dict[int, Record],
    lost: set[int],
    damaged: Set[int] = frozenset(),
) -> None:
    """Ask for any part of the log: it is what was written, and what is lost is missing in each answer.

    What is ``damaged`` is right or missing: who has unpacked the series before has what follows the damage.
    """
    tip = max(written)
    after, up_to = sorted((chance.randint(0, tip), chance.randint(0, tip)))
    pane = chance.choice([None, *PANES])
    since, until = (None, None) if chance.random() < 0.6 else sorted((chance.randint(0, 100), 101))
    kinds = chance.choice((None, {"Output"}, {"Output", "Renamed"}, {"Renamed"}))
    found = [
        record
        async for record in store.read(
            after=after, up_to=up_to, pane=pane, since=since, until=until, kinds=kinds
        )
    ]
    expected = [
        record
        for seq, record in sorted(written.items())
        if after < seq <= up_to
        and pane in (None, record.pane)
        and (since is None or since <= record.occurred_at)
        and (until is None or record.occurred_at < until)
        and (kinds is None or type(record.fact).__name__ in kinds)
    ]
    found = [record for record in found if record.seq in written]
    assert [record.seq for record in found] == [record.seq for record in expected]
    for record, right in zip(found, expected, strict=True):
        may_be = {b"" if record.seq in lost else data_of(right)}
        if record.seq in damaged:
            may_be.add(b"")
        assert data_of(record) in may_be, record.seq


@pytest.mark.parametrize("seed", range(10))
async def test_any_part_is_what_was_written_after_take_overs_prunes_failures_and_damage(
    opened: Opener, path: Path, tampered: Tampered, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(packing_module, "SERIES_BODIES", 7)
    monkeypatch.setattr(writer_module, "_PACKED_AHEAD", 0)
    printer = Printer(seed)
    chance = printer.chance
    stores = [await opened("one"), await opened("two")]
    reader = await opened("reader")
    written: dict[int, Record] = {}
    recorders = dict.fromkeys(PANES, 0)
    for _ in range(60):
        if chance.random() < 0.2:
            pane = chance.choice(PANES)
            recorders[pane] = 1 - recorders[pane]
        who = chance.randrange(2)
        panes = [pane for pane in PANES if recorders[pane] == who]
        if not panes:
            continue
        if chance.random() < 0.1:
            # The database refuses once: what was compressed for it is in no log.
            appender = stores[who]._appender
            assert appender is not None
            monkeypatch.setattr(appender, "check_index_in_place", _FailsOnce(appender.check_index_in_place))
        # What waits is packed while another is committed.
        await asyncio.gather(
            *(printer.prints(stores[who], panes, written) for _ in range(chance.choice((1, 1, 4))))
        )
        if chance.random() < 0.2:
            await read_some(reader, chance, written, set())

    in_series: dict[int, int] = dict(rows(path, f"SELECT seq, first_seq FROM body WHERE codec = {SERIES}"))
    assert len(set(in_series.values())) > 5
    pruned: set[int] = set()
    if seed % 2:
        places: dict[str, Sequence[int] | None] = {
            PANES[0]: None, PANES[1]: [chance.randint(1, max(written)) for _ in range(3)]
        }  # fmt: skip
        planned = await stores[0].plan_pruning(places, over=chance.choice((0, path.stat().st_size // 2)))
        cuts = [PruneCut(pane=each.pane, first=each.first, up_to=each.up_to, reason="") for each in planned]
        await stores[0].prune(cuts)
        pruned = {
            seq
            for seq, record in written.items()
            if isinstance(record.fact, Output)
            and any(cut.pane == record.pane and cut.first <= seq <= cut.up_to for cut in cuts)
        }
        left = {seq for (seq,) in rows(path, "SELECT seq FROM body")}
        assert {in_series[seq] for seq in left & set(in_series)}.isdisjoint(pruned)
    assert (await reader.verify()).bad is None

    seqs = [seq for seq in in_series if seq not in pruned]
    hit = chance.choice(seqs)
    ((stored,),) = rows(path, f"SELECT bytes FROM body WHERE seq = {hit}")
    assert isinstance(stored, bytes)
    spoiled = bytearray(stored)
    spoiled[chance.randrange(len(spoiled))] ^= 1 << chance.randrange(8)
    tampered(f"UPDATE body SET bytes = x'{spoiled.hex()}' WHERE seq = {hit}")

    fresh = await opened("fresh")
    missing = {
        record.seq
        async for record in fresh.read(kinds={"Output"})
        if record.seq in written and not data_of(record)
    }
    assert pruned <= missing
    damaged = missing - pruned
    assert all(seq >= hit and in_series[seq] == in_series[hit] for seq in damaged)
    verdict = await fresh.verify()
    assert verdict.bad == min(damaged, default=None)
    for store in (fresh, reader):
        for _ in range(15):
            await read_some(store, chance, written, missing)


class _FailsOnce:
    """Raises once what a moved index does, after the commit; then does the work."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self._failed = False

    def __call__(self) -> None:
        if not self._failed:
            self._failed = True
            raise OSError("the disk hiccups")
        self._work()


# What a series is ------------------------------------------------------------------------------------------


def firsts(path: Path) -> list[int]:
    return [first for (first,) in rows(path, "SELECT first_seq FROM body ORDER BY seq")]


async def test_a_series_is_of_one_pane_and_one_recorder_and_has_an_end(
    opened: Opener, path: Path, printed: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing_module, "SERIES_BYTES", 4000)
    one, two = await opened("one"), await opened("two")
    for store, pane in ((one, "a"), (one, "a"), (one, "b"), (two, "a"), (one, "a"), (one, "b"), (one, "a")):
        await store.append([printed(b"word " * 100, pane=pane)])
    #  The other's record ends the first one's series of that pane, also where the first takes it back.
    assert firsts(path) == [1, 1, 3, 4, 5, 3, 5]
    await one.append([printed(b"word " * 700, pane="a"), printed(b"word " * 100, pane="a")])
    assert firsts(path)[7:] == [8, 8]
    assert (await one.verify()).bad is None


@pytest.mark.parametrize("small", [True, False])
async def test_what_another_records_ends_a_series_whatever_comes_next(
    opened: Opener, path: Path, printed: Printed, small: bool
) -> None:
    one, two = await opened("one"), await opened("two")
    words = b"word " * 100
    await one.append([printed(words, pane="a")])
    await two.append([printed(words, 500, pane="a")])
    await one.append([printed(b"key", 1000, pane="a") if small else Entry(id_of("a"), Renamed(name="x"), 1)])
    await one.append([printed(words, 1003, pane="a"), printed(words, 1503, pane="a")])
    assert firsts(path) == [1, 2, *[None] * small, 4, 4]
    await one.prune([PruneCut(pane=id_of("a"), first=1, up_to=1, reason="")])
    bodies = [data_of(record) async for record in one.read(after=3, kinds={"Output"})]
    assert bodies == [words, words], "nobody let them go"


async def test_no_cut_divides_a_series_and_one_is_planned_where_that_begins(
    store: Store, path: Path, printed: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing_module, "SERIES_BODIES", 4)
    for number in range(12):
        await store.append([printed(b"word " * 100, 500 * number)])
    assert firsts(path) == [1] * 4 + [5] * 4 + [9] * 4
    pane = id_of("pane")
    for position in (5, 6, 7):
        with pytest.raises(ValueError, match="within a series"):
            await store.prune([PruneCut(pane=pane, first=1, up_to=position, reason="")])
        (planned,) = await store.plan_pruning({pane: [position]})
        assert (planned.up_to, planned.bodies) == (4, 4)
    assert len(firsts(path)) == 12, "nothing went"
    await store.prune([PruneCut(pane=pane, first=1, up_to=4, reason="")])
    bodies = [data_of(record) async for record in store.read(after=4, kinds={"Output"})]
    assert bodies == [b"word " * 100] * 8


async def test_what_is_small_or_no_output_stands_alone(store: Store, path: Path, printed: Printed) -> None:
    screen = Repainted(rows=1, columns=1, offset=0, length=900, data=b"screen" * 150)
    await store.append([printed(b"key"), Entry(PANES[0], screen, 1), printed(b"word " * 100)])
    assert rows(path, "SELECT codec, first_seq FROM body ORDER BY seq") == [
        (RAW, None), (ZSTD, None), (SERIES, 3),
    ]  # fmt: skip


async def test_a_failed_commit_begins_all_series_anew(
    store: Store, path: Path, printed: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    appender = store._appender
    assert appender is not None
    await store.append([printed(b"word " * 100)])
    monkeypatch.setattr(appender, "check_in_place", _FailsOnce(appender.check_in_place))
    await store.append([printed(b"word " * 100)])
    await store.append([printed(b"word " * 100)])
    assert firsts(path) == [1, 2, 2]
    assert (await store.verify()).bad is None


def test_no_more_compressors_are_kept_than_bounded_and_the_least_used_goes() -> None:
    writer = SeriesWriter(most=3)
    first = {name: writer.pack(name, "", b"word " * 50)[0] for name in "abc"}
    assert writer.pack("a", "", b"word " * 50)[0] is first["a"]
    writer.pack("d", "", b"word " * 50)
    assert len(writer) == 3
    assert writer.pack("a", "", b"word " * 50)[0] is first["a"]
    assert writer.pack("b", "", b"word " * 50)[0] is not first["b"]


def test_a_screen_that_is_cleared_begins_a_series_of_repaints() -> None:
    writer = SeriesWriter()
    log, _ = writer.pack("a", "", b"word " * 50)
    screen, _ = writer.pack("a", "", b"\x1b[2Jword " * 50)
    assert screen is not log and screen.is_repaint
    assert writer.pack("a", "", b"word " * 50)[0] is screen


async def test_what_others_record_is_followed_to_the_end_of_a_full_series_with_one_decompressor(
    opened: Opener, printed: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing_module, "SERIES_BODIES", 40)
    fetched: list[int] = []

    def counted(*arguments: Any) -> Iterator[Member]:
        for member in series_members(*arguments):
            fetched.append(member.seq)
            yield member

    monkeypatch.setattr("chloe.store.series.series_members", counted)
    one, two = await opened("one"), await opened("two")
    stream = two.follow(0)
    followed: list[bytes] = []
    for number in range(100):
        await one.append([printed(b"%d word " % number * 50, pane=f"pane {number % 2}")])
        while len(followed) <= number:
            followed += [data_of(record) for record in await anext(stream)]
    assert followed == [b"%d word " % number * 50 for number in range(100)]
    # Nothing was unpacked twice: what was read once isn't asked for again.
    assert fetched == []


def test_a_damaged_series_gives_all_that_is_right_wherever_reading_begins() -> None:
    series = Series("", is_repaint=False)
    bodies = [b"%d " % number * 100 for number in range(9)]
    members = [
        Member(seq, len(body), sha256(body).digest(), series.pack(body)) for seq, body in enumerate(bodies, 1)
    ]
    # Another hash: the body is wrong, and those behind it are right.
    members[3] = members[3]._replace(sha256=bytes(32))
    log = {"": members}
    right = {member.seq: body for member, body in zip(members, bodies, strict=True) if member.seq != 4}
    for start in range(9):
        reader = SeriesReader()
        reader._unpack("", 1, members[:2], _fetch(log), None, 0)
        found = reader._unpack("", 1, members[start:], _fetch(log), None, 0)
        assert found == {seq: body for seq, body in right.items() if seq > start}


def _fetch(log: dict[str, list[Member]]) -> Callable[[int, int], list[Member]]:
    return lambda after, up_to: [member for member in log[""] if after < member.seq <= up_to]


# Made anew ------------------------------------------------------------------------------------------------


async def test_recovery_keeps_what_is_right_in_new_series_and_tells_the_offsets_that_are_lost(
    opened: Opener, path: Path, printed: Printed, tampered: Tampered
) -> None:
    store = await opened()
    chance = random.Random(5)
    bodies = [chance.randbytes(300).hex().encode() for _ in range(20)]
    for number, body in enumerate(bodies):
        await store.append([printed(body, 600 * number, pane=f"pane {number % 2}")])
    await store.close()
    # A bit of what is literally stored: the body is another one, and what follows unpacks as before.
    ((stored,),) = rows(path, "SELECT bytes FROM body WHERE seq = 7")
    assert isinstance(stored, bytes)
    tampered(f"UPDATE body SET bytes = x'{_spoil(stored).hex()}' WHERE seq = 7")

    await recover_log(path, "tried", lambda: 5, Waits(print))
    again = await opened("later")
    found = [data_of(record) async for record in again.read(kinds={"Output"})]
    lost = [number for number, body in enumerate(found) if not body]
    assert 6 in lost and all(number % 2 == 0 and number >= 6 for number in lost)
    assert [body for body in found if body] == [
        body for number, body in enumerate(bodies) if number not in lost
    ]
    verdict = await again.verify()
    assert (verdict.bad, verdict.damaged) == (None, len(lost))


def _spoil(stored: bytes) -> bytes:
    return stored[:-20] + bytes((stored[-20] ^ 1,)) + stored[-19:]


async def test_recovery_makes_no_longer_series_than_a_reader_looks_for(
    opened: Opener, path: Path, printed: Printed, tampered: Tampered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing_module, "_MAX_RECORDS", 5)
    store = await opened()
    words = b"word " * 10
    for number in range(6):
        await store.append([printed(words, 56 * number), printed(b"key", 0), printed(b"key", 3)])
    await store.close()
    tampered("DELETE FROM record WHERE seq = 9")
    await recover_log(path, "tried", lambda: 5, Waits(print))
    members = rows(path, "SELECT seq, first_seq FROM body WHERE first_seq IS NOT NULL")
    assert len(members) == 6
    assert max(seq - first for seq, first in members) <= 5
