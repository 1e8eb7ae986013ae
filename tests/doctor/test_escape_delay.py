"""A tmux or screen around Chloe that holds an Esc back is found, with the cure."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from chloe.doctor.escape_delay import find_escape_delay


@pytest.mark.parametrize(("milliseconds", "is_long"), [(500, True), (10, False)])
def test_tmux_is_asked(tmux_socket: str, tmp_path: Path, milliseconds: int, is_long: bool) -> None:
    tmux = ["tmux", "-L", tmux_socket, "-f", "/dev/null"]
    subprocess.run([*tmux, "new-session", "-d", "sleep", "100"], check=True)
    subprocess.run([*tmux, "set-option", "-s", "escape-time", str(milliseconds)], check=True)
    shown = subprocess.run(
        [*tmux, "display-message", "-p", "#{socket_path}"], check=True, capture_output=True, text=True
    )
    delay = find_escape_delay({"PATH": os.environ["PATH"], "TMUX": f"{shown.stdout.strip()},1,0"})
    assert delay is not None
    assert (delay.milliseconds, delay.is_long) == (milliseconds, is_long)
    assert f"tmux around Chloe holds each Esc back for {milliseconds} ms" in str(delay)
    assert "escape-time 10" in delay.cure


def test_a_tmux_that_isn_t_there_says_nothing(tmp_path: Path) -> None:
    assert find_escape_delay({"PATH": os.environ["PATH"], "TMUX": f"{tmp_path}/none,1,0"}) is None
    assert find_escape_delay({"PATH": "/nonexistent", "TMUX": f"{tmp_path}/none,1,0"}) is None


@pytest.mark.parametrize(
    ("said", "milliseconds"),
    [("", 300), ("startup_message off\nmaptimeout 5\n", 5), ("maptimeout 5\nmaptimeout 200", 200)],
)
def test_screen_s_configuration_is_read(tmp_path: Path, said: str, milliseconds: int) -> None:
    (tmp_path / ".screenrc").write_text(said)
    delay = find_escape_delay({"STY": "1.pts", "HOME": str(tmp_path)})
    assert delay is not None
    assert (delay.holder, delay.milliseconds) == ("screen", milliseconds)
    assert "maptimeout" in delay.cure


def test_outside_of_both_there_is_no_delay() -> None:
    assert find_escape_delay({"HOME": "/"}) is None
