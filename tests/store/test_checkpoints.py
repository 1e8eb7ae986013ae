"""Checkpoints are kept, found, and never in anybody's way."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chloe.events.facts import Entry
from chloe.store import Checkpoint, CheckpointRef, Store
from tests.ids import id_of
from tests.searching import examples

Printed = Callable[..., Entry]
Opener = Callable[..., object]

#: Text, so that it is compressed.
STATE = b"the state of a terminal, " * 400


def at(
    seq: int, *, pane: str = "pane", lines: int = 0, emulator: str = "1", state: bytes = STATE
) -> Checkpoint:
    return Checkpoint(pane=pane, seq=seq, offset=seq * 10, lines=lines, emulator=emulator, state=state)


@pytest.fixture
def raw(store: Store, path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


@pytest.mark.parametrize("state", [b"", b"x", STATE, os.urandom(3000)], ids=len)
async def test_a_state_comes_back_as_it_was_kept(store: Store, state: bytes) -> None:
    await store.save_checkpoint(at(3, state=state))
    assert await store.load_checkpoint("pane", emulator="1") == at(3, state=state)


async def test_the_codec_stands_in_front_of_what_is_stored(store: Store, raw: sqlite3.Connection) -> None:
    await store.save_checkpoint(at(1, state=STATE))
    await store.save_checkpoint(at(2, state=b"short"))
    (packed,), (plain,) = raw.execute("SELECT state FROM checkpoint ORDER BY seq").fetchall()
    assert (packed[0], plain[0]) == (1, 0)
    assert len(packed) < len(STATE) / 10
    assert plain.endswith(b"short")


async def test_the_newest_one_within_the_bounds_is_found(store: Store) -> None:
    for each in (at(5, lines=50), at(3, lines=30), at(8, lines=80), at(9, pane="other"), at(7, emulator="2")):
        await store.save_checkpoint(each)

    assert await store.load_checkpoint("pane", emulator="1") == at(8, lines=80)
    assert await store.load_checkpoint("pane", emulator="1", seq=8) == at(8, lines=80)
    assert await store.load_checkpoint("pane", emulator="1", seq=7) == at(5, lines=50)
    assert await store.load_checkpoint("pane", emulator="1", lines=49) == at(3, lines=30)
    assert await store.load_checkpoint("pane", emulator="1", seq=4, lines=100) == at(3, lines=30)
    assert await store.load_checkpoint("pane", emulator="1", seq=2) is None
    assert await store.load_checkpoint("pane", emulator="1", lines=29) is None
    assert await store.load_checkpoint("pane", emulator="3") is None
    assert await store.load_checkpoint("nobody", emulator="1") is None
    assert await store.list_checkpoints("pane", emulator="1") == [
        CheckpointRef(seq=number, offset=number * 10, lines=number * 10) for number in (3, 5, 8)
    ]


async def test_one_at_the_same_place_is_replaced(store: Store) -> None:
    await store.save_checkpoint(at(5, state=b"before"))
    await store.save_checkpoint(at(5, emulator="2", state=b"after"))
    assert await store.load_checkpoint("pane", emulator="1") is None
    assert await store.load_checkpoint("pane", emulator="2") == at(5, emulator="2", state=b"after")


@pytest.mark.parametrize(
    "damage",
    [
        "state = x''",
        "state = x'00'",
        "state = CAST(substr(state, 1, length(state) - 3) AS BLOB)",
        "state = CAST(x'07' || substr(state, 2) AS BLOB)",
        "state = CAST(substr(state, 1, 9) || x'ffff' || substr(state, 12) AS BLOB)",
    ],
)
@pytest.mark.parametrize("state", [STATE, b"plain, but long enough"], ids=["compressed", "plain"])
async def test_a_damaged_one_is_passed_over_for_the_one_before(
    store: Store, raw: sqlite3.Connection, damage: str, state: bytes
) -> None:
    await store.save_checkpoint(at(1, state=state))
    await store.save_checkpoint(at(2, state=state))
    raw.execute(f"UPDATE checkpoint SET {damage} WHERE seq = 2")
    assert await store.load_checkpoint("pane", emulator="1") == at(1, state=state)
    raw.execute(f"UPDATE checkpoint SET {damage}")
    assert await store.load_checkpoint("pane", emulator="1") is None


FORGERIES = [
    "UPDATE checkpoint SET state = (SELECT state FROM checkpoint WHERE seq = 1) WHERE seq = 2",
    "UPDATE checkpoint SET record_seq = (SELECT record_seq FROM checkpoint WHERE seq = 1) WHERE seq = 2",
    "UPDATE checkpoint SET record_seq = 0 WHERE seq = 2",
    "UPDATE checkpoint SET record_seq = -9223372036854775808 WHERE seq = 2",
    "UPDATE checkpoint SET lines = 0 WHERE seq = 2",
    "UPDATE checkpoint SET seq = 3 WHERE seq = 2",
    "UPDATE checkpoint SET pane = 'other' WHERE seq = 2",
    "INSERT INTO checkpoint SELECT pane, 9, record_seq, lines, emulator, state "
    "FROM checkpoint WHERE seq = 2; "
    "DELETE FROM checkpoint WHERE seq = 2",
    "INSERT INTO checkpoint VALUES ('pane', 9, 9, 9, '1', x'0066616b65'); "
    "DELETE FROM checkpoint WHERE seq = 2",
]


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_one_that_no_record_binds_is_not_used(
    store: Store, raw: sqlite3.Connection, forgery: str
) -> None:
    await store.save_checkpoint(at(1, lines=1, state=b"as it was"))
    await store.save_checkpoint(at(2, lines=2, state=b"and later"))
    raw.executescript(forgery)
    assert await store.load_checkpoint("pane", emulator="1") == at(1, lines=1, state=b"as it was")
    assert [mark.seq for mark in await store.list_checkpoints("pane", emulator="1")] in ([1], [1, 2])
    assert await store.load_checkpoint("other", emulator="1") is None


async def test_one_that_is_folded_again_is_not_recorded_again(store: Store) -> None:
    await store.save_checkpoint(at(1))
    await store.save_checkpoint(at(1, state=STATE + b"as folded from elsewhere"))
    assert (await store.head()).seq == 1
    assert await store.load_checkpoint("pane", emulator="1") == at(1)


async def test_a_forged_one_in_the_place_of_another_is_replaced(
    store: Store, raw: sqlite3.Connection
) -> None:
    await store.save_checkpoint(at(1))
    raw.execute("UPDATE checkpoint SET state = x'0066616b65'")
    await store.save_checkpoint(at(1))
    assert await store.load_checkpoint("pane", emulator="1") == at(1)


async def test_other_instances_follow_what_binds_one(opened: Callable[..., object], collect: Any) -> None:
    first: Store = await opened("one")  # type: ignore[misc]
    second: Store = await opened("two")  # type: ignore[misc]
    followers = [collect(first), collect(second)]
    await first.save_checkpoint(at(1, pane=id_of("pane")))
    for follower in followers:
        await follower.has(1)
        assert [type(record.fact).__name__ for record in follower.records] == ["Checkpointed"]


@examples(80)
@given(data=st.data())
async def test_whatever_stands_in_a_row_nothing_is_raised_nor_believed(
    store: Store, raw: sqlite3.Connection, data: st.DataObject
) -> None:
    await store.save_checkpoint(at(1, state=b"good"))
    number = st.integers(-(2**63), 2**63 - 1)
    row = (
        data.draw(st.just("pane") | st.text(st.characters(codec="utf-8"), max_size=9)),
        data.draw(number),
        data.draw(st.just(1) | number),
        data.draw(number),
        data.draw(st.just("1") | st.text(st.characters(codec="utf-8"), max_size=3)),
        data.draw(st.binary(max_size=60)),
    )
    raw.execute("DELETE FROM checkpoint WHERE seq <> 1")
    raw.execute("INSERT OR IGNORE INTO checkpoint VALUES (?, ?, ?, ?, ?, ?)", row)
    found = await store.load_checkpoint("pane", emulator="1")
    assert found == at(1, state=b"good")
    await store.list_checkpoints("pane", emulator="1")


async def test_some_or_all_are_forgotten(store: Store) -> None:
    for seq in range(1, 41):
        await store.save_checkpoint(at(seq, state=b"s"))
        await store.save_checkpoint(at(seq, pane="other", state=b"s"))

    async def left(pane: str) -> list[int]:
        return [mark.seq for mark in await store.list_checkpoints(pane, emulator="1")]

    await store.delete_checkpoints("pane", after=10, up_to=38)
    assert await left("pane") == [*range(1, 11), 39, 40]
    await store.delete_checkpoints("other")
    assert await left("other") == []
    assert len(await left("pane")) == 12
    await store.delete_checkpoints()
    assert await left("pane") == []


async def test_without_the_table_there_are_none_until_one_is_kept(
    store: Store, raw: sqlite3.Connection, printed: Printed
) -> None:
    await store.save_checkpoint(at(1))
    raw.execute("DROP TABLE checkpoint")

    assert await store.load_checkpoint("pane", emulator="1") is None
    assert await store.list_checkpoints("pane", emulator="1") == []
    await store.delete_checkpoints()
    await store.append([printed(b"goes on")])

    await store.save_checkpoint(at(2))
    assert await store.load_checkpoint("pane", emulator="1") == at(2)
    verdict = await store.verify()
    assert (verdict.bad, verdict.drift) == (None, ())


async def test_what_cant_be_kept_is_dropped_and_the_log_goes_on(
    store: Store, raw: sqlite3.Connection, printed: Printed
) -> None:
    raw.execute("CREATE TRIGGER full BEFORE INSERT ON checkpoint BEGIN SELECT RAISE(ABORT, 'full'); END")
    await store.save_checkpoint(at(1))
    assert await store.load_checkpoint("pane", emulator="1") is None
    await store.append([printed(b"one")], durable=True)
    assert (store.trouble, (await store.head()).seq) == (None, 1)

    raw.execute("DROP TRIGGER full")
    await store.save_checkpoint(at(2))
    assert await store.load_checkpoint("pane", emulator="1") == at(2)


async def test_while_another_program_holds_the_lock_it_is_dropped(
    store: Store, raw: sqlite3.Connection
) -> None:
    raw.execute("BEGIN IMMEDIATE")
    await store.save_checkpoint(at(1))
    raw.execute("ROLLBACK")
    assert await store.list_checkpoints("pane", emulator="1") == []


async def test_they_are_kept_among_commits_each_with_a_record_that_binds_it(
    store: Store, printed: Printed, within: Callable[..., object]
) -> None:
    async def commit() -> None:
        for n in range(60):
            await store.append([printed(b"x", n)], durable=n % 7 == 0)

    async def keep() -> None:
        for n in range(60):
            await store.save_checkpoint(at(n, state=STATE + b"%d" % n))

    await asyncio.gather(commit(), keep(), commit(), keep())
    assert len(await store.list_checkpoints("pane", emulator="1")) == 60
    verdict = await store.verify()
    assert (verdict.bad, verdict.head.seq) == (None, 180)
    assert len([record async for record in store.read(kinds={"Checkpointed"})]) == 60


async def test_a_closed_store_keeps_and_finds_none(store: Store) -> None:
    await store.save_checkpoint(at(1))
    keeping = asyncio.gather(*(store.save_checkpoint(at(n)) for n in range(2, 30)))
    await store.close()
    await keeping
    await store.save_checkpoint(at(99))
    await store.delete_checkpoints()
    assert await store.load_checkpoint("pane", emulator="1") is None
    assert await store.list_checkpoints("pane", emulator="1") == []


async def test_they_are_there_after_a_restart(
    opened: Callable[..., object], path: Path, printed: Printed
) -> None:
    first: Store = await opened("one")  # type: ignore[misc]
    await first.save_checkpoint(at(4))
    await first.close()
    second: Store = await opened("two")  # type: ignore[misc]
    assert await second.load_checkpoint("pane", emulator="1") == replace(at(4))
    assert await second.measure() >= path.stat().st_size > 0
