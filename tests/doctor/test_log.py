"""The log: damaged, locked, foreign, from another time."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from chloe.doctor import State
from chloe.store import Store
from tests.disks import ReadOnlyView


async def test_a_damaged_log_is_one_bad_line_and_the_rest_is_looked_at(doctor: Any, home: Path) -> None:
    await doctor.pane()
    data = bytearray((home / "log.db").read_bytes())
    data[4096:] = b"\xaa" * (len(data) - 4096)
    (home / "log.db").write_bytes(data)

    (found,) = await doctor.found("log")
    states = await doctor.states()

    assert found.state == State.BAD
    assert "damaged" in found.text
    assert "backup" in found.remedy
    assert [check for check, state in states.items() if state == State.BAD] == ["log"]
    assert states["panes"] == states["records"] == State.NOTE
    assert states["server"] == states["instances"] == State.OK


async def test_what_is_no_database_is_told(doctor: Any, home: Path) -> None:
    home.mkdir(mode=0o700)
    (home / "log.db").write_bytes(b"hello " * 1000)
    (home / "log.db").chmod(0o600)

    (found,) = await doctor.found("log")

    assert found.state == State.BAD
    assert "not a database" in found.text


async def test_a_log_cut_short_is_told(doctor: Any, home: Path) -> None:
    await doctor.pane()
    data = (home / "log.db").read_bytes()
    (home / "log.db").write_bytes(data[: len(data) // 2])

    assert [each.state for each in await doctor.found("log")] == [State.BAD]


async def test_a_log_that_can_only_be_read_is_told_with_the_way_out(
    doctor: Any, home: Path, tmp_path: Path, read_only_view: ReadOnlyView
) -> None:
    await doctor.pane()
    (kept := tmp_path / "kept").mkdir()
    (home / "log.db").rename(kept / "log.db")
    (home / "log.db").symlink_to(read_only_view(kept) / "log.db")
    (found,) = await doctor.found("log")
    assert found.state == State.BAD
    assert f"nothing can be recorded: {home / 'log.db'} may not be written" in found.text


async def test_a_home_on_a_read_only_file_system_is_told_without_a_chmod(
    doctor: Any, home: Path, read_only_view: ReadOnlyView
) -> None:
    await doctor.pane()
    doctor.environment["CHLOE_HOME"] = str(read_only_view(home))
    for check in ("log", "paths"):
        found = (await doctor.found(check))[0]
        assert found.state == State.BAD, found
        assert "read-only" in found.text
        assert "mount it" in found.remedy


async def test_a_log_that_another_program_keeps_locked_is_told(doctor: Any, home: Path) -> None:
    await (await Store.open(home / "log.db", instance="", watcher=None)).close()
    with closing(sqlite3.connect(home / "log.db", isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")

        (found,) = await doctor.found("log")

    assert found.state == State.BAD
    assert "locked" in found.text


async def test_a_log_from_a_newer_chloe_is_bad_and_one_from_an_older_a_note(doctor: Any, home: Path) -> None:
    await doctor.start()
    with closing(sqlite3.connect(home / "log.db", isolation_level=None)) as log:
        log.execute("PRAGMA user_version = 999")
    (newer,) = await doctor.found("schema")
    with closing(sqlite3.connect(home / "log.db", isolation_level=None)) as log:
        log.execute("PRAGMA user_version = 1")
    older = await doctor.found("schema")

    assert newer.state == State.BAD
    assert "newer Chloe" in newer.text
    assert {each.state for each in older} <= {State.NOTE, State.OK}


async def test_a_trigger_that_is_gone_is_named(doctor: Any, home: Path) -> None:
    await doctor.start()
    with closing(sqlite3.connect(home / "log.db", isolation_level=None)) as log:
        log.execute("DROP TRIGGER record_update")

    (found,) = await doctor.found("triggers")

    assert found.state == State.BAD
    assert "record_update" in found.text


async def test_the_records_are_counted_and_the_head_is_told(doctor: Any, home: Path) -> None:
    await doctor.pane()
    with closing(sqlite3.connect(home / "log.db")) as log:
        seq, hash_ = log.execute("SELECT seq, hash FROM record ORDER BY seq DESC LIMIT 1").fetchone()

    records, head = await doctor.found("records")

    assert records.text.startswith(f"{seq}, the oldest from ")
    assert records.text.endswith("never pruned")
    assert head.text.startswith(f"{seq} {hash_.hex()[:16]}")


async def test_only_the_full_look_walks_the_chain_and_it_finds_an_edit(doctor: Any, home: Path) -> None:
    await doctor.pane()
    assert await doctor.found("chain") == []
    assert [each.state for each in await doctor.found("chain", full=True)] == [State.OK]
    with closing(sqlite3.connect(home / "log.db", isolation_level=None)) as log:
        sql = "SELECT sql FROM sqlite_schema WHERE name = 'record_update'"
        (trigger,) = log.execute(sql).fetchone()
        log.execute("DROP TRIGGER record_update")
        log.execute("UPDATE record SET occurred_at = occurred_at + 1 WHERE seq = 2")
        log.execute(trigger)

    (found,) = await doctor.found("chain", full=True)

    assert found.state == State.BAD
    assert found.text.startswith("record 2: ")


async def test_an_end_that_was_lost_is_told(doctor: Any, home: Path) -> None:
    await doctor.start()
    older = (home / "log.db").read_bytes()
    await doctor.pane()
    for beside in ("log.db-wal", "log.db-shm"):
        (home / beside).unlink(missing_ok=True)
    (home / "log.db").write_bytes(older)

    found = [each for each in await doctor.found("records") if each.state == State.BAD]

    assert len(found) == 1
    assert "lost its end" in found[0].text
