"""The shell: the window around the view one is in, and who gets what is typed.

Owns the bars, the boxes over a view, and the way of a key: a box has it, else the pane with the keyboard,
else the bindings of the view, else those that hold everywhere. Must not know any one view, or what an
action does.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chloe.ui import status_bars
from chloe.ui.action_table import find_action
from chloe.ui.actions import Actions
from chloe.ui.canvas import Cells, Row, cut_row, fit, measure
from chloe.ui.keymap import find_binding, list_bindings
from chloe.ui.labels import label_action, label_key
from chloe.ui.messages import Message
from chloe.ui.panes.escape import EscapeWatch
from chloe.ui.panes.mouse import WHEEL_ROWS, Mouse, Report, parse_report
from chloe.ui.panes.pane_input import PaneInput
from chloe.ui.panes.seen import SeenWatch
from chloe.ui.panes.slots import Slots
from chloe.ui.pointer import Pointer
from chloe.ui.requests import AppEngine
from chloe.ui.stack import MIN_COLUMNS, MIN_ROWS, Stack
from chloe.ui.state import AppState
from chloe.ui.tty.keyboard import (
    Event,
    Focused,
    MouseReport,
    Pasted,
    Pressed,
    Released,
    ReleaseUndone,
    TerminalReply,
    Typed,
)
from chloe.ui.tty.sequences import name_key
from chloe.ui.tty.tty import Tty
from chloe.ui.view import Action, Drawn, View

_log = logging.getLogger("chloe.ui")


@dataclass(frozen=True, slots=True)
class _Frame:
    """What the last frame had around the view: where that begins, its rows, and the lines to be clicked."""

    top: int
    rows: int
    header: Row
    footer: Row


class Shell:
    """The window of one run."""

    def __init__(
        self,
        state: AppState,
        stack: Stack,
        slots: Slots,
        actions: Actions,
        *,
        engine: AppEngine,
        tty: Tty,
        escape: EscapeWatch,
        pane_input: PaneInput,
        mouse: Mouse,
        seen: SeenWatch,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._state = state
        self._stack = stack
        self._slots = slots
        self._actions = actions
        self._engine = engine
        self._tty = tty
        self._escape = escape
        self._pane_input = pane_input
        self._mouse = mouse
        self._seen = seen
        self._pointer = Pointer(slots, self, clock)
        self._frame = _Frame(0, 0, (), ())

    # Input -----------------------------------------------------------------------------------------

    def handle(self, event: Event) -> bool:
        """Give an event to whom it is meant for. Return whether the window may look otherwise now."""
        match event:
            case MouseReport(data):
                return self._point(data)
            case Typed(data):
                self._seen.focus(True)
                return self._type(data)
            case Pressed(name, _):
                self._seen.focus(True)
                self._press(name)
            case Pasted(data):
                self._paste(data)
            case Released(key):
                self._state.messages.dismiss()
                self._pane_input.on_release(key)
            case ReleaseUndone():
                if self._pane_input.on_release_undone():
                    self._stack.go_to_panes()
            case Focused(gained):
                self._pane_input.focus(gained)
                self._seen.focus(gained)
            case TerminalReply(data):
                colours = self._tty.take_reply(data)
                if colours is not None:
                    self._engine.take_colours(colours)
        return True

    def _point(self, data: bytes) -> bool:
        """Give a report of the mouse to the program that it is for, or do what it means here."""
        report = parse_report(data)
        if report is None or not self._mouse.rule:
            return False
        # The program shows what it made of it.
        if not self._stack.overlays and self._mouse.point(report):
            return False
        return self._mouse.rule is True and self._pointer.point(report)

    def click(self, column: int, row: int, count: int) -> None:
        """Do what a click there means: select, and give the keyboard where a screen shows; a tab, a hint."""
        if self._stack.overlays:
            return
        slot = self._slots.find_at(column, row)
        selection = self._state.selection
        typing_into = selection.typing_into
        if slot is not None and slot.pane == typing_into:
            return
        self._state.messages.dismiss()
        top, bottom = self._frame.top, self._frame.top + self._frame.rows
        if row < top:
            self._click_tab(column)
        elif row >= bottom:
            self._click_hint(column)
        elif self._stack.place.click(column, row - top):
            self._pane_input.release()
            if count == 2 or slot is not None or typing_into is not None:
                self._act_as("enter")
        self._stack.close_done()

    def _click_tab(self, column: int) -> None:
        tab = status_bars.find_tab(self._frame.header, column)
        if tab is not None:
            self._pane_input.release()
            self._stack.go_to_tab(tab)

    def _click_hint(self, column: int) -> None:
        """Do what the hint says that was clicked; while a pane has the keyboard, take that back."""
        if self._state.selection.is_typing:
            self._pane_input.release()
            return
        key = status_bars.find_hinted_key(self._frame.footer, column)
        bindings = self._state.keymap.list(self._stack.top)
        bound = [bound for bound in bindings if label_key(bound.keys[0]) == key]
        if bound:
            self.do(bound[0].action)

    def turn_wheel(self, report: Report, by: int) -> None:
        """Scroll what is under the mouse a step back, or on: a pane, else a list."""
        slot = self._slots.find_at(report.column, report.row)
        if self._stack.overlays or (slot is None and not self._state.selection.is_typing):
            self._act_as("up" if by > 0 else "down")
        elif slot is not None and not self._mouse.turn_wheel(report):
            slot.view.scroll_rows(by * WHEEL_ROWS)

    def _act_as(self, key: str) -> None:
        """Do what this key does by default, whatever the user bound it to."""
        binding = find_binding(list_bindings(self._stack.top), key)
        if binding is not None:
            self.do(binding.action)
            self._stack.close_done()
        else:
            self._stack.top.press(key)

    def copy(self, text: str) -> None:
        """Put what was marked on the user's clipboard."""
        self._state.clipboard.copy(text)
        lines = text.count("\n") + 1
        size = f"{lines:,} lines" if lines > 1 else f"{len(text):,} characters"
        self._state.messages.hint(f"Copied {size}")

    def _press(self, key: str) -> None:
        self._state.messages.dismiss()
        view = self._stack.top
        binding = find_binding(self._state.keymap.list(view), key)
        if binding is not None:
            self.do(binding.action)
        elif key and not view.press(key):
            every = label_action(self._state.keymap.list(view), "help")
            hint = f"; {every} shows every key" if every else ""
            self._state.messages.hint(f"{label_key(key)} does nothing here{hint}")
        self._pane_input.on_command()
        self._stack.close_done()

    def do(self, action_id: str) -> None:
        """Do what an action says, or tell the user why not."""
        action, context = self._action(action_id)
        reason = action.why_not(context)
        _log.debug("action %s%s", action_id, f" refused: {reason}" if reason else "")
        if reason:
            self._state.messages.hint(reason)
        else:
            action.run(context)

    def _action(self, action_id: str) -> tuple[Action[Any], object]:
        """Return the action of this id, and its context: the view's own, or one of the whole app's."""
        view = self._stack.top
        for action in view.actions:
            if action.id == action_id:
                return action, view
        return find_action(action_id), self._actions

    def _type(self, data: bytes) -> bool:
        """Type into the pane that has the keyboard, but for the few keys that Chloe keeps."""
        before = self._slots.is_scrolled, self._state.messages.current
        binding = (
            find_binding(self._state.keymap.typing, name_key(data)) if data.startswith(b"\x1b") else None
        )
        if binding is not None:
            self.do(binding.action)
        else:
            self._pane_input.type(data)
        after = self._slots.is_scrolled, self._state.messages.current
        # The echo will want a frame; one for the key itself would only make it wait.
        return not before == after == (False, None)

    def _paste(self, data: bytes) -> None:
        if not self._stack.overlays:
            self._pane_input.paste(data)
        else:
            self._stack.top.paste(data.decode("utf-8", "replace"))

    # Drawing ---------------------------------------------------------------------------------------

    @property
    def mouse_mode(self) -> str:
        """Return what the user's terminal is asked to report of the mouse."""
        if self._stack.overlays:
            return "button" if self._mouse.rule is True else "off"
        return self._mouse.mode

    @property
    def cursor_shape(self) -> tuple[str, bool]:
        """Return the cursor's shape and whether it blinks: the program's, where the user types into it."""
        slot = self._slots.find_focused(self._state.selection.typing_into)
        if slot is None or slot.view.terminal is None or not self._is_typing:
            return "", False
        return slot.view.terminal.cursor.shape, slot.view.terminal.cursor.blink

    @property
    def _is_typing(self) -> bool:
        return self._state.selection.is_typing and not self._stack.overlays

    def draw(self, columns: int, rows: int) -> Drawn:
        """Draw the window in this size, and remember where panes show."""
        if self._stack.is_too_small(columns, rows):
            self._slots.show(())
            return Drawn(_draw_too_small(columns, rows))
        view = self._stack.place
        height = self._stack.rows_for(view, columns, rows)
        drawn = view.draw(columns, height)
        footer = self._draw_footer(view, columns)
        # A long message covers the last rows of the view for a while.
        covered = len(footer) - 1
        above = [] if view.is_bare(columns) else [self._draw_header(columns)]
        window = [*above, *drawn.rows[: height - covered], *footer]
        header: Row = above[0] if above else ()
        self._frame = _Frame(len(above), height - covered, header, footer[0] if len(footer) == 1 else ())
        self._slots.show(
            [
                replace(
                    slot,
                    top=slot.top + len(above),
                    covered=min(max(slot.top + slot.rows - (height - covered), 0), slot.rows),
                )
                for slot in drawn.slots
            ]
        )
        cursor = self._pane_cursor() if self._is_typing else None
        for overlay in self._stack.overlays:
            cursor = _lay_over(window, columns, overlay)
        return Drawn(window, cursor, tuple(self._slots))

    def _pane_cursor(self) -> tuple[int, int] | None:
        """Return where the cursor of the pane with the keyboard stands in the window."""
        slot = self._slots.find_focused(self._state.selection.typing_into)
        if slot is None or slot.view.cursor is None:
            return None
        return slot.left + slot.view.cursor[0], slot.top + slot.view.cursor[1]

    def _draw_header(self, columns: int) -> Row:
        tabs = [(tab.label(), tab is self._stack.tab) for tab in self._stack.tabs]
        return status_bars.draw_header(tabs, self._state, columns, log_size=self._engine.log_size())

    def _draw_footer(self, view: View, columns: int) -> list[Row]:
        pane = self._pane_input.pane
        return status_bars.draw_footer(
            columns,
            trouble=self._engine.trouble,
            message=self._ask() or self._state.messages.current,
            typing_into=pane.name if pane is not None else None,
            escape=self._escape.current,
            leave=self._state.leave[0],
            advice=self._advise(view),
            hints=self._state.keymap.list_hints(view),
        )

    def _ask(self) -> Message | None:
        """Return the question that is open, which takes no keyboard."""
        allow, allow_all = (
            label_action(self._state.keymap.list(self._stack.place), f"allow_clipboard{which}")
            for which in ("", "_always")
        )
        leave = label_key(self._state.leave[0]) if self._is_typing else ""
        text = self._state.clipboard.describe(allow, allow_all, leave)
        return Message(text, 0, error=False) if text else None

    def _advise(self, view: View) -> tuple[str, str]:
        """Return a key that the user may want to know of right now, and its word."""
        key = label_action(self._state.keymap.list(view), "assign_escape") if self._pane_input.advises else ""
        return (key, "gives Esc to the shell") if key else ("", "")


def _lay_over(window: list[Row], columns: int, overlay: View) -> tuple[int, int] | None:
    """Lay a box over the middle of a window. Return where its cursor stands there."""
    drawn = overlay.draw(columns, len(window))
    if not drawn.rows:
        return None
    width = sum(measure(text) for _, _, text in drawn.rows[0])
    top, left = (len(window) - len(drawn.rows)) // 2, (columns - width) // 2
    for y, row in enumerate(drawn.rows, top):
        below = window[y]
        window[y] = [*cut_row(below, 0, left), *row, *cut_row(below, left + width, columns)]
    return drawn.cursor and (left + drawn.cursor[0], top + drawn.cursor[1])


def _draw_too_small(columns: int, rows: int) -> Sequence[Row]:
    words = [f"Chloe needs {MIN_COLUMNS}x{MIN_ROWS}.", f"This is {columns}x{rows}."]
    if columns < 20:
        words = [f"{MIN_COLUMNS}x{MIN_ROWS}", "needed"]
    shown: list[Row] = [[(None, None, fit(word, columns))] for word in words[:rows]]
    return shown + [[(None, None, Cells.blank(columns))] for _ in range(rows - len(shown))]
