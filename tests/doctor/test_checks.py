"""The checks as a whole: none can spoil another, and none writes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chloe.doctor import State, diagnose
from chloe.doctor.checks import CHECKS, Check
from chloe.doctor.evidence import Evidence, Unavailable
from chloe.doctor.findings import Finding, ok


def _files(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """All that lies in the folder but SQLite's memory: mode, time of change, content."""
    return {
        str(each): (
            each.stat().st_mode,
            each.stat().st_mtime_ns,
            each.read_bytes() if each.is_file() else b"",
        )
        for each in [folder, *folder.rglob("*")]
        if not each.name.endswith("-shm")
    }


async def test_a_healthy_chloe_is_called_healthy(doctor: Any) -> None:
    await doctor.pane()

    states = await doctor.states()

    # What this machine's disk is like is not the test's to say.
    assert {check: state for check, state in states.items() if check not in ("space", "file-system")} == {
        check.name: State.OK
        for check in CHECKS
        if check.name not in ("space", "file-system", "chain", "strangers")
    }


async def test_a_home_that_is_not_there_is_a_note_and_stays_away(doctor: Any, home: Path) -> None:
    states = await doctor.states()

    assert states["paths"] == states["log"] == State.NOTE
    assert State.BAD not in states.values()
    assert not home.exists()


async def test_looking_changes_nothing(doctor: Any, home: Path) -> None:
    pane = await doctor.pane()
    await doctor.kill_holder(pane)
    (home / "log.db").chmod(0o644)
    before = _files(home)

    await doctor.examine(full=True)
    diagnose(await doctor.examine())

    assert _files(home) == before


async def test_a_check_that_fails_is_a_finding_and_what_it_found_before_is_told(doctor: Any) -> None:
    def fails(_evidence: Evidence) -> Iterator[Finding]:
        yield ok("first", "is well")
        raise ZeroDivisionError("by zero")

    def needs(_evidence: Evidence) -> Iterator[Finding]:
        raise Unavailable("the log")

    def refused(_evidence: Evidence) -> Iterator[Finding]:
        raise PermissionError(13, "Permission denied", "/x")

    checks = (Check("one", fails), Check("two", needs), Check("three", refused))
    found = diagnose(await doctor.examine(), checks)

    assert [(each.check, each.state) for each in found] == [
        ("one", State.OK),
        ("one", State.BAD),
        ("two", State.NOTE),
        ("three", State.BAD),
    ]
    assert "ZeroDivisionError: by zero" in found[1].text
    assert "the log couldn't be looked at" in found[2].text
    assert "/x" in found[3].text


async def test_each_finding_to_be_seen_to_says_what_to_do(doctor: Any, home: Path) -> None:
    pane = await doctor.pane()
    await doctor.kill_holder(pane)
    (home / "config.toml").write_text("[ui]\nx = 1\n")
    (home / "config.toml").chmod(0o666)
    (home / "log.db").write_bytes(b"no database" * 1000)
    doctor.tmux("new-session", "-d", "-s", "chloe-stranger", "sleep 60")

    found = [each for each in diagnose(await doctor.examine()) if each.state in (State.WARN, State.BAD)]

    assert {each.check for each in found} >= {"configuration", "permissions", "log"}
    assert all(each.remedy for each in found)


def test_names_of_checks_are_unique() -> None:
    assert len({check.name for check in CHECKS}) == len(CHECKS)
