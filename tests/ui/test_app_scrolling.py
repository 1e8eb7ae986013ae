"""Looking back in the real app, as far as the log goes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import AppWithPane, StartApp

MEGABYTE = 1_000_000


def _long_log(path: Path, size: int) -> int:
    """Write ``size`` bytes of numbered lines; how many there are."""
    block = "".join(f"{{:>9}} and what happened on this line of the log {n}\n" for n in range(1_000))
    lines = 0
    with path.open("w") as log:
        while log.tell() < size:
            log.write(block.format(*range(lines, lines + 1_000)))
            lines += 1_000
    return lines


def test_one_can_scroll_to_the_first_line_of_50_megabytes_and_back(
    app_with_pane: AppWithPane, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    count = _long_log(log, 50 * MEGABYTE)
    app = app_with_pane("c")
    app.send(f"clear; cat {log}; echo the end\r".encode())
    app.wait_for("│the end", deadline=120)  # And not the line that says what to do.
    log.unlink()
    app.leave_pane()
    app.send(b"g")
    app.wait_for("        0 and what happened on this line")
    # The screen before it was a line, too, until `clear` hid it.
    shown = re.search(r"line (\d+) of ", app.text)
    assert shown and int(shown[1]) <= 2
    app.send("page_down")
    app.wait_for(f"line {int(shown[1]) + 20} of ")
    app.send("page_down")
    app.wait_for(f"line {int(shown[1]) + 40} of ")
    app.send(b"G")
    app.wait_for("the end")
    for _ in range(3):
        app.send("shift+page_up")
    app.wait_for(f"{count - 60:>9} and what")
    app.send(b"G")
    app.wait_for("the end")
    assert app.quit() == 0


def test_what_a_pane_printed_before_a_restart_can_be_scrolled_to(
    start_app: StartApp, app_with_pane: AppWithPane, tmp_path: Path
) -> None:
    app = app_with_pane("t")
    app.send(b"seq -f 'number %.0f of many' 1 60000; echo the end\r")
    app.wait_for("the end\n")
    app.leave_pane()
    assert app.quit() == 0
    app = start_app()
    app.wait_for("detached")
    app.send(b"a")
    app.wait_for("the end")
    app.send(b"g")
    app.wait_for("number 1 of many")
    app.send("page_down")
    app.wait_for("number 20 of many")
    app.send(b"G")
    app.wait_for("the end")
