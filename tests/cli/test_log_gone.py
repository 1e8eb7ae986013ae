"""A log that is gone is a loss like any that heads show: told by every look, until somebody accepts it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Chloe = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.mark.parametrize(("what", "shown_by"), [("gone", "head"), ("empty", "lines")])
def test_a_log_that_is_gone_is_told_until_it_is_accepted(
    chloe: Chloe, environment: dict[str, str], home: Path, tmp_path: Path, what: str, shown_by: str
) -> None:
    home.mkdir(mode=0o700, exist_ok=True)
    (home / "config.toml").write_text(f'[log]\nheads_file = "{tmp_path}/heads"\n')
    (home / "config.toml").chmod(0o600)
    chloe("new", "true")
    for path in home.glob("log.db*"):
        path.unlink()
    if what == "empty":
        (home / "log.db").touch(0o600)
    ((home / "head") if shown_by == "lines" else (tmp_path / "heads")).unlink()

    if what == "gone":
        said = chloe("recover", status=1).stderr
        assert b"the log is gone" in said and b"nothing to recover" in said
    assert b"the log is gone" in chloe("doctor", "--json", status=1).stdout
    assert (home / "log.db").exists() == (what == "empty")
    for _ in range(2):
        assert b"chloe verify --accept-loss" in chloe("verify", status=1).stderr
    accepting = [sys.executable, "-m", "chloe", "verify", "--accept-loss"]
    accepted = subprocess.run(accepting, capture_output=True, env=environment, timeout=120, check=True)
    assert b"accepted by" in accepted.stderr
    chloe("verify")


def test_where_nothing_was_recorded_there_is_nothing_to_miss(chloe: Chloe) -> None:
    assert b"nothing was recorded" in chloe("verify", status=74).stderr
    assert b"nothing was recorded" in chloe("verify", "--accept-loss", status=74).stderr
