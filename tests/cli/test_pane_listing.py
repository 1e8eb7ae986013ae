"""A pane for a reader: the keys that docs/json.md promises, and what programs do, seen on real ones."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any, get_args

import pytest

from chloe.actors.states.doing import State
from tests.cli.conftest import Chloe

ROOT = Path(__file__).parents[2]
DEADLINE = 30.0


def named_in_docs(heading: str) -> list[str]:
    """The names in the first column of the first table below a heading."""
    text = (ROOT / "docs/json.md").read_text("utf-8").partition(f"# {heading}\n")[2]
    rows = re.findall(r"^\| ([^|]*) \|", text.partition("\n#")[0], re.MULTILINE)
    # Without the heading and the line below it.
    return [name.strip("`") for row in rows[1:] for name in row.split(", ")]


def listed(chloe: Chloe) -> dict[str, Any]:
    return {pane["name"]: pane for pane in json.loads(chloe("ls", "--json").stdout)}


def test_the_keys_are_those_that_the_docs_promise(chloe: Chloe) -> None:
    made = json.loads(chloe("new", "--json", "--name", "one", "cat").stdout)
    found = listed(chloe)["one"]
    chloe("kill", "one")
    assert list(made) == list(found) == named_in_docs("What `chloe ls --json` prints")
    assert list(found["doing"]) == ["state", "since", "evidence", "program", "folder"]
    assert found["rang"] is None


def test_the_states_are_those_that_the_docs_name() -> None:
    assert named_in_docs("What a program is doing") == list(get_args(State))


def test_a_notification_that_nobody_has_seen_is_told(chloe: Chloe) -> None:
    rings = r"printf '\033]777;notify;Build;it is done\a'; exec cat"
    chloe("new", "--name", "one", "sh", "-c", rings)
    until = time.monotonic() + DEADLINE
    while (rang := listed(chloe)["one"]["rang"]) is None:
        assert time.monotonic() < until
    assert list(rang) == ["at", "title", "text"]
    assert rang["title"] == "Build"
    assert ", rang " in chloe("ls").stdout.decode()
    chloe("kill", "one")


@pytest.mark.skipif(not Path("/proc/self/syscall").exists(), reason="no /proc, or an older one")
def test_what_programs_are_doing_is_said_with_what_shows_it(chloe: Chloe) -> None:
    for name, argv in {
        "line": ("cat",),
        "password": ("sh", "-c", "stty -echo; exec cat"),
        "key": ("sh", "-c", "stty raw -echo; exec head -c 1"),
        "sleep": ("sleep", "1000"),
        "shell": ("sh",),
        "well": ("true",),
        "failed": ("false",),
    }.items():
        chloe("new", "--name", name, *argv)
    expected = {
        "line": "waits for a line",
        "password": "waits for a password",
        "key": "waits for a key",
        "sleep": "works",
        "shell": "at the prompt",
        "well": "ended well",
        "failed": "failed",
    }
    until = time.monotonic() + DEADLINE
    while (found := {name: pane["doing"]["state"] for name, pane in listed(chloe).items()}) != expected:
        assert time.monotonic() < until, found
    table = chloe("ls").stdout.decode()
    for shown in ("waits for a line", "waits for a password", "waits for a key", "works", "at the prompt"):
        assert shown in table
    waiting = {pane["name"] for pane in json.loads(chloe("ls", "--waiting", "--json").stdout)}
    assert waiting == {"line", "password", "key"}
    chloe("group", "line", "work")
    chloe("new", "--name", "other", "--tag", "a", "--group", "work", "true")
    work = {
        pane["name"]: pane["tags"] for pane in json.loads(chloe("ls", "--group", "work", "--json").stdout)
    }
    assert work == {"line": ["group=work"], "other": ["a", "group=work"]}
    line = listed(chloe)["line"]["doing"]
    assert (line["program"], line["folder"]) == ("cat", listed(chloe)["line"]["cwd"])
    assert "is inside a read of its terminal" in listed(chloe)["key"]["doing"]["evidence"]
    for name in ("line", "password", "key", "sleep", "shell"):
        chloe("kill", name)
    assert {pane["doing"]["state"] for pane in listed(chloe).values()} == {"ended", "ended well", "failed"}
