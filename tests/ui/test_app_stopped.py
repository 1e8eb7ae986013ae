"""An app that Ctrl-Z stops lets others record its panes, and takes them back when it goes on."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chloe.backends.tmux import leases
from chloe.waits import is_stopped
from tests.app_in_terminal import DEADLINE
from tests.conftest import StartApp


def until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + DEADLINE
    while not holds():
        assert time.monotonic() < deadline, "never came true"
        time.sleep(0.005)


def test_ctrl_z_gives_the_leases_back_and_fg_takes_them_again(start_app: StartApp, tmp_path: Path) -> None:
    home = tmp_path / "home"
    (tmp_path / "rc").write_text("PS1='% '\n")
    app = start_app(program=f"import os; os.execvp('bash', ['bash', '--rcfile', '{tmp_path}/rc', '-i'])")

    def command(*words: str) -> Any:
        asked = [sys.executable, "-m", "chloe", *words]
        return json.loads(subprocess.check_output(asked, env=app.environment, timeout=DEADLINE))

    app.wait_for("%")
    app.send(f"{sys.executable} -m chloe\r".encode())
    app.wait_for("No panes yet")
    app.send(b"t")
    app.wait_for("keyboard: sh")
    app.leave_pane()
    (spool,) = (home / "spool").iterdir()
    pane = [spool.name]
    assert leases.leased_panes(home / "leases", pane) == set(pane)
    app.send(b"\x1a")
    app.wait_for("Stopped")
    assert leases.leased_panes(home / "leases", pane) == set()
    (before,) = command("ls", "--json")
    (spool / "keys").write_bytes(b"echo while it was st''opped\r")

    def printed() -> bool:
        (now,) = command("ls", "--json")
        return bool(now["printed"] >= before["printed"] + len("while it was stopped"))

    until(printed)
    app.send(b"fg\r")
    app.wait_for("while it was stopped")
    until(lambda: leases.leased_panes(home / "leases", pane) == set(pane))
    (spool / "keys").write_bytes(b"echo and af''ter\r")
    app.wait_for("and after")
    app.send(b"q")
    app.wait_for(lambda app: app.text.rstrip().endswith("%"))
    assert (home / "log.db").exists()
    assert not os.path.exists(home / "chloe.log") or "Traceback" not in (home / "chloe.log").read_text()


def test_an_app_that_is_started_in_the_background_stops_before_it_has_anything(
    start_app: StartApp, tmp_path: Path
) -> None:
    (tmp_path / "rc").write_text("PS1='% '\n")
    app = start_app(program=f"import os; os.execvp('bash', ['bash', '--rcfile', '{tmp_path}/rc', '-i'])")
    app.wait_for("%")
    app.send(f"{sys.executable} -m chloe & echo its' id is' $!.\r".encode())
    app.wait_for(lambda app: re.search(r"its id is \d+\.", app.text) is not None)
    found = re.search(r"its id is (\d+)\.", app.text)
    assert found is not None
    until(lambda: is_stopped(int(found[1])))
    assert not (tmp_path / "home" / "log.db").exists()
    app.send(b"fg\r")
    app.wait_for("No panes yet")
    app.send(b"q")
    app.wait_for(lambda app: app.text.rstrip().endswith("%"))
