"""The commands that a page shows: of Chloe, of make, of Python.

Owns whether there is such a command, and whether it has these options. Must not know what it does.
"""

from __future__ import annotations

import re
from functools import cache

import click

from chloe.cli.root import COMMANDS, chloe, load_command
from tests.docs.pages import ROOT

#: Programs of others that pages show with their arguments.
PROGRAMS = ("tmux", "pipx", "git", "uv", "pytest", ".venv/bin/pytest", "kill", "ssh")

#: How a command begins that is looked at here.
COMMAND = re.compile(r"(chloe|\.venv/bin/chloe|make|python -m) \S|--\w")
_OPTION = re.compile(r"--?[A-Za-z][\w-]*")


@cache
def options(name: str) -> frozenset[str]:
    """Return the options of one of Chloe's commands, those of ``chloe`` itself for ""."""
    command = load_command(name) if name else chloe
    assert command is not None
    with click.Context(command) as context:
        return frozenset(
            option
            for parameter in command.get_params(context)
            for option in (*parameter.opts, *parameter.secondary_opts, "-h")
        )


def is_command(text: str) -> bool:
    """Whether this is a command, or an option, that there is."""
    words = re.sub(r"[\[\]|]|\.\.\.", " ", text).split()
    match words:
        case ["chloe"]:
            return True
        case ["chloe", *rest] | [".venv/bin/chloe", *rest]:
            return not wrong_in(rest)
        case ["make", target, *variables]:
            return target in targets() and all(variable.partition("=")[0].isupper() for variable in variables)
        case ["python", "-m", module, *_]:
            path = ROOT / module.replace(".", "/")
            return (path / "__main__.py").is_file() or path.with_suffix(".py").is_file()
        case [option, *values] if _OPTION.fullmatch(option):
            return len(values) <= 1 and any(option in options(name) for name in (*COMMANDS, ""))
        case [name]:
            return name in COMMANDS
        case [program, *_]:
            return program in PROGRAMS
    return False


def wrong_in(words: list[str]) -> list[str]:
    """Return the words behind ``chloe`` that mean nothing there: the command, or options it doesn't have.

    What stands behind ``--`` is a program of the user's.
    """
    if "--" in words:
        words = words[: words.index("--")]
    name = words[0] if words and not words[0].startswith("-") else ""
    if name and name not in COMMANDS:
        return [name]
    return [
        word
        for word in words
        if word.startswith("-") and _OPTION.fullmatch(word.partition("=")[0])
        if word.partition("=")[0] not in options(name)
    ]


@cache
def targets() -> frozenset[str]:
    """Return the targets of the Makefile."""
    return frozenset(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
