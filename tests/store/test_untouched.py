"""A database is read without a byte being changed, whatever was left beside it and whoever has it open."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from chloe.store import untouched
from chloe.store.untouched import database_uri, open_untouched
from tests.disks import ReadOnlyView

ROWS = 100


@pytest.fixture
def left(tmp_path: Path) -> Path:
    """A database as a killed program leaves it: all its rows are in the -wal file."""
    made, left = tmp_path / "made", tmp_path / "left"
    made.mkdir()
    left.mkdir()
    with closing(sqlite3.connect(made / "log.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE t (a)")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for number in range(ROWS):
            connection.execute("INSERT INTO t VALUES (?)", (number,))
        for name in ("log.db", "log.db-wal"):
            shutil.copy(made / name, left / name)
    return left / "log.db"


@pytest.fixture(autouse=True)
def close_what_is_left_open() -> Iterator[None]:
    yield
    for connection in untouched._left_open:
        # One of a reader's thread can't be closed in this one.
        with suppress(sqlite3.ProgrammingError):
            sqlite3.Connection.close(connection)
    untouched._left_open.clear()


def seen(path: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in path.parent.iterdir()}


def count(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM t").fetchone()[0])


def test_what_is_in_the_wal_is_read_without_a_file_being_made(left: Path) -> None:
    before = seen(left)
    with closing(open_untouched(left, timeout=0)) as connection:
        assert count(connection) == ROWS
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            connection.execute("DELETE FROM t")
    assert seen(left) == before


def test_a_wal_in_which_sqlite_finds_nothing_is_left_where_it_is(left: Path) -> None:
    wal = left.with_name("log.db-wal")
    with wal.open("r+b") as file:
        # The checksum of the first frame (https://sqlite.org/fileformat2.html, 4.1).
        file.seek(32 + 16)
        file.write(bytes(8))
    before = seen(left)
    with closing(open_untouched(left, timeout=0)) as connection:
        assert count(connection) == 0
    assert seen(left) == before


@pytest.mark.parametrize("wal", [None, b""], ids=["none", "empty"])
def test_without_anything_in_a_wal_the_database_alone_is_read(left: Path, wal: bytes | None) -> None:
    left.with_name("log.db-wal").unlink()
    if wal is not None:
        left.with_name("log.db-wal").write_bytes(wal)
    before = seen(left)
    with closing(open_untouched(left, timeout=0)) as connection:
        assert count(connection) == 0
    assert seen(left) == before


def test_while_somebody_writes_his_commits_are_seen(left: Path) -> None:
    with closing(sqlite3.connect(left, isolation_level=None)) as writer:
        assert count(writer) == ROWS
        with closing(open_untouched(left, timeout=0)) as connection:
            for more in (1, 2):
                writer.execute("INSERT INTO t VALUES (0)")
                assert count(connection) == ROWS + more


def test_where_the_kernel_says_nothing_of_locks_a_missing_index_is_done_without(
    left: Path, monkeypatch: pytest.MonkeyPatch, read_only_view: ReadOnlyView
) -> None:
    monkeypatch.setattr(untouched, "is_byte_locked", lambda path, byte: None)
    view = read_only_view(left.parent)
    with closing(open_untouched(view / "log.db", timeout=0)) as connection:
        assert count(connection) == ROWS


def test_a_name_means_itself_whatever_it_is_made_of(tmp_path: Path) -> None:
    for name in (b"a?b#c%41", b"//x", b"\xff\xfe", b"a b&mode=rwc"):
        folder = tmp_path / os.fsdecode(name.strip(b"/"))
        folder.mkdir()
        path = folder / "log.db"
        with closing(sqlite3.connect(database_uri(path, "mode=rwc"), uri=True)) as connection:
            connection.execute("CREATE TABLE t (a)")
        assert path.is_file()
    assert database_uri(Path("//x/log.db"), "mode=ro") == "file:////x/log.db?mode=ro"
