"""Two Chloes over one home, each in a terminal of its own size; and a tmux server that dies under both."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import StartApp


def test_two_chloes_share_sizes_what_was_seen_and_the_end_of_a_server(
    start_app: StartApp, tmux_socket: str, tmp_path: Path
) -> None:
    large = start_app(rows=60, columns=200, TERM="xterm-kitty")
    large.wait_for("No panes yet")
    large.send(b"t")
    large.wait_for("keyboard: sh")
    large.wait_for("│$")
    large.leave_pane()
    small = start_app(rows=24, columns=80, TERM="xterm-kitty")
    small.wait_for("[💤] sh")
    small.send("enter")
    small.wait_for("keyboard: sh")
    small.wait_for("part of 151x57")
    # The first command is typed at once, and runs in the size that its user sees.
    go = tmp_path / "go"
    small.send(f"stty size; until test -e {go}; do sleep 0.1; done; printf '\\a'\r".encode())
    small.wait_for(lambda app: "21 59" in app.text and "part of" not in app.text)
    small.leave_pane()

    # What is seen here is seen there.
    for app in (large, small):
        app.send(b"c")
        app.wait_for("keyboard: sh-")
        app.leave_pane()
    go.touch()
    for app in (large, small):
        app.wait_for("1 rang")
    large.send(b"w")
    large.wait_for("21 59")
    for app in (large, small):
        app.wait_for(lambda app: "rang" not in app.text)

    # A server that dies is one message.
    for name in ("sh-4", "sh-5"):
        large.send(b"t")
        large.wait_for(f"keyboard: {name}")
        large.wait_for(f"─ {name} ")
        large.wait_for("│$")
        large.leave_pane()
    server = subprocess.check_output(["tmux", "-L", tmux_socket, "display-message", "-p", "#{pid}"])
    os.kill(int(server), signal.SIGKILL)
    together = re.compile("(sh, |sh-4, |sh-5, ){2}(sh|sh-4|sh-5) ended: its terminal was hung up")
    for app in (large, small):
        app.wait_for("3 ended")
        app.wait_for_keys()
        app.send(b"m")
        app.wait_for(lambda app: together.search(app.text) is not None)
        assert app.text.count("ended: ") == 1
        assert len(re.findall(rb"\x1b\]9; [^\x1b]* ended: ", app.written)) == 1
    for app in (large, small):
        app.send(b"m")
        assert app.quit() == 0
