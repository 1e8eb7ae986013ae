"""``chloe prune`` on a real log, from outside."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

Chloe = Callable[..., subprocess.CompletedProcess[bytes]]

#: So much that the disk notices, and that no compressor makes small.
PRINT = "head -c 3000000 /dev/urandom | base64; echo the end"


@pytest.fixture
def ended(chloe: Chloe) -> str:
    """A pane that has printed some megabytes and ended."""
    pane = chloe("new", "--name", "noisy", "--", "sh", "-c", PRINT).stdout.decode().strip()
    deadline = time.monotonic() + 60
    while json.loads(chloe("ls", "--all", "--json").stdout)[0]["state"] != "ended":
        assert time.monotonic() < deadline, "it never ended"
    return pane


def test_it_tells_first_and_then_does_it_and_the_disk_gets_it_back(
    chloe: Chloe, home: Path, ended: str
) -> None:
    told = json.loads(chloe("prune", "--pane", "noisy", "--dry-run", "--json").stdout)
    assert told["dry_run"] is True
    assert [pane["id"] for pane in told["panes"]] == [ended]
    # Random bytes in base64 are a third longer, and compress to about what they were.
    assert told["bytes"] > 2_900_000
    assert b"would go" in chloe("prune", "--pane", "noisy", "--dry-run").stdout
    assert (home / "log.db").stat().st_size > 2_900_000

    went = json.loads(chloe("prune", "--pane", "noisy", "--json").stdout)
    assert (went["records"], went["bytes"]) == (told["records"], told["bytes"])
    assert went["size_before"] - went["size_after"] > 2_500_000
    assert (home / "log.db").stat().st_size < 500_000

    assert b"bodies pruned" in chloe("verify").stdout
    assert b"is gone (asked for)" in chloe("replay", "noisy").stdout
    exported = chloe("export-log", "noisy", status=1)
    assert exported.stdout == b""
    assert exported.stderr.count(b"pruned") == 1
    text = chloe("export-log", "noisy", "--format", "text", status=1).stdout.splitlines()
    assert next(line for line in text if line).endswith(b"bytes were here: pruned]")
    assert b"0 records went" in chloe("prune", "--pane", "noisy").stdout


def test_what_is_young_or_fits_stays(chloe: Chloe, ended: str) -> None:
    for condition in (("--older-than", "12h"), ("--over", "5GB")):
        assert json.loads(chloe("prune", *condition, "--json").stdout)["records"] == 0
    assert chloe("export-log", "noisy").stdout.endswith(b"the end\r\n")


def test_the_oldest_go_until_the_log_fits(chloe: Chloe, home: Path, ended: str) -> None:
    # What a pane printed goes in pieces of some megabytes: the later pane's is another one.
    later = "head -c 1000000 /dev/urandom | base64; echo the end"
    chloe("new", "--name", "later", "--", "sh", "-c", later)
    deadline = time.monotonic() + 60
    while any(pane["state"] != "ended" for pane in json.loads(chloe("ls", "--all", "--json").stdout)):
        assert time.monotonic() < deadline, "it never ended"
    went = json.loads(chloe("prune", "--over", "2MB", "--json").stdout)
    assert 0 < went["size_after"] < 2_300_000
    assert [pane["id"] for pane in went["panes"]] == [ended]
    assert chloe("export-log", "later").stdout.endswith(b"the end\r\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), b"--older-than AGE"),
        (("--older-than", "soon"), b'"90d"'),
        (("--over", "5 parsecs"), b"500 MB"),
        (("--over", "12"), b"at least a million bytes"),
    ],
)
def test_words_that_make_no_sense_are_told_what_would(
    chloe: Chloe, words: tuple[str, ...], said: bytes
) -> None:
    assert said in chloe("prune", *words, status=2).stderr


def test_a_pane_that_runs_is_kept_whole_while_its_scrollback_reaches_back(chloe: Chloe) -> None:
    chloe("new", "--name", "busy", "--", "sh", "-c", "echo here; exec sleep 1000")
    deadline = time.monotonic() + 30
    while b"here" not in chloe("export-log", "busy").stdout:
        assert time.monotonic() < deadline, "it never printed"
    said = chloe("prune", "--pane", "busy").stdout
    assert b"kept whole" in said
    assert b"0 records went" in said
    assert chloe("export-log", "busy").stdout == b"here\r\n"
