"""Switching: modes, the alternate screen and resets.

Owns what SM, RM, DECSET, DECRST, DECSTR and RIS do. Must not know sequences.
"""

from __future__ import annotations

from chloe.terminal import modes as numbers
from chloe.terminal.answers import GRANTED_FLAGS
from chloe.terminal.canvas import SavedCursor, Shape
from chloe.terminal.charsets import Charsets
from chloe.terminal.drawing import Drawing
from chloe.terminal.modes import Modes
from chloe.terminal.movement import Movement
from chloe.terminal.rectangles import Rectangles

#: kitty's stack of keyboard flags, and xterm's of saved modes and titles: bounded.
MAX_STACK = 16

_SHAPES: tuple[Shape, Shape, Shape] = ("block", "underline", "bar")


class Switching(Drawing, Rectangles, Movement):
    """The operations that change how the others behave."""

    def power_on(self) -> None:
        """Set the state of a fresh terminal; the scrollback stays."""
        super().power_on()
        #: kitty's keyboard flags: what the program pushed, on this screen and on the other.
        self.kitty_stack: list[int] = []
        self.other_kitty_stack: list[int] = []
        self.other_kitty_flags = 0
        #: What XTSAVE kept.
        self.saved_modes: dict[int, bool] = {}

    def set_mode(self, *asked: int) -> None:
        """Set ANSI modes (SM)."""
        self._switch(asked, True)

    def reset_mode(self, *asked: int) -> None:
        """Reset ANSI modes (RM)."""
        self._switch(asked, False)

    def _switch(self, asked: tuple[int, ...], on: bool) -> None:
        for number in asked:
            name = numbers.ANSI_SWITCHES.get(number)
            if name:
                setattr(self.modes, name, on)
        self.update_writing()

    def set_private_mode(self, *asked: int) -> None:
        """Set private modes (DECSET)."""
        for number in asked:
            self._switch_private(number, True)

    def reset_private_mode(self, *asked: int) -> None:
        """Reset private modes (DECRST)."""
        for number in asked:
            self._switch_private(number, False)

    def _switch_private(self, number: int, on: bool) -> None:
        modes = self.modes
        name = numbers.PRIVATE_SWITCHES.get(number)
        if name:
            setattr(modes, name, on)
            if name == "origin":
                self.cursor_position()
            elif name == "side_margins":
                self.left, self.right = 0, self.columns - 1
                self.update_writing()
            elif name == "reverse_screen":
                self.all_changed = True
        elif number in numbers.MOUSE:
            modes.mouse = numbers.MOUSE[number] if on else "off"
        elif number in numbers.MOUSE_ENCODINGS:
            modes.mouse_encoding = numbers.MOUSE_ENCODINGS[number] if on else "x10"
        elif number == numbers.CURSOR_BLINK:
            self.cursor_blink = on
        elif number == numbers.DECCOLM and modes.allows_deccolm:
            self._change_columns()
        elif number == numbers.SAVE_CURSOR:
            if on:
                self.save_cursor()
            else:
                self.restore_cursor()
        elif number in numbers.ALTERNATE:
            self._show_alternate(number, on)

    def _change_columns(self) -> None:
        """Do what DECCOLM does beside changing the width, which is the user's: clear screen and margins."""
        self.clear_margins()
        self.erase_in_display(2)
        self.cursor_position()

    def _show_alternate(self, number: int, on: bool) -> None:
        if on and number == numbers.ALTERNATE_AND_CURSOR:
            self.save_cursor()
        if self.observer is not None and on == (self.main_lines is None):
            self.observer.before_switch()
        if on and self.main_lines is None:
            self.main_lines = self.lines
            self.lines = self.blank_screen()
            self._other_screen()
        elif not on and self.main_lines is not None:
            self.lines = self.main_lines
            self.main_lines = None
            self._other_screen()
        if not on and number == numbers.ALTERNATE_AND_CURSOR:
            self.restore_cursor()

    def _other_screen(self) -> None:
        self.saved, self.other_saved = self.other_saved, self.saved
        self.kitty_stack, self.other_kitty_stack = self.other_kitty_stack, self.kitty_stack
        flags = self.modes.kitty_flags
        self.modes.kitty_flags, self.other_kitty_flags = self.other_kitty_flags, flags
        self.modes.alternate_screen = self.main_lines is not None
        self.all_changed = True

    def mode_state(self, number: int, private: bool) -> int:
        """Return the state of a mode as DECRQM has it: 0 not recognised, 1 set, 2 reset."""
        modes = self.modes
        table = numbers.PRIVATE_SWITCHES if private else numbers.ANSI_SWITCHES
        on: bool | None = None
        if number in table:
            on = getattr(modes, table[number])
        elif private and number in numbers.MOUSE:
            on = modes.mouse == numbers.MOUSE[number]
        elif private and number in numbers.MOUSE_ENCODINGS:
            on = modes.mouse_encoding == numbers.MOUSE_ENCODINGS[number]
        elif private and number in numbers.ALTERNATE:
            on = modes.alternate_screen
        elif private and number == numbers.CURSOR_BLINK:
            on = self.cursor_blink
        return 0 if on is None else 1 if on else 2

    def save_private_modes(self, *asked: int) -> None:
        """Save private modes (XTSAVE)."""
        for number in asked:
            state = self.mode_state(number, True)
            if state:
                self.saved_modes[number] = state == 1

    def restore_private_modes(self, *asked: int) -> None:
        """Restore private modes (XTRESTORE)."""
        for number in asked:
            if number in self.saved_modes:
                self._switch_private(number, self.saved_modes[number])

    def application_keypad(self) -> None:
        """Switch the keypad to application mode (DECKPAM)."""
        self.modes.application_keypad = True

    def numeric_keypad(self) -> None:
        """Switch the keypad to numeric mode (DECKPNM)."""
        self.modes.application_keypad = False

    def select_cursor(self, style: int = 0) -> None:
        """Select the cursor's style (DECSCUSR): 0 and 1 blinking block, 2 steady, 3 and 4 underline, 5 and 6
        bar.
        """
        if style <= 6:
            self.cursor_shape = _SHAPES[max(style - 1, 0) // 2]
            self.cursor_blink = style == 0 or style % 2 == 1

    def modify_other_keys(self, resource: int = 0, value: int = 0) -> None:
        """Set modifyOtherKeys (XTMODKEYS); no other resource than 4 changes what is sent here."""
        if resource in (0, 4):
            self.modes.modify_other_keys = min(value, 2)

    def no_modify_other_keys(self, resource: int = 0) -> None:
        """Reset modifyOtherKeys (XTMODKEYS with one parameter less)."""
        self.modify_other_keys(resource, 0)

    def push_keyboard(self, flags: int = 0) -> None:
        """Push the keyboard flags, and have these until they are popped (kitty)."""
        self.kitty_stack.append(self.modes.kitty_flags)
        del self.kitty_stack[:-MAX_STACK]
        self.modes.kitty_flags = flags & GRANTED_FLAGS

    def pop_keyboard(self, count: int = 1) -> None:
        """Pop keyboard flags; there are none where nothing was pushed (kitty)."""
        for _ in range(min(max(count, 1), MAX_STACK + 1)):
            self.modes.kitty_flags = self.kitty_stack.pop() if self.kitty_stack else 0

    def set_keyboard(self, flags: int = 0, mode: int = 1) -> None:
        """Change the keyboard flags (kitty): 1 to these, 2 to have these as well, 3 to be without these."""
        now = self.modes.kitty_flags
        flags &= GRANTED_FLAGS
        self.modes.kitty_flags = {1: flags, 2: now | flags, 3: now & ~flags}.get(mode, now)

    # Charsets.

    def shift_out(self) -> None:
        """Shift to G1 (SO)."""
        self.set_charsets(self.charsets.shifted(1))

    def shift_in(self) -> None:
        """Shift to G0 (SI)."""
        self.set_charsets(self.charsets.shifted(0))

    def locking_shift_2(self) -> None:
        """Shift to G2 (LS2)."""
        self.set_charsets(self.charsets.shifted(2))

    def locking_shift_3(self) -> None:
        """Shift to G3 (LS3)."""
        self.set_charsets(self.charsets.shifted(3))

    def single_shift_2(self) -> None:
        """Take the next character from G2 (SS2)."""
        self.set_charsets(self.charsets._replace(single=2))

    def single_shift_3(self) -> None:
        """Take the next character from G3 (SS3)."""
        self.set_charsets(self.charsets._replace(single=3))

    def define_charset(self, name: str, place: int) -> None:
        """Designate the set ``name`` as G``place`` (SCS)."""
        self.charsets = self.charsets.designate(place, name)
        self.update_writing()

    # Resets.

    def soft_reset(self) -> None:
        """Reset the modes that a program may have left behind (DECSTR); the screen stays."""
        modes = self.modes
        modes.origin = modes.insert = modes.application_cursor = modes.application_keypad = False
        modes.side_margins = modes.reverse_wrap = modes.reverse_wrap_around = False
        modes.autowrap = modes.cursor_visible = True
        self.clear_margins()
        self.set_pen(0)
        self.set_charsets(Charsets())
        self.saved = SavedCursor()

    def reset(self) -> None:
        """Reset to the state after power-on (RIS); the scrollback stays, and gets the main screen's rows."""
        held = self.modes
        if self.main_lines is not None:
            if self.observer is not None:
                self.observer.before_switch()
            self.lines, self.main_lines = self.main_lines, None
        self.keep_screen()
        self.end_line_above(0)
        self.power_on()
        # The modes stay the same object, so that everybody who has them sees the reset too.
        for name in Modes.__dataclass_fields__:
            setattr(held, name, getattr(self.modes, name))
        self.modes = held
