"""A command that has to wait says for what, and gives up: no process is left hanging without a word."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, Chloe

DEADLINE = 30
#: Until a command gives up, where the test doesn't want to wait for long.
SOON = ("--timeout", "2")

_HOLDS_THE_LOG = """
import sqlite3, sys
log = sqlite3.connect(sys.argv[1], isolation_level=None)
log.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""
_HOLDS_ALL_OF_THE_LOG = """
import sqlite3, sys
log = sqlite3.connect(sys.argv[1], isolation_level=None)
log.execute("PRAGMA locking_mode = EXCLUSIVE")
log.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""
_HOLDS_THE_TURN = """
import fcntl, os, sys
fcntl.flock(os.open(os.path.dirname(sys.argv[1]), os.O_RDONLY), fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""
_HOLDS_ALL_LEASES = """
import fcntl, os, struct, sys
leases = os.open(sys.argv[1], os.O_RDWR)
fcntl.fcntl(leases, fcntl.F_OFD_SETLK, struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0))
print("held", flush=True)
sys.stdin.read()
"""
_HOLDS_THE_LOCK = """
import fcntl, sys
lock = open(sys.argv[1], "w")
fcntl.flock(lock, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def holding(program: str, path: Path) -> Iterator[int]:
    """Have another process hold what ``program`` says; its process id."""
    argv = [sys.executable, "-c", program, str(path)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield process.pid
        process.kill()


@pytest.mark.parametrize("words", [("rename", "cat", "other"), ("new", "cat")])
@pytest.mark.parametrize("holds", [_HOLDS_THE_LOG, _HOLDS_THE_TURN], ids=["write lock", "turn"])
def test_who_waits_for_the_log_says_who_has_it_and_gives_up(
    chloe: Chloe, home: Path, holds: str, words: tuple[str, ...]
) -> None:
    chloe("new", "--name", "cat", "cat")
    with holding(holds, home / "log.db") as pid:
        said = chloe(words[0], *SOON, *words[1:], status=124).stderr.decode()

    told, given_up = said.splitlines()
    assert told.startswith(f"chloe: waiting for the log (process {pid}: ")
    assert given_up.startswith(f"chloe: gave up waiting for the log (process {pid}: ")
    assert "--timeout" in given_up


@pytest.mark.parametrize("words", [("ls",), ("send", "cat", "hello")])
def test_a_log_that_another_program_has_for_itself_alone_is_waited_for(
    chloe: Chloe, home: Path, words: tuple[str, ...]
) -> None:
    chloe("new", "--name", "cat", "cat")
    with holding(_HOLDS_ALL_OF_THE_LOG, home / "log.db") as pid:
        said = chloe(words[0], *SOON, *words[1:], status=124).stderr.decode()

    told, given_up = said.splitlines()
    assert told.startswith("chloe: waiting for the log ")
    assert given_up.startswith("chloe: gave up waiting for the log ")
    assert f"(process {pid}: " in told
    assert f"(process {pid}: " in given_up
    assert chloe(*words).stderr == b""


def test_a_kill_ends_what_another_process_records_and_has_not_taken_in(chloe: Chloe, home: Path) -> None:
    pane = chloe("new", "--name", "cat", "cat").stdout.decode().strip()
    with holding(_HOLDS_ALL_LEASES, home / "leases"):
        chloe("send", "cat", "hello")
        deadline = time.monotonic() + DEADLINE
        while b"hello" not in (home / "spool" / pane / "0.seg").read_bytes():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        chloe("kill", "cat")
    assert json.loads(chloe("ls", "--json").stdout)[0]["reason"] == "killed"


def test_who_waits_until_the_log_is_made_anew_says_so_and_gives_up(chloe: Chloe, home: Path) -> None:
    chloe("new", "--name", "cat", "cat")
    with holding(_HOLDS_THE_LOCK, home / "log.lock") as pid:
        for words in (("ls",), ("recover",)):
            said = chloe(*words, *SOON, status=124).stderr.decode()
            assert said.count(f"(process {pid}: ") == 2, said

    assert b"cat" in chloe("ls").stdout


def test_a_wait_that_ends_ends_well(chloe: Chloe, home: Path, environment: dict[str, str]) -> None:
    chloe("new", "--name", "cat", "cat")
    argv = [sys.executable, "-m", "chloe", "rename", "--timeout", "0", "cat", "other"]
    with holding(_HOLDS_THE_LOG, home / "log.db"):
        waiting = subprocess.Popen(argv, env=environment, cwd=ROOT, stderr=subprocess.PIPE, text=True)
        assert waiting.stderr is not None
        assert "waiting for the log" in waiting.stderr.readline()
    with waiting:
        assert waiting.wait(DEADLINE) == 0
        assert waiting.stderr.read() == ""
    assert b"other" in chloe("ls").stdout


def test_what_a_program_does_not_read_is_counted(chloe: Chloe) -> None:
    chloe("new", "--name", "deaf", "sh", "-c", "stty raw -echo; echo ready; exec sleep 1000")
    while b"ready" not in chloe("export-log", "deaf").stdout:
        pass
    said = chloe("send", *SOON, "deaf", "--stdin", stdin=bytes(1_000_000), status=124).stderr.decode()

    told, given_up = said.splitlines()
    assert told == "chloe: waiting for deaf to take what is typed"
    taken = int(given_up.split("doesn't read: ")[1].split(" of 1000000 bytes")[0])
    assert 4_096 < taken < 1_000_000
    assert (
        "none of 1 bytes"
        in chloe("send", *SOON, "deaf", "--key", "x", "--no-enter", status=124).stderr.decode()
    )
    chloe("kill", "deaf")


def test_what_cannot_be_typed_since_the_spool_is_elsewhere_is_said_so(chloe: Chloe, home: Path) -> None:
    chloe("new", "--name", "cat", "cat")
    (spool,) = (home / "spool").iterdir()
    deadline = time.monotonic() + DEADLINE
    while not (spool / "lock").exists():
        assert time.monotonic() < deadline, "its holder never came"
    spool.rename(home / "elsewhere")
    said = chloe("send", *SOON, "cat", "x", status=124).stderr.decode()
    assert "doesn't read" not in said
    assert f"{spool}/keys isn't there: its spool was moved away or removed: none of 2 bytes" in said
    assert "its session runs, but its spool isn't in" in " ".join(
        chloe("doctor", status=1).stdout.decode().split()
    )
    (home / "elsewhere").rename(spool)
    chloe("send", "cat", "x")
    chloe("kill", "cat")


def test_a_kill_ends_with_the_program_though_its_recorder_was_stopped(
    chloe: Chloe, environment: dict[str, str]
) -> None:
    chloe("new", "--name", "cat", "cat")
    argv = [sys.executable, "-m", "chloe", "replay", "--follow"]
    with subprocess.Popen(argv, env=environment, cwd=ROOT, stdout=subprocess.PIPE) as recorder:
        try:
            assert recorder.stdout is not None
            recorder.stdout.readline()
            os.kill(recorder.pid, signal.SIGSTOP)
            kill = [sys.executable, "-m", "chloe", "kill", "cat"]
            assert subprocess.run(kill, env=environment, cwd=ROOT, timeout=DEADLINE).returncode == 0
        finally:
            recorder.kill()
    assert b"ended" in chloe("ls", "--json").stdout


def test_a_program_that_does_not_end_in_time_is_given_up(chloe: Chloe) -> None:
    chloe("new", "--name", "stubborn", "sh", "-c", "trap '' HUP TERM; echo ready; while :; do sleep 1; done")
    while b"ready" not in chloe("export-log", "stubborn").stdout:
        pass
    said = chloe("kill", "--timeout", "0.1", "stubborn", status=124).stderr.decode()

    assert "gave up waiting for the program of stubborn to end after 0.1 s" in said
    # It was asked to end, and ends by force: before a second kill comes, if that takes long to start.
    while json.loads(chloe("ls", "--all", "--json").stdout)[0]["state"] != "ended":
        pass


def test_who_waits_for_tmux_says_so_and_gives_up(chloe: Chloe, tmux_socket: str) -> None:
    chloe("new", "--name", "cat", "cat")
    asked = ["tmux", "-L", tmux_socket, "display-message", "-p", "#{pid}"]
    server = int(subprocess.run(asked, capture_output=True, check=True).stdout)
    os.kill(server, signal.SIGSTOP)
    try:
        said = chloe("new", *SOON, "true", status=124).stderr.decode()
    finally:
        os.kill(server, signal.SIGCONT)

    told, given_up = said.splitlines()
    assert told.startswith(f"chloe: waiting for tmux -L {tmux_socket} (process {server}: ")
    assert f"kill -CONT {server}" in told
    assert "doesn't answer" in given_up
