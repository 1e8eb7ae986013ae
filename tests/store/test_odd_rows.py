"""Rows that no Chloe writes: bodies that unpack to more than they may, and columns that hold anything."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import chloe
from chloe.errors import ChloeError
from chloe.events.facts import Checkpointed, Created, Entry, Output, Pruned
from chloe.store import Store
from chloe.store.bodies import MAX_BODY, MAX_OUTPUT, RAW, ZSTD, BodyDamaged, BodyUnreadable, Unpacker
from chloe.store.inspection import inspect_log
from chloe.store.opening import recover_log
from chloe.waits import Waits
from tests.ids import id_of
from tests.searching import examples

Printed = Callable[..., Entry]
PANE = id_of("pane")


def packed(size: int) -> bytes:
    """A frame of some kilobytes that unpacks to ``size`` zeros."""
    compressor = zstandard.ZstdCompressor(level=1).compressobj(size=size)
    pieces = [compressor.compress(bytes(min(2**20, size - at))) for at in range(0, size, 2**20)]
    return b"".join([*pieces, compressor.flush()])


@pytest.mark.parametrize("most", [0, 9, MAX_OUTPUT])
def test_what_unpacks_to_more_than_it_may_is_damaged(most: int) -> None:
    for codec, stored in ((ZSTD, packed(most + 1)), (RAW, bytes(most + 1))):
        with pytest.raises(BodyDamaged, match="at most"):
            Unpacker().unpack(codec, stored, most)
    assert Unpacker().unpack(RAW, bytes(most), most) == bytes(most)
    assert Unpacker().unpack(ZSTD, packed(most), most) == bytes(most)


def test_a_frame_that_lies_about_its_size_takes_no_more_than_it_says() -> None:
    stored = bytearray(packed(300_000))
    at = stored.index((300_000).to_bytes(4, "little"))
    stored[at : at + 4] = (70_000).to_bytes(4, "little")
    with pytest.raises(BodyDamaged):
        Unpacker().unpack(ZSTD, bytes(stored))


@examples(300)
@given(codec=st.integers(-3, 9), stored=st.binary(max_size=300), data=st.data())
def test_whatever_is_stored_it_unpacks_or_is_damaged(codec: int, stored: bytes, data: st.DataObject) -> None:
    if data.draw(st.booleans()):
        good = bytearray(zstandard.ZstdCompressor(level=1).compress(b"some text " * 50))
        for _ in range(data.draw(st.integers(1, 4))):
            good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
        codec, stored = ZSTD, bytes(good)
    with suppress(BodyUnreadable):
        assert len(Unpacker().unpack(codec, stored, 600)) <= 600


async def test_a_body_of_a_later_codec_is_named_and_outlasts_a_recovery(
    store: Store, path: Path, printed: Printed, forged: Any, caplog: pytest.LogCaptureFixture
) -> None:
    await store.append([printed(b"before")])
    pane, instance = id_of("pane"), id_of("one")
    head = '{"length":5,"offset":6}'
    forged("Output", head, pane=pane, instance=instance, body=b"12345", stored=(3, b"from later"))
    await store.append([printed(b"after", 11)])

    async def read(log: Store) -> list[bytes]:
        return [record.fact.data async for record in log.read() if isinstance(record.fact, Output)]

    assert await read(store) == [b"before", b"", b"after"]
    assert "record 2" in caplog.text and "codec 3, which this version of Chloe can't read" in caplog.text
    verdict = await store.verify()
    assert verdict.bad == 2 and "codec 3, which this version of Chloe can't read" in verdict.reason
    await store.close()
    await recover_log(path, "tried", lambda: 5, Waits(print))
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT * FROM body WHERE seq = 2").fetchall() == [(2, 3, None, b"from later")]


#: Reads a log in each way, and prints the most memory that took beyond what it began with, in KB.
_READ_ALL = """
import asyncio, os, pathlib, resource, sys, time, traceback
from chloe.errors import LogUnusable
from chloe.store import Store
from chloe.store.inspection import inspect_log
from chloe.store.opening import recover_log
from chloe.waits import Waits

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

async def main(path, pane):
    store = await Store.open(path, instance="", watcher=None)
    verdict = await store.verify()
    assert "damaged" in verdict.reason, verdict
    records = [record async for record in store.read()]
    assert len(records) == 6, records
    assert all(not getattr(record.fact, "data", b"") for record in records[1:])
    await store.find_fold_start(pane)
    assert await store.load_checkpoint(pane, emulator="1") is None
    await store.close()
    async with inspect_log(path) as look:
        await look.verify()
    await recover_log(path, "tried", time.time_ns, Waits(print))
    store = await Store.open(path, instance="", watcher=None)
    assert (await store.verify()).intact
    await store.close()

before = peak()
try:
    asyncio.run(main(pathlib.Path(sys.argv[1]), sys.argv[2]))
    print(peak() - before, flush=True)
except BaseException:
    traceback.print_exc()
    # A log that is still open has a thread.
    os._exit(1)
"""


async def test_no_reader_takes_the_memory_of_a_body_that_unpacks_to_a_gigabyte(
    store: Store, path: Path, printed: Printed, forged: Any
) -> None:
    await store.append([printed(b"good")])
    bomb = packed(10**9)
    assert len(bomb) < 100_000
    length = 10**9
    heads = {
        "Output": f'{{"length":{length},"offset":4}}',
        "Repainted": f'{{"columns":9,"length":{length},"offset":4,"rows":9}}',
        "Pruned": f'{{"first":1,"length":{length},"reason":"x","through":1}}',
        "Unheard": "{}",
    }
    for kind, head in heads.items():
        forged(kind, head, body=b"x", stored=(1, bomb))
    fact = Checkpointed(seq=1, offset=0, lines=0, emulator="1", length=length, sha256="00" * 32)
    (record,) = await store.append([Entry(PANE, fact, 1)])
    await store.close()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("INSERT INTO checkpoint VALUES (?, 1, ?, 0, '1', ?)", (PANE, record.seq, b"\x01" + bomb))
        raw.commit()
    done = subprocess.run(
        [sys.executable, "-c", _READ_ALL, str(path), PANE],
        cwd=Path(chloe.__file__).parent.parent,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    scale = 1024 if sys.platform == "linux" else 1
    assert int(done.stdout.split()[-1]) * scale < 150 * 2**20


async def test_a_body_that_is_not_as_long_as_its_head_says_is_damaged(
    store: Store, printed: Printed, forged: Any
) -> None:
    await store.append([printed(b"good")])
    forged("Output", '{"length":3,"offset":4}', pane=PANE, instance=id_of("one"), body=b"much more")
    records = [record async for record in store.read()]
    assert records[1].fact == Output(offset=4, length=3, data=b"")
    verdict = await store.verify()
    assert (verdict.bad, "its head says otherwise" in verdict.reason) == (2, True)


async def test_a_body_larger_than_any_is_not_even_read(store: Store, printed: Printed, forged: Any) -> None:
    await store.append([printed(b"good")])
    length = MAX_BODY + 1
    head = f'{{"length":{length},"offset":4}}'
    forged("Output", head, pane=PANE, instance=id_of("one"), body=bytes(length))
    records = [record async for record in store.read()]
    assert records[1].fact == Output(offset=4, length=length, data=b"")
    assert "takes more bytes than Chloe writes" in (await store.verify()).reason


async def test_text_that_is_not_utf_8_keeps_nobody_from_the_rest(path: Path, printed: Printed) -> None:
    store = await Store.open(path, instance=id_of("one"), watcher=None)
    created = Created(backend="direct", argv=("sh",), cwd="/", name="good", rows=24, columns=80)
    await store.append([Entry(PANE, created, 1), printed(b"good")])
    await store.close()
    with closing(sqlite3.connect(path)) as raw:
        odd = "CAST(x'fffe6162' AS TEXT)"
        raw.execute(
            f"INSERT INTO record VALUES (3, 5, 5, {odd}, {odd}, 'Created', 1, {odd}, NULL, zeroblob(32))"
        )
        raw.commit()
    store = await Store.open(path, instance=id_of("two"), watcher=None)
    try:
        for records in (store.read(), store.read_outline(), store.read_present()):
            assert created in [record.fact async for record in records]
    finally:
        await store.close()


odd_numbers = st.integers(-(2**63), 2**63 - 1) | st.sampled_from((2**63 - 1, -(2**63), 0, 2**62))
odd_texts = st.binary(max_size=30) | st.sampled_from(
    (
        b"{}",
        b"[" * 3000,
        b'{"first":[],"through":{}}',
        b'{"first":-9e999,"through":1e400}',
        b'{"first":0,"through":' + b"9" * 5000 + b"}",
        b'{"spool":[1e300,"x"]}',
        b'{"spool":[-1,5]}',
        b'{"through":1,"bodies":[[1]]}',
        b'{"length":"x"}',
        b"\xff\xfe",
        b"",
        PANE.encode(),
    )
)
kinds = st.sampled_from(
    (b"Output", b"Pruned", b"Salvaged", b"Truncated", b"LossAccepted", b"Checkpointed", b"Died", b"\xff")
)


@settings(examples(40), phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(
    rows=st.lists(
        st.tuples(
            st.integers(2, 6) | odd_numbers,
            odd_numbers,
            odd_numbers,
            st.just(PANE.encode()) | odd_texts,
            odd_texts,
            kinds,
            st.just(1) | odd_numbers,
            odd_texts,
            st.none() | st.just(bytes(32)),
            st.just(bytes(32)) | st.binary(min_size=32, max_size=32),
        ),
        min_size=1,
        max_size=5,
        unique_by=lambda row: row[0],
    )
)
async def test_whatever_rows_there_are_nothing_but_our_own_errors_is_raised(
    path: Path, printed: Printed, rows: list[tuple[Any, ...]]
) -> None:
    for each in path.parent.glob("*"):
        each.unlink()
    store = await Store.open(path, instance=id_of("one"), watcher=None)
    await store.append([printed(b"good")])
    await store.close()
    with closing(sqlite3.connect(path)) as raw:
        (trigger,) = raw.execute("SELECT sql FROM sqlite_schema WHERE name = 'record_insert'").fetchone()
        raw.execute("DROP TRIGGER record_insert")
        places = "?, ?, ?, CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), ?, CAST(? AS TEXT), ?, ?"
        raw.executemany(f"INSERT OR IGNORE INTO record VALUES ({places})", rows)
        raw.execute(trigger)
        raw.commit()

    async def read_all() -> None:
        async with inspect_log(path) as look:
            [record async for record in look.read_outline()]
            await look.verify()
        store = await Store.open(path, instance=id_of("two"), watcher=None)
        try:
            [record async for record in store.read()]
            [record async for record in store.read_outline()]
            await store.verify()
            await store.spool_position(PANE)
            await store.find_fold_start(PANE)
            await store.plan_pruning({PANE: None, "": None}, over=1)
            await store.finish_pruning()
        finally:
            await store.close()

    with suppress(ChloeError):
        await read_all()
    await recover_log(path, "tried", lambda: 5, Waits(print))
    await read_all()
    store = await Store.open(path, instance=id_of("three"), watcher=None)
    try:
        assert (await store.verify()).intact
        first, *_ = [record async for record in store.read()]
        assert first.fact == Output(offset=0, length=4, data=b"good")
        await store.append([printed(b"goes on", 4), Entry(PANE, Pruned(first=1, through=1, reason="x"), 1)])
    finally:
        await store.close()
