"""The app in a real terminal: what is typed and pasted reaches the program of the pane, byte for byte."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.app_in_terminal import AppInTerminal
    from tests.conftest import AppWithPane, StartApp

#: Keeps every byte it reads in a file, with the terminal raw; ends at Ctrl-D.
HEX = """
import os, sys, termios, tty
tty.setraw(0)
os.write(1, b"ready\\r\\n")
while True:
    data = os.read(0, 100)
    with open(sys.argv[1], "ab") as kept:
        kept.write(data)
    if b"\\x04" in data:
        break
"""


@pytest.fixture
def typed(tmp_path: Path) -> Path:
    (tmp_path / "hex.py").write_text(HEX)
    kept = tmp_path / "typed"
    kept.touch()
    return kept


def open_hex(app: AppInTerminal, typed: Path, key: bytes = b"c") -> None:
    """Open a pane in which every byte that is typed is kept."""
    app.wait_for("No panes yet")
    app.send(key)
    app.wait_for("keyboard:")
    app.wait_for("$")
    app.send(f"{sys.executable} {typed.parent}/hex.py {typed}\r".encode())
    app.wait_for("ready")


def wait_typed(app: AppInTerminal, typed: Path, data: bytes) -> None:
    app.wait_for(lambda _: typed.read_bytes() == data)


def quit_app_from_pane(app: AppInTerminal) -> int:
    app.leave_pane()
    return app.quit()


#: Keys and what a program reads of them, in an ordinary terminal.
KEYS = [
    b"\x03",
    b"\x1a",
    b"\x13",
    b"\x11",
    b"\x1c",
    b"\x16",
    b"\x0f",
    b"\r",
    b"\n",
    b"\t",
    b"\x00",
    b"\x7f",
    b"\x08",
    "é漢🎉".encode(),
    b"\x1bx",
    b"\x1b[A",
    b"\x1b[1;5D",
    b"\x1bOP",
    b"\x1b[15~",
    b"\x1b[24;2~",
    b"\x1b[Z",
    b"\x1b\r",
]


@pytest.mark.parametrize("key", [b"c", b"t"], ids=["direct", "tmux"])
def test_every_key_reaches_the_program_byte_for_byte(start_app: StartApp, typed: Path, key: bytes) -> None:
    app = start_app()
    open_hex(app, typed, key)
    expected = b""
    for data in KEYS:
        app.send(data)
        expected += data
        wait_typed(app, typed, expected)
    app.send(b"".join(KEYS))
    wait_typed(app, typed, expected * 2)
    # As tmux, the Linux console and rxvt send them.
    app.send(b"\x1b[1~", b"\x1b[[A", b"\x1b[3^")
    wait_typed(app, typed, expected * 2 + b"\x1b[H\x1bOP\x1b[3;5~")


def test_escape_sequences_that_are_split_by_300_ms_reach_the_program_whole(
    start_app: StartApp, typed: Path
) -> None:
    app = start_app()
    open_hex(app, typed)
    expected = b""
    for sequence in (b"\x1b[A", b"\x1bOP", b"\x1b[15~", b"\x1b[1;5C"):
        app.send(sequence[:1], sequence[1:], gap=0.3)
        expected += sequence
        wait_typed(app, typed, expected)
        app.wait_for("keyboard:")
    app.send(b"\x1b[1", b";5D", gap=0.3)
    wait_typed(app, typed, expected + b"\x1b[1;5D")


def test_a_key_under_release_leaves_escape_to_the_program_and_twice_sends_one(
    start_app: StartApp, typed: Path, tmp_path: Path
) -> None:
    (tmp_path / "home" / "config.toml").write_text('[keys]\nrelease = "ctrl+]"\n')
    app = start_app()
    open_hex(app, typed)
    app.send(b"\x1b")
    wait_typed(app, typed, b"\x1b")
    # At once, since it is sent only within a second.
    app.send(b"\x1d\x1d", b"a")
    wait_typed(app, typed, b"\x1b\x1da")


def test_cursor_keys_follow_what_the_program_set(app_with_pane: AppWithPane, typed: Path) -> None:
    app = app_with_pane("c")
    app.send(f"printf '\\033[?1h\\033[?2004h'; {sys.executable} {typed.parent}/hex.py {typed}\r".encode())
    app.wait_for("ready")
    app.send(b"\x1b[A", b"\x1b[200~one\ntwo\x1b[201~")
    wait_typed(app, typed, b"\x1bOA\x1b[200~one\ntwo\x1b[201~")


def test_a_paste_into_a_program_that_asked_for_no_marks_has_none(start_app: StartApp, typed: Path) -> None:
    app = start_app()
    open_hex(app, typed)
    app.send(b"\x1b[200~one two\x1b[201~")
    wait_typed(app, typed, b"one two")


def test_a_paste_without_the_keyboard_triggers_nothing(app: AppInTerminal) -> None:
    app.send(b"\x1b[200~cq\r\x1b[201~")
    app.wait_for("press Enter first")
    assert "Instances 0" in app.text


def test_a_large_paste_arrives_whole(start_app: StartApp, typed: Path) -> None:
    app = start_app()
    open_hex(app, typed)
    text = b"".join(b"line %06d of a paste, with words in it\r" % number for number in range(8000))
    # In pieces, as a terminal writes it; what the app can't take yet waits in the PTY.
    for at in range(0, len(text), 3000):
        piece = text[at : at + 3000]
        app.send((b"\x1b[200~" if at == 0 else b"") + piece)
        app.pump(0.002)
    app.send(b"\x1b[201~")
    wait_typed(app, typed, text)


def test_answers_of_the_terminal_reach_no_program(start_app: StartApp, typed: Path) -> None:
    app = start_app()
    open_hex(app, typed)
    app.send(b"\x1b[?62;4c\x1b[12;34R\x1b]11;rgb:0000/0000/0000\x1b\\\x1bP>|xterm\x1b\\", b"x")
    wait_typed(app, typed, b"x")
    app.leave_pane()
    app.send(b"\x1b[?62;4c\x1b[12;34R\x1b]11;rgb:q/c/K\x07")
    app.send(b"\r")
    app.wait_for("keyboard:")
    app.send(b"y")
    wait_typed(app, typed, b"xy")


def test_what_is_typed_right_after_t_belongs_to_the_new_pane(app: AppInTerminal, tmp_path: Path) -> None:
    app.send(b"techo quick > " + str(tmp_path / "quick").encode() + b"\r")
    app.wait_for(lambda _: (tmp_path / "quick").exists())
    assert "Instances 1" in app.text
