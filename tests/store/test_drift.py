"""A log whose schema isn't Chloe's is not written to, and read only where that is safe."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from chloe.errors import LogUnusable
from chloe.events.facts import Created, Died, Entry, Record, Salvaged
from chloe.store import Store
from chloe.store.drift import NEWEST, digest, objects
from chloe.store.inspection import inspect_log
from chloe.store.migrations import migrations, statements
from chloe.store.opening import detect_drift, recover_log
from chloe.waits import Waits
from tests.ids import id_of

Printed = Callable[..., Entry]

#: What doesn't come upon a reader, and the name that is told of it.
READABLE = {
    "CREATE TRIGGER nobody_dies BEFORE INSERT ON record WHEN NEW.kind = 'Died' "
    "BEGIN SELECT RAISE(IGNORE); END": "nobody_dies",
    "DROP TRIGGER record_update": "record_update",
    "DROP TRIGGER body_delete; CREATE TRIGGER body_delete BEFORE DELETE ON body BEGIN SELECT 1; END": (
        "body_delete"
    ),
    "CREATE VIEW records AS SELECT * FROM record": "records",
    "CREATE VIRTUAL TABLE search USING fts5(words)": "search",
    "CREATE TABLE notes (text); CREATE INDEX notes_text ON notes (text)": "notes",
    "ANALYZE": "sqlite_stat1",
}
#: What a query would read, or rely on.
UNREADABLE = {
    "ALTER TABLE record RENAME TO kept; CREATE VIEW record AS SELECT * FROM kept WHERE kind <> 'Died'": (
        "record"
    ),
    "ALTER TABLE checkpoint RENAME TO other; CREATE VIEW checkpoint AS SELECT * FROM other": "checkpoint",
    "ALTER TABLE record ADD COLUMN mood TEXT AS (head || 'x')": "record",
    "ALTER TABLE body ADD COLUMN more TEXT": "body",
    "DROP INDEX record_outline": "record_outline",
    "DROP INDEX record_pane; CREATE INDEX record_pane ON record (pane, occurred_at)": "record_pane",
    "CREATE INDEX more ON record (kind, seq)": "more",
    "DROP TABLE checkpoint; CREATE TABLE Checkpoint (pane TEXT)": "Checkpoint",
    "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'STRICT', '') "
    "WHERE name = 'record'": "record",
}


@pytest.fixture
async def written(path: Path, printed: Printed) -> list[Record]:
    """The records of a log that nobody has open."""
    store = await Store.open(path, instance=id_of("one"), watcher=None)
    created = Created(backend="direct", argv=("sh",), cwd="/", name="n", rows=9, columns=9)
    records = await store.append([Entry(id_of("pane"), created, 1), printed(b"one"), printed(b"two", 3)])
    records += await store.append([Entry(id_of("pane"), Died(status=0, signal=None, reason=""), 9)])
    await store.close()
    return records


def change(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path)) as raw:
        raw.executescript(sql)
        raw.commit()


def files(path: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in path.parent.iterdir() if each.name != "log.lock"}


def test_the_digest_is_that_of_what_the_migrations_make() -> None:
    with closing(sqlite3.connect(":memory:")) as fresh:
        for step in migrations():
            for statement in statements(step.sql):
                fresh.execute(statement)
        assert digest(objects(fresh)) == NEWEST


@pytest.mark.parametrize("sql", READABLE)
async def test_what_no_query_meets_leaves_a_log_that_is_only_read(
    path: Path, written: list[Record], printed: Printed, sql: str
) -> None:
    change(path, sql)
    before = files(path)
    store = await Store.open(path, instance=id_of("two"), watcher=None)
    try:
        assert store.refusal is not None and store.loss_notice == store.refusal
        assert READABLE[sql] in store.refusal and "chloe recover" in store.refusal
        assert [record async for record in store.read()] == written
        assert [record.seq async for record in store.read_outline()] == [1, 3, 4]
        for refused in (store.append([printed(b"more")]), store.prune([]), store.finish_pruning()):
            with pytest.raises(LogUnusable, match="chloe recover"):
                await refused
        verdict = await store.verify()
        assert not verdict.intact and READABLE[sql] in verdict.drift and "recover" in str(verdict)
    finally:
        await store.close()
    async with inspect_log(path) as log:
        assert READABLE[sql] in log.info.drift
    assert files(path) == before


@pytest.mark.parametrize("sql", UNREADABLE)
async def test_what_a_query_would_meet_is_refused(path: Path, written: list[Record], sql: str) -> None:
    change(path, sql)
    before = files(path)
    with pytest.raises(LogUnusable, match="chloe recover") as refused:
        await Store.open(path, instance=id_of("two"), watcher=None)
    assert UNREADABLE[sql] in str(refused.value)
    with pytest.raises(LogUnusable, match="chloe recover"):
        async with inspect_log(path):
            pass
    assert files(path) == before


@pytest.mark.parametrize("sql", [*READABLE, *list(UNREADABLE)[4:7]])
async def test_recover_makes_a_log_of_ours_of_it(path: Path, written: list[Record], sql: str) -> None:
    change(path, sql)
    assert await detect_drift(path) is not None
    await recover_log(path, "it isn't as Chloe makes a log", lambda: 5, Waits(print))
    assert await detect_drift(path) is None
    store = await Store.open(path, instance=id_of("two"), watcher=None)
    try:
        records = [record async for record in store.read()]
        assert records[:-1] == written
        assert isinstance(records[-1].fact, Salvaged) and records[-1].fact.lost == 0
        assert (await store.verify()).intact
    finally:
        await store.close()


async def test_what_is_derived_is_made_again(path: Path, written: list[Record]) -> None:
    change(path, "DROP TABLE checkpoint")
    store = await Store.open(path, instance=id_of("two"), watcher=None)
    assert store.refusal is None
    await store.close()
    assert await detect_drift(path) is None
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT count(*) FROM checkpoint").fetchone() == (0,)


async def test_names_that_a_stranger_chose_are_told_harmlessly(path: Path, written: list[Record]) -> None:
    change(path, f'CREATE VIEW "\x1b]0;x\x07{"long" * 99}" AS SELECT 1')
    drift = await detect_drift(path)
    assert drift is not None
    assert len(str(drift)) < 100 and str(drift).isprintable()


@pytest.mark.parametrize(
    "sql",
    [
        f"PRAGMA application_id = {0x43484C4F}",
        "ALTER TABLE record RENAME COLUMN committed_at TO at; "
        "ALTER TABLE record RENAME COLUMN occurred_at TO made_at; ALTER TABLE body DROP COLUMN first_seq",
    ],
)
async def test_a_log_from_before_this_form_is_refused_with_the_way_out(
    path: Path, written: list[Record], sql: str
) -> None:
    change(path, sql)
    before = files(path)
    with pytest.raises(LogUnusable, match=r"development version before 0.1.0.*CHLOE_HOME"):
        await Store.open(path, instance=id_of("two"), watcher=None)
    with pytest.raises(LogUnusable, match=r"development version before 0.1.0.*CHLOE_HOME"):
        async with inspect_log(path):
            pass
    assert files(path) == before


async def test_an_outdated_log_is_not_recovered_without_its_bodies(path: Path, written: list[Record]) -> None:
    change(path, "ALTER TABLE record RENAME COLUMN occurred_at TO made_at")
    with pytest.raises(LogUnusable, match=r"development version before 0.1.0.*CHLOE_HOME"):
        await detect_drift(path)


async def test_what_stands_behind_more_than_is_looked_at_is_not_trusted(
    path: Path, written: list[Record]
) -> None:
    change(path, "".join(f"CREATE VIEW v{number} AS SELECT 1;" for number in range(1000)))
    change(path, "CREATE INDEX hidden ON record (pane, seq)")
    with pytest.raises(LogUnusable, match="chloe recover"):
        await Store.open(path, instance=id_of("two"), watcher=None)
