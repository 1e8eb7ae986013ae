"""A run from outside: the exit status that its end becomes, and what is said where an error ended it."""

from __future__ import annotations

from pathlib import Path

import pytest

from chloe.config import Config, Paths
from chloe.errors import ChloeError, UsageError
from chloe.ui import launch


def ends_with(monkeypatch: pytest.MonkeyPatch, end: int | BaseException) -> None:
    """Have the app end like this."""

    async def main(*_: object) -> int:
        if isinstance(end, int):
            return end
        raise end

    monkeypatch.setattr(launch, "_main", main)


def test_the_status_of_the_app_is_that_of_the_run(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ends_with(monkeypatch, 143)
    assert launch.run(Config(paths=Paths.under(home))) == 143


def test_an_error_that_was_foreseen_is_raised(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ends_with(monkeypatch, ExceptionGroup("several", [ValueError("x"), ChloeError("foreseen")]))
    with pytest.raises(ChloeError, match="foreseen"):
        launch.run(Config(paths=Paths.under(home)))


def test_one_that_nobody_foresaw_is_one_line_and_a_traceback_in_the_log_file(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ends_with(monkeypatch, ValueError("broken \x1b on purpose\nand more"))
    config = Config(paths=Paths.under(home))
    assert launch.run(config) == 70
    said = capsys.readouterr().err
    assert said.startswith("chloe: ended by an error of its own, ValueError: broken")
    assert said.count("\n") == 1
    assert "\x1b" not in said
    assert str(config.paths.log_file) in said
    assert "Traceback" in config.paths.log_file.read_text()


def test_without_a_terminal_it_says_what_it_needs(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.isatty", lambda _: False)
    with pytest.raises(UsageError, match="needs a terminal"):
        launch.run(Config(paths=Paths.under(home)), {"TERM": "xterm"})
