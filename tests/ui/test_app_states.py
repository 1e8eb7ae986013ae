"""What the list tells of real programs in a real terminal, and what x and o do to them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.app_in_terminal import AppInTerminal
    from tests.conftest import AppWithPane

pytestmark = pytest.mark.skipif(not Path("/proc/self/syscall").exists(), reason="no /proc, or an older one")


def listed(app: AppInTerminal, row: int = 0) -> list[str]:
    """The words of a pane's first row in the list, and of the row under it."""
    return [
        word for y in (2 * row + 2, 2 * row + 3) for word in app.terminal.display[y].partition("│")[0].split()
    ]


def colours(app: AppInTerminal, sign: str) -> set[object]:
    """The colours in which the list shows a sign."""
    lines = (app.terminal.line(y) for y in range(2, app.terminal.rows - 1))
    return {run.attributes.foreground for line in lines for run in line if run.text.strip() == sign}


@pytest.mark.parametrize("key", ["c", "t"])
def test_the_list_tells_what_runs_waits_and_failed(
    app_with_pane: AppWithPane, tmp_path: Path, key: str
) -> None:
    (tmp_path / ".bashrc").write_text("PS1='$ '")
    (tmp_path / "in").mkdir()
    app = app_with_pane(key, SHELL="/bin/bash")
    app.send(b"cd ~/in; cat\r")
    app.wait_for(lambda app: listed(app)[-3:] == ["?", "cat", "~/in"])
    app.wait_for("bash  cat waits for a line  ~/in ")
    app.wait_for("1 waiting")
    assert colours(app, "?") == {5}
    app.send(b"\x04sleep 1000\r")
    app.wait_for(lambda app: listed(app)[-3:] == ["▸", "sleep", "~/in"])
    assert colours(app, "▸") == {6}
    app.send(b"\x03")
    app.wait_for(lambda app: listed(app)[-2:] == ["bash", "~/in"])
    # The next one opens where this one is.
    app.leave_pane()
    app.send(b"c")
    app.wait_for("keyboard: bash-2")
    app.send(b"pwd; sleep 1000\r")
    app.wait_for(f"{tmp_path}/in"[:40])
    app.wait_for(lambda app: "sleep" in listed(app, 1))
    app.leave_pane()
    app.wait_for("x end ")
    app.send(b"x")
    app.wait_for("sleep runs in bash-2. End it?")
    app.send(b"y")
    app.wait_for("bash-2 is in History")
    app.send(b"\r")
    app.wait_for("keyboard: bash")
    app.send(b"exit 3\r")
    app.wait_for(lambda app: "✗3" in listed(app))
    assert colours(app, "✗3") == {1}
    app.wait_for(lambda app: bool(app.send(b"\x0c")) and "o once more" in app.text)
    app.send(b"o")
    app.wait_for("keyboard: bash")
    app.wait_for(lambda app: "[💀]" not in app.text and "bash" in listed(app))
