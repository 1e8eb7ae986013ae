"""A command that is about one pane touches no other; one that lists them takes all of them in."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Chloe

#: More than are taken in at once.
PANES = 10
DEADLINE = 30


def wait_until_spooled(home: Path) -> None:
    """Wait until each pane's spool has what it printed."""
    deadline = time.monotonic() + DEADLINE
    folders = list((home / "spool").iterdir())
    while not all(any(b"printed" in each.read_bytes() for each in spool.glob("0.seg")) for spool in folders):
        assert time.monotonic() < deadline


def printed(home: Path) -> set[str]:
    """The names of the panes of which the log has any output."""
    with closing(sqlite3.connect(f"file:{home / 'log.db'}?mode=ro", uri=True)) as log:
        sql = "SELECT DISTINCT json_extract(head, '$.name') FROM record WHERE kind = 'Created' AND pane IN "
        return {name for (name,) in log.execute(f"{sql}(SELECT pane FROM record WHERE kind = 'Output')")}


@pytest.mark.parametrize(
    "words",
    [("send", "pane-1", "x"), ("rename", "pane-1", "pane-1"), ("tag", "pane-1", "t"), ("kill", "pane-1")],
)
def test_a_command_about_one_pane_touches_no_other(chloe: Chloe, home: Path, words: tuple[str, ...]) -> None:
    for number in range(3):
        chloe("new", "--name", f"pane-{number}", "sh", "-c", "echo printed; exec cat")
    wait_until_spooled(home)
    assert printed(home) == set()
    chloe(*words)
    assert printed(home) == {"pane-1"}


def test_all_are_taken_in_for_a_list(chloe: Chloe, home: Path) -> None:
    for number in range(PANES):
        ending = "exit 3" if number % 2 else "exec cat"
        chloe("new", "--name", f"pane-{number}", "sh", "-c", f"echo printed; {ending}")
    wait_until_spooled(home)
    listed = chloe("ls").stdout.decode()
    assert printed(home) == {f"pane-{number}" for number in range(PANES)}
    assert listed.count("9 B") == PANES, listed


def test_a_past_pane_is_known_by_its_name(chloe: Chloe) -> None:
    chloe("new", "--name", "gone", "true")
    while b"exit 0" not in chloe("ls").stdout:
        pass
    assert b"has ended" in chloe("send", "gone", "x", status=4).stderr
    chloe("rename", "gone", "renamed")
    assert b"no pane is called" in chloe("send", "gone", "x", status=3).stderr
    assert b"renamed" in chloe("ls").stdout
