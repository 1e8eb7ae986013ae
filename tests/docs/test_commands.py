"""The commands and options that the pages show are there, and each target of the Makefile is told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.commands import COMMAND, is_command, targets, wrong_in
from tests.docs.pages import PAGES, ROOT, code_lines, spans


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_each_command_and_option_in_a_page_is_there(page: Path) -> None:
    name, source = str(page.relative_to(ROOT)), page.read_text("utf-8")
    commands = [
        each for each in [*spans(name, source), *code_lines(name, source)] if COMMAND.match(each.text)
    ]

    assert not [str(each) for each in commands if not is_command(each.text)]


def test_the_help_of_make_tells_of_each_target() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    told = set(re.findall(r'^\t@echo "make (\w+)', makefile, re.MULTILINE))
    phony = set(re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split())  # type: ignore[index]

    assert told == targets() - {"help"}
    assert phony == targets()


def test_contributing_tells_of_each_target_that_checks_something() -> None:
    told = set(re.findall(r"^    make (\w+)", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.MULTILINE))

    assert targets() - told == {"help", "run", "lock", "clean"}


@pytest.mark.parametrize(
    "words", ["nothing", "ls --nothing", "new --all", "--nothing", "verify --head=x --nothing", "ls -x"]
)
def test_a_command_that_is_not_there_is_found(words: str) -> None:
    assert wrong_in(words.split())


@pytest.mark.parametrize(
    "words", ["", "ls --all --json", "--version", "-h", "new --name x -- vim --nothing", "export-log p -o f"]
)
def test_a_command_that_is_there_passes(words: str) -> None:
    assert not wrong_in(words.split())
