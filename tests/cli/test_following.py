"""A command that follows ends when its reader does, and records while the reader takes his time."""

from __future__ import annotations

import os
import pty
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, Chloe

DEADLINE = 20


def pipe() -> tuple[int, Callable[[], None], Callable[[], bytes]]:
    ours, theirs = os.pipe()
    return theirs, lambda: os.close(ours), lambda: os.read(ours, 4096)


def sockets() -> tuple[int, Callable[[], None], Callable[[], bytes]]:
    ours, theirs = socket.socketpair()
    return theirs.detach(), ours.close, lambda: ours.recv(4096)


def terminal() -> tuple[int, Callable[[], None], Callable[[], bytes]]:
    ours, theirs = pty.openpty()
    return theirs, lambda: os.close(ours), lambda: os.read(ours, 4096)


@pytest.fixture
def follow(environment: dict[str, str]) -> Iterator[Callable[[int], subprocess.Popen[bytes]]]:
    """Start ``chloe replay --follow`` with this descriptor as its standard output."""
    started: list[subprocess.Popen[bytes]] = []

    def start(output: int) -> subprocess.Popen[bytes]:
        argv = [sys.executable, "-m", "chloe", "replay", "--follow", "--json"]
        started.append(
            subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.PIPE,
                env=environment,
                cwd=ROOT,
            )
        )
        return started[-1]

    yield start
    for process in started:
        with process:
            process.kill()


@pytest.mark.parametrize("made", [pipe, sockets, terminal], ids=lambda made: made.__name__)
def test_a_command_that_follows_ends_with_its_reader_also_in_silence(
    chloe: Chloe,
    follow: Callable[[int], subprocess.Popen[bytes]],
    made: Callable[[], tuple[int, Callable[[], None], Callable[[], bytes]]],
) -> None:
    chloe("new", "--name", "silent", "cat")
    theirs, leave, read = made()
    process = follow(theirs)
    os.close(theirs)
    assert b"Created" in read()
    leave()
    assert process.wait(DEADLINE) == 141
    assert process.stderr is not None
    assert process.stderr.read() == b""


def test_a_reader_who_takes_his_time_keeps_nothing_from_being_recorded(
    chloe: Chloe, follow: Callable[[int], subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    go = tmp_path / "go"
    chloe(
        "new",
        "--name",
        "loud",
        "sh",
        "-c",
        f"until [ -e {go} ]; do sleep 0.05; done; seq 200000; echo end; cat",
    )
    ours, theirs = os.pipe()
    with closing(os.fdopen(ours, "rb", 0)) as reading:
        process = follow(theirs)
        os.close(theirs)
        reading.read(1)
        go.touch()
        # Nobody reads on: what it prints fills the pipe, and what the program prints comes into the log.
        for _ in range(200):
            told = chloe("replay", "loud", "--json", "--data", "--kind", "output").stdout
            if sum(len(line) for line in told.splitlines()) > 1_300_000:
                break
        else:
            pytest.fail("the log never had all that was printed")
        assert process.poll() is None
    assert process.wait(DEADLINE) == 141
    with suppress(OSError):
        chloe("kill", "loud")
