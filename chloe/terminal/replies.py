"""Replies: what a terminal answers when it is asked.

Owns the wording of DA, DSR, DECRQM, DECRQSS, XTVERSION, the window's size and colours. Must not
know whether an answer is ever sent: it is collected, and the caller decides.

An answer is typed into the program, and a program that prints a file answers to the author of that file. So
no answer holds characters of the question. It is made of fixed words, and of numbers that were read and are
written anew.
"""

from __future__ import annotations

import re

from chloe.terminal import sgr
from chloe.terminal.runs import RowReader
from chloe.terminal.switching import Switching

#: The most bytes of answers that wait to be taken; a program that asks on and on gets no more.
MAX_REPLY_BYTES = 64 * 1024
#: What XTVERSION answers.
NAME = "Chloe 1"
#: The colours that a query gets where the display's own aren't known: xterm's, dark.
_COLOURS = {10: "rgb:cccc/cccc/cccc", 11: "rgb:0000/0000/0000", 12: "rgb:cccc/cccc/cccc"}
_INDEX = re.compile(r"[0-9]{1,3}")
_SHAPE_NUMBERS = {"block": 1, "underline": 3, "bar": 5}
#: A cell's size in pixels, where a program insists on pixels.
_CELL = (16, 8)


class Replying(Switching):
    """The operations that ask."""

    def __init__(self, rows: int, columns: int, scrollback: int, reader: RowReader | None = None) -> None:
        super().__init__(rows, columns, scrollback, reader)
        self.replies: list[bytes] = []
        self._waiting = 0

    def reply(self, text: str) -> None:
        """Answer with ``text``."""
        data = text.encode("utf-8", "replace")
        if self._waiting + len(data) <= MAX_REPLY_BYTES:
            self._waiting += len(data)
            self.replies.append(data)

    def take_replies(self) -> bytes:
        """Return the answers, and forget them."""
        taken = b"".join(self.replies)
        self.replies.clear()
        self._waiting = 0
        return taken

    def report_device_attributes(self, mode: int = 0) -> None:
        """Report a VT220 with 132 columns, selective erase, national sets, horizontal scrolling and colour
        (DA1).
        """
        if mode == 0:
            self.reply("\x1b[?62;1;6;9;22c")

    def report_secondary_attributes(self, mode: int = 0) -> None:
        """Report what xterm says of itself, so that programs take this for one (DA2)."""
        if mode == 0:
            self.reply("\x1b[>41;354;0c")

    def report_tertiary_attributes(self, mode: int = 0) -> None:
        """Report the unit's number: none (DA3)."""
        if mode == 0:
            self.reply("\x1bP!|00000000\x1b\\")

    def report_device_status(self, mode: int = 0) -> None:
        """Report the status (DSR): 5 all is well, 6 where the cursor is."""
        if mode == 5:
            self.reply("\x1b[0n")
        elif mode == 6:
            y = self.y - self.top if self.modes.origin else self.y
            self.reply(f"\x1b[{y + 1};{self.column + 1}R")

    def report_private_status(self, mode: int = 0) -> None:
        """Report a DEC status (DECDSR): 6 the cursor with its page, 15 no printer, 25 no user keys locked, 26
        a keyboard.
        """
        if mode == 6:
            y = self.y - self.top if self.modes.origin else self.y
            self.reply(f"\x1b[?{y + 1};{self.column + 1};1R")
        elif mode in (15, 25, 26):
            self.reply({15: "\x1b[?13n", 25: "\x1b[?21n", 26: "\x1b[?27;1;0;0n"}[mode])

    def report_mode(self, number: int = 0) -> None:
        """Report an ANSI mode (DECRQM)."""
        self.reply(f"\x1b[{number};{self.mode_state(number, False)}$y")

    def report_private_mode(self, number: int = 0) -> None:
        """Report a private mode (DECRQM)."""
        self.reply(f"\x1b[?{number};{self.mode_state(number, True)}$y")

    def report_version(self, mode: int = 0) -> None:
        """Report name and version (XTVERSION)."""
        if mode == 0:
            self.reply(f"\x1bP>|{NAME}\x1b\\")

    def report_terminal_parameters(self, mode: int = 0) -> None:
        """Report no parity, 8 bits, 38400 baud both ways (DECREQTPARM)."""
        if mode <= 1:
            self.reply(f"\x1b[{mode + 2};1;1;128;128;1;0x")

    def report_keyboard(self) -> None:
        """Report which keyboard flags are in force (kitty)."""
        self.reply(f"\x1b[?{self.modes.kitty_flags}u")

    def report_modify_other_keys(self, resource: int = 0) -> None:
        """Report the value of modifyOtherKeys (XTQMODKEYS)."""
        if resource == 4:
            self.reply(f"\x1b[>4;{self.modes.modify_other_keys}m")

    def report_setting(self, asked: str) -> None:
        """Report a setting (DECRQSS): SGR, margins, cursor style, protection; any other is invalid."""
        if asked == "m":
            value = sgr.select(self.pen)[2:]
        elif asked == "r":
            value = f"{self.top + 1};{self.bottom + 1}r"
        elif asked == " q":
            value = f"{_SHAPE_NUMBERS[self.cursor_shape] + (not self.cursor_blink)} q"
        elif asked == '"q':
            value = f'{int(self.is_protecting)}"q'
        elif asked == '"p':
            value = '62;1"p'
        else:
            self.reply("\x1bP0$r\x1b\\")
            return
        self.reply(f"\x1bP1$r{value}\x1b\\")

    def report_colour(self, code: int) -> None:
        """Report the colour of text, background or cursor (OSC 10, 11, 12 with a question mark)."""
        if code in _COLOURS:
            self.reply(f"\x1b]{code};{_COLOURS[code]}\x1b\\")

    def report_palette(self, value: str) -> None:
        """Report entries of the palette, as xterm has them (OSC 4 with question marks)."""
        fields = value.split(";")
        for index, asked in zip(fields[::2], fields[1::2], strict=False):
            if asked == "?" and _INDEX.fullmatch(index) and (number := int(index)) < 256:
                self.reply(f"\x1b]4;{number};{sgr.palette_entry(number)}\x1b\\")

    def report_capabilities(self) -> None:
        """Answer XTGETTCAP: there is no such capability, and programs go on with what terminfo says.

        xterm repeats the name that was asked for. Here nothing is repeated: who prints a file would have it
        typed into his shell.
        """
        self.reply("\x1bP0+r\x1b\\")

    def window_operation(self, operation: int = 0, *_rest: int) -> None:
        """Report the size (XTWINOPS); nothing moves a window or reads a title back."""
        if operation == 14:
            self.reply(f"\x1b[4;{self.rows * _CELL[0]};{self.columns * _CELL[1]}t")
        elif operation == 16:
            self.reply(f"\x1b[6;{_CELL[0]};{_CELL[1]}t")
        elif operation == 18:
            self.reply(f"\x1b[8;{self.rows};{self.columns}t")
        elif operation == 19:
            self.reply(f"\x1b[9;{self.rows};{self.columns}t")
