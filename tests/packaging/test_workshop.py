"""What checks a commit is what ``make test`` runs, with the tools that are pinned, and from nowhere else."""

from __future__ import annotations

import configparser
import re
import tomllib
from pathlib import Path

from tests import covered
from tests.laws.test_floors import FLOORS

ROOT = Path(__file__).resolve().parents[2]
HOOKS = (ROOT / ".pre-commit-config.yaml").read_text("utf-8")


def test_the_hooks_are_local_and_name_no_address() -> None:
    assert set(re.findall(r"repo: (\S+)", HOOKS)) == {"local"}
    assert set(re.findall(r"language: (\S+)", HOOKS)) == {"system"}
    assert "://" not in HOOKS


def test_the_hooks_run_what_make_test_runs_with_the_pinned_tools() -> None:
    tools = {Path(entry).name for entry in re.findall(r"entry: (\S+)", HOOKS)}
    makefile = (ROOT / "Makefile").read_text("utf-8")
    (recipe,) = re.findall(r"^test:\n((?:\t.*\n)+)", makefile, re.MULTILINE)
    pinned = set(re.findall(r"^([\w-]+)==", (ROOT / "requirements/dev.txt").read_text("utf-8"), re.MULTILINE))

    assert {"format", "lint", "types", "spelling"} == set(re.findall(r"- id: (\S+)", HOOKS))
    assert tools <= pinned
    assert all(f"$(BIN)/{tool}" in recipe for tool in tools)


def test_editors_are_told_the_width_that_ruff_holds() -> None:
    editors = configparser.ConfigParser()
    editors.read_string((ROOT / ".editorconfig").read_text("utf-8").partition("root = true")[2])
    ruff = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["ruff"]

    assert editors["*.py"]["max_line_length"] == str(ruff["line-length"])


def test_each_room_has_a_least_share_or_is_held_elsewhere() -> None:
    assert sorted([*covered.LEAST, *covered.ELSEWHERE]) == sorted(set(FLOORS) - {"__main__"})
    assert not [path for path in covered.TESTS if not (ROOT / path).exists()]
