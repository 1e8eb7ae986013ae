"""The app in a real terminal, beside a recorder that somebody stopped: it shows what the spool has."""

from __future__ import annotations

import re
import signal
from pathlib import Path

import pytest

from chloe.config import Config, Paths, TmuxSettings
from tests.conftest import StartApp
from tests.engine.recorder import recorder, stop


def test_an_app_shows_what_a_stopped_recorder_has_not_taken_in(
    start_app: StartApp, tmp_path: Path, tmux_socket: str
) -> None:
    config = Config(paths=Paths.under(tmp_path / "home"), tmux=TmuxSettings(socket_name=tmux_socket))
    with recorder(config) as (process, pane):
        keys = config.paths.spool / pane / "keys"
        app = start_app()
        app.wait_for("counts")
        app.send(b"a")
        app.wait_for("ready")
        stop(process)
        keys.write_bytes(b"300\n")
        app.wait_for("the screen after 300")
        app.wait_for("not all in the log yet")
        app.wait_for(lambda app: f"kill -CONT {process.pid}" in " ".join(app.text.split()))
        # It goes on as the spool grows, and what is further back is there as well.
        keys.write_bytes(b"20000\n")
        app.wait_for("the screen after 20000")
        app.send(b"g")
        # The first line that the window has: the log lacks those before it, which are only in the spool.
        app.wait_for(lambda app: bool(re.search(r"line [\d,]+ of 20,\d{3} ", app.text)))
        app.send(b"G")
        app.wait_for("the screen after 20000")
        process.send_signal(signal.SIGCONT)
        app.wait_for(lambda app: "not all in the log yet" not in app.text)
        assert "the screen after 20000" in app.text
        assert app.quit() == 0


@pytest.mark.parametrize("method", ["feed", "line"])
def test_an_app_lives_where_what_a_stopped_recorder_left_can_not_be_drawn(
    start_app: StartApp, tmp_path: Path, tmux_socket: str, method: str
) -> None:
    config = Config(paths=Paths.under(tmp_path / "home"), tmux=TmuxSettings(socket_name=tmux_socket))
    broken = (
        "import sys\n"
        "from chloe.cli import main\n"
        "from chloe.terminal import Terminal\n"
        f"real = Terminal.{method}\n"
        "def broken(self, given):\n"
        "    if any('after 300' in line for line in self.display): raise ValueError('broken on purpose')\n"
        "    return real(self, given)\n"
        f"Terminal.{method} = broken\n"
        "sys.exit(main())\n"
    )
    with recorder(config) as (process, pane):
        keys = config.paths.spool / pane / "keys"
        app = start_app(program=broken)
        app.wait_for("counts")
        app.send(b"a")
        app.wait_for("ready")
        stop(process)
        keys.write_bytes(b"300\n")
        if method == "feed":
            app.wait_for("the screen after 300")
            keys.write_bytes(b"5\n")
        app.wait_for("Chloe can't draw what it printed")
        app.wait_for("not all in the log yet")
        app.send(b"c")
        app.wait_for("$")
        process.send_signal(signal.SIGCONT)
        app.wait_for("keyboard: sh")
        app.leave_pane()
        assert app.quit() == 0
