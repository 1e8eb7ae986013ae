"""Replies: what a terminal answers when it is asked.

Owns which answer follows which question; their fixed words stand in ``answers``, the user's colours come
with who takes the answers. Must not know whether an answer is ever sent: it is collected, and the caller
decides.

An answer is typed into the program, and a program that prints a file answers to the author of that file. So
no answer holds characters of the question. It is made of fixed words, and of numbers that were read and are
written anew.
"""

from __future__ import annotations

import re

from chloe.terminal import answers, sgr
from chloe.terminal.colours import UNKNOWN, Colours
from chloe.terminal.runs import RowReader
from chloe.terminal.switching import Switching

#: The most bytes of answers that wait to be taken; a program that asks on and on gets no more.
MAX_REPLY_BYTES = 64 * 1024
#: How long the answer about a colour is, for that bound.
_COLOUR_LENGTH = 32
#: Stands among the answers for the report of the colour scheme; others are the names of colours.
_SCHEME = "scheme"
_INDEX = re.compile(r"[0-9]{1,3}")
_SHAPE_NUMBERS = {"block": 1, "underline": 3, "bar": 5}


class Replying(Switching):
    """The operations that ask."""

    def __init__(self, rows: int, columns: int, scrollback: int, reader: RowReader | None = None) -> None:
        super().__init__(rows, columns, scrollback, reader)
        #: Answers, and the names of colours that are asked for.
        self.replies: list[bytes | str] = []
        self._waiting = 0

    def reply(self, text: str) -> None:
        """Answer with ``text``."""
        data = text.encode("utf-8", "replace")
        self._append(data, len(data))

    def _append(self, answer: bytes | str, length: int) -> None:
        if self._waiting + length <= MAX_REPLY_BYTES:
            self._waiting += length
            self.replies.append(answer)

    def take_replies(self, colours: Colours = UNKNOWN) -> bytes:
        """Return the answers, those about colours by ``colours``, and forget them."""
        taken = b"".join(
            answer
            if isinstance(answer, bytes)
            else colours.report()
            if answer == _SCHEME
            else colours.answer(answer)
            for answer in self.replies
        )
        self.replies.clear()
        self._waiting = 0
        return taken

    def _reply_fixed(self, asked: str) -> None:
        if asked in answers.FIXED:
            self.reply(answers.FIXED[asked])

    def report_device_attributes(self, mode: int = 0) -> None:
        """Report what terminal this is (DA1)."""
        self._reply_fixed(f"{mode}c")

    def report_secondary_attributes(self, mode: int = 0) -> None:
        """Report its version, as xterm does (DA2)."""
        self._reply_fixed(f">{mode}c")

    def report_tertiary_attributes(self, mode: int = 0) -> None:
        """Report the unit's number (DA3)."""
        self._reply_fixed(f"={mode}c")

    def report_device_status(self, mode: int = 0) -> None:
        """Report the status (DSR): 5 all is well, 6 where the cursor is."""
        if mode == 6:
            self.reply(f"\x1b[{self._place()}R")
        else:
            self._reply_fixed(f"{mode}n")

    def _place(self) -> str:
        """Return row and column of the cursor, from the margins on in origin mode."""
        top, left = (self.top, self.left) if self.modes.origin else (0, 0)
        return f"{self.y - top + 1};{self.column - left + 1}"

    def report_private_status(self, mode: int = 0, request: int = 0) -> None:
        """Report a DEC status (DECDSR): 6 the cursor with its page, 15 the printer, 25 user keys, 26 the
        keyboard, 63 the checksum of the macros, under the number of the request; and whether the display is
        dark (996).
        """
        if mode == 6:
            self.reply(f"\x1b[?{self._place()};1R")
        elif mode == 63:
            self.reply(f"\x1bP{request}!~0000\x1b\\")
        elif mode == 996:
            self._append(_SCHEME, _COLOUR_LENGTH)
        else:
            self._reply_fixed(f"?{mode}n")

    def report_mode(self, number: int = 0) -> None:
        """Report an ANSI mode (DECRQM)."""
        always = answers.FIXED.get(f"{number}$p")
        self.reply(always or f"\x1b[{number};{self.mode_state(number, False)}$y")

    def report_private_mode(self, number: int = 0) -> None:
        """Report a private mode (DECRQM)."""
        always = answers.FIXED.get(f"?{number}$p")
        self.reply(always or f"\x1b[?{number};{self.mode_state(number, True)}$y")

    def report_version(self, mode: int = 0) -> None:
        """Report name and version (XTVERSION)."""
        self._reply_fixed(f">{mode}q")

    def report_terminal_parameters(self, mode: int = 0) -> None:
        """Report how a serial line would be set (DECREQTPARM)."""
        self._reply_fixed(f"{mode}x")

    def report_keyboard(self) -> None:
        """Report which keyboard flags are in force (kitty)."""
        self.reply(f"\x1b[?{self.modes.kitty_flags}u")

    def report_modify_other_keys(self, resource: int = 0) -> None:
        """Report the value of modifyOtherKeys (XTQMODKEYS)."""
        if resource == 4:
            self.reply(f"\x1b[>4;{self.modes.modify_other_keys}m")

    def report_setting(self, asked: str) -> None:
        """Report a setting (DECRQSS): SGR, margins, rows, cursor style, protection, DECSACE, level,
        status line.

        Any other is invalid.
        """
        if asked == "m":
            value = sgr.select(self.pen)[2:]
        elif asked == "r":
            value = f"{self.top + 1};{self.bottom + 1}r"
        elif asked == "s" and self.modes.side_margins:
            value = f"{self.left + 1};{self.right + 1}s"
        elif asked in ("t", "*|"):
            value = f"{self.rows}{asked}"
        elif asked == "*x":
            value = f"{2 * self.dresses_rectangle}*x"
        elif asked == " q":
            value = f"{_SHAPE_NUMBERS[self.cursor_shape] + (not self.cursor_blink)} q"
        elif asked == '"q':
            value = f'{int(self.is_protecting)}"q'
        elif asked == '"p':
            value = '64;1"p'
        elif asked in ("$}", "$~"):  # DECSASD and DECSSDT: there is no status line.
            value = f"0{asked}"
        else:
            self.reply("\x1bP0$r\x1b\\")
            return
        self.reply(f"\x1bP1$r{value}\x1b\\")

    def report_colours(self, code: int, value: str) -> None:
        """Report the colours of text, background and cursor (OSC 10, 11, 12 with question marks).

        Each further field is about the next number, as in xterm.
        """
        for number, asked in enumerate(value.split(";")[: 13 - code], code):
            if asked == "?" and 10 <= number <= 12:
                self._append(str(number), _COLOUR_LENGTH)

    def report_palette(self, value: str) -> None:
        """Report entries of the palette (OSC 4 with question marks)."""
        fields = value.split(";")
        for index, asked in zip(fields[::2], fields[1::2], strict=False):
            if asked == "?" and _INDEX.fullmatch(index) and (number := int(index)) < 256:
                self._append(f"4;{number}", _COLOUR_LENGTH)

    def report_capabilities(self) -> None:
        """Answer XTGETTCAP: there is no such capability."""
        self.reply(answers.NO_CAPABILITY)

    def window_operation(self, operation: int = 0, *_rest: int) -> None:
        """Report the size (XTWINOPS); nothing moves a window or reads a title back."""
        height, width = answers.CELL
        if operation == 14:
            self.reply(f"\x1b[4;{self.rows * height};{self.columns * width}t")
        elif operation == 16:
            self.reply(f"\x1b[6;{height};{width}t")
        elif operation == 18:
            self.reply(f"\x1b[8;{self.rows};{self.columns}t")
        elif operation == 19:
            self.reply(f"\x1b[9;{self.rows};{self.columns}t")
