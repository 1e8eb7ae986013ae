"""What faults need: small disks, a tmux server to be held still, and a look at what is left afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from chloe.config import Config

#: Seconds after which what should be gone is taken to be left.
DEADLINE = 20.0
_MARK = "CHLOE_TEST_MARK"


@pytest.fixture
def server_pid(config: Config) -> Callable[[], int]:
    """The process of the private tmux server."""

    def ask() -> int:
        asked = ["tmux", "-L", config.tmux.socket_name, "display-message", "-p", "#{pid}"]
        return int(subprocess.run(asked, capture_output=True, check=True).stdout)

    return ask


@pytest.fixture
def held_still() -> Iterator[Callable[[int], AbstractContextManager[None]]]:
    """Stop a process inside a ``with``; it goes on in any case."""
    stopped: list[int] = []

    @contextmanager
    def hold(pid: int) -> Iterator[None]:
        stopped.append(pid)
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    yield hold


@pytest.fixture
def checks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have what no notice is certain of, and what is missing, looked for soon: a test would only wait."""
    monkeypatch.setattr("chloe.backends.tmux.backend._RECHECK_DELAY", 0.2)
    monkeypatch.setattr("chloe.backends.tmux.leases._RECHECK_DELAY", 0.2)
    monkeypatch.setattr("chloe.engine.recording_watch._POLL_INTERVAL", 0.1)


@pytest.fixture
def nothing_is_left(config: Config, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """After the test: no process, no session, no spool, no FIFO of this home."""
    monkeypatch.setenv(_MARK, config.tmux.socket_name)  # Every program that a pane runs inherits it.
    yield
    deadline = time.monotonic() + DEADLINE
    while left := _left(config):
        assert time.monotonic() < deadline, left
        time.sleep(0.02)


def _left(config: Config) -> list[str]:
    spool = config.paths.spool
    found = [str(path) for path in spool.rglob("*") if not path.is_dir()]
    found += [str(path) for path in spool.iterdir()] if spool.is_dir() else []
    asked = ["tmux", "-L", config.tmux.socket_name, "list-sessions", "-F", "#{session_name}"]
    found += subprocess.run(asked, capture_output=True, text=True).stdout.split()
    mark = f"{_MARK}={config.tmux.socket_name}".encode()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
            if mark in (process / "environ").read_bytes() or os.fsencode(spool) in command:
                state = (process / "stat").read_text().rpartition(")")[2].split()[0]
                # A server without sessions is about to end by itself.
                if state != "Z" and b"tmux" not in command.split(b"\0")[0]:
                    found.append(f"{process.name}: {command!r}")
        except OSError:
            continue
    return found
