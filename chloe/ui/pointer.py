"""The mouse where no program has it: clicks, drags that mark text in one slot, and the wheel.

Owns what a series of reports amounts to. Must not know what a click does, or how a report is encoded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from chloe.ui.panes.marking import Place, Unit
from chloe.ui.panes.mouse import Report
from chloe.ui.panes.pane_view import PaneView
from chloe.ui.panes.slots import Slots
from chloe.ui.view import Slot

#: Seconds within which a click at the same place is the second, or the third.
_AGAIN = 0.4
#: What one, two and three clicks take hold of.
_UNITS: tuple[Unit, ...] = ("cell", "word", "line")
_LEFT, _WHEEL_UP, _WHEEL_DOWN = 1, 4, 5


class PointedWindow(Protocol):
    """What is pointed at. Places are columns and rows of the window."""

    def click(self, column: int, row: int, count: int) -> None:
        """Do what a click there means, or the second of two."""

    def turn_wheel(self, report: Report, by: int) -> None:
        """Scroll what is there one step back, or on where negative."""

    def copy(self, text: str) -> None:
        """Put what was marked on the user's clipboard."""


@dataclass(slots=True)
class _Press:
    """A button that was pressed: where, how often in a row, and in which view, if in one."""

    column: int
    row: int
    at: float
    count: int
    view: PaneView | None
    has_marked: bool = False

    def is_near(self, report: Report) -> bool:
        return (self.column, self.row) == (report.column, report.row)


class Pointer:
    """The mouse of one window."""

    def __init__(self, slots: Slots, window: PointedWindow, clock: Callable[[], float]) -> None:
        self._slots = slots
        self._window = window
        self._clock = clock
        self._last: _Press | None = None
        self._is_down = False

    def point(self, report: Report) -> bool:
        """Take a report. Return whether the window may look otherwise now."""
        if report.event == "press" and report.button in (_WHEEL_UP, _WHEEL_DOWN):
            self._window.turn_wheel(report, 1 if report.button == _WHEEL_UP else -1)
        elif report.event == "press" and report.button == _LEFT and not report.shift:
            self._press(report)
        elif report.event == "drag" and report.button == _LEFT and self._is_down:
            self._drag(report)
        elif report.event == "release" and report.button in (0, _LEFT) and self._is_down:
            self._release(report)
        else:
            return False
        return True

    def _press(self, report: Report) -> None:
        before, now = self._last, self._clock()
        is_again = before is not None and before.is_near(report) and now - before.at < _AGAIN
        slot = self._slots.find_at(report.column, report.row)
        count = before.count % len(_UNITS) + 1 if before is not None and is_again else 1
        self._last = press = _Press(report.column, report.row, now, count, slot.view if slot else None)
        self._is_down = True
        for each in self._slots:
            each.view.unmark()
        if slot is not None and count > 1:
            self._mark(slot, press, report)

    def _drag(self, report: Report) -> None:
        press = self._last
        slot = next((slot for slot in self._slots if press is not None and slot.view is press.view), None)
        if slot is not None and press is not None and (press.has_marked or not press.is_near(report)):
            self._mark(slot, press, report)

    def _mark(self, slot: Slot, press: _Press, report: Report) -> None:
        press.has_marked = True
        anchor = _find_place(slot, press.column, press.row)
        slot.view.mark(anchor, _find_place(slot, report.column, report.row), _UNITS[press.count - 1])

    def _release(self, report: Report) -> None:
        press, self._is_down = self._last, False
        if press is None:
            return
        if press.has_marked and press.view is not None:
            if text := press.view.marked_text:
                self._window.copy(text)
        elif press.is_near(report):
            self._window.click(report.column, report.row, press.count)


def _find_place(slot: Slot, column: int, row: int) -> Place:
    """Return the row and column of the slot at a place of the window, or the nearest that shows."""
    last = slot.rows - slot.covered - 1
    return min(max(row - slot.top, 0), last), min(max(column - slot.left, 0), slot.columns - 1)
