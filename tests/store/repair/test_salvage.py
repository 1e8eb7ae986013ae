"""Real files, broken in many places: what can be read is kept, what can't is told, nothing is deleted."""

from __future__ import annotations

import os
import random
import resource
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from chloe.events.facts import Created, Entry, Gap, Output, Record, Salvaged
from chloe.store import Store
from chloe.store.repair.page_scan import PageScanner
from chloe.store.repair.salvage import salvage
from tests.ids import id_of
from tests.store.conftest import Forging

PANES = (id_of("first"), id_of("second"))


async def all_of(store: Store) -> list[Record]:
    return [record async for record in store.read()]


@pytest.fixture
async def written(path: Path) -> list[Record]:
    """A log of some 300 KB in two panes, closed, with small, large and compressed bodies."""
    chance = random.Random(1)
    store = await Store.open(path, instance=id_of("one"))
    records: list[Record] = []
    printed = dict.fromkeys(PANES, 0)
    for pane in PANES:
        created = Created(backend="direct", argv=("sh",), cwd="/", name=pane, rows=24, columns=80)
        records += await store.append([Entry(pane, created, 1)])
    for _ in range(40):
        entries = []
        for _ in range(10):
            pane = chance.choice(PANES)
            data = chance.randbytes(
                chance.choice((3, 40, 300, 2000, 9000) if chance.random() < 0.3 else (30,))
            )
            data = data if chance.random() < 0.7 else b"line\r\n" * 200
            entries.append(Entry(pane, Output(offset=printed[pane], length=len(data), data=data), 5))
            printed[pane] += len(data)
        records += await store.append(entries)
    await store.close()
    assert 250_000 < path.stat().st_size < 1_200_000
    return records


def facts_of(records: list[Record], pane: str) -> dict[int, bytes]:
    return {
        record.fact.offset: record.fact.data
        for record in records
        if record.pane == pane and isinstance(record.fact, Output) and record.fact.data
    }


async def check(path: Path, written: list[Record], damaged: bytes) -> list[Record]:
    """The log at ``path`` is whole; what it kept is what was written, no hole in it is hidden."""
    store = await Store.open(path, instance=id_of("after"))
    try:
        records = await all_of(store)
        assert (await store.verify()).intact
    finally:
        await store.close()
    (aside,) = [file for file in path.parent.iterdir() if file.name.startswith("log.damaged-")]
    assert aside.read_bytes() == damaged and stat.S_IMODE(aside.stat().st_mode) == 0o600
    (told,) = [record for record in records if isinstance(record.fact, Salvaged)]
    assert isinstance(told.fact, Salvaged)
    assert told.fact.file == aside.name and told.seq == told.fact.kept + 1
    lost_bodies = {seq for first, last in told.fact.bodies for seq in range(first, last + 1)}
    for old, new in zip(written[: told.fact.kept], records, strict=False):
        assert old.hash == new.hash
        assert old == new or old.seq in lost_bodies
    for pane in PANES:
        originals, expected = facts_of(written, pane), 0
        for record in records:
            fact = record.fact
            if record.pane == pane and isinstance(fact, Output | Gap):
                assert fact.offset == expected
                expected += fact.length
                if isinstance(fact, Output) and fact.data:
                    assert originals[fact.offset] == fact.data
    # Every record is there, there again, or counted as lost.
    assert told.fact.kept + told.fact.again + told.fact.lost == len(written)
    return records


@pytest.mark.parametrize("seed", range(60))
async def test_half_a_page_overwritten_anywhere_costs_no_more_than_what_stood_there(
    path: Path, written: list[Record], seed: int
) -> None:
    chance = random.Random(seed)
    raw = bytearray(path.read_bytes())
    pages = len(raw) // 4096
    # The first pages, with header, schema and the roots, come first.
    at = (seed if seed < 10 else chance.randrange(pages)) * 4096 + chance.choice((0, 2048))
    raw[at : at + 2048] = chance.choice((bytes(2048), chance.randbytes(2048), b"\xff" * 2048))
    path.write_bytes(raw)
    done = salvage(path, reason="it was broken")
    records = await check(path, written, bytes(raw))
    assert done.kept + done.again > len(written) - 80
    # A body in a series that can't be read may cost those behind it there.
    assert len([record for record in records if isinstance(record.fact, Output)]) > len(written) // 2


@pytest.mark.parametrize("seed", range(20))
async def test_a_file_cut_short_anywhere_keeps_what_is_left(
    path: Path, written: list[Record], seed: int
) -> None:
    raw = path.read_bytes()
    raw = raw[: random.Random(seed).randrange(1, len(raw))]
    path.write_bytes(raw)
    salvage(path, reason="it was cut")
    await check(path, written, raw)


async def test_frames_behind_a_broken_one_in_the_wal_file_are_read(path: Path, tmp_path: Path) -> None:
    store = await Store.open(path, instance=id_of("one"))
    written = []
    for number in range(60):
        data = b"%02d" % number * 300
        output = Output(offset=number * 600, length=600, data=data)
        written += await store.append([Entry(id_of("p"), output, 1)])
    wal = bytearray(path.with_name("log.db-wal").read_bytes())
    # What a crash leaves: both files as they are on the disk.
    crashed = tmp_path / "crashed" / "log.db"
    crashed.parent.mkdir(mode=0o700)
    crashed.write_bytes(path.read_bytes())
    await store.close()
    wal[len(wal) // 2] ^= 0xFF
    crashed.with_name("log.db-wal").write_bytes(wal)
    done = salvage(crashed, reason="its -wal file was damaged")
    assert done.kept + done.again >= 58
    assert done.aside.with_name(done.aside.name + "-wal").read_bytes() == wal
    new = await Store.open(crashed, instance=id_of("two"))
    assert (await new.verify()).intact
    await new.close()


@pytest.mark.parametrize("size", [2048, 4096])
async def test_a_lost_header_hides_no_size_of_pages(path: Path, written: list[Record], size: int) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("PRAGMA journal_mode = DELETE")
        raw.execute(f"PRAGMA page_size = {size}")
        raw.execute("VACUUM")
    data = bytearray(path.read_bytes())
    assert int.from_bytes(data[16:18], "big") == size
    data[:100] = bytes(100)
    path.write_bytes(data)
    with PageScanner(path) as scanner:
        assert scanner.seqs() == [record.seq for record in written]


async def test_a_sound_log_is_salvaged_without_a_loss(path: Path, written: list[Record]) -> None:
    raw = path.read_bytes()
    done = salvage(path, reason="asked for")
    assert (done.kept, done.again, done.lost, done.bodies) == (len(written), 0, 0, 0)
    assert (await check(path, written, raw))[:-1] == written


async def test_two_salvages_in_one_second_keep_both_files(path: Path, written: list[Record]) -> None:
    first, second = salvage(path, reason="one"), salvage(path, reason="two")
    assert first.aside != second.aside and first.aside.exists() and second.aside.exists()


async def test_a_log_of_many_instances_is_salvaged_with_few_descriptors(path: Path, forged: Forging) -> None:
    await (await Store.open(path, instance=id_of("one"))).close()
    for number in range(200):
        pane = id_of("pane")
        forged("Renamed", f'{{"name":"{number}"}}', pane=pane, instance=id_of(f"instance {number}"))
    with closing(sqlite3.connect(path)) as raw:
        (trigger,) = raw.execute("SELECT sql FROM sqlite_schema WHERE name = 'record_update'").fetchone()
        raw.execute("DROP TRIGGER record_update")
        raw.execute("UPDATE record SET version = 2 WHERE seq = 1")
        raw.execute(trigger)
        raw.commit()
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(map(int, os.listdir("/dev/fd"))) + 40, limits[1]))
    try:
        done = salvage(path, reason="asked for")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert (done.kept, done.again, done.lost) == (0, 199, 1)
    store = await Store.open(path, instance=id_of("after"))
    try:
        by = [record.instance async for record in store.read(kinds={"Renamed"})]
        assert by == [id_of(f"instance {number}") for number in range(1, 200)]
    finally:
        await store.close()


def test_a_wal_file_that_is_mostly_a_hole_is_read_as_fast_as_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE other (x)")
    wal = path.with_name("log.db-wal")
    wal.write_bytes(bytes(100))
    os.truncate(wal, 2**40)
    with PageScanner(path) as scanner:
        assert scanner.seqs() == []


def test_rows_that_share_a_long_chain_of_pages_are_not_read_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE body (seq INTEGER PRIMARY KEY, codec, first_seq, bytes)")
        connection.execute("INSERT INTO body VALUES (1, 0, NULL, ?)", (b"x" * 4_000_000,))
        connection.commit()
    data = path.read_bytes()
    leaf = next(
        page for at in range(4096, len(data), 4096) if (page := data[at : at + 4096]).startswith(b"\x0d")
    )
    with path.open("ab") as file:
        file.write(leaf * 500)
    pages = path.stat().st_size // 4096
    reads: list[int] = []
    pread = os.pread

    def counted(descriptor: int, size: int, at: int) -> bytes:
        reads.append(at)
        return pread(descriptor, size, at)

    monkeypatch.setattr(os, "pread", counted)
    with PageScanner(path) as scanner:
        found = list(scanner.bodies(1))
    # Unbounded it would be 500 times 977 pages.
    assert found and all(len(body.stored) == 4_000_000 for body in found)
    assert len(reads) < 20 * pages
