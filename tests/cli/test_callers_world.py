"""A new pane has the limits and the niceness of whoever asked for it, not those of the tmux server."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

#: What a program says of its world.
SAYS = "ulimit -Sn; ulimit -Hn; nice; umask"
DEADLINE = 30.0


@pytest.mark.parametrize("first", ["server of the same", "server of another"])
def test_a_program_has_the_world_of_its_caller(
    first: str, chloe: Callable[..., object], environment: dict[str, str], tmp_path: Path
) -> None:
    if first == "server of another":
        chloe("new", "--name", "first", "--", "sleep", "60")
    nice = os.getpriority(os.PRIO_PROCESS, 0) + 5
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    script = 'ulimit -S -n 777; umask 027; exec nice -n 5 "$@"'
    command = [sys.executable, "-m", "chloe", "new", "--name", "it", "--", "sh", "-c", SAYS]
    subprocess.run(
        ["sh", "-c", script, "sh", *command], env=environment, cwd=tmp_path, check=True, timeout=60
    )
    wanted = f"777\r\n{hard if hard != resource.RLIM_INFINITY else 'unlimited'}\r\n{nice}\r\n0027\r\n"
    assert _printed(chloe, len(wanted)) == wanted
    if first == "server of another":
        chloe("kill", "first")


def _printed(chloe: Callable[..., object], length: int) -> str:
    deadline = time.monotonic() + DEADLINE
    while True:
        done = chloe("export-log", "it")
        assert isinstance(done, subprocess.CompletedProcess)
        output: bytes = done.stdout
        if len(output) >= length or time.monotonic() > deadline:
            return output.decode()
