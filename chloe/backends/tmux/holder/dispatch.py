"""Dispatch: what each sequence of a program changes that can be asked for, and what it is answered.

Owns the operations by their sequences, and what tmux gets in the place of one. Must not know where a sequence
stood. Loaded by the holder, which runs alone: only the standard library, and little of it.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from chloe.backends.tmux.holder.answer_queue import AnswerQueue
    from chloe.backends.tmux.holder.colours_file import ColoursFile
    from chloe.backends.tmux.holder.rendition import follow
    from chloe.backends.tmux.holder.sequences import command_number
    from chloe.backends.tmux.holder.settings import Settings
    from chloe.backends.tmux.holder.skimming import DIGITS
else:
    from answer_queue import AnswerQueue
    from colours_file import ColoursFile
    from rendition import follow
    from sequences import command_number
    from settings import Settings
    from skimming import DIGITS

#: The most parameters that are read, and the highest value of one, as in the emulator.
_MOST_PARAMETERS, _HIGHEST = 32, 65535
_INTERMEDIATES = bytes(range(0x20, 0x30))
_PREFIXES = (b"<", b"=", b">", b"?")
#: Operations that report something (XTWINOPS).
_REPORTS = (11, 13, 14, 15, 16, 18, 19, 20, 21)
_DECCOLM, _COLOUR_REPORTS, _FOCUS_REPORTS = 3, 2031, "?1004"
#: Private switches that do more than change themselves: side margins, what is watched, what is told at once.
_SIDE_MARGINS = "?69"
_MORE = (_SIDE_MARGINS, f"?{_COLOUR_REPORTS}", _FOCUS_REPORTS)


class Dispatch:
    """What a program has switched on, and what it is told. ``table`` is what ``answers.for_holder`` gives.

    ``catch_up`` has the settings' rendition follow what was printed before the sequence that is carried out.
    """

    def __init__(
        self, table: dict[str, Any], home: str, rows: int, columns: int, catch_up: Callable[[], None]
    ) -> None:
        self._table = table
        self.settings = Settings(table, rows, columns)
        self._columns = columns
        self._catch_up = catch_up
        self._colours = ColoursFile(home, table["colours"])
        #: Whether the colours were read since the program's last words came.
        self.colours_are_fresh = False
        self.answers = AnswerQueue()
        #: Private switches that do nothing more, by their parameter: ``{b"25": "?25"}``.
        self.simple = {
            name[1:].encode("ascii"): name
            for name in table["switches"]
            if name[:1] == "?" and name not in _MORE
        }

    def resize(self, rows: int, columns: int) -> None:
        """Have another size from here on."""
        self.settings.resize(rows, columns)
        self._columns = columns

    # Sequences.

    def carry_out(self, sequence: bytes) -> bytes | None:
        """Carry out a sequence as far as it matters. Return what tmux gets in its place; None for itself."""
        opener = sequence[:1]
        if opener == b"[":
            return self._control(sequence)
        if opener == b"]":
            number, _, value = sequence[1:].partition(b";")
            return self._command(command_number(number), value)
        if opener == b"P":
            return self._device_control(sequence[1:])
        settings = self.settings
        if sequence == b"Z":
            self._answer_fixed("0c")
            return b""
        if sequence in (b"=", b">"):
            settings.on["?66"] = sequence == b"="
        elif sequence == b"#8":
            settings.clear_margins()
        elif sequence in (b"7", b"8", b"c"):
            self._catch_up()
            {b"7": settings.save_cursor, b"8": settings.restore_cursor, b"c": settings.reset}[sequence]()
        return None

    def _control(self, sequence: bytes) -> bytes | None:
        body, final = sequence[1:-1], sequence[-1:]
        prefix = body[:1] if body[:1] in _PREFIXES else b""
        given = body[len(prefix) :].rstrip(_INTERMEDIATES)
        key = prefix + body[len(prefix) + len(given) :] + final
        if given.translate(None, DIGITS):
            return None
        parts = given.split(b";")[:_MOST_PARAMETERS] if given else []
        numbers = [min(int(part.partition(b":")[0] or 0), _HIGHEST) for part in parts]
        if key in _SWITCHES:
            return self._switch(key, numbers)
        if key in _CHANGES:
            name, most = _CHANGES[key]
            is_for_sides = key == b"s" and self.settings.on[_SIDE_MARGINS]
            if name in _WITH_RENDITION:
                self._catch_up()
            getattr(self.settings, name)(*numbers[:most])
            # A tmux without side margins would save the cursor.
            return b"" if is_for_sides else None
        if key == b"m":
            self._catch_up()
            follow(self.settings.rendition, b"\x1b[" + given + b"m")
        elif key in _ASKS:
            return self._ask(key, *numbers[:2])
        elif key in _REWORDED:
            return self._reword(key, max(numbers[0] if numbers else 1, 1))
        return None

    def _reword(self, key: bytes, count: int) -> bytes:
        """Return what moves tmux's cursor as this does, which it doesn't know."""
        final = _REWORDED[key]
        return b"\x1b[%d%b" % (count, final) if final else b"\t" * min(count, self._columns)

    def _switch(self, key: bytes, numbers: list[int]) -> bytes | None:
        settings = self.settings
        if 1048 in numbers or 1049 in numbers:
            self._catch_up()
        watched, reported = settings.on["?2031"], settings.on[_FOCUS_REPORTS]
        name, on = _SWITCHES[key]
        getattr(settings, name)(numbers, *on)
        if settings.on["?2031"] and not watched:
            self._read_colours()
        is_fenced = settings.on[_FOCUS_REPORTS] and not reported and self.answers.drop_focus_reports()
        # A newer tmux would report colours, too. It clears at DECCOLM whatever mode 40 says. Of the focus it
        # speaks at once, unlike other terminals.
        kept = {_COLOUR_REPORTS} if settings.on["?40"] else {_COLOUR_REPORTS, _DECCOLM}
        if not is_fenced and (key not in (b"?h", b"?l") or kept.isdisjoint(numbers)):
            return None
        others = ";".join([str(number) for number in numbers if number not in kept])
        passed = f"\x1b[?{others}{key[-1:].decode('ascii')}".encode("ascii") if others else b""
        return passed + b"\x1b[6n" if is_fenced else passed

    def _ask(self, key: bytes, first: int = 0, second: int = 0) -> bytes | None:
        """Answer a control sequence that asks. Return what tmux gets in its place; None for itself."""
        settings = self.settings
        if key[-1:] == b"n" and first == 6:
            return self._ask_tmux(with_page=key == b"?n")
        if key == b"?n" and first == 996:
            self._answer_about_colours("")
        elif key == b"?n" and first == 63:
            self._answer(f"\x1bP{second}!~0000\x1b\\")
        elif key == b"t":
            if first not in _REPORTS:
                return None
            self._answer(self._describe_size(first))
        elif key == b"?u":
            self._answer(settings.tell_keyboard())
        elif key == b"?m":
            self._answer(settings.tell_other_keys(first))
        elif key == b"$p":
            self._answer(settings.tell_mode(first))
        elif key == b"?$p":
            self._answer(settings.tell_private_mode(first))
        else:
            self._answer_fixed(f"{key[:-1].decode('ascii')}{first}{key[-1:].decode('ascii')}")
        return b""

    def _ask_tmux(self, *, with_page: bool) -> bytes:
        """Have tmux report the cursor; in origin mode rows count from the margin, which tmux forgets.

        Its columns are right: it has no side margins, and what is placed from one it places from the edge.
        """
        above = self.settings.top - 1 if self.settings.on["?6"] else 0
        is_asked = self.answers.await_report(with_page=with_page, rows_above=above)
        return b"\x1b[6n" if is_asked else b""

    def _describe_size(self, operation: int) -> str:
        rows, columns = self.settings.rows, self._columns
        height, width = self._table["cell"]
        if operation == 14:
            return f"\x1b[4;{rows * height};{columns * width}t"
        if operation == 16:
            return f"\x1b[6;{height};{width}t"
        return f"\x1b[{operation - 10};{rows};{columns}t" if operation in (18, 19) else ""

    def _command(self, number: int, value: bytes) -> bytes | None:
        """Answer a command (OSC) that asks for colours; one that asks for the clipboard gets nothing."""
        fields = value.split(b";")
        if number == 52:
            return b"" if fields[1:2] == [b"?"] else None
        if number == 4 and b"?" in value:
            for index, asked in zip(fields[::2], fields[1::2], strict=False):
                if asked == b"?" and 0 < len(index) <= 3 and index.isdigit() and int(index) < 256:
                    self._answer_about_colours(f"4;{int(index)}")
            return b""
        if number in (10, 11, 12) and set(fields) == {b"?"}:
            for about in range(number, min(number + len(fields), 13)):
                self._answer_about_colours(str(about))
            return b""
        return None

    def _device_control(self, command: bytes) -> bytes | None:
        if command[:2] == b"+q":
            self._answer(self._table["no_capability"])
        elif command[:2] == b"$q":
            self._catch_up()
            self._answer(self.settings.tell_setting(command[2:6].decode("latin-1")))
        else:
            return None
        return b""

    # Answers.

    def _answer_fixed(self, asked: str) -> None:
        self._answer(self._table["fixed"].get(asked, ""))

    def _answer(self, text: str) -> None:
        self.answers.append(text.encode("ascii"))

    def _answer_about_colours(self, name: str) -> None:
        if not self.colours_are_fresh:
            self._read_colours()
        self.answers.append(self._colours.answer(name) if name else self._colours.report())

    def _read_colours(self) -> None:
        self._colours.read()
        self.colours_are_fresh = True

    @property
    def watches_colours(self) -> bool:
        """Return whether the program wants to be told when the user's colours change (mode 2031)."""
        return self.settings.on["?2031"]

    def look_at_colours(self) -> None:
        """Tell the program if the user's colours are others now, and it wants to know."""
        if self.watches_colours and self._colours.read():
            self.answers.append(self._colours.report())

    def take_typed(self, data: bytes, *, by_tmux: bool) -> bytes:
        """Take in what is typed by Chloe, or by tmux and a user who attached by hand.

        Return what the program gets before the answers.
        """
        return self.answers.take_typed(data, by_tmux=by_tmux, columns=self._columns)


#: Sequences that switch modes: the operation, and to what.
_SWITCHES: dict[bytes, tuple[str, tuple[bool, ...]]] = {
    b"h": ("switch", (True,)),
    b"l": ("switch", (False,)),
    b"?h": ("switch_private", (True,)),
    b"?l": ("switch_private", (False,)),
    b"?s": ("save_modes", ()),
    b"?r": ("restore_modes", ()),
}
#: Other sequences that change what can be asked for: the operation, and how many parameters it takes.
_CHANGES = {
    b"s": ("save_cursor_or_set_sides", 2),
    b"u": ("restore_cursor", 0),
    b"!p": ("soft_reset", 0),
    b"r": ("set_margins", 2),
    b" q": ("select_cursor", 1),
    b'"q': ("protect", 1),
    b"*x": ("select_dressing", 1),
    b">m": ("modify_other_keys", 2),
    b">n": ("modify_other_keys", 1),
    b">u": ("push_keyboard", 1),
    b"<u": ("pop_keyboard", 1),
    b"=u": ("set_keyboard", 2),
}
_WITH_RENDITION = ("save_cursor_or_set_sides", "restore_cursor", "soft_reset")
#: Sequences that ask.
_ASKS = frozenset((b"c", b">c", b"=c", b"n", b"?n", b">q", b"x", b"t", b"?u", b"?m", b"$p", b"?$p"))
#: What moves the cursor, and the final of what does the same in tmux: HPR as CUF, VPR as CUD, CHT as tabs.
_REWORDED = {b"a": b"C", b"e": b"B", b"I": b""}
