"""What reaches the user's terminal beside cells, with real programs: the bytes are compared."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.app_in_terminal import AppInTerminal
    from tests.conftest import AppWithPane

#: The control strings that Chloe writes: titles, notifications, links and questions for colours.
OURS = re.compile(
    rb"2;[^\x00-\x1f]*|9; [^\x00-\x1f]*|8;[^\x00-\x1f]*|1[012];\?|4;\d+;\?|52;[cpqs]+;[A-Za-z0-9+/=]*"
)


def strings(app: AppInTerminal) -> list[bytes]:
    """The OSC strings that were written to the user's terminal."""
    return re.findall(rb"\x1b\](.*?)(?:\x07|\x1b\\)", bytes(app.written), re.DOTALL)


def test_what_a_hidden_pane_wants_reaches_the_terminal_once_and_nothing_raw_does(
    app_with_pane: AppWithPane,
) -> None:
    app = app_with_pane("t", TERM="xterm-kitty")
    hostile = r"\033]2;evil\033]52;c;ZXZpbA==\007\033]777;notify;Build\033[31m;don\302\233e\007"
    link = r"\033]8;;javascript:alert(1)\033\\x\033]8;;https://example.org/\033\\link\033]8;;\033\\"
    app.send(f"sleep 1; printf '{hostile}{link}'\r".encode())
    app.leave_pane()
    app.send(b"c")
    app.wait_for("Instances 2")
    app.wait_for(lambda app: any(each.startswith(b"9; ") for each in strings(app)))
    app.leave_pane()
    app.wait_for("1 rang")
    app.wait_for(lambda app: app.terminal.title.startswith("(1) "))
    app.send(b"w")
    app.wait_for("link")
    app.wait_for(lambda app: "rang" not in app.text)
    assert app.quit() == 0
    said = strings(app)
    assert len([each for each in said if each.startswith(b"9; ")]) == 1
    assert all(OURS.fullmatch(each) for each in said), said
    assert not any(b"javascript" in each for each in said)
    assert any(each.endswith(b";https://example.org/") for each in said)
    # The title that was there before is there again.
    assert app.terminal.title == ""
