"""The app in a real terminal: how it ends, stops and goes on, and what it leaves of the terminal."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from chloe.terminal import Modes

if TYPE_CHECKING:
    from tests.app_in_terminal import AppInTerminal
    from tests.conftest import AppWithPane, StartApp

DEADLINE = 30.0


def wait_unread(holds: Callable[[], bool]) -> None:
    """Wait for a fact while nobody reads what the app writes."""
    until = time.monotonic() + DEADLINE
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.01)


def check_left_as_it_was(app: AppInTerminal, before: list[object]) -> None:
    assert app.settings == before
    assert b"\x1b[>1u" in app.written  # It asked for keys told apart, and for changes of the colours.
    assert app.terminal.modes == Modes()
    assert app.terminal.cursor.visible
    assert app.terminal.cursor.shape == "block"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT])
def test_a_signal_ends_it_and_leaves_the_terminal_as_it_was(
    app_with_pane: AppWithPane, number: signal.Signals
) -> None:
    app = app_with_pane("c")
    before = app.settings_before
    # A bar for a cursor, and an unfinished frame of a flood.
    app.send(b"printf '\\033[5 q'; yes\r")
    app.wait_for("y\n")
    app.kill(number)
    assert app.wait_for_end() == 128 + number
    check_left_as_it_was(app, before)


def test_a_hang_up_that_comes_twice_does_not_cut_the_goodbye_short(app_with_pane: AppWithPane) -> None:
    app = app_with_pane("c")
    app.kill(signal.SIGHUP)
    app.wait_for(lambda app: not app.terminal.modes.alternate_screen)
    if not app.has_ended():
        app.kill(signal.SIGHUP)
    assert app.wait_for_end() == 129


def test_quitting_leaves_the_terminal_as_it_was(app_with_pane: AppWithPane) -> None:
    app = app_with_pane("c")
    before = app.settings_before
    app.leave_pane()
    assert app.quit() == 0
    check_left_as_it_was(app, before)


#: What Ctrl-L does in each.
CRASHES: dict[str, str] = {
    "in a key": "def broken(self): raise ValueError('broken on purpose')\nTtyScreen.forget = broken\n",
    "while drawing": "from chloe.ui import status_bars\n"
    "def broken(*_, **__): raise ValueError('broken on purpose')\n"
    "TtyScreen.forget = lambda self: setattr(status_bars, 'draw_header', broken)\n",
    "in a callback": "import asyncio\n"
    "def broken(): raise ValueError('broken on purpose')\n"
    "TtyScreen.forget = lambda self: asyncio.get_running_loop().call_soon(broken)\n",
}


@pytest.mark.parametrize("where", CRASHES)
def test_an_unforeseen_error_ends_it_with_one_line_and_a_traceback_in_the_log_file(
    app_with_pane: AppWithPane, tmp_path: Path, where: str
) -> None:
    broken = "from chloe.ui.tty.screen import TtyScreen\n" + CRASHES[where]
    app = app_with_pane("c", program=broken + "import sys\nfrom chloe.cli import main\nsys.exit(main())")
    before = app.settings_before
    app.leave_pane()
    app.send(b"\x0c")
    assert app.wait_for_end() == 70
    check_left_as_it_was(app, before)
    said = " ".join(app.text.split())
    assert "broken on purpose" in said
    assert "Traceback" not in said
    log = (tmp_path / "home" / "chloe.log").read_text()
    assert "Traceback" in log
    assert "broken on purpose" in log


def test_a_request_that_fails_as_nobody_foresaw_is_told_and_ends_nothing(
    start_app: StartApp, tmp_path: Path
) -> None:
    program = (
        "from chloe.ui.requests import Requests\n"
        "from chloe.ui.tty.screen import TtyScreen\n"
        "made, make = [], Requests.__init__\n"
        "def note(self, *args): make(self, *args); made.append(self)\n"
        "Requests.__init__ = note\n"
        "async def broken(): raise ValueError('broken on purpose')\n"
        "TtyScreen.forget = lambda self: made[0]._run(broken(), None)\n"
        "import sys\nfrom chloe.cli import main\nsys.exit(main())"
    )
    app = start_app(program=program)
    app.wait_for("No panes yet")
    app.send(b"\x0c")
    app.wait_for("broken on purpose")
    app.send(b"c")
    app.wait_for("$")
    app.leave_pane()
    assert app.quit() == 0
    log = (tmp_path / "home" / "chloe.log").read_text()
    assert "Traceback" in log
    assert "ValueError: broken on purpose" in log


def test_stopped_and_continued_it_shows_itself_again(app: AppInTerminal) -> None:
    app.kill(signal.SIGSTOP)
    app.terminal.feed(b"\x1b[2J\x1b[Hwhat others wrote")
    app.kill(signal.SIGCONT)
    app.wait_for("No panes yet")


def test_where_no_shell_could_continue_it_it_doesn_t_stop(app: AppInTerminal) -> None:
    app.send(b"\x1a")
    # What is typed while it gives its leases back goes with the terminal's settings.
    app.wait_for(lambda app: app.written.count(b"\x1b[?1049h") == 2)
    app.wait_for("No panes yet")
    app.send(b"?")
    app.wait_for("Open a direct pane")


def test_without_a_terminal_it_says_so(start_app: StartApp, tmp_path: Path) -> None:
    app = start_app(
        program="import subprocess, sys\n"
        "found = subprocess.run([sys.executable, '-m', 'chloe'], stdin=subprocess.DEVNULL)\n"
        "sys.exit(found.returncode)"
    )
    assert app.wait_for_end() == 2
    assert "needs a terminal" in " ".join(app.text.split())


def test_as_a_shell_s_job_it_stops_and_goes_on(start_app: StartApp, tmp_path: Path) -> None:
    (tmp_path / "rc").write_text("PS1='% '\n")
    app = start_app(program=f"import os; os.execvp('bash', ['bash', '--rcfile', '{tmp_path}/rc', '-i'])")
    app.wait_for("%")
    app.send(f"cd {tmp_path}; stty -a > before; {sys.executable} -m chloe\r".encode())
    app.wait_for("No panes yet")
    app.send(b"\x1a")
    app.wait_for("Stopped")
    app.wait_for(lambda app: app.text.rstrip().endswith("%"))
    modes = app.terminal.modes
    assert (modes.alternate_screen, modes.kitty_flags, modes.colour_reports) == (False, 0, False)
    app.send(b"fg\r")
    app.wait_for("No panes yet")
    app.wait_for(lambda app: (modes.kitty_flags, modes.colour_reports) == (1, True))
    app.send(b"q")
    app.wait_for(lambda app: app.text.rstrip().endswith("%"))
    app.send(b"stty -a > after; cmp before after && echo the s''ame\r")
    app.wait_for("the same")


def test_a_terminal_that_takes_nothing_holds_no_program_up(
    app_with_pane: AppWithPane, tmp_path: Path
) -> None:
    app = app_with_pane("c", rows=50, columns=200)
    ticks = tmp_path / "ticks"
    ticks.touch()
    script = tmp_path / "tick.sh"
    # What changes all over the screen soon fills the way to a terminal that isn't read.
    script.write_text(f"n=1; while :; do echo >> {ticks}; n=$((n + 1)); seq $n $((n + 3000)); done")
    app.send(f"sh {script}\r".encode())
    wait_unread(app.takes_no_more)
    since = ticks.stat().st_size
    wait_unread(lambda: ticks.stat().st_size > since + 50)
    app.send(b"\x03")
    app.wait_for(lambda app: app.text.rstrip().splitlines()[-2].endswith("$"))
    app.leave_pane()
    assert app.quit() == 0


def test_a_signal_ends_it_though_the_terminal_takes_nothing(app_with_pane: AppWithPane) -> None:
    app = app_with_pane("c", rows=50, columns=200)
    before = app.settings_before
    app.send(b"n=1; while :; do n=$((n + 1)); seq $n $((n + 3000)); done\r")
    app.wait_for("3000")
    wait_unread(app.takes_no_more)
    app.kill(signal.SIGTERM)
    wait_unread(app.has_ended)
    assert app.settings == before
