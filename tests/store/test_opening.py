"""What opening does about a damaged log."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from chloe.errors import LogUnusable
from chloe.events.facts import Entry, Record, Salvaged
from chloe.store import Store
from chloe.store.heads import head_file, parse_head
from tests.ids import id_of

Printed = Callable[..., Entry]
Eventually = Callable[..., Awaitable[None]]


async def all_of(store: Store) -> list[Record]:
    return [record async for record in store.read()]


async def grown(opened: Any, printed: Printed) -> list[Record]:
    store = await opened()
    records: list[Record] = await store.append([printed(b"%09d" % n * 20, n * 180) for n in range(800)])
    await store.close()
    return records


def aside(path: Path) -> list[Path]:
    return sorted(file for file in path.parent.iterdir() if file.name.startswith("log.damaged-"))


@pytest.mark.parametrize("seed", range(12))
async def test_a_log_that_can_not_be_opened_is_salvaged_and_says_so(
    opened: Any, path: Path, printed: Printed, seed: int
) -> None:
    written = await grown(opened, printed)
    raw = bytearray(path.read_bytes())
    if seed % 2:
        raw = raw[: random.Random(seed).randrange(1, len(raw) - 4096)]
    else:
        raw[: 100 * (seed + 1)] = random.Random(seed).randbytes(100 * (seed + 1))
    path.write_bytes(raw)
    store = await opened("two")
    assert store.loss_notice is not None and "log.damaged-" in store.loss_notice
    (kept,) = aside(path)
    assert kept.read_bytes() == raw
    records = await all_of(store)
    (told,) = [record.fact for record in records if isinstance(record.fact, Salvaged)]
    assert isinstance(told, Salvaged)
    assert records[: told.kept] == written[: told.kept] or told.bodies
    assert (await store.verify()).intact
    await store.append([printed(b"goes on", 800 * 180)])
    await store.close()
    assert (await opened("three")).loss_notice is None


async def test_a_broken_wal_frame_costs_no_record_behind_it(
    opened: Any, path: Path, printed: Printed, tmp_path: Path, eventually: Eventually
) -> None:
    store = await opened()
    written = []
    for number in range(40):
        written += await store.append([printed(b"%d" % number * 300, number)])
    head = written[-1]

    def is_known() -> bool:
        kept = parse_head(head_file(path).read_text()) if head_file(path).exists() else None
        return kept is not None and kept.seq == head.seq

    await eventually(is_known)
    wal = bytearray(path.with_name("log.db-wal").read_bytes())
    wal[len(wal) // 2] ^= 0xFF
    crashed = tmp_path / "crashed" / "log.db"
    crashed.parent.mkdir(mode=0o700)
    database = path.read_bytes()
    crashed.write_bytes(database)
    crashed.with_name("log.db-wal").write_bytes(wal)
    head_file(crashed).write_text(head_file(path).read_text())
    after = await Store.open(crashed, instance=id_of("after"))
    (kept,) = [file for file in aside(crashed) if not file.name.endswith("-wal")]
    assert kept.read_bytes() == database
    assert kept.with_name(f"{kept.name}-wal").read_bytes() == wal
    records = await all_of(after)
    (told,) = [record.fact for record in records if isinstance(record.fact, Salvaged)]
    assert isinstance(told, Salvaged) and told.kept + told.again >= 38
    assert (await after.verify()).intact
    await after.close()


async def test_a_damaged_log_in_use_is_left_to_who_uses_it(opened: Any, path: Path, printed: Printed) -> None:
    await grown(opened, printed)
    store = await opened("two")
    raw = path.read_bytes()
    with path.open("r+b") as file:
        file.write(b"\x5a" * 4096)
    with pytest.raises(LogUnusable, match="in use"):
        await Store.open(path, instance=id_of("three"))
    assert not aside(path)
    with path.open("r+b") as file:
        file.write(raw[:4096])
    await store.close()


async def test_what_never_was_a_log_is_left_where_it_is(path: Path) -> None:
    path.parent.mkdir(mode=0o700)
    path.write_bytes(b"something else entirely, and not short at all " * 100)
    before = path.read_bytes()
    with pytest.raises(LogUnusable, match="is not a database"):
        await Store.open(path, instance=id_of("one"))
    assert path.read_bytes() == before and not aside(path)
