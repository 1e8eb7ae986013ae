"""What Chloe runs on: tmux missing, old or hung; the terminal."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

import chloe
from chloe.doctor import State, diagnose


def _pretend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put a tmux in front of the real one."""
    (tmp_path / "tmux").write_text(f"#!/bin/sh\n{script}\n")
    (tmp_path / "tmux").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")


async def test_versions_are_told(doctor: Any) -> None:
    found = {each.subject: each.text for each in await doctor.found("versions")}

    assert found["chloe"] == chloe.__version__
    assert {"Python", "SQLite"} <= set(found)
    assert all(package in found["packages"] for package in ("urwid", "pyte", "libtmux"))


async def test_a_missing_tmux_is_told_and_the_rest_is_looked_at(
    doctor: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    await doctor.pane()
    monkeypatch.setenv("PATH", str(tmp_path))

    states = await doctor.states()
    (tmux,) = await doctor.found("tmux")

    assert tmux.state == State.WARN
    assert "not installed" in tmux.text
    assert states["server"] == State.NOTE
    assert states["log"] == states["sessions"] == State.OK


async def test_an_old_tmux_is_told(doctor: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _pretend(tmp_path, monkeypatch, "echo tmux 2.9a")

    (tmux,) = await doctor.found("tmux")

    assert tmux.state == State.WARN
    assert "2.9a is too old" in tmux.text


async def test_a_tmux_that_hangs_is_given_up_on(
    doctor: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _pretend(tmp_path, monkeypatch, "exec sleep 600")

    (tmux,) = await doctor.found("tmux")

    assert tmux.state == State.WARN
    assert "doesn't answer" in tmux.text


async def test_a_terminal_that_cannot_be_drawn_on_is_a_note(doctor: Any) -> None:
    doctor.environment["TERM"] = "dumb"
    evidence = await doctor.examine(encoding="ascii")

    found = {each.subject: each for each in diagnose(evidence) if each.check == "terminal"}

    assert found["TERM"].state == found["locale"].state == State.NOTE
    assert "ASCII" in found["locale"].text


async def test_a_shell_that_is_not_there_is_told(doctor: Any, home: Path) -> None:
    (found,) = await doctor.found("shell")
    assert found.state == State.OK
    home.mkdir(mode=0o700)
    for command in ('["/no/such/shell"]', '["no-such-shell", "-l"]'):
        (home / "config.toml").write_text(f"[shell]\ncommand = {command}\n")
        (found,) = await doctor.found("shell")
        assert found.state == State.BAD
        assert "such" in found.text
        assert "config.toml" in found.remedy
    (home / "config.toml").write_text('[shell]\ncommand = ["sh"]\n')
    doctor.environment["PATH"] = os.environ["PATH"]
    (found,) = await doctor.found("shell")
    assert (found.state, found.text[-3:]) == (State.OK, "/sh")
