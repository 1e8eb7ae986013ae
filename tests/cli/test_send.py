"""``chloe send`` delivers: what is typed is submitted, and what can't be is said, by the real program."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from chloe.actors.delivery import TEXT_PAUSE
from tests.cli.conftest import Chloe, Until

#: An input box as agents have one. When Enter is a new line and no submission is the rule, by its first
#: argument: "burst" within 120 ms of three keys less than 8 ms apart, "chunk" in one read with other keys,
#: else never. It writes what was submitted, one in a row, into the file that its second argument names.
BOX = r"""
import os, sys, time, tty
rule, got, asks = sys.argv[1:4]
tty.setraw(0)
os.write(1, asks.encode().decode("unicode_escape").encode() + b"ready")
box, pasting, last, keys_in_a_row, paste_until = b"", False, 0.0, 0, 0.0
while data := os.read(0, 4096):
    now = time.monotonic()
    while data:
        if data.startswith((b"\x1b[200~", b"\x1b[201~")):
            pasting, data, keys_in_a_row, paste_until = data[4:5] == b"0", data[6:], 0, 0.0
            continue
        key, alone, data = data[:1], len(data) == 1, data[1:]
        keys_in_a_row = keys_in_a_row + 1 if now - last < 0.008 else 1
        last = now
        is_text = pasting or (rule == "burst" and now < paste_until) or (rule == "chunk" and not alone)
        if key == b"\r" and not (is_text or (rule == "chunk" and box.endswith(b"\r"))):
            with open(got, "ab") as file:
                file.write(box + b"\n")
            box = b""
        else:
            box += key.replace(b"\r", b"|")
            if keys_in_a_row >= 3 and not pasting:
                paste_until = now + 0.120
"""
#: Bracketed paste; the alternate screen as well.
PASTE, FULL_SCREEN = r"\x1b[?2004h", r"\x1b[?2004;1049h"


@pytest.fixture
def start_box(chloe: Chloe, until: Until, tmp_path: Path) -> Callable[[str, str], Path]:
    """Start such a program in a pane called ``box``; the file that it writes to."""

    def start(rule: str, asks: str) -> Path:
        got = tmp_path / "got"
        chloe("new", "--name", "box", "--", sys.executable, "-I", "-c", BOX, rule, str(got), asks)
        _wait_for(chloe, until, 1)
        return got

    return start


def _lines(got: Path, until: Until, count: int) -> list[str]:
    until(lambda: got.exists() and got.read_text().count("\n") == count)
    return got.read_text().splitlines()


def _wait_for(chloe: Chloe, until: Until, count: int) -> None:
    """Wait until the program has said so often that it is ready."""
    until(lambda: chloe("export-log", "box").stdout.count(b"ready") == count)


@pytest.mark.parametrize("rule", ["burst", "chunk", "plain"])
def test_a_text_is_submitted_whatever_the_program_takes_for_a_paste(
    chloe: Chloe, start_box: Callable[[str, str], Path], until: Until, rule: str
) -> None:
    got = start_box(rule, "")
    chloe("send", "box", "fix the tests please")
    chloe("send", "box", "and", "then", "--key", "x", "--key", "enter")
    chloe("send", "box", "--stdin", "--enter", stdin=b"from a file")
    assert _lines(got, until, 3) == ["fix the tests please", "and thenx", "from a file"]


@pytest.mark.parametrize("rule", ["burst", "plain"])
def test_lines_are_one_text_where_the_program_tells_pastes_apart(
    chloe: Chloe, start_box: Callable[[str, str], Path], until: Until, rule: str
) -> None:
    got = start_box(rule, FULL_SCREEN)
    chloe("send", "box", "one\ntwo")
    chloe("send", "box", "--no-paste", "x", "--enter")
    assert _lines(got, until, 2) == ["one|two", "x"]


def test_the_bytes_are_those_of_a_paste_only_where_one_is_told_apart(
    chloe: Chloe, tmp_path: Path, until: Until
) -> None:
    got = tmp_path / "got"
    # Each read is a row; the mode that it asks for next is read from the row's number.
    reader = (
        "import os, sys, tty\ntty.setraw(0)\n"
        f"with open({str(got)!r}, 'ab', 0) as file:\n"
        "  for asks in ('', '?2004h', '?1049h', '?1049h', '?2004l'):\n"
        "    os.write(1, b'\\x1b[' + asks.encode() if asks else b'')\n"
        "    os.write(1, b'ready')\n"
        "    file.write(os.read(0, 99).hex().encode() + b'\\n')\n"
    )
    chloe("new", "--name", "box", "--", sys.executable, "-I", "-c", reader)
    for number, option in enumerate(("--no-enter", "--no-enter", "--no-enter", "--paste", "--paste")):
        _wait_for(chloe, until, number + 1)
        chloe("send", "box", ":w", "--no-enter", option)
        _lines(got, until, number + 1)
    read = [bytes.fromhex(row) for row in got.read_text().splitlines()]
    paste = b"\x1b[200~:w\x1b[201~"
    assert read == [b":w", paste, b":w", paste, b":w"]


def test_a_program_that_does_not_read_gets_no_enter_and_that_is_said(chloe: Chloe, until: Until) -> None:
    chloe("new", "--name", "deaf", "sh", "-c", "stty raw -echo; echo ready; exec sleep 1000")
    until(lambda: b"ready" in chloe("export-log", "deaf").stdout)
    said = chloe("send", "--timeout", "0.3", "deaf", "hello", status=124).stderr.decode()
    assert "gave up waiting for deaf to read what is typed" in said
    assert "its program doesn't read: none of 6 bytes were read" in said
    said = chloe(
        "send", "--timeout", "0.3", "deaf", "--key", "ctrl+c", "--key", "x", status=124
    ).stderr.decode()
    assert "of 2 bytes were read" in said
    chloe("kill", "deaf")


def test_a_line_that_the_terminal_cuts_is_said_and_typed(
    chloe: Chloe, environment: dict[str, str], tmp_path: Path, until: Until
) -> None:
    got = tmp_path / "got"
    chloe(
        "new", "--name", "lines", "sh", "-c", f"stty -echo; touch {got}.ready; head -n 2 >{got}; sleep 1000"
    )
    until(Path(f"{got}.ready").exists)

    def send(text: str) -> str:
        asked = [sys.executable, "-m", "chloe", "send", "lines", text]
        done = subprocess.run(
            asked, capture_output=True, env=environment, cwd=tmp_path, check=True, text=True
        )
        return done.stderr

    assert send("y" * 4095) == ""
    assert "keeps 4,095 bytes of one: the rest of a line of 5,000 bytes is dropped" in send("x" * 5000)
    until(lambda: got.read_text().count("\n") == 2)
    assert got.read_text() == f"{'y' * 4095}\n{'x' * 4095}\n"


def test_a_pause_is_longer_than_what_any_known_program_takes_for_a_paste() -> None:
    assert TEXT_PAUSE > 0.120


def test_keys_are_plain_again_once_the_terminal_is_reset(chloe: Chloe, tmp_path: Path, until: Until) -> None:
    got = tmp_path / "got"
    # As an agent that is killed leaves them: kitty's flags are pushed, and nobody pops them.
    script = (
        r"stty raw -echo; printf '\033[>1u\033[?2004h'; touch got.ready; head -c 8 >got.part; mv got.part got"
    )
    chloe("new", "--name", "left", "--cwd", str(tmp_path), "sh", "-c", script)
    until((tmp_path / "got.ready").exists)
    until(lambda: b"2004h" in chloe("export-log", "left").stdout)
    chloe("send", "left", "--key", "ctrl+c")
    chloe("reset", "left")
    assert b"reset the terminal" in chloe("replay", "left").stdout
    chloe("send", "left", "--key", "ctrl+c")
    until(got.exists)
    assert got.read_bytes() == b"\x1b[99;5u\x03"
