"""The mouse: what a report of the user's terminal says, and what the program in a pane gets of it.

Owns the forms of reports (xterm's ctlseqs, "Mouse Tracking"; urxvt's) and the rule of who a press belongs to:
what begins in a pane's slot stays with the pane until the button is released, and what begins elsewhere
never reaches it. Must not know the terminal's file descriptor or how a program's reports are written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from chloe.config.settings import MouseRule
from chloe.terminal import keys
from chloe.ui.panes.pane_input import PaneInput
from chloe.ui.panes.pane_view import PaneView
from chloe.ui.panes.slots import Slots
from chloe.ui.view import Slot

_SGR = re.compile(rb"\x1b\[<(\d{1,9});(\d{1,9});(\d{1,9})([Mm])")
_URXVT = re.compile(rb"\x1b\[(\d{1,9});(\d{1,9});(\d{1,9})M")
_X10 = re.compile(rb"\x1b\[M([\x20-\xff])([\x21-\xff])([\x21-\xff])", re.DOTALL)

#: Rows that the wheel scrolls.
WHEEL_ROWS = 3
_SHIFT, _ALT, _CTRL, _MOTION = 4, 8, 16, 32
_WHEEL, _FURTHER = 64, 128
_NONE = 3
#: The first of the buttons that each of these bits stands for.
_FIRST = {0: 1, _WHEEL: 4, _FURTHER: 8}

#: The mode of the user's terminal for each mode of a program. Releases cost nothing where a program wants
#: presses only, and highlighting would need the program's answers at the right time.
_MODE_FOR = {"off": "off", "x10": "normal", "highlight": "normal"}


@dataclass(frozen=True, slots=True)
class Report:
    """What the mouse did, at a place of the window that counts from 0.

    ``button`` as ``keys.mouse`` has it; 0 where none is down, and for a release that doesn't say which.
    """

    event: keys.MouseEvent
    button: int
    column: int
    row: int
    shift: bool = False
    alt: bool = False
    ctrl: bool = False


def parse_report(report: bytes) -> Report | None:
    """Parse a report; None where it has no meaning."""
    if matched := _SGR.fullmatch(report):
        code, column, row = (int(part) for part in matched.groups()[:3])
        return _make_report(code, column, row, released=matched[4] == b"m")
    if matched := _URXVT.fullmatch(report):
        code, column, row = (int(part) for part in matched.groups())
        code -= 32
    elif matched := _X10.fullmatch(report):
        code, column, row = (part[0] - 32 for part in matched.groups())
    else:
        return None
    released = code >= 0 and code & (_WHEEL | _FURTHER | _MOTION | _NONE) == _NONE
    return _make_report(code, column, row, released=released)


def _make_report(code: int, column: int, row: int, *, released: bool) -> Report | None:
    kind, low = code & ~(_SHIFT | _ALT | _CTRL | _MOTION | _NONE), code & _NONE
    if kind not in _FIRST or column < 1 or row < 1:
        return None
    button = 0 if (kind, low) == (0, _NONE) else _FIRST[kind] + low
    event: keys.MouseEvent = "press"
    if code & _MOTION:
        event = "drag" if button else "move"
    elif released:
        event = "release"
    elif not button:
        return None
    modifiers = bool(code & _SHIFT), bool(code & _ALT), bool(code & _CTRL)
    return Report(event, button, column - 1, row - 1, *modifiers)


class Mouse:
    """The mouse in the pane that has the keyboard. ``rule`` says who may have it: all, programs, nobody."""

    def __init__(self, pane_input: PaneInput, slots: Slots, rule: MouseRule) -> None:
        self._pane_input = pane_input
        self._slots = slots
        self.rule = rule
        #: The pane in which a button was pressed, what draws it there, and the buttons that are down since.
        self._pane = ""
        self._pressed_in: PaneView | None = None
        self._held: list[int] = []

    @property
    def mode(self) -> str:
        """Return what to ask of the user's terminal: "off", "normal", "button", "any".

        Where programs alone have the mouse, nothing if reports would go nowhere, so that the terminal's own
        selection works there.
        """
        modes = self._pane_input.modes
        wanted = "off"
        if self.rule and modes is not None and self._list_slots():
            wanted = _MODE_FOR.get(modes.mouse, modes.mouse)
        return "button" if self.rule is True and wanted != "any" else wanted

    def _list_slots(self) -> list[Slot]:
        """Return the slots that show the screen, as it is now, of the pane that has the keyboard."""
        pane = self._pane_input.pane
        if pane is None:
            return []
        return [
            slot
            for slot in self._slots.find_live(pane.id)
            if slot.rows > slot.covered and slot.view.shows_screen
        ]

    def point(self, report: Report) -> bool:
        """Give the program what it asked for of a report of the terminal. Return whether it was about it."""
        pane, modes = self._pane_input.pane, self._pane_input.modes
        if pane is None or modes is None or modes.mouse == "off":
            self._held = []
            return False
        if pane.id != self._pane:
            self._pane, self._held = pane.id, []
        button = report.button
        if report.event == "release" and not button and self._held:
            button = self._held[-1]
        is_held = button in self._held
        goes_on = report.event in ("drag", "release")
        if goes_on and not is_held:
            return False
        if is_held and report.event != "drag":
            self._held.remove(button)
        slot = self._slot_for(report, goes_on=goes_on)
        cell = _find_cell(slot, report, nearest=goes_on) if slot is not None else None
        if slot is None or cell is None:
            return is_held
        if report.event == "press" and not 4 <= button <= 7:
            self._held.append(button)
            self._pressed_in = slot.view
        modifiers = {"shift": report.shift, "alt": report.alt, "ctrl": report.ctrl}
        self._pane_input.report(pane, keys.mouse(report.event, button, *cell, modes, **modifiers))
        return True

    def turn_wheel(self, report: Report) -> bool:
        """Give the wheel to the program under the mouse, keyboard or not. Return whether it has a use for it.

        One that has the keyboard and the alternate screen gets cursor keys: there is nothing to scroll.
        """
        slot = self._slots.find_at(report.column, report.row)
        pane = self._pane_input.find(slot.pane) if slot is not None and slot.is_live else None
        cell = _find_cell(slot, report, nearest=False) if slot is not None else None
        if slot is None or pane is None or cell is None:
            return False
        modes = self._pane_input.find_modes(pane)
        sent = b""
        if modes is not None and modes.mouse != "off":
            sent = keys.mouse("press", report.button, *cell, modes)
        elif modes is not None and modes.alternate_screen and pane == self._pane_input.pane:
            sent = keys.encode("up" if report.button == _FIRST[_WHEEL] else "down", modes) * WHEEL_ROWS
        self._pane_input.report(pane, sent)
        return bool(sent)

    def _slot_for(self, report: Report, *, goes_on: bool) -> Slot | None:
        """Return the slot at the place of the report; for what goes on, the one in which it began."""
        for slot in self._list_slots():
            if slot.view is self._pressed_in if goes_on else slot.contains(report.column, report.row):
                return slot
        return None


def _find_cell(slot: Slot, report: Report, *, nearest: bool) -> tuple[int, int] | None:
    """Return the row and column of the screen at this place of the window, or the ``nearest`` that show."""
    row = min(report.row - slot.top, slot.rows - slot.covered - 1)
    return slot.view.find_cell(report.column - slot.left, row, nearest=nearest)
