"""Standard input, output or error is closed: what needs it says so, everything else does its work."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Chloe, Ran

#: What prints nothing is done; what has output to give ends with 74.
DONE, FAILED = 0, 74


def without(closed: str, environment: dict[str, str], folder: Path, *words: str, before: str = "") -> Ran:
    script = f'{before} exec "$@" {closed}'
    return subprocess.run(
        ["sh", "-c", script, "sh", sys.executable, "-m", "chloe", *words],
        capture_output=True,
        env=environment,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        timeout=120,
    )


@pytest.fixture
def pane(chloe: Chloe) -> str:
    return chloe("new", "--name", "one", "sleep", "1000").stdout.decode().strip()


def test_without_output_what_prints_nothing_is_done_and_the_rest_ends_with_74(
    chloe: Chloe, environment: dict[str, str], tmp_path: Path, pane: str
) -> None:
    for words, status in (
        (("rename", pane, "two"), DONE),
        (("tag", pane, "a"), DONE),
        (("send", pane, "x"), DONE),
        (("ls",), FAILED),
        (("replay",), FAILED),
        (("export-log", pane, "--format", "text"), FAILED),
        (("config",), FAILED),
        (("doctor", "--json"), FAILED),
        (("--version",), FAILED),
        (("--help",), FAILED),
        (("kill", pane), DONE),
    ):
        done = without(">&-", environment, tmp_path, *words)
        assert done.returncode == status, (words, done.stderr)
        assert done.stderr.count(b"\n") == (status != DONE), (words, done.stderr)
        assert b"Traceback" not in done.stderr
    (listed,) = json.loads(chloe("ls", "--json", "--all").stdout)
    assert (listed["name"], listed["tags"], listed["state"]) == ("two", ["a"], "ended")


def test_without_standard_error_a_message_goes_nowhere_and_the_status_says_it(
    environment: dict[str, str], tmp_path: Path, pane: str
) -> None:
    for words, status in ((("send", "nosuch", "x"), 3), (("doctor", "--json"), 0), (("ls",), 0)):
        done = without("2>&-", environment, tmp_path, *words)
        assert done.returncode == status, words
        assert b"nosuch" not in done.stdout


def test_without_any_of_the_three_a_program_is_started_all_the_same(
    chloe: Chloe, environment: dict[str, str], tmp_path: Path
) -> None:
    done = without("<&- >&- 2>&-", environment, tmp_path, "new", "--name", "one", "sleep", "1000")
    assert done.returncode == FAILED
    assert [each["name"] for each in json.loads(chloe("ls", "--json").stdout)] == ["one"]
    chloe("kill", "one")


def test_without_standard_input_there_is_nothing_to_type_from_it(
    environment: dict[str, str], tmp_path: Path, pane: str
) -> None:
    done = without("<&-", environment, tmp_path, "send", pane, "--stdin")
    assert done.returncode == 2
    assert b"standard input is closed" in done.stderr


def test_a_folder_that_is_gone_is_a_sentence_or_the_home(
    chloe: Chloe, environment: dict[str, str], tmp_path: Path
) -> None:
    gone = "mkdir gone && cd gone && rmdir ../gone &&"
    home = tmp_path / "own"
    home.mkdir()
    changed = environment | {"HOME": str(home)}
    done = without("", changed, tmp_path, "new", "--name", "one", "sleep", "1000", before=gone)
    assert done.returncode == 0, done.stderr
    (pane,) = json.loads(chloe("ls", "--json").stdout)
    assert pane["cwd"] == str(home)
    chloe("kill", "one")
    done = without("", changed, tmp_path, "new", "--cwd", "..", "true", before=gone)
    assert done.returncode == 5
    assert b"is gone" in done.stderr
