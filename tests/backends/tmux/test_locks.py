"""Locks of a spool are input as well: what lies in their place hangs nobody, and nobody else is signalled."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from chloe.backends.tmux import inspection, locks
from chloe.backends.tmux.liveness import read_failure
from chloe.backends.tmux.spool_status import has_holder

if TYPE_CHECKING:
    from tests.backends.tmux.conftest import MakeHolder, Soon


@pytest.fixture
def bystander() -> Iterator[subprocess.Popen[bytes]]:
    """A process that has nothing to do with any holder."""
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process
        process.kill()


def put(path: Path, kind: str) -> None:
    """Put something else in the place of a file."""
    path.unlink(missing_ok=True)
    match kind:
        case "fifo":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "link":
            path.symlink_to("/dev/zero")
        case "nowhere":
            path.symlink_to(path.with_name("gone"))


@pytest.mark.parametrize("kind", ["fifo", "folder", "link", "nowhere"])
def test_what_is_no_regular_file_is_no_lock_and_no_last_words(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "11111111-2222-4333-8444-555555555555"
    folder.mkdir()
    for name in ("lock", "failure"):
        put(folder / name, kind)
    assert locks.is_held(folder / "lock") is None
    assert not locks.signal_owner(folder / "lock", signal.SIGKILL)
    assert read_failure(folder) == ""
    (seen,) = inspection.inspect_spools(tmp_path, tmp_path / "leases")
    assert not seen.alive
    assert not has_holder(folder)


def test_last_words_are_told_in_part_and_without_controls(tmp_path: Path) -> None:
    (tmp_path / "failure").write_bytes(b"\x1b]0;title\x07bad\x1b[2J\n" + b"x" * 10_000)
    said = read_failure(tmp_path)
    assert said.isprintable()
    assert "bad" in said
    assert len(said) < 1_500
    (tmp_path / "failure").write_bytes(b"x" * 1_000_000)
    assert read_failure(tmp_path) == ""


@pytest.mark.parametrize(
    "text", [b"", b"rubbish", b"-1", b"0", b"1", b"99999999999999999999", b"\xb2", b" 1 ", b"x" * 100_000]
)
def test_a_lock_that_names_no_process_signals_nobody(tmp_path: Path, text: bytes) -> None:
    lock = tmp_path / "lock"
    lock.write_bytes(text)
    with lock.open("rb+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert locks.is_held(lock)
        assert not locks.signal_owner(lock, signal.SIGTERM)


def test_a_signal_reaches_nobody_but_who_holds_the_lock(
    holder: MakeHolder, soon: Soon, bystander: subprocess.Popen[bytes]
) -> None:
    made = holder("sh", "-c", "trap 'exit 7' HUP; while :; do sleep 0.01; done")
    lock = made.folder / "lock"
    soon(lock.exists)
    lock.write_bytes(b"%d\n" % bystander.pid)
    assert not locks.signal_owner(lock, signal.SIGKILL)
    assert bystander.poll() is None
    lock.write_bytes(b"%d\n" % made.pid)
    assert locks.signal_owner(lock, signal.SIGTERM)
    made.wait()


def test_who_only_asks_for_a_lock_is_not_taken_for_its_owner(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    lock.write_bytes(b"%d\n" % os.getpid())
    with lock.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        assert locks.find_owner(lock) != os.getpid()
