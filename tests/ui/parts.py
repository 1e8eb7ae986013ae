"""The window over an engine whose panes run nothing: what is drawn, without a loop or a terminal."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, cast

from chloe.engine import Change
from chloe.ui.arrangement import Arrangement
from chloe.ui.clipboard import Clipboard
from chloe.ui.glyphs import ASCII, EMOJI
from chloe.ui.keymap import Keymap
from chloe.ui.messages import Messages
from chloe.ui.panes.escape import EscapeWatch
from chloe.ui.panes.live_screens import LiveScreens
from chloe.ui.panes.mouse import Mouse
from chloe.ui.panes.pane_input import PaneInput
from chloe.ui.panes.progress import ProgressTable
from chloe.ui.panes.seen import SeenWatch
from chloe.ui.panes.sizing import Sizing
from chloe.ui.panes.slots import Slots
from chloe.ui.panes.unread import Unread
from chloe.ui.selection import Selection
from chloe.ui.shell import Shell
from chloe.ui.stack import Stack
from chloe.ui.state import AppState
from chloe.ui.tty.keyboard import Keyboard
from chloe.ui.view import Drawn
from chloe.ui.views.history import HistoryList
from chloe.ui.views.instances import Instances

if TYPE_CHECKING:
    from chloe.ui.actions import Actions
    from chloe.ui.requests import Requests
    from chloe.ui.tty.tty import Tty
    from tests.ui.conftest import Double


class Parts:
    """The parts of an app that draw, wired as the app does it. What only acts is left out."""

    def __init__(
        self, double: Double, *, ascii_only: bool = False, columns: int = 80, rows: int = 24
    ) -> None:
        self.double = double
        self.columns, self.rows = 80, 24
        self.selection = Selection(double.instance, double.projections, double.doings)
        self.unread = Unread(double.instance)
        self.messages = Messages()
        self.state = AppState(
            projections=double.projections,
            ahead=double.ahead,
            doings=double.doings,
            selection=self.selection,
            unread=self.unread,
            progress=ProgressTable(double.projections),
            clipboard=Clipboard(double.projections, cast("Tty", None), "ask", time.monotonic),
            messages=self.messages,
            screens=LiveScreens(),
            glyphs=ASCII if ascii_only else EMOJI,
            arrangement=Arrangement(),
            keymap=Keymap(),
            list_width=32,
            leave=("ctrl+]",),
            escape_rule="auto",
            log_file="/home/chloe.log",
        )
        self.instances, self.history = Instances(self.state), HistoryList(self.state)
        self.stack = Stack([self.instances, self.history])
        self.slots = Slots()
        self.escape = EscapeWatch(double, self.selection, "auto", (), lambda: None)
        keyboard = Keyboard(("ctrl+]",), self.escape)
        self.pane_input = PaneInput(
            double,
            self.selection,
            keyboard,
            Sizing(double.instance),
            self.slots,
            self.messages,
            self.escape,
            leave="ctrl+]",
        )
        self.mouse = Mouse(self.pane_input, self.slots, "programs")
        self.shell = Shell(
            self.state,
            self.stack,
            self.slots,
            cast("Actions", None),
            engine=double,
            tty=cast("Tty", None),
            escape=self.escape,
            pane_input=self.pane_input,
            mouse=self.mouse,
            seen=SeenWatch(self.unread, cast("Requests", None), time.monotonic),
        )

    def draw(self) -> Drawn:
        """Draw the window in its size; each row is as wide as the window."""
        self.stack.on_change(Change())
        drawn = self.shell.draw(self.columns, self.rows)
        assert len(drawn.rows) == self.rows
        for row in drawn.rows:
            assert sum(getattr(text, "width", len(text)) for _, _, text in row) == self.columns, row
        return drawn

    def lines(self, columns: int = 80, rows: int = 24) -> list[str]:
        """The window's rows as text."""
        self.columns, self.rows = columns, rows
        return [b"".join(text for _, _, text in row).decode() for row in self.draw().rows]

    def text(self, columns: int = 80, rows: int = 24) -> str:
        """The window as text."""
        return "\n".join(self.lines(columns, rows))

    def scroll_page(self, pages: int) -> None:
        """Look back in what shows."""
        for slot in self.slots:
            slot.view.scroll_page(pages)

    def scroll_to_top(self) -> None:
        """Look at the first line of what shows."""
        for slot in self.slots:
            slot.view.scroll_to_top()

    def scroll_to_bottom(self) -> None:
        """Look at what shows as it is now."""
        for slot in self.slots:
            slot.view.scroll_to_bottom()
