"""A caller's limit (``ulimit``) is called by its name: no disk fails then, and no log has lost anything."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.cli.conftest import ROOT, Chloe


@pytest.mark.parametrize("kilobytes", [0, 8])
def test_a_log_that_may_not_grow_is_said_to_be_limited(
    chloe: Chloe, environment: dict[str, str], kilobytes: int
) -> None:
    def limited(*words: str) -> str:
        # In blocks of 512 bytes, as POSIX has it.
        script = f'ulimit -f {kilobytes * 2}; exec "$@"'
        argv = ["sh", "-c", script, "sh", sys.executable, "-m", "chloe", *words]
        done = subprocess.run(argv, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60)
        assert done.returncode == 74, done
        return done.stderr

    for _ in ("without a log", "with one"):
        for words in (("ls",), ("new", "true"), ("verify",)):
            said = limited(*words)
            assert "ulimit -f, RLIMIT_FSIZE" in said and "log.db" in said
            assert "free space" not in said and "I/O" not in said
        chloe("new", "--", "true")


def test_a_log_that_cannot_be_opened_for_want_of_descriptors_is_not_called_damaged(
    chloe: Chloe, environment: dict[str, str]
) -> None:
    chloe("new", "--", "true")
    chloe("ls")
    before = chloe("verify").stdout
    statuses = set()
    for limit in range(6, 20):
        argv = ["sh", "-c", f'ulimit -n {limit}; exec "$@"', "sh", sys.executable, "-m", "chloe", "verify"]
        done = subprocess.run(argv, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60)
        statuses.add(done.returncode)
        if done.returncode:
            assert "ulimit -n" in done.stderr or "Errno 24" in done.stderr, (limit, done.stderr)
        assert "lost" not in done.stderr + done.stdout
        assert "permissions" not in done.stderr and "writable" not in done.stderr
    assert 0 in statuses and len(statuses) > 1
    assert chloe("verify").stdout == before, "nothing was said to be lost"
