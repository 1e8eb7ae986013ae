"""The interpreter: which operation a sequence asks for.

Owns the reading of controls, escape and control sequences, by the names in ``sequences``, and the loop that
carries the operations out. Must not know what an operation does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from inspect import CO_VARARGS
from typing import Any

from chloe.terminal import flood, rewriting, sgr, strings
from chloe.terminal.notices import Bell, CwdChanged, IconNameChanged, Notice, TitleChanged, is_large
from chloe.terminal.pens import LINK_SHIFT, UNLINKED, inline_style_id
from chloe.terminal.replies import Replying
from chloe.terminal.runs import RowReader
from chloe.terminal.sequences import CONTROLS, ESCAPES, SEQUENCES, SILENT
from chloe.terminal.tabs import TabStops
from chloe.terminal.titles import Titles
from chloe.terminal.tokens import Tokenizer

#: Decoded text is carried out in pieces of this many characters: the lists made of it stay in the cache.
_PIECE = 8 * 1024
#: Text is looked through for floods in pieces of this many, and only if there are that many.
_FLOOD_PIECE = 256 * 1024
_MIN_FLOOD = 1024
#: Lines of a scratch line's scrollback: as many as there are.
_UNBOUNDED = 1 << 60
#: The most parameters that are read, and the highest value of one.
_MAX_PARAMETERS = 32
_HIGHEST = 65535
#: How many sequences are remembered with what they ask for, and how long one may be.
_MAX_KNOWN = 2048
_MAX_KNOWN_LENGTH = 64
#: How many pens are remembered with what a sequence makes of them.
_MAX_PENS = 64
#: Notices that wait to be taken; the oldest go.
_MAX_NOTICES = 1024

_SGR = SEQUENCES["m"]
_NOTHING = "nothing"

#: SCS: which of G0 to G3 a set is designated to.
_DESIGNATORS = ("(", ")", "*", "+")

#: OSC 52, and the most characters of any other operating system command.
_CLIPBOARD, _MAX_COMMAND = 52, 256 * 1024

#: OSC 10 to 12, the colours of text, background and cursor; a value of theirs that sets none.
_COLOURS = (10, 11, 12)
_ONLY_ASKS = re.compile(r"\?(?:;\?)*")

_CONTROL_SEQUENCE = re.compile(r"\x1b\[([<-?]?)([0-9:;]*)([ -/]*)([@-~])")


class _Rendition(dict[int, tuple[int, str]]):
    """What a rendition makes of pens: each with the style id that encodes it, or empty where none does.

    Bounded, since a program may have any number of pens; most have the same ones over and over.
    """

    def __init__(self, parameters: str) -> None:
        self._mask, self._set_bits = sgr.effect(parameters)

    def __missing__(self, pen: int) -> tuple[int, str]:
        if len(self) >= _MAX_PENS:
            self.clear()
        selected = pen & self._mask | self._set_bits
        self[pen] = known = selected, inline_style_id(selected)
        return known


class _Operations(dict[str, tuple[Callable[..., None] | None, Any]]):
    """The operation that each control, escape or control sequence asks for, and the parameters it is given.

    The operation is None for a rendition, and ``_COLOUR`` for one that gives a direct colour, of which there
    are too many to be remembered: that has what it does to any pen. Bounded: a program may send any number of
    sequences, most send the same ones over and over.
    """

    def __missing__(self, control: str) -> tuple[Callable[..., None] | None, Any]:
        colour = sgr.direct(control)
        if colour:
            return _COLOUR, colour
        if len(self) >= _MAX_KNOWN:
            self.clear()
        name, parameters = _read(control)
        known: tuple[Callable[..., None] | None, Any]
        if name == _SGR:
            known = None, _Rendition(parameters[0])
        elif name == "cursor_position":
            line, column = (*parameters, 1, 1)[:2]
            known = _POSITION, (line or 1, column or 1)
        else:
            known = getattr(Interpreter, name), parameters
        if len(control) <= _MAX_KNOWN_LENGTH:
            self[control] = known
        return known


_OPERATIONS = _Operations()


def _read(control: str) -> tuple[str, tuple[Any, ...]]:
    """Return the name of what ``control`` asks for, and its parameters."""
    if control in CONTROLS:
        return CONTROLS[control], ()
    match = _CONTROL_SEQUENCE.fullmatch(control)
    if match is None:
        return _read_escape(control)
    prefix, given, intermediates, final = match.groups()
    key = prefix + intermediates + final
    if key == "m":
        return _SGR, (given,)
    name = SEQUENCES.get(key, _NOTHING)
    if name == "scroll_down" and given.count(";") >= 4:
        return _NOTHING, ()  # Mouse highlighting shares the final byte with SD.
    most = _most_parameters(name)
    return name, tuple([_parameter(part) for part in given.split(";")[:most]]) if given and most else ()


def _read_escape(control: str) -> tuple[str, tuple[Any, ...]]:
    kind = control[1:2]
    if kind == "]":
        return "operating_system_command", (control[2:].removesuffix("\x1b\\").removesuffix("\x07"),)
    if kind == "k":  # As screen(1) has titles ("String Escapes") and tmux(1) names of windows.
        return "operating_system_command", (f"2;{control[2:]}",)
    if kind == "P":
        return "device_control", (control[2:],)
    if kind in _DESIGNATORS:
        return "define_charset", (control[2:], _DESIGNATORS.index(kind))
    return ESCAPES.get(control[1:], _NOTHING), ()


def _most_parameters(name: str) -> int:
    """Return how many parameters an operation takes: as many as its method has."""
    code = getattr(Interpreter, name).__code__
    return _MAX_PARAMETERS if code.co_flags & CO_VARARGS else code.co_argcount - 1


def _parameter(text: str) -> int:
    digits = text.partition(":")[0]
    return min(int(digits), _HIGHEST) if digits else 0


class Interpreter(Replying):
    """Carries out what a byte stream asks for."""

    def __init__(self, rows: int, columns: int, scrollback: int, reader: RowReader | None = None) -> None:
        super().__init__(rows, columns, scrollback, reader)
        #: A scratch line has the tables of another canvas, and doesn't see all that is in use.
        self._owns_tables = reader is None
        self.tokenizer = Tokenizer()
        self.notices: list[Notice] = []

    def power_on(self) -> None:
        """Set the state of a fresh terminal; the scrollback stays."""
        super().power_on()
        self.titles = Titles()
        self.cwd = ""
        #: Whether the last thing was a character drawn, which REP can repeat.
        self.is_printing = False

    def feed(self, data: bytes) -> None:
        """Take in bytes of the stream, split anywhere."""
        text = self.tokenizer.decode(data)
        if len(text) >= _MIN_FLOOD:
            text = rewriting.skip(self, text)
        self.pass_lines(text)

    def pass_lines(self, text: str) -> None:
        """Carry decoded ``text`` out, but for lines that pass unseen."""
        if len(text) >= _MIN_FLOOD:
            text = self._skip_floods(text)
        self.interpret(text)

    def _skip_floods(self, text: str) -> str:
        """Carry ``text`` out, except for the rest in which no flood may begin any more; return that rest."""
        if not self.tokenizer.on_ground:
            # What is open ends somewhere in the first line.
            head = text.find("\r\n") + 2
            self.interpret(text[:head])
            text = text[head:]
        size = min(_FLOOD_PIECE, flood.longest(self))
        for start in range(0, len(text), size):
            piece = flood.skip(self, text[start : start + size])
            if start + size >= len(text):
                return piece
            self.interpret(piece)
        return text

    def scratch_line(
        self, pen: int | None = None, columns: int | None = None, tabs: Iterable[int] | None = None
    ) -> Interpreter:
        """Make a canvas of one row on which text looks as it does here; what is drawn leaves it at once.

        What isn't given is as it is here. ``begin`` makes it ready to be drawn on: before, the style ids that
        it has may have been given out anew.
        """
        scratch_line = Interpreter(1, columns or self.columns, _UNBOUNDED, self.reader)
        scratch_line.tabs = TabStops(0, self.tabs.stops if tabs is None else tabs)
        scratch_line.pen = self.pen if pen is None else pen
        return scratch_line

    def begin(self) -> None:
        """Blank the screen in the pen's background, and take the pen's style id."""
        self.set_pen(self.pen)
        self.lines = self.blank_screen()

    def interpret(self, text: str) -> None:
        """Take in decoded text."""
        for start in range(0, len(text), _PIECE):
            if self._owns_tables and (self.pen_table.is_full or self.clusters.is_full):
                self.collect()
            self._carry_out(text[start : start + _PIECE])

    def _carry_out(self, text: str) -> None:
        columns = self.columns
        changed = self.changed
        is_printing = self.is_printing
        for pairs in self.tokenizer.pairs(text):
            for printed, control in pairs:
                if printed:
                    x = self.x
                    end = x + len(printed)
                    if end < columns and self.draws_plainly and printed.isascii():
                        y = self.y
                        if not self.style_id:
                            self.style_id = self.pen_table.intern(self.pen)
                        self.lines[y].write(x, printed, self.style_id)
                        self.x = end
                        self.last = printed[-1]
                        changed.add(y)
                    else:
                        if not is_printing:
                            self.last = ""
                        self.draw(printed)
                    is_printing = True
                if not control:
                    continue
                if control == "\r\n":
                    self.next_line()
                else:
                    operation, parameters = _OPERATIONS[control]
                    if operation is None:
                        self.pen, self.style_id = parameters[self.pen]
                    elif operation is _POSITION and not (self.modes.origin or self.waits):
                        line, column = parameters
                        self.y = line - 1 if line < self.rows else self.rows - 1
                        self.x = column - 1 if column < columns else columns - 1
                    elif is_printing or operation is not _REPEAT:
                        if self.waits and operation not in _KEEPS_WAITING:
                            self.stop_waiting()
                        if parameters:
                            operation(self, *parameters)
                        else:
                            operation(self)
                is_printing = False
        self.is_printing = is_printing

    def select_colour(self, mask: int, set_bits: int) -> None:
        """Change the pen by what a direct colour does to it: what of it stays, and what is set."""
        self.pen = self.pen & mask | set_bits
        self.style_id = ""

    def nothing(self) -> None:
        """Ignore a sequence that has no meaning here."""

    def notify(self, notice: Notice) -> None:
        """Keep a notice until it is taken."""
        if is_large(notice):
            # A terminal whose notices nobody takes for a while shall not hold a thousand clipboards.
            self.notices = [waiting for waiting in self.notices if not is_large(waiting)]
        self.notices.append(notice)
        if len(self.notices) > _MAX_NOTICES:
            del self.notices[0]

    def bell(self) -> None:
        """Notify of a bell (BEL); a file full of them rings once."""
        if not (self.notices and isinstance(self.notices[-1], Bell)):
            self.notify(Bell())  # A file full of them rings once.

    def operating_system_command(self, command: str) -> None:
        """Carry out an operating system command (OSC)."""
        number, _, value = command.partition(";")
        if not number.isdecimal() or len(number) > 4 or not number.isascii():
            return
        code = int(number)
        if len(command) > _MAX_COMMAND and code != _CLIPBOARD:
            return
        if code == 8:
            self.set_pen(self.pen & UNLINKED | self.links.number(strings.link(value)) << LINK_SHIFT)
        elif code in _COLOURS and _ONLY_ASKS.fullmatch(value):
            self.report_colours(code, value)
        elif code == 4 and "?" in value:
            self.report_palette(value)
        else:
            for notice in strings.read(code, value):
                if isinstance(notice, TitleChanged):
                    self.titles.window = notice.title
                elif isinstance(notice, IconNameChanged):
                    self.titles.icon = notice.name
                elif isinstance(notice, CwdChanged):
                    self.cwd = notice.cwd
                self.notify(notice)

    def window_operation(self, operation: int = 0, which: int = 0, *_rest: int) -> None:
        """Keep titles (XTWINOPS 22) and bring them back (23); for the rest see ``Replying``."""
        if operation == 22:
            self.titles.push(which)
        elif operation == 23:
            brought = self.titles.pop(which)
            if brought.icon is not None:
                self.notify(IconNameChanged(brought.icon))
            if brought.window is not None:
                self.notify(TitleChanged(brought.window))
        else:
            super().window_operation(operation)

    def device_control(self, command: str) -> None:
        """Answer a device control string (DCS) that asks, and set tab stops (DECRSPS); ignore any other."""
        if command.startswith("2$t"):
            self.tabs = TabStops.read(command[3:])
        elif command.startswith("$q"):
            self.report_setting(command[2:])
        elif command.startswith("+q"):
            self.report_capabilities()

    def collect(self) -> None:
        """Give out anew the style ids and stand-ins that are on no row any more."""
        rows = [*self.lines, *(self.main_lines or ())]
        if self.pen_table.is_full:
            style_ids = "".join([self.pen_table.intern(self.pen), *(row.pens + row.fill for row in rows)])
            self.pen_table.keep(self.pen_table.table_ids(style_ids) | self.scrollback.used_style_ids())
        if self.clusters.is_full:
            cells = "".join([row.text for row in rows])
            self.clusters.keep(self.clusters.stand_ins(cells) | self.scrollback.used_cells())


_REPEAT = Interpreter.repeat
_POSITION = Interpreter.cursor_position
_COLOUR = Interpreter.select_colour
#: What leaves the cursor where it waits to wrap at a right margin: what says nothing of cells or places.
_KEEPS_WAITING = frozenset(
    getattr(Interpreter, name)
    for name in dir(Interpreter)
    if name.startswith(("report_", "shift_", "locking_", "single_", "select_", "push_", "pop_"))
    or name in SILENT
)
