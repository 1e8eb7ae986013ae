"""The story that must work: a day with Chloe, on a real terminal, with everything real.

``make story N=20`` repeats it. Every step waits for what the screen shows; nothing sleeps.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.app_in_terminal import AppInTerminal
    from tests.conftest import StartApp

#: A long build: numbered steps, some in bursts, with its own record of what it wrote; ends when told.
_BUILD = r"""
import os, sys, termios, time
record, stop = sys.argv[1:]
settings = termios.tcgetattr(1)
settings[1] &= ~termios.OPOST
termios.tcsetattr(1, termios.TCSANOW, settings)
copy = open(record, "wb", buffering=0)
number = 0
while not os.path.exists(stop):
    steps = 200 if number % 7 == 6 else 2
    data = b"".join(b"\x1b[32mstep %06d\x1b[0m compiling\r\n" % n for n in range(number, number + steps))
    number += steps
    copy.write(data)
    while data:
        data = data[os.write(1, data):]
    time.sleep(0.01)
end = b"the build is done\r\n"
copy.write(end)
os.write(1, end)
"""


class Build:
    """The long build of the story, and what it wrote by its own account."""

    def __init__(self, folder: Path) -> None:
        self.record, self.stop, self.script = folder / "record", folder / "stop", folder / "build.py"
        self.script.write_text(_BUILD)

    @property
    def command(self) -> str:
        return f"{sys.executable} {self.script} {self.record} {self.stop}"

    @property
    def written(self) -> int:
        return self.record.stat().st_size if self.record.exists() else 0


def chloe(app: AppInTerminal, *arguments: str) -> bytes:
    """What a command of Chloe's prints, in the story's home."""
    asked = [sys.executable, "-m", "chloe", *arguments]
    return subprocess.run(asked, env=app.environment, check=True, capture_output=True).stdout


def panes(app: AppInTerminal) -> dict[str, dict[str, object]]:
    """The panes as a script sees them, by name."""
    return {pane["name"]: pane for pane in json.loads(chloe(app, "ls", "--all", "--json"))}


def grows(app: AppInTerminal, build: Build) -> None:
    """Wait until the build has written more than it had."""
    before = build.written
    app.wait_for(lambda _: build.written > before + 4000)


def last_step(app: AppInTerminal) -> int:
    """The number of the last step that shows."""
    words = app.text.replace("step", " ").split()
    return max((int(word) for word in words if word.isdigit() and len(word) == 6), default=0)


def test_the_story(start_app: StartApp, tmp_path: Path) -> None:
    build = Build(tmp_path)

    # Start Chloe. t; run a long build in it; Esc, d: asleep. c; work in a direct pane. Quit.
    app = start_app()
    app.wait_for("No panes yet")
    app.send(b"t")
    app.wait_for("keyboard:")
    app.wait_for("$")
    app.send(build.command.encode() + b"\r")
    app.wait_for("step 0001")
    app.wait_for("[📎]")
    app.leave_pane()
    app.send(b"r")
    app.wait_for("Rename")
    app.send(b"\x15build\r")
    app.wait_for("[📎] build")
    app.send(b"d")
    app.wait_for("[💤] build")
    app.send(b"c")
    app.wait_for("keyboard:")
    app.wait_for("$")
    app.send(b"echo worked in a direct pane | tr a-z A-Z\r")
    app.wait_for("WORKED IN A DIRECT PANE")
    app.leave_pane()
    assert app.quit() == 0

    # Start again: the build is there, detached, still running. a: attached, all of it is back.
    away = build.written
    grows(app, build)
    app = start_app()
    app.wait_for("[💤] build")
    grows(app, build)
    app.send(b"a")
    app.wait_for("[📎] build")
    # What it printed while Chloe was closed is on the screen or above it.
    app.wait_for(lambda app: last_step(app) > away // 40)

    # Killed while it prints; start again; nothing is missing.
    app.kill(signal.SIGKILL)
    app.wait_for_end()
    grows(app, build)
    app = start_app()
    app.wait_for("[💤] build")
    app.send(b"a")
    app.wait_for("[📎] build")

    # x; reopen it from History.
    app.send(b"x")
    app.wait_for(lambda app: "build" not in app.text or "No panes yet" in app.text)
    app.send(b"\t")
    app.wait_for("build")
    app.send(b"a")
    app.wait_for("[📎] build")

    # The build ends, and is whole; then its session is killed by hand.
    build.stop.touch()
    app.wait_for("the build is done")
    session = str(panes(app)["build"]["session"])
    socket = app.environment["CHLOE_TMUX_SOCKET"]
    subprocess.run(["tmux", "-L", socket, "kill-session", "-t", session], check=True)
    app.wait_for("[💀] build")
    assert app.quit() == 0

    # replay tells it all in order; export-log gives what the build wrote.
    told = [json.loads(line) for line in chloe(app, "replay", "build", "--json").splitlines()]
    turns = [record["kind"] for record in told if record["kind"] not in ("Output", "Resized")]
    assert turns == [
        "Created",
        "Renamed",
        "Detached",  # d
        "Reattached",  # a
        "Detached",  # kill -9, said by the next
        "Reattached",  # a
        "Detached",  # x
        "Closed",
        "Reopened",
        "Reattached",
        "Died",
    ]
    assert [record["seq"] for record in told] == sorted(record["seq"] for record in told)
    exported = chloe(app, "export-log", "build")
    assert build.record.read_bytes() in exported
    chloe(app, "verify")
    assert not any((Path(app.environment["CHLOE_HOME"]) / "spool").iterdir()), os.listdir(tmp_path)
