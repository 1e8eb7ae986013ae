"""``chloe`` as a whole: help, version, usage, and output that nobody reads."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

import chloe as package
from chloe.cli import root
from chloe.cli.root import COMMANDS

Chloe = Callable[..., subprocess.CompletedProcess[bytes]]


def test_the_version_is_told(chloe: Chloe) -> None:
    assert chloe("--version").stdout.decode() == f"chloe {package.__version__}\n"


def test_the_version_is_told_without_loading_anything(environment: dict[str, str]) -> None:
    seen = "import sys; from chloe.cli import main; main(['--version']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", seen], env=environment, capture_output=True, text=True)

    assert not {"click", "asyncio", "urwid", "sqlite3", "libtmux"} & set(done.stdout.split())


def test_help_is_told_without_loading_what_is_heavy(environment: dict[str, str]) -> None:
    seen = "import sys; from chloe.cli import main; main(['--help']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", seen], env=environment, capture_output=True, text=True)

    assert not {"asyncio", "urwid", "sqlite3", "libtmux", "chloe.engine"} & set(done.stdout.split())


@pytest.mark.parametrize(
    ("word", "said"),
    [("sl", "there is no command 'sl': did you mean ls?"), ("zzz", "there is no command 'zzz' (")],
)
def test_a_command_that_there_is_not_is_named_with_the_nearest(chloe: Chloe, word: str, said: str) -> None:
    assert said in chloe(word, status=2).stderr.decode()


def test_help_names_each_command(chloe: Chloe) -> None:
    said = chloe("--help").stdout.decode()

    wanted = {
        "new",
        "ls",
        "peek",
        "wait",
        "send",
        "relaunch",
        "rename",
        "reset",
        "tag",
        "group",
        "kill",
        "replay",
        "export-log",
        "prune",
        "verify",
        "recover",
        "config",
        "doctor",
    }
    assert wanted == set(COMMANDS)
    for command in wanted:
        assert f"\n  {command} " in said


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_each_command_explains_itself_and_its_options(command: str) -> None:
    loaded = root.load_command(command)

    assert loaded is not None
    assert loaded.help
    for parameter in loaded.params:
        if parameter.param_type_name == "option":
            assert getattr(parameter, "help", None), parameter.name


def test_a_wrong_word_ends_with_2_and_says_where_help_is(chloe: Chloe) -> None:
    said = chloe("lsd", status=2).stderr.decode()

    assert said.startswith("chloe: ")
    assert said.count("\n") == 1
    assert "chloe --help" in said


def test_the_app_without_a_terminal_says_what_to_do(chloe: Chloe) -> None:
    assert b"needs a terminal" in chloe(status=2).stderr


def test_a_broken_configuration_ends_with_78_and_names_line_and_key(chloe: Chloe, home: Path) -> None:
    home.mkdir(mode=0o700)
    (home / "config.toml").write_text("[ui]\ncolour = 1\n")

    assert b"config.toml, line 2, ui.colour:" in chloe("ls", status=78).stderr


def test_a_home_that_is_no_folder_ends_with_77(chloe: Chloe, home: Path) -> None:
    home.touch()

    assert b"CHLOE_HOME" in chloe("ls", status=77).stderr


def test_the_settings_are_told_as_toml_that_can_be_read_back(chloe: Chloe, home: Path) -> None:
    home.mkdir(mode=0o700)
    (home / "config.toml").write_text('[shell]\ncommand = ["sh", "-c", "é\\n"]\n[ui]\nascii = true\n')

    told = tomllib.loads(chloe("config").stdout.decode())

    assert told["shell"]["command"] == ["sh", "-c", "é\n"]
    assert told["ui"]["ascii"] is True
    assert json.loads(chloe("config", "--json").stdout)["paths"]["home"] == str(home)


def test_a_reader_that_is_gone_is_no_trouble(environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "chloe", "--help"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as gone:
        assert gone.stdout
        assert gone.stderr
        gone.stdout.close()
        assert gone.stderr.read() == b""
    assert gone.returncode == 141


def test_a_full_disk_behind_the_output_is_told(environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "chloe", "config"]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, env=environment, stdout=full, stderr=subprocess.PIPE)

    assert done.returncode == 74
    assert done.stderr.startswith(b"chloe: the output can't be written")


@pytest.mark.parametrize(
    ("words", "variables", "has_more"),
    [
        (("ls",), {}, False),
        (("--debug", "ls"), {}, True),
        (("ls",), {"CHLOE_DEBUG": "1"}, True),
        (("ls",), {"CHLOE_DEBUG": "0"}, False),
        (("ls",), {"CHLOE_DEBUG": ""}, False),
    ],
)
def test_debugging_writes_more_into_the_log_file_and_nothing_to_the_terminal(
    chloe: Chloe,
    home: Path,
    words: tuple[str, ...],
    variables: dict[str, str],
    has_more: bool,
) -> None:
    done = chloe(*words, **variables)

    log = home / "chloe.log"
    assert ("DEBUG chloe.cli: the engine is open" in (log.read_text() if log.exists() else "")) is has_more
    assert done.stdout == b""
    assert done.stderr == b""
