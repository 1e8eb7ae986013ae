"""The app in a real terminal: the mouse, for programs that ask for it, and for as long as they do."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.app_in_terminal import AppInTerminal
    from tests.conftest import StartApp

#: Switches modes on and keeps every byte it reads in a file, but for ``+1002;`` and ``-1002;``, which switch
#: a mode on and off. Prints the size of its terminal when that changes. Ends at Ctrl-D, with its modes on.
POINTED = """
import os, re, signal, sys, tty
tty.setraw(0)
def print_size(*_):
    size = os.get_terminal_size(0)
    os.write(1, b"\\r\\nsize %dx%d" % (size.lines, size.columns))
signal.signal(signal.SIGWINCH, print_size)
def switch(modes, on):
    os.write(1, b"".join(b"\\x1b[?%s%s" % (mode.encode(), b"h" if on else b"l") for mode in modes))
switch(sys.argv[2:], True)
os.write(1, b"ready")
while True:
    data = os.read(0, 1000)
    for on, mode in re.findall(rb"([+-])(\\d+);", data):
        switch([mode.decode()], on == b"+")
        os.write(1, b"\\r\\nset %s%s" % (on, mode))
    with open(sys.argv[1], "ab") as kept:
        kept.write(re.sub(rb"[+-]\\d+;", b"", data))
    if b"\\x04" in data:
        break
"""


class Pointer:
    """The app with a pane whose program keeps what it gets."""

    def __init__(self, app: AppInTerminal, folder: Path) -> None:
        self.app = app
        self.kept = folder / "kept"
        self.script = folder / "pointed.py"
        self.script.write_text(POINTED)
        self.kept.touch()

    def open(self, *modes: int, key: bytes = b"c") -> Pointer:
        """Open a pane in which a program asks for these modes."""
        self.app.wait_for("No panes yet")
        self.app.send(key)
        self.app.wait_for("keyboard:")
        self.app.wait_for("$")
        asked = " ".join(map(str, modes))
        self.app.send(f"clear; {sys.executable} {self.script} {self.kept} {asked}\r".encode())
        self.app.wait_for("ready")
        return self

    def switch(self, mode: str) -> None:
        """Have the program switch a mode: "+1002" on, "-1002" off."""
        self.app.send(f"{mode};".encode())
        self.app.wait_for(f"set {mode}")

    def wait_asked(self, mouse: str) -> None:
        """Wait until the terminal has been asked for just so much."""
        encoding = "x10" if mouse == "off" else "sgr"
        self.app.wait_for(
            lambda app: (app.terminal.modes.mouse, app.terminal.modes.mouse_encoding) == (mouse, encoding)
        )

    def gets(self, sent: bytes, data: bytes) -> None:
        """What the terminal sends makes the program read just ``data``: a key that follows shows it."""
        self.kept.write_bytes(b"")
        self.app.send(sent, b"|")
        self.app.wait_for(lambda _: self.kept.read_bytes().endswith(b"|"))
        assert self.kept.read_bytes() == data + b"|"


#: What all but the last test have: the mouse is left to the programs, and to the terminal.
TO_PROGRAMS = '[ui]\nmouse = "programs"\n'


@pytest.fixture
def start_pointer(start_app: StartApp, tmp_path: Path) -> Callable[..., Pointer]:
    (tmp_path / "home" / "config.toml").write_text(TO_PROGRAMS)
    return lambda **named: Pointer(start_app(**named), tmp_path)


StartPointer = Callable[..., Pointer]


@pytest.mark.parametrize("key", [b"c", b"t"], ids=["direct", "tmux"])
def test_the_terminal_is_asked_for_as_much_as_the_program_wants_and_no_longer(
    start_pointer: StartPointer, key: bytes
) -> None:
    pointer = start_pointer().open(1000, 1006, key=key)
    pointer.wait_asked("normal")
    pointer.gets(b"\x1b[<0;22;3M\x1b[<0;22;3m", b"\x1b[<0;1;1M\x1b[<0;1;1m")
    pointer.gets(b"\x1b[<65;80;23M", b"\x1b[<65;59;21M")
    pointer.switch("+1002")
    pointer.wait_asked("button")
    pointer.gets(b"\x1b[<0;22;3M\x1b[<32;23;3M\x1b[<0;23;3m", b"\x1b[<0;1;1M\x1b[<32;2;1M\x1b[<0;2;1m")
    pointer.switch("+1003")
    pointer.wait_asked("any")
    pointer.gets(b"\x1b[<35;30;10M", b"\x1b[<35;9;8M")
    pointer.switch("-1006")
    pointer.gets(b"\x1b[<2;30;10M", b'\x1b[M")(')
    pointer.switch("-1003")
    pointer.wait_asked("off")
    # What was on its way comes late.
    pointer.gets(b"\x1b[<35;30;10M\x1b[M )(", b"")


def test_no_mode_of_the_mouse_is_left_on_beside_another(start_pointer: StartPointer) -> None:
    pointer = start_pointer().open(1000)
    for mode, mouse in ((1002, "button"), (1003, "any"), (1000, "normal")):
        pointer.switch(f"+{mode}")
        pointer.wait_asked(mouse)
    pointer.app.leave_pane()
    pointer.wait_asked("off")
    for mode in (1000, 1002, 1003, 1006):
        on, off = b"\x1b[?%dh" % mode, b"\x1b[?%dl" % mode
        assert pointer.app.written.count(on) == pointer.app.written.count(off) > 0
        assert pointer.app.written.rindex(on) < pointer.app.written.rindex(off)


def test_zoomed_and_resized_the_cell_under_the_mouse_is_meant(start_pointer: StartPointer) -> None:
    pointer = start_pointer().open(1000, 1006)
    pointer.app.leave_pane()
    pointer.wait_asked("off")
    pointer.app.send(b"z\r")
    pointer.wait_asked("normal")
    pointer.app.wait_for("size 22x80")
    pointer.gets(b"\x1b[<0;1;2M", b"\x1b[<0;1;1M")
    pointer.gets(b"\x1b[<0;80;23M", b"\x1b[<0;80;22M")
    pointer.gets(b"\x1b[<0;1;1M\x1b[<0;80;24M", b"")
    pointer.app.resize(40, 150)
    pointer.app.wait_for(lambda app: "keyboard:" in app.text.splitlines()[-1])
    pointer.app.wait_for("size 38x150")
    pointer.gets(b"\x1b[<0;150;39M", b"\x1b[<0;150;38M")


def test_while_the_user_looks_back_the_mouse_is_the_terminal_s(
    start_pointer: StartPointer,
) -> None:
    pointer = start_pointer()
    pointer.app.wait_for("No panes yet")
    pointer.app.send(b"c")
    pointer.app.wait_for("$")
    pointer.app.send(f"seq 100; {sys.executable} {pointer.script} {pointer.kept} 1003 1006\r".encode())
    pointer.app.wait_for("ready")
    pointer.wait_asked("any")
    pointer.app.send("shift+page_up")
    pointer.app.wait_for("line 6")
    pointer.wait_asked("off")
    pointer.app.send(b"\x1b[<0;30;10M\x1b[<0;30;10m")
    pointer.app.send("shift+page_down")
    pointer.wait_asked("any")
    pointer.gets(b"\x1b[<0;30;10M", b"\x1b[<0;9;8M")


def test_in_command_mode_the_mouse_is_the_terminal_s_and_late_reports_do_nothing(
    start_pointer: StartPointer,
) -> None:
    pointer = start_pointer().open(1003, 1006)
    pointer.wait_asked("any")
    pointer.app.leave_pane()
    pointer.wait_asked("off")
    pointer.app.send(
        b"\x1b[<35;30;10M\x1b[<0;1;1M\x1b[<0;1;1m\x1b[M xq\x1b[M#xq", b"\x1b[<3", b"5;1;1M", gap=0.1
    )
    pointer.app.send(b"\r")
    pointer.app.wait_for("keyboard:")
    pointer.wait_asked("any")
    pointer.gets(b"", b"")
    assert "Instances 1" in pointer.app.text


def test_an_old_terminal_s_reports_reach_the_program_as_it_wants_them(start_pointer: StartPointer) -> None:
    pointer = start_pointer(columns=240).open(1002, 1006)
    pointer.wait_asked("button")
    # 240 columns leave 48 to the list and one to the edge; column 223 is the last that this form can say.
    pointer.gets(b"\x1b[M \xff*", b"\x1b[<0;174;8M")
    pointer.gets(b"\x1b[M#\xff*", b"\x1b[<0;174;8m")
    pointer.gets(b"\x1b[M`\xff*", b"\x1b[<64;174;8M")


def test_when_the_program_ends_the_mouse_is_the_terminal_s(
    start_pointer: StartPointer, tmp_path: Path
) -> None:
    pointer = start_pointer()
    pointer.app.wait_for("No panes yet")
    pointer.app.send(b"c")
    pointer.app.wait_for("$")
    pointer.app.send(f"exec {sys.executable} {pointer.script} {pointer.kept} 1003\r".encode())
    pointer.wait_asked("any")
    pointer.app.send(b"\x04")
    pointer.wait_asked("off")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_leaves_no_mouse_reports_on(start_pointer: StartPointer, number: signal.Signals) -> None:
    pointer = start_pointer().open(1003)
    pointer.wait_asked("any")
    pointer.app.kill(number)
    assert pointer.app.wait_for_end() == 128 + number
    pointer.wait_asked("off")


def test_a_crash_leaves_no_mouse_reports_on(start_pointer: StartPointer) -> None:
    program = (
        "from chloe.ui.panes.pane_input import PaneInput\n"
        "def broken(self): raise ValueError('broken on purpose')\n"
        "PaneInput.on_release = broken\n"
        "import sys\nfrom chloe.cli import main\nsys.exit(main())"
    )
    pointer = start_pointer(program=program).open(1003)
    pointer.wait_asked("any")
    pointer.app.send(b"\x1d")
    assert pointer.app.wait_for_end() == 70
    pointer.wait_asked("off")


def test_a_report_that_cant_be_passed_on_is_told_and_ends_nothing(start_pointer: StartPointer) -> None:
    program = (
        "from chloe.terminal import keys\n"
        "def broken(*_, **__): raise ValueError('broken on purpose')\n"
        "keys.mouse = broken\n"
        "import sys\nfrom chloe.cli import main\nsys.exit(main())"
    )
    pointer = start_pointer(program=program).open(1003)
    pointer.wait_asked("any")
    pointer.app.send(b"\x1b[<0;60;10M")
    pointer.app.wait_for("this didn't reach the pane")
    pointer.app.leave_pane()
    assert pointer.app.quit() == 0


def test_stopped_by_force_and_continued_the_mouse_is_asked_for_again(start_pointer: StartPointer) -> None:
    pointer = start_pointer().open(1003)
    pointer.wait_asked("any")
    pointer.app.kill(signal.SIGSTOP)
    pointer.app.terminal.feed(b"\x1b[?1003l\x1b[?1006l")
    pointer.app.kill(signal.SIGCONT)
    pointer.wait_asked("any")


def test_as_a_shell_s_job_it_stops_without_the_mouse_and_goes_on_with_it(
    start_app: StartApp, tmp_path: Path
) -> None:
    (tmp_path / "rc").write_text("PS1='$ '\n")
    (tmp_path / "home" / "config.toml").write_text(TO_PROGRAMS)
    app = start_app(program=f"import os; os.execvp('bash', ['bash', '--rcfile', '{tmp_path}/rc', '-i'])")
    app.wait_for("$")
    app.send(f"{sys.executable} -m chloe\r".encode())
    pointer = Pointer(app, tmp_path).open(1003, 1006)
    pointer.wait_asked("any")
    # From outside, as Ctrl-Z is the program's while it has the keyboard.
    os.killpg(os.tcgetpgrp(app.fd), signal.SIGTSTP)
    app.wait_for("Stopped")
    pointer.wait_asked("off")
    app.send(b"fg\r")
    pointer.wait_asked("any")
    pointer.gets(b"\x1b[<0;22;3M", b"\x1b[<0;1;1M")


def test_chloe_has_the_mouse_unless_it_is_told_not_to(start_app: StartApp) -> None:
    app = start_app()
    app.wait_for("No panes yet")
    app.wait_for(lambda app: app.terminal.modes.mouse == "button")
    # A click on the hint opens a pane; a double click marks a word and copies it.
    app.send(b"\x1b[<0;2;24M\x1b[<0;2;24m")
    app.wait_for("keyboard:")
    app.send(b"echo mar''ked/word\r")
    app.wait_for("marked/word")
    row = next(y for y, line in enumerate(app.text.splitlines(), 1) if "marked/word" in line)
    app.send(b"\x1b[<0;25;%dM\x1b[<0;25;%dm" % (row, row) * 2)
    app.wait_for("Copied 11 characters")
    assert b"\x1b]52;c;bWFya2VkL3dvcmQ=\x1b\\" in app.written
    app.leave_pane()
    app.quit()
    assert app.terminal.modes.mouse == "off"
