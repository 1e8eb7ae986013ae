"""The log file takes what anyone logs, and the terminal nothing of it."""

from __future__ import annotations

import logging
import stat
import warnings
from pathlib import Path

import pytest

from chloe.ui.log_file import logging_into


def test_what_anyone_logs_goes_into_the_file_and_not_to_the_terminal(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "chloe.log"
    with logging_into(path):
        logging.getLogger("chloe.ui").info("from us")
        logging.getLogger("asyncio").error("from the loop")
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn("from Python", stacklevel=1)
    text = path.read_text()
    assert "from us" in text
    assert "from the loop" in text
    assert "from Python" in text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert capfd.readouterr() == ("", "")


def test_a_file_that_can_t_be_written_is_no_reason_to_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    full = tmp_path / "chloe.log"
    full.symlink_to("/dev/full")
    monkeypatch.setattr(Path, "chmod", lambda *_: None)  # /dev/full stays as it is.
    with logging_into(full):
        logging.getLogger("chloe.ui").error("lost")
    with logging_into(Path("/no/such/folder/chloe.log")):
        logging.getLogger("chloe.ui").error("lost")
    assert capfd.readouterr() == ("", "")
