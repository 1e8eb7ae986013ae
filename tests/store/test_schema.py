"""What the database itself refuses, and which files are refused as a log."""

from __future__ import annotations

import asyncio
import errno
import os
import random
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

import chloe
from chloe.errors import HomeUnusable, LogUnusable
from chloe.events.facts import Entry, Pruned, Renamed
from chloe.store import Store
from chloe.store.migrations import migrations, statements
from chloe.store.outline import INDEXED
from chloe.store.schema import APPLICATION_ID
from tests.ids import id_of

Printed = Callable[..., Entry]


@pytest.fixture
async def log(store: Store, path: Path, printed: Printed) -> Path:
    """A log of five records; the third has no body."""
    await store.append([printed(b"one"), printed(b"two", pane="other")])
    await store.append(
        [Entry(id_of("pane"), Renamed(name="n"), 3), printed(b"four"), printed(b"five", pane="other")]
    )
    return path


@pytest.fixture
def raw(log: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(log, isolation_level=None)) as connection:
        yield connection


_ROW = (
    "SELECT {seq}, committed_at, occurred_at, pane, instance, kind, version, head, body_sha256, hash "
    "FROM record WHERE seq = 2"
)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE record SET committed_at = 1",
        "UPDATE OR IGNORE record SET head = '{}' WHERE seq = 1",
        "UPDATE record SET seq = 6 WHERE seq = 5",
        "DELETE FROM record",
        "DELETE FROM record WHERE seq = 5",
        "INSERT OR REPLACE INTO record " + _ROW.format(seq=2),
        "REPLACE INTO record " + _ROW.format(seq=5),
        "INSERT OR IGNORE INTO record " + _ROW.format(seq=1),
        "INSERT INTO record " + _ROW.format(seq=7),
        "INSERT INTO record " + _ROW.format(seq=0),
        "INSERT INTO record " + _ROW.format(seq="NULL"),
        "INSERT INTO record " + _ROW.format(seq=2) + " ON CONFLICT DO UPDATE SET committed_at = 1",
        "UPDATE body SET bytes = x'00'",
        "UPDATE body SET codec = 1 WHERE seq = 1",
        "DELETE FROM body",
        "DELETE FROM body WHERE seq = 1",
        "INSERT OR REPLACE INTO body VALUES (1, 0, NULL, x'00')",
        "INSERT INTO body VALUES (3, 0, NULL, x'00')",
        "INSERT INTO body VALUES (6, 0, NULL, x'00')",
        "INSERT INTO body VALUES (NULL, 0, NULL, x'00')",
    ],
)
def test_the_log_refuses_everything_but_its_next_record(raw: sqlite3.Connection, sql: str) -> None:
    before = [raw.execute(f"SELECT * FROM {table}").fetchall() for table in ("record", "body")]
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        raw.execute(sql)
    assert [raw.execute(f"SELECT * FROM {table}").fetchall() for table in ("record", "body")] == before


def test_tables_are_strict(raw: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        raw.execute("INSERT INTO checkpoint VALUES ('pane', 'not a number', 0, 0, '', x'00')")


async def test_bodies_may_go_only_where_a_later_pruned_record_covers_them(
    log: Path, store: Store, raw: sqlite3.Connection, printed: Printed
) -> None:
    await store.append([Entry(id_of("other"), Pruned(first=1, through=4, reason="old"), 1)])
    await store.append([printed(b"later", pane="other")])
    for seq in (1, 4, 5, 7):
        with pytest.raises(sqlite3.IntegrityError, match="Pruned"):
            raw.execute("DELETE FROM body WHERE seq = ?", (seq,))
    raw.execute("DELETE FROM body WHERE seq = 2")
    await store.append([Entry("", Pruned(first=4, through=99, reason="size"), 1)])
    raw.execute("DELETE FROM body WHERE seq IN (4, 5, 7)")
    await store.append([printed(b"beyond")])
    with pytest.raises(sqlite3.IntegrityError, match="Pruned"):
        raw.execute("DELETE FROM body WHERE seq = 9")
    verdict = await store.verify()
    assert (verdict.bad, verdict.pruned) == (None, 4)
    assert [record.fact.data async for record in store.read(kinds={"Output"})] == [  # type: ignore[union-attr]
        b"one", b"", b"", b"", b"", b"beyond",
    ]  # fmt: skip


async def test_the_space_of_pruned_bodies_comes_back(store: Store, path: Path, printed: Printed) -> None:
    await store.append([printed(random.Random(n).randbytes(2048)) for n in range(400)])
    await store.append([Entry("", Pruned(first=1, through=400, reason="size"), 1)])
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        (before,) = raw.execute("PRAGMA page_count").fetchone()
        raw.execute("DELETE FROM body WHERE seq <= 400")
        raw.executescript("PRAGMA incremental_vacuum")
        (after,) = raw.execute("PRAGMA page_count").fetchone()
    assert after < before / 2


def test_the_file_says_what_it_is(raw: sqlite3.Connection) -> None:
    said = {
        pragma: raw.execute(f"PRAGMA {pragma}").fetchone()[0]
        for pragma in ("application_id", "user_version", "journal_mode", "auto_vacuum")
    }
    assert said == {
        "application_id": APPLICATION_ID,
        "user_version": migrations()[-1].version,
        "journal_mode": "wal",
        "auto_vacuum": 2,
    }


def test_indexes_serve_the_readers(raw: sqlite3.Connection) -> None:
    def plan(sql: str) -> str:
        return " ".join(row[3] for row in raw.execute("EXPLAIN QUERY PLAN " + sql))

    assert "record_pane" in plan("SELECT * FROM record WHERE pane = 'p' AND seq > 5 ORDER BY seq LIMIT 9")
    eventful = f"SELECT * FROM record WHERE kind IN ('Died', 'Pruned') AND {INDEXED}"
    assert "record_outline" in plan(eventful)


def test_statements_keep_a_trigger_in_one_piece() -> None:
    table = "-- a; b\nCREATE TABLE t (a);\n"
    sql = table + "CREATE TRIGGER g BEFORE INSERT ON t\nBEGIN\n SELECT 1;\n SELECT 2;\nEND;\n"
    assert len(list(statements(sql))) == 2


def test_migrations_are_numbered_without_a_hole() -> None:
    assert [step.version for step in migrations()] == list(range(1, len(migrations()) + 1))


async def refused(path: Path) -> str:
    with pytest.raises(LogUnusable) as refusal:
        await Store.open(path, instance=id_of("x"), watcher=None)
    return str(refusal.value)


async def test_a_log_from_a_newer_chloe_is_refused_with_both_versions(
    log: Path, raw: sqlite3.Connection
) -> None:
    raw.execute("PRAGMA user_version = 7654")
    said = await refused(log)
    assert "7654" in said and chloe.__version__ in said and "upgrade" in said and "CHLOE_HOME" in said


async def test_what_is_no_database_is_refused_and_left_alone(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"Dear diary, " * 500)
    assert "not a database" in await refused(path)
    assert path.read_bytes() == b"Dear diary, " * 500


async def test_another_programs_database_is_refused_and_left_alone(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as foreign:
        foreign.execute("CREATE TABLE recipe (name TEXT)")
        foreign.commit()
    before = path.read_bytes()
    assert "another program's" in await refused(path)
    assert path.read_bytes() == before


async def test_a_home_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(HomeUnusable, match="CHLOE_HOME"):
        await Store.open(tmp_path / "file" / "home" / "log.db", instance=id_of("x"), watcher=None)


@pytest.mark.parametrize("name", ["ENOLCK", "ENOSYS", "EOPNOTSUPP"])
async def test_a_file_system_without_locks_is_called_so(
    path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def flock(descriptor: int, operation: int) -> None:
        code = getattr(errno, name)
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr("chloe.store.log_lock.fcntl.flock", flock)
    with pytest.raises(LogUnusable, match="can't lock files") as refused:
        await Store.open(path, instance="x", watcher=None)
    assert "CHLOE_HOME" in str(refused.value) and "writable" not in str(refused.value)


async def test_a_log_that_is_a_link_or_somebody_elses_is_refused(path: Path, tmp_path: Path) -> None:
    path.parent.mkdir(mode=0o700)
    path.symlink_to(tmp_path / "elsewhere.db")
    with pytest.raises(HomeUnusable, match="a link"):
        await Store.open(path, instance="x", watcher=None)
    assert not (tmp_path / "elsewhere.db").exists()
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(HomeUnusable, match="no regular file"):
        await Store.open(path, instance="x", watcher=None)
    path.unlink()
    if os.geteuid() == 0:
        path.touch()
        os.chown(path, 65534, 65534)
        with pytest.raises(HomeUnusable, match="belongs to another user"):
            await Store.open(path, instance="x", watcher=None)


@pytest.mark.parametrize("name", ["a?b", "a#b", "a%41b", "a b&mode=ro", "\udcff\udcfe", "n\nl"], ids=ascii)
async def test_a_folder_of_any_name_holds_a_log(tmp_path: Path, printed: Printed, name: str) -> None:
    for path in (tmp_path / name / "log.db", Path(f"/{tmp_path}/two{name}/log.db")):
        store = await Store.open(path, instance=id_of("one"), watcher=None)
        written = await store.append([printed(b"x")])
        path.unlink()
        written += await store.append([printed(b"healed", 1)])
        assert [record async for record in store.read()] == written
        await store.close()
        assert {each.name for each in path.parent.iterdir()} == {"head", "log.db", "log.lock", "reserve"}


async def test_a_migration_that_fails_leaves_nothing_behind(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = migrations()
    broken = [*good, good[0]._replace(version=2, sql="CREATE TABLE half (a);\nCREATE TABLE half (a);\n")]
    monkeypatch.setattr("chloe.store.schema.migrations", lambda: broken)
    await refused(path)
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (0,)
    monkeypatch.undo()
    store = await Store.open(path, instance=id_of("x"), watcher=None)
    await store.close()


async def test_an_older_log_is_brought_up_to_date(
    path: Path, printed: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await Store.open(path, instance=id_of("x"), watcher=None)
    written = await store.append([printed(b"kept")])
    await store.close()
    good = migrations()
    newer = [*good, good[0]._replace(version=len(good) + 1, sql="CREATE TABLE added (a);\n")]
    monkeypatch.setattr("chloe.store.schema.migrations", lambda: newer)
    store = await Store.open(path, instance=id_of("x"), watcher=None)
    assert [record async for record in store.read()] == written
    await store.close()
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT count(*) FROM added").fetchone() == (0,)
        assert raw.execute("PRAGMA user_version").fetchone() == (len(newer),)


_OPEN = (
    "import asyncio, sys, pathlib\n"
    "from chloe.store import Store\n"
    "async def main():\n"
    "    store = await Store.open(pathlib.Path(sys.argv[1]), instance='x', watcher=None)\n"
    "    await store.close()\n"
    "asyncio.run(main())\n"
)


def test_several_processes_may_make_the_same_log_at_once(path: Path) -> None:
    root = Path(chloe.__file__).parent.parent
    processes = [subprocess.Popen([sys.executable, "-c", _OPEN, str(path)], cwd=root) for _ in range(5)]
    assert [process.wait(60) for process in processes] == [0] * 5


async def test_several_stores_of_one_process_may_make_the_same_log_at_once(
    path: Path, printed: Printed
) -> None:
    stores = await asyncio.gather(*(Store.open(path, instance=str(n), watcher=None) for n in range(4)))
    await asyncio.gather(*(store.append([printed(b"x")]) for store in stores))
    assert (await stores[0].head()).seq == 4
    for store in stores:
        await store.close()


@pytest.mark.parametrize("name", ["log.db", "log.lock"])
async def test_a_link_in_the_place_of_the_log_is_refused_and_what_it_leads_to_left_alone(
    path: Path, tmp_path: Path, name: str
) -> None:
    path.parent.mkdir(mode=0o700)
    outside = tmp_path / "outside"
    outside.write_bytes(b"")
    outside.chmod(0o640)
    path.with_name(name).symlink_to(outside)

    with pytest.raises((HomeUnusable, LogUnusable), match=f"{name} is a link.*remove"):
        await Store.open(path, instance=id_of("x"), watcher=None)

    assert stat.S_IMODE(outside.stat().st_mode) == 0o640
    assert not outside.stat().st_size
