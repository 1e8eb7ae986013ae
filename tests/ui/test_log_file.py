"""The log file takes what anyone logs, and the terminal nothing of it."""

from __future__ import annotations

import logging
import os
import stat
import warnings
from logging.handlers import RotatingFileHandler
from pathlib import Path

import pytest

from chloe.ui.log_file import log_to


def test_what_anyone_logs_goes_into_the_file_and_not_to_the_terminal(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "chloe.log"
    with log_to(path):
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
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with log_to(tmp_path / "chloe.log"), Path("/dev/full").open("wb") as full:
        (handler,) = (each for each in logging.getLogger().handlers if isinstance(each, RotatingFileHandler))
        assert handler.stream is not None
        os.dup2(full.fileno(), handler.stream.fileno())
        logging.getLogger("chloe.ui").error("lost")
    with log_to(Path("/no/such/folder/chloe.log")):
        logging.getLogger("chloe.ui").error("lost")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("kind", ["pipe", "link", "device", "folder"])
def test_what_is_no_file_of_ours_is_neither_waited_for_nor_written_to(
    tmp_path: Path, kind: str, capfd: pytest.CaptureFixture[str]
) -> None:
    path, other = tmp_path / "chloe.log", tmp_path / "other"
    other.write_text("somebody's")
    other.chmod(0o644)
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to(other if kind == "link" else "/dev/zero")
    with log_to(path):
        logging.getLogger("chloe.ui").error("lost")
    assert other.read_text() == "somebody's"
    assert stat.S_IMODE(other.stat().st_mode) == 0o644
    assert capfd.readouterr() == ("", "")
