"""Settings: what a program has switched on in its terminal, as far as it can be asked for.

Owns modes, keyboard flags, margins, the cursor's shape and the rendition, as the sequences that change them
go by, and the answers that tell of them. The emulator in Chloe keeps the same for what it draws; a test holds
that both tell the same. Must not know how sequences are found. Loaded by the holder, which runs alone: only
the standard library, and little of it.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from chloe.backends.tmux.holder.rendition import describe
else:
    from rendition import describe

#: Private modes of which one at the most is on: what the mouse reports, and how (xterm's ctlseqs).
_MOUSE = (9, 1000, 1001, 1002, 1003)
_MOUSE_ENCODINGS = (1005, 1006, 1015, 1016)
_ALTERNATE = (47, 1047, 1049)
_DECCOLM, _BLINK, _SAVE_CURSOR, _ALTERNATE_AND_CURSOR = 3, 12, 1048, 1049
#: Left and right margins: where they are on, CSI s is about them.
_SIDE_MARGINS = "?69"
#: The switches that change what keys or a paste send: DECCKM, DECNKM, DECBKM, bracketed paste, LNM.
_TYPING = ("?1", "?66", "?67", "?2004", "20")
#: How many keyboard flags a program may push.
_MAX_STACK = 16
#: The most saved modes: the numbers are the program's.
_MAX_SAVED = 256


class Settings:
    """What is in force. ``table`` says which switches there are; see ``answers.for_holder`` in Chloe."""

    def __init__(self, table: dict[str, Any], rows: int, columns: int) -> None:
        self._table = table
        self.rows = rows
        self._columns = columns
        self.reset()

    def reset(self) -> None:
        """Set what is in force at power-on (RIS)."""
        self.on: dict[str, bool] = dict(self._table["switches"])
        self._mouse = self._encoding = 0
        self._alternate = False
        self._blink, self._shape = True, 1
        self._saved_modes: dict[int, bool] = {}
        self._flags, self._other_flags = 0, 0
        self._stack: list[int] = []
        self._other_stack: list[int] = []
        self._modify_other_keys = 0
        self._dresses_rectangle = False
        self.clear_margins()
        self.rendition: dict[str, str] = {}
        self.protects = False
        self._saved: tuple[dict[str, str], bool, bool] = ({}, False, False)
        self._other_saved = self._saved

    def soft_reset(self) -> None:
        """Reset what a program may have left behind (DECSTR)."""
        self.on.update(self._table["after_soft_reset"])
        self.clear_margins()
        self.rendition, self.protects = {}, False
        self._saved = ({}, False, False)

    def resize(self, rows: int, columns: int) -> None:
        """Have this size; the margins go."""
        self.rows, self._columns = rows, columns
        self.clear_margins()

    def clear_margins(self) -> None:
        """Set the margins to the edges of the screen."""
        self.top, self._bottom = 1, self.rows
        self._sides = (1, self._columns)

    # Modes.

    def switch(self, asked: list[int], on: bool) -> None:
        """Set or reset ANSI modes (SM, RM)."""
        for number in asked:
            if str(number) in self.on:
                self.on[str(number)] = on

    def switch_private(self, asked: list[int], on: bool) -> None:
        """Set or reset private modes (DECSET, DECRST)."""
        for number in asked:
            if f"?{number}" in self.on:
                self.on[f"?{number}"] = on
                if f"?{number}" == _SIDE_MARGINS:
                    self._sides = (1, self._columns)
            elif number in _MOUSE:
                self._mouse = number if on else 0
            elif number in _MOUSE_ENCODINGS:
                self._encoding = number if on else 0
            elif number == _BLINK:
                self._blink = on
            elif number == _DECCOLM and self.on["?40"]:
                self.clear_margins()
            elif number == _SAVE_CURSOR:
                if on:
                    self.save_cursor()
                else:
                    self.restore_cursor()
            elif number in _ALTERNATE:
                self._show_alternate(number, on)

    def _show_alternate(self, number: int, on: bool) -> None:
        if on and number == _ALTERNATE_AND_CURSOR:
            self.save_cursor()
        if on != self._alternate:
            self._alternate = on
            self._saved, self._other_saved = self._other_saved, self._saved
            self._stack, self._other_stack = self._other_stack, self._stack
            self._flags, self._other_flags = self._other_flags, self._flags
        if not on and number == _ALTERNATE_AND_CURSOR:
            self.restore_cursor()

    def _state(self, number: int) -> int:
        """Return the state of a private mode as DECRQM has it: 0 not recognised, 1 set, 2 reset."""
        if f"?{number}" in self.on:
            on = self.on[f"?{number}"]
        elif number in _MOUSE:
            on = self._mouse == number
        elif number in _MOUSE_ENCODINGS:
            on = self._encoding == number
        elif number in _ALTERNATE:
            on = self._alternate
        elif number == _BLINK:
            on = self._blink
        else:
            return 0
        return 1 if on else 2

    def save_modes(self, asked: list[int]) -> None:
        """Save private modes (XTSAVE)."""
        for number in asked:
            state = self._state(number)
            if state and (number in self._saved_modes or len(self._saved_modes) < _MAX_SAVED):
                self._saved_modes[number] = state == 1

    def restore_modes(self, asked: list[int]) -> None:
        """Restore private modes (XTRESTORE)."""
        for number in asked:
            if number in self._saved_modes:
                self.switch_private([number], self._saved_modes[number])

    def tell_mode(self, number: int) -> str:
        """Answer DECRQM for an ANSI mode."""
        known = self.on.get(str(number))
        return self._always(f"{number}$p") or f"\x1b[{number};{0 if known is None else 1 if known else 2}$y"

    def tell_private_mode(self, number: int) -> str:
        """Answer DECRQM for a private mode."""
        return self._always(f"?{number}$p") or f"\x1b[?{number};{self._state(number)}$y"

    def _always(self, asked: str) -> str:
        """Return the answer about what is always as it is; empty for what can be changed."""
        answer: str = self._table["fixed"].get(asked, "")
        return answer

    # The keyboard.

    def push_keyboard(self, flags: int = 0) -> None:
        """Push the keyboard flags, and have these until they are popped (kitty)."""
        self._stack.append(self._flags)
        del self._stack[:-_MAX_STACK]
        self._flags = flags & self._table["granted"]

    def pop_keyboard(self, count: int = 1) -> None:
        """Pop keyboard flags (kitty)."""
        for _ in range(min(max(count, 1), _MAX_STACK + 1)):
            self._flags = self._stack.pop() if self._stack else 0

    def set_keyboard(self, flags: int = 0, mode: int = 1) -> None:
        """Change the keyboard flags (kitty): 1 to these, 2 to have these as well, 3 to be without these."""
        now = self._flags
        flags &= self._table["granted"]
        self._flags = {1: flags, 2: now | flags, 3: now & ~flags}.get(mode, now)

    def tell_keyboard(self) -> str:
        """Answer which keyboard flags are in force."""
        return f"\x1b[?{self._flags}u"

    def modify_other_keys(self, resource: int = 0, value: int = 0) -> None:
        """Set modifyOtherKeys (XTMODKEYS)."""
        if resource in (0, 4):
            self._modify_other_keys = min(value, 2)

    def tell_other_keys(self, resource: int = 0) -> str:
        """Answer XTQMODKEYS."""
        return f"\x1b[>4;{self._modify_other_keys}m" if resource == 4 else ""

    def end_left_behind(self) -> str:
        """Return the sequences that end all of this that a killed program left behind."""
        ends: str = self._table["left_behind"][self._alternate]
        return ends

    def tell_typing(self) -> str:
        """Return what matters to who types, in the words of ``modes_file``."""
        words = [name for name in _TYPING if self.on.get(name)]
        if self._alternate:
            words.append(f"?{_ALTERNATE_AND_CURSOR}")
        return " ".join([*words, f"flags={self._flags}", f"keys={self._modify_other_keys}"])

    # Cursor and margins.

    def save_cursor(self) -> None:
        """Save what goes with the cursor (DECSC)."""
        self._saved = (dict(self.rendition), self.protects, self.on["?6"])

    def restore_cursor(self) -> None:
        """Restore what goes with the cursor (DECRC)."""
        rendition, self.protects, self.on["?6"] = self._saved
        self.rendition = dict(rendition)

    def save_cursor_or_set_sides(self, left: int = 1, right: int = 0) -> None:
        """Save what goes with the cursor (SCOSC), or set the side margins, two columns apart (DECSLRM)."""
        if not self.on.get(_SIDE_MARGINS):
            self.save_cursor()
            return
        first, last = max(left, 1), min(right or self._columns, self._columns)
        if first < last:
            self._sides = (first, last)

    def select_dressing(self, mode: int = 0) -> None:
        """Choose what DECCARA changes (DECSACE): 2 a rectangle."""
        if mode <= 2:
            self._dresses_rectangle = mode == 2

    def protect(self, mode: int = 0) -> None:
        """Choose whether what is drawn is protected from selective erases (DECSCA)."""
        self.protects = mode == 1

    def select_cursor(self, style: int = 0) -> None:
        """Select the cursor's style (DECSCUSR)."""
        if style <= 6:
            self._shape = max(style - 1, 0) // 2 * 2 + 1
            self._blink = style == 0 or style % 2 == 1

    def set_margins(self, top: int = 1, bottom: int = 0) -> None:
        """Set the margins (DECSTBM), two rows at the least."""
        first, last = max(top, 1), min(bottom or self.rows, self.rows)
        if first < last:
            self.top, self._bottom = first, last

    def tell_setting(self, asked: str) -> str:
        """Answer DECRQSS: SGR, margins, rows, cursor style, protection, DECSACE, conformance,
        status line.

        Any other is invalid.
        """
        if asked == "m":
            value = describe(self.rendition) + "m"
        elif asked == "r":
            value = f"{self.top};{self._bottom}r"
        elif asked == "s" and self.on.get(_SIDE_MARGINS):
            value = f"{self._sides[0]};{self._sides[1]}s"
        elif asked in ("t", "*|"):
            value = f"{self.rows}{asked}"
        elif asked == "*x":
            value = f"{2 * self._dresses_rectangle}*x"
        elif asked == " q":
            value = f"{self._shape + (not self._blink)} q"
        elif asked == '"q':
            value = f'{int(self.protects)}"q'
        elif asked == '"p':
            value = '64;1"p'
        elif asked in ("$}", "$~"):  # DECSASD and DECSSDT: there is no status line.
            value = f"0{asked}"
        else:
            return "\x1bP0$r\x1b\\"
        return f"\x1bP1$r{value}\x1b\\"
