"""What verify finds."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chloe.events.facts import Entry, Pruned, Renamed
from chloe.store import Head, Store, Verdict
from chloe.store.chain import GENESIS, link
from tests.ids import id_of
from tests.searching import examples

Printed = Callable[..., Entry]
Tampered = Callable[[str], None]

COUNT = 8


@pytest.fixture
async def log(store: Store, printed: Printed) -> Store:
    """Eight records: the third has no body, the fifth a compressed one, the sixth an empty one."""
    await store.append(
        [printed(b"one"), printed(b"two", 3, pane="other"), Entry(id_of("pane"), Renamed(name="n"), 3)]
    )
    await store.append([printed(b"four", 6), printed(b"five " * 500, 10), printed(b"", 2510)])
    await store.append([printed(b"seven", 2510), printed(b"eight", 2515)])
    return store


async def test_a_log_as_written_holds(log: Store) -> None:
    verdict = await log.verify()
    assert verdict == Verdict(head=await log.head(), bodies=2520, pruned=0)
    assert str(verdict).startswith("the chain holds: 8 records")
    assert str(verdict.head) == f"8 {verdict.head.hash.hex()}"


def test_the_chain_is_as_documented() -> None:
    # Built by hand from the description in the module, so that another program can check a log.
    from hashlib import sha256

    def number(value: int) -> bytes:
        return (8).to_bytes(4, "big") + value.to_bytes(8, "big", signed=True)

    def text(value: bytes) -> bytes:
        return len(value).to_bytes(4, "big") + value

    body = sha256(b"body").digest()
    fields = number(1) + number(-5) + number(2**40)
    fields += text(b"pane") + text(b"me") + text(b"Output") + number(1) + text(b"{}") + text(body)
    assert (
        link(GENESIS, 1, -5, 2**40, b"pane", b"me", b"Output", 1, b"{}", body)
        == sha256(GENESIS + fields).digest()
    )


EDITS = [
    ("committed_at", "committed_at + 1"),
    ("occurred_at", "occurred_at - 1"),
    ("pane", "pane || 'x'"),
    ("pane", "''"),
    ("instance", "'someone'"),
    ("kind", "'Outputs'"),
    ("version", "2"),
    ("head", "replace(head, 'offset', 'Offset')"),
    ("head", "CAST(x'7bff7d' AS TEXT)"),
    ("body_sha256", "NULL"),
    ("body_sha256", "zeroblob(32)"),
    ("hash", "zeroblob(32)"),
    ("seq", "seq + 100"),
    ("seq", "-seq"),
]


@pytest.mark.parametrize(("column", "value"), EDITS)
@pytest.mark.parametrize("seq", [1, 5, COUNT])
async def test_an_edit_of_any_column_is_found_where_it_is(
    log: Store, tampered: Tampered, column: str, value: str, seq: int
) -> None:
    tampered(f"UPDATE record SET {column} = {value} WHERE seq = {seq}")
    verdict = await log.verify()
    assert verdict.bad is not None
    if column == "seq" and value == "-seq":
        assert verdict.bad == -seq
    elif seq == COUNT and column == "seq":
        assert verdict.bad == COUNT
    else:
        assert verdict.bad == seq
        assert verdict.head.seq == seq - 1
    assert f"record {verdict.bad}: " in str(verdict)


@pytest.mark.parametrize(
    ("sql", "bad"),
    [
        ("DELETE FROM record WHERE seq = 4", 4),
        ("DELETE FROM record WHERE seq = 1", 1),
        # A cut tail shows only by the bodies left behind; without them it takes a head kept elsewhere.
        ("DELETE FROM record WHERE seq = 8", 8),
        ("DELETE FROM body WHERE seq = 4", 4),
        ("DELETE FROM body WHERE seq = 6", 6),
        ("UPDATE body SET bytes = x'00' WHERE seq = 1", 1),
        ("UPDATE body SET bytes = CAST(bytes || x'00' AS BLOB) WHERE seq = 5", 5),
        ("UPDATE body SET bytes = substr(bytes, 1, 20) WHERE seq = 5", 5),
        ("UPDATE body SET bytes = x'' WHERE seq = 5", 5),
        ("UPDATE body SET codec = 1 WHERE seq = 4", 4),
        ("UPDATE body SET codec = 0 WHERE seq = 5", 5),
        ("UPDATE body SET seq = 3 WHERE seq = 4", 3),
        ("UPDATE body SET seq = 99 WHERE seq = 8", 8),
        ("INSERT INTO body VALUES (3, 0, NULL, x'00')", 3),
        ("INSERT INTO body VALUES (9, 0, NULL, x'00')", 9),
        ("INSERT INTO body VALUES (0, 0, NULL, x'00')", 0),
        ("INSERT INTO body VALUES (-7, 0, NULL, x'00')", -7),
        ("INSERT INTO record SELECT 9, committed_at, occurred_at, pane, instance, kind, version, head, "
         "NULL, hash FROM record WHERE seq = 8", 9),
        ("INSERT INTO record SELECT 0, committed_at, occurred_at, pane, instance, kind, version, head, "
         "NULL, hash FROM record WHERE seq = 8", 0),
        # Two records change places.
        ("UPDATE record SET seq = 100 WHERE seq = 4; UPDATE record SET seq = 4 WHERE seq = 7; "
         "UPDATE record SET seq = 7 WHERE seq = 100", 4),
        # Two bodies change places.
        ("UPDATE body SET seq = 100 WHERE seq = 4; UPDATE body SET seq = 4 WHERE seq = 7; "
         "UPDATE body SET seq = 7 WHERE seq = 100", 4),
    ],
)  # fmt: skip
async def test_what_was_put_in_taken_out_or_moved_is_found(
    log: Store, tampered: Tampered, sql: str, bad: int
) -> None:
    tampered(sql)
    assert (await log.verify()).bad == bad


@examples(60)
@given(
    seq=st.integers(1, COUNT),
    column=st.sampled_from(
        ["committed_at", "occurred_at", "pane", "instance", "kind", "version", "head", "body_sha256", "hash"]
    ),
    number=st.integers(-(2**63), 2**63 - 1),
    blob=st.binary(min_size=32, max_size=32),
    text=st.text(max_size=9),
)
async def test_any_edit_of_a_single_column_is_found(
    log: Store, path: Path, seq: int, column: str, number: int, blob: bytes, text: str
) -> None:
    value: int | bytes | str = text
    if column in ("committed_at", "occurred_at", "version"):
        value = number
    elif column in ("body_sha256", "hash"):
        value = blob
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        trigger = raw.execute("SELECT sql FROM sqlite_schema WHERE name = 'record_update'").fetchone()[0]
        (before,) = raw.execute(f"SELECT {column} FROM record WHERE seq = ?", (seq,)).fetchone()
        raw.execute("DROP TRIGGER record_update")
        raw.execute(f"UPDATE record SET {column} = ? WHERE seq = ?", (value, seq))
        verdict = await log.verify()
        assert verdict.bad == (None if value == before else seq)
        assert verdict.drift == ("record_update",)
        raw.execute(f"UPDATE record SET {column} = ? WHERE seq = ?", (before, seq))
        raw.execute(trigger)
    assert (await log.verify()) == Verdict(head=await log.head(), bodies=2520, pruned=0)


async def test_a_pruned_body_is_excused_only_as_far_as_recorded(log: Store, tampered: Tampered) -> None:
    await log.append([Entry(id_of("other"), Pruned(first=1, through=4, reason="old"), 1)])
    tampered("DELETE FROM body WHERE seq = 2")
    verdict = await log.verify()
    assert (verdict.bad, verdict.pruned) == (None, 1)
    tampered("DELETE FROM body WHERE seq = 4")
    assert (await log.verify()).bad == 4


async def test_a_forged_pruned_record_is_found(log: Store, tampered: Tampered) -> None:
    tampered(
        "INSERT INTO record SELECT 9, committed_at, occurred_at, '', instance, 'Pruned', 1, "
        '\'{"first":1,"through":8}\', NULL, hash FROM record WHERE seq = 8; DELETE FROM body'
    )
    assert (await log.verify()).bad == 9


async def test_an_index_that_hides_records_is_found(log: Store, path: Path) -> None:
    await log.append([Entry("", Pruned(first=1, through=1, reason="old"), 1)])
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA writable_schema = ON")
        raw.execute("UPDATE sqlite_schema SET sql = replace(sql, '<>', '>') WHERE name = 'record_outline'")
        raw.commit()
    assert "record_outline" in (await log.verify()).drift


async def test_a_walk_of_many_slices_finds_what_is_wrong_in_a_late_one(
    store: Store, printed: Printed, tampered: Tampered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chloe.store.integrity._SLICE_ROWS", 10)
    await store.append([printed(b"x", n) for n in range(105)])
    reached: list[int] = []
    assert (await store.verify(reached.append)).bad is None
    assert reached[:3] == [10, 20, 30] and reached[-1] == 105
    tampered("UPDATE body SET bytes = x'79' WHERE seq = 95")
    assert (await store.verify()).bad == 95


async def test_a_damaged_page_is_told_with_the_record_it_begins_at(
    opened: Any, path: Path, printed: Printed
) -> None:
    store = await opened()
    await store.append([printed(bytes([n % 256]) * 200, n * 200) for n in range(2000)])
    await store.close()
    raw = path.read_bytes()
    # Into the middle of the file, where records and bodies are.
    middle = len(raw) // 2 // 4096 * 4096
    path.write_bytes(raw[:middle] + b"\xa5" * 2048 + raw[middle + 2048 :])
    store = await opened("two")
    verdict = await store.verify()
    assert verdict.bad is not None and 1 <= verdict.bad <= 2000
    assert verdict.head.seq == verdict.bad - 1


async def test_verify_does_not_mind_that_the_log_grows(store: Store, printed: Printed) -> None:
    await store.append([printed(b"x", n) for n in range(50)])
    head = await store.head()
    await store.append([printed(b"y", n) for n in range(50)])
    verdict = await store.verify()
    assert verdict.bad is None and verdict.head.seq == 100
    assert isinstance(head, Head)


async def test_an_index_that_leaves_out_a_record_is_found_though_the_chain_holds(
    log: Store, path: Path
) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("PRAGMA writable_schema = ON")
        (sql,) = raw.execute("SELECT sql FROM sqlite_schema WHERE name = 'record_pane'").fetchone()
        raw.execute("UPDATE sqlite_schema SET sql = ? WHERE name = 'record_pane'", (f"{sql} WHERE seq <> 4",))
        raw.execute("PRAGMA writable_schema = RESET")
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("REINDEX record_pane")
        raw.execute("PRAGMA writable_schema = ON")
        raw.execute("UPDATE sqlite_schema SET sql = ? WHERE name = 'record_pane'", (sql,))
        raw.execute("PRAGMA writable_schema = RESET")
    verdict = await log.verify()
    assert verdict.bad is None and not verdict.intact and not verdict.drift
    assert "record_pane" in str(verdict) and "chloe recover" in str(verdict)
