"""What programs copy gets to the user's clipboard once he lets it; the question takes no keyboard."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from chloe.engine import Change
from chloe.terminal import ClipboardSet
from chloe.ui.clipboard import Clipboard

if TYPE_CHECKING:
    from tests.ui.conftest import Double
    from tests.ui.pilot import Pilot


def copies(text: bytes) -> bytes:
    return b"\x1b]52;c;" + base64.b64encode(text) + b"\a"


async def test_a_pane_is_asked_about_once_and_y_lets_it(pilot: Pilot) -> None:
    pane = await pilot.opens()
    pilot.program(pane).prints(copies(b"one"))
    await pilot.sees("sh wants to put 3 bytes on your clipboard. Ctrl-], then y lets", "it, Y lets all panes")
    # What is typed goes to the program.
    pilot.type("y")
    await pilot.until(lambda: pilot.program(pane).typed == b"y")
    assert not pilot.tty.clipboard
    pilot.press("ctrl+]", "y")
    await pilot.until(lambda: pilot.tty.clipboard == [("c", b"one")])
    await pilot.sees("sh may put text on your clipboard")
    pilot.program(pane).prints(copies(b"two"))
    await pilot.until(lambda: pilot.tty.clipboard[1:] == [("c", b"two")])
    # Nothing is read.
    typed = pilot.program(pane).typed
    pilot.program(pane).prints(b"\x1b]52;c;?\aasked")
    await pilot.sees("asked")
    assert pilot.program(pane).typed == typed


async def test_all_panes_may_after_one_question(pilot: Pilot) -> None:
    one = await pilot.opens()
    await pilot.leave()
    other = await pilot.opens()
    await pilot.leave()
    pilot.program(one).prints(copies(b"of one"))
    await pilot.sees("sh wants to put 6 bytes on your clipboard. y lets it, Y lets all panes")
    pilot.press("Y")
    pilot.program(other).prints(copies(b"of another"))
    await pilot.until(lambda: pilot.tty.clipboard == [("c", b"of one"), ("c", b"of another")])


class Terminal:
    """A clipboard, and a clock."""

    def __init__(self) -> None:
        self.now = 0.0
        self.texts: list[bytes] = []

    def clock(self) -> float:
        return self.now

    def set_clipboard(self, selection: str, data: bytes) -> None:
        self.texts.append(data)


def wants(pane: str, data: bytes | None) -> Change:
    return Change(notices=((pane, ClipboardSet("c", data)),))


def test_no_answer_means_no_and_the_pane_asks_no_more_but_may_be_let_later(double: Double) -> None:
    terminal = Terminal()
    clipboard = Clipboard(double.projections, terminal, "ask", terminal.clock)
    pane = double.pane("editor")
    clipboard.handle(wants(pane, b"text"))
    assert clipboard.seconds_left == 10
    # Another one's question would take this one's answer.
    clipboard.handle(wants(double.pane("other"), b"other"))
    assert "editor wants to put 4 bytes" in clipboard.describe("y", "Y", "")
    terminal.now = 10.0
    assert clipboard.describe("y", "Y", "") == ""
    assert clipboard.seconds_left is None
    clipboard.handle(wants(pane, b"again"))
    assert clipboard.describe("y", "Y", "") == ""
    assert clipboard.why_not_allow(None) == "No program asks for your clipboard"
    assert clipboard.allow(double.projections.panes[pane]) == "editor"
    clipboard.handle(wants(pane, b"more"))
    assert terminal.texts == [b"more"]


def test_never_and_too_much_are_not_asked_about(double: Double) -> None:
    terminal = Terminal()
    never = Clipboard(double.projections, terminal, "never", terminal.clock)
    pane = double.pane("editor")
    never.handle(wants(pane, b"text"))
    assert never.describe("y", "Y", "") == ""
    assert "never" in never.why_not_allow(double.projections.panes[pane])
    always = Clipboard(double.projections, terminal, "always", terminal.clock)
    always.handle(wants(pane, bytes(1024 * 1024 + 1)))
    always.handle(wants(pane, None))
    always.handle(wants(pane, b""))
    assert terminal.texts == [b""]
