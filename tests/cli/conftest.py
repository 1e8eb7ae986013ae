"""The real ``chloe`` in a process of its own, with a home and a tmux server of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

Ran = subprocess.CompletedProcess[bytes]
Chloe = Callable[..., Ran]
Until = Callable[[Callable[[], object]], None]


@pytest.fixture
def environment(home: Path, tmux_socket: str) -> dict[str, str]:
    """What the process sees: nothing of a Chloe that the tests may run in."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CHLOE_", "TMUX"))}
    own = {
        "CHLOE_HOME": str(home),
        "CHLOE_TMUX_SOCKET": tmux_socket,
        "PYTHONPATH": str(ROOT),
        "LC_ALL": "C.UTF-8",
        "TERM": "xterm-256color",
        "SHELL": "/bin/sh",
    }
    return kept | own


@pytest.fixture
def chloe(environment: dict[str, str], tmp_path: Path) -> Chloe:
    """Run ``chloe`` with these words; by default it must end with 0 and say nothing on stderr."""

    def run(*words: str | bytes, stdin: bytes = b"", status: int = 0, **changed: str) -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "chloe", *words],
            input=stdin,
            capture_output=True,
            env=environment | changed,
            cwd=tmp_path,
            timeout=120,
        )
        said = done.stderr.decode(errors="replace")
        assert done.returncode == status, f"chloe {words} ended with {done.returncode}: {said}"
        assert "Traceback" not in said
        if status == 0:
            assert said == ""
        return done

    return run


@pytest.fixture
def until() -> Until:
    """Wait for a condition; a deadline tells what never came true."""

    def wait(holds: Callable[[], object]) -> None:
        deadline = time.monotonic() + 30
        while not holds():
            assert time.monotonic() < deadline, "never came true"

    return wait
