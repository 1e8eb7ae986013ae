"""``chloe doctor`` as a user and a script see it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.ids import id_of

Chloe = Callable[..., subprocess.CompletedProcess[bytes]]

KEYS = {"check", "state", "subject", "text", "remedy", "fixable"}


def _told(chloe: Chloe, *words: str, status: int = 0, **changed: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(chloe("doctor", "--json", *words, status=status, **changed).stdout)
    return told


def test_where_nothing_was_recorded_it_says_so_and_makes_nothing(chloe: Chloe, home: Path) -> None:
    said = chloe("doctor").stdout.decode()

    assert "nothing has been recorded" in said
    assert not home.exists()


def test_json_has_stable_keys_and_the_worst_state(chloe: Chloe, home: Path) -> None:
    chloe("ls")
    told = _told(chloe)
    assert set(told) == {"state", "findings", "deeds"}
    assert all(set(finding) == KEYS for finding in told["findings"])
    assert told["state"] in ("ok", "note")
    assert told["deeds"] == []

    (home / "log.db").chmod(0o644)

    told = _told(chloe, status=1)
    assert told["state"] == "bad"
    (wide,) = [finding for finding in told["findings"] if finding["state"] == "bad"]
    assert (wide["check"], wide["subject"], wide["fixable"]) == ("permissions", str(home / "log.db"), True)


def test_fix_does_what_is_safe_says_so_and_looks_again(chloe: Chloe, home: Path) -> None:
    chloe("ls")
    (home / "log.db").chmod(0o644)
    (home / "instances" / f"{id_of('dead')}.lock").write_text('{"pid": 1}')
    (home / "instances" / f"{id_of('dead')}.lock").chmod(0o600)

    said = chloe("doctor", "--fix").stdout.decode()

    assert f"done  made {home / 'log.db'} yours alone" in said
    assert f"done  removed the lock of instance {id_of('dead')[:8]}" in said
    assert said.endswith("all is well\n")
    assert (home / "log.db").stat().st_mode & 0o077 == 0
    assert list((home / "instances").iterdir()) == []
    assert _told(chloe, "--fix")["deeds"] == []


async def test_fix_takes_in_what_an_ended_pane_left(
    chloe: Chloe, home: Path, eventually: Callable[..., Awaitable[None]]
) -> None:
    pane = chloe("new", "sh", "-c", "read x; exit 3").stdout.decode().strip()
    lock = home / "spool" / pane / "lock"
    await eventually(lambda: lock.exists() and lock.read_bytes().strip(), "the holder says who it is")
    os.kill(int(lock.read_bytes()), 9)

    told = _told(chloe, "--fix")

    assert [deed["done"] for deed in told["deeds"]] == [True]
    assert not (home / "spool" / pane).exists()
    (listed,) = json.loads(chloe("ls", "--json").stdout)
    assert listed["state"] == "ended"


def test_a_broken_home_is_no_traceback(chloe: Chloe, home: Path, tmp_path: Path) -> None:
    chloe("ls")
    (home / "config.toml").write_text("[ui\n")
    (home / "log.db").write_bytes(b"\0" * 10_000)

    told = _told(chloe, "--fix", "--full", status=1, PATH=str(tmp_path), TERM="", LC_ALL="C")

    states = {finding["check"]: finding["state"] for finding in told["findings"]}
    assert states["configuration"] == states["log"] == "bad"
    assert states["tmux"] == "warn"


def test_lines_stay_within_the_terminal_and_commands_stay_whole(chloe: Chloe, home: Path) -> None:
    chloe("ls")
    (home / "log.db").chmod(0o644)

    lines = chloe("doctor", status=1, COLUMNS="80").stdout.decode().splitlines()

    assert f"                     > chmod go-rwx {home / 'log.db'}" in lines
    assert all(len(line) <= 80 for line in lines if "> " not in line and str(home) not in line)
    assert lines[-1] == "1 bad; chloe doctor --fix takes care of 1"


def test_nothing_that_a_program_made_up_reaches_the_terminal(chloe: Chloe) -> None:
    chloe("new", "--name", "a\x1b]0;b\x07\u202e", "cat")

    said = chloe("doctor").stdout

    assert b"\x1b" not in said
    assert "\u202e" not in said.decode()


@pytest.mark.parametrize("words", [("doctor",), ("doctor", "--full")])
def test_an_almost_empty_environment_will_do(words: tuple[str, ...], environment: dict[str, str]) -> None:
    kept = {name: environment[name] for name in ("PATH", "CHLOE_HOME", "CHLOE_TMUX_SOCKET", "PYTHONPATH")}

    done = subprocess.run([sys.executable, "-m", "chloe", *words], env=kept, capture_output=True)

    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
