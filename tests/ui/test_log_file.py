"""The log file takes what anyone logs, and the terminal nothing of it."""

from __future__ import annotations

import asyncio
import logging
import os
import stat
import time
import warnings
from logging.handlers import RotatingFileHandler
from pathlib import Path

import pytest

from chloe.formatting.text import UNSAFE
from chloe.ui.log_file import SLOW_STEP, log_to, report_slow_steps


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


def test_only_a_debug_log_has_what_is_told_for_debugging(tmp_path: Path) -> None:
    path = tmp_path / "chloe.log"
    for debug, text in ((False, "left out"), (True, "kept"), (False, "left out again")):
        with log_to(path, debug=debug):
            logging.getLogger("chloe.ui").debug(text)
    lines = path.read_text().splitlines()
    assert [line.rpartition(": ")[2] for line in lines] == ["kept"]
    assert "DEBUG chloe.ui" in lines[0]


def test_no_line_of_the_log_has_what_a_terminal_acts_on(tmp_path: Path) -> None:
    path = tmp_path / "chloe.log"
    with log_to(path):
        try:
            raise ValueError("a\x1b]0;title\x07b\u202e")
        except ValueError:
            logging.getLogger("chloe.ui").exception("pane \x9b2J")
    text = path.read_text()
    assert r"pane \x9b2J" in text
    assert r"ValueError: a\x1b]0;title\x07b\u202e" in text
    assert "\nTraceback" in text
    assert not UNSAFE.search(text.replace("\n", ""))


async def test_a_step_that_keeps_the_loop_is_reported(tmp_path: Path) -> None:
    def keep_the_loop() -> None:
        until = time.monotonic() + 2 * SLOW_STEP
        while time.monotonic() < until:
            pass

    path = tmp_path / "chloe.log"
    loop = asyncio.get_running_loop()
    with log_to(path, debug=True):
        report_slow_steps()
        try:
            loop.call_soon(keep_the_loop)
            while "keep_the_loop" not in path.read_text():
                await asyncio.sleep(0)
        finally:
            loop.set_debug(False)
    assert "WARNING asyncio: Executing <Handle" in path.read_text()
