"""A caller's limit on the size of files (``ulimit -f``) is called by its name, not a disk that fails."""

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
