"""Names, tags and sizes beyond all bounds: refused in a sentence, or brought within them."""

from __future__ import annotations

import json

from chloe.terminal.sizes import fits
from tests.cli.conftest import Chloe


def test_a_name_or_a_tag_beyond_its_bound_is_refused_and_nothing_is_made(chloe: Chloe) -> None:
    chloe("new", "--name", "here", "--", "sleep", "60")
    long_name = "a pane's name has at most 200 characters, not 100000"
    refused: dict[tuple[str, ...], str] = {
        ("new", "--name", "n" * 100_000, "true"): long_name,
        ("new", "--tag", "t" * 100_000, "true"): "a tag has at most 200 characters, not 100000",
        ("new", *(f"--tag={n}" for n in range(65)), "true"): "a pane has at most 64 tags, not 65",
        ("rename", "here", "n" * 100_000): long_name,
        ("tag", "here", "t" * 201): "a tag has at most 200 characters, not 201",
        ("tag", "here", *map(str, range(65))): "a pane has at most 64 tags, not 65",
    }
    for words, why in refused.items():
        assert why in chloe(*words, status=2).stderr.decode()
    (pane,) = json.loads(chloe("ls", "--json").stdout)
    assert (pane["name"], pane["tags"]) == ("here", [])
    chloe("kill", "here")


def test_a_command_of_any_length_that_can_run_has_a_name_that_can_be_kept(chloe: Chloe) -> None:
    chloe("new", "--", "sh", "-c", f"# {'x' * 100_000}\nsleep 60")
    (pane,) = json.loads(chloe("ls", "--json").stdout)
    assert (pane["name"], len(pane["argv"][2])) == ("sh", 100_011)
    chloe("kill", "sh")


def test_whatever_size_the_callers_terminal_claims_a_pane_gets_one_that_can_be(chloe: Chloe) -> None:
    for columns, lines in (("999999", "24"), ("9999", "9999"), ("1", "1")):
        pane = chloe("new", "--", "sleep", "60", COLUMNS=columns, LINES=lines).stdout.decode().strip()
        (found,) = [each for each in json.loads(chloe("ls", "--json").stdout) if each["id"] == pane]
        assert fits(found["rows"], found["columns"])
        assert found["columns"] == min(int(columns), 10_000)
        chloe("kill", pane)
