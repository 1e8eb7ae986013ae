"""The app in a real terminal: a pane whose screen can't be drawn, or shown, costs nothing but that screen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import AppWithPane, StartApp

_START = "import sys\nfrom chloe.cli import main\nsys.exit(main())"
#: What breaks once a program has set its title to this.
BROKEN: dict[str, str] = {
    "drawing": "from chloe.terminal.interpreter import Interpreter\n"
    "bell = Interpreter.bell\n"
    "def broken(self):\n"
    "    if self.titles.window == 'boom': raise ValueError('broken on purpose')\n"
    "    bell(self)\n"
    "Interpreter.bell = broken\n",
    "showing a line": "from chloe.terminal import Terminal\n"
    "line = Terminal.line\n"
    "def broken(self, y):\n"
    "    if self.title == 'boom': raise ValueError('broken on purpose')\n"
    "    return line(self, y)\n"
    "Terminal.line = broken\n",
    "taking notices": "from chloe.terminal import Terminal\n"
    "take = Terminal.take_notices\n"
    "def broken(self):\n"
    "    if self.title == 'boom': raise ValueError('broken on purpose')\n"
    "    return take(self)\n"
    "Terminal.take_notices = broken\n",
    "showing without end": "from chloe.terminal import Terminal, within_bounds\n"
    "within_bounds.seconds = 0.3\n"
    "line = Terminal.line\n"
    "def broken(self, y):\n"
    "    while self.title == 'boom': pass\n"
    "    return line(self, y)\n"
    "Terminal.line = broken\n",
}


@pytest.mark.parametrize("what", BROKEN)
def test_the_app_the_other_panes_and_the_next_start_live(
    start_app: StartApp, app_with_pane: AppWithPane, tmp_path: Path, what: str
) -> None:
    app = app_with_pane("c", program=BROKEN[what] + _START)
    app.send(b"printf '\\033]2;boom\\007\\007'\r")
    app.wait_for("Chloe can't draw what it printed")
    app.wait_for("(ValueError)." if "end" not in what else "(OutOfBounds).")
    app.send(f"touch {tmp_path}/reached\r".encode())
    app.wait_for(lambda _: (tmp_path / "reached").exists())
    app.send(b"exit\r")
    app.wait_for("ended")
    app.leave_pane()
    app.send(b"c")
    app.send(b"echo al''ive\r")
    app.wait_for("alive")
    app.leave_pane()
    assert app.quit() == 0
    again = start_app(program=BROKEN[what] + _START)
    again.wait_for("Chloe can't draw what it printed")
    again.send(b"c")
    again.wait_for("$")
    again.leave_pane()
    assert again.quit() == 0
    kept = list((tmp_path / "home" / "damaged").glob("*.fold"))
    assert kept
    assert all(b"Traceback" in path.read_bytes() for path in kept)


@pytest.mark.parametrize("key", [b"c", b"t"])
def test_where_the_folder_of_the_app_is_gone_a_pane_opens_in_the_home(
    start_app: StartApp, tmp_path: Path, key: bytes
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    app = start_app(program=f"import os\nos.chdir({str(gone)!r})\nos.rmdir({str(gone)!r})\n" + _START)
    app.wait_for("No panes yet")
    app.send(key)
    app.wait_for("$")
    app.send(f"pwd > {tmp_path}/here; exit\r".encode())
    app.wait_for(lambda _: (tmp_path / "here").exists() and (tmp_path / "here").read_text() != "")
    assert (tmp_path / "here").read_text().strip() == str(tmp_path)
    app.wait_for("ended")
    app.leave_pane()
    assert app.quit() == 0
