"""A flood of log lines, and a bare tmux that takes it: the peer of every flood here."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.measure import Stopwatch

ENVIRONMENT = {"PATH": os.defpath, "TERM": "xterm-256color", "HOME": "/"}


@contextmanager
def log_lines(length: int) -> Iterator[Path]:
    """A file of at least ``length`` bytes of lines as a server logs them."""
    lines = "".join(
        f"2026-11-23 10:{i // 60 % 60:02}:{i % 60:02} INFO worker-{i % 7} request {i} served\n"
        for i in range(10_000)
    )
    with tempfile.NamedTemporaryFile("w") as log:
        log.write(lines * (length // len(lines) + 1))
        log.flush()
        yield Path(log.name)


def bare_tmux(log: Path) -> float:
    """Seconds until ``cat`` of ``log`` has ended in a window of a tmux that does nothing else."""
    with tempfile.TemporaryDirectory(prefix="chloe-bench-") as folder:  # tmux leaves its socket behind.
        env = {**ENVIRONMENT, "TMUX_TMPDIR": folder}
        tmux = ["tmux", "-f", "/dev/null"]
        try:
            subprocess.run([*tmux, "new-session", "-d", "-x", "80", "-y", "24", "cat"], env=env, check=True)
            watch = Stopwatch()
            flood = f"cat {log}; tmux wait-for -S ended"
            subprocess.run([*tmux, "new-window", "-d", flood], env=env, check=True)
            subprocess.run([*tmux, "wait-for", "ended"], env=env, check=True)
            return watch.seconds()
        finally:
            subprocess.run([*tmux, "kill-server"], env=env, check=False)
