"""Whatever goes wrong, a user gets one line and an exit status, never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from chloe.cli.exit import run_and_report
from chloe.errors import PaneUnknown


def raising(error: BaseException) -> int:
    def run() -> None:
        raise error

    return run_and_report(run)


def test_an_error_of_ours_is_one_line_and_its_own_status(capsys: pytest.CaptureFixture[str]) -> None:
    assert raising(PaneUnknown("no pane is called 'a\x1b[2J\nb'")) == 3
    assert capsys.readouterr().err == "chloe: no pane is called 'a\\x1b[2J\\nb'\n"


def test_an_error_of_ours_is_found_in_a_group_of_tasks(capsys: pytest.CaptureFixture[str]) -> None:
    inner = BaseExceptionGroup("inner", [PaneUnknown("no such pane")])

    assert raising(BaseExceptionGroup("tasks", [inner])) == 3
    assert capsys.readouterr().err == "chloe: no such pane\n"


def test_an_interrupt_ends_with_130_and_no_word(capsys: pytest.CaptureFixture[str]) -> None:
    assert raising(KeyboardInterrupt()) == 130
    assert raising(click.Abort()) == 130
    assert capsys.readouterr().err == ""


def test_a_status_of_the_commands_own_is_passed_on() -> None:
    assert run_and_report(lambda: 1) == 1
    assert run_and_report(lambda: None) == 0


def test_what_nobody_foresaw_goes_into_the_log_file_and_the_line_names_it(tmp_path: Path) -> None:
    program = (
        "from chloe.cli.exit import run_and_report\nimport sys\n"
        "def run(): raise RuntimeError('a\\x1b]0;b')\nsys.exit(run_and_report(run))"
    )
    environment = {**os.environ, "CHLOE_HOME": str(tmp_path / "home")}

    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)

    kept = tmp_path / "home/chloe.log"
    assert done.returncode == 70
    assert done.stderr.count("\n") == 1
    assert str(kept) in done.stderr
    assert "\x1b" not in done.stderr
    assert "Traceback" in kept.read_text()
    assert kept.stat().st_mode & 0o077 == 0
