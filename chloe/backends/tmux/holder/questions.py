"""Questions: what a program asks its terminal, found in what it prints, and answered here.

Owns which sequences ask, that they are taken out of what tmux gets, and the order of the answers. Must not
know descriptors. Loaded by the holder, which runs alone: only the standard library, and little of it (``re``
alone would add half to its start).

What needs no screen is answered here, so that an answer doesn't hang on whether a Chloe lives, on the version
of tmux, or on who looks. Where the cursor is, tmux knows: its report is waited for, and what is asked behind
it is answered behind it.

A batch is skimmed, part by part, and what holds anything uncommon is cut at each ESC. Renditions are only
looked through when somebody asks, or when many have gathered.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from chloe.backends.tmux.holder.answer_queue import AnswerQueue
    from chloe.backends.tmux.holder.colours_file import ColoursFile
    from chloe.backends.tmux.holder.rendition import Trail, follow
    from chloe.backends.tmux.holder.sequences import LONGEST_STRING, command_number, cut, may_ask
    from chloe.backends.tmux.holder.settings import Settings
    from chloe.backends.tmux.holder.skimming import DIGITS, find_uncommon, split_flood
else:
    from answer_queue import AnswerQueue
    from colours_file import ColoursFile
    from rendition import Trail, follow
    from sequences import LONGEST_STRING, command_number, cut, may_ask
    from settings import Settings
    from skimming import DIGITS, find_uncommon, split_flood

#: The most parameters that are read, and the highest value of one, as in the emulator.
_MOST_PARAMETERS, _HIGHEST = 32, 65535
#: Bytes of a batch that are skimmed at once: where one thing is uncommon, not all has to be looked through.
_PART = 8 * 1024

_INTERMEDIATES = bytes(range(0x20, 0x30))
_PREFIXES = (b"<", b"=", b">", b"?")
#: Operations that report something (XTWINOPS).
_REPORTS = (11, 13, 14, 15, 16, 18, 19, 20, 21)
#: Stands for what tmux doesn't get: the end of a string (ST) does nothing, but ends what was left open.
_NOTHING = b"\x1b\\"
#: The number of an unknown command: what begins with it is ignored to its end.
_IGNORED = b"\x1b]7727;"
#: C1 controls in UTF-8 as the two characters that mean the same (ECMA-48 5.3): CSI, and SCI for DECID.
_EIGHT_BIT = ((b"\xc2\x9b", b"\x1b["), (b"\xc2\x9a", b"\x1bZ"))
_DECCOLM, _COLOUR_REPORTS, _FOCUS_REPORTS = 3, 2031, "?1004"
#: Private switches that do more than change themselves: side margins, what is watched, what is told at once.
_MORE = ("?69", f"?{_COLOUR_REPORTS}", _FOCUS_REPORTS)


class Questions:
    """What a program asks, and what it is answered. ``table`` is what ``answers.for_holder`` of Chloe gives.

    The home is where the user's colours are, the size that of the terminal.
    """

    #: What is answered here and watched for, as the header of a spool says it.
    ANSWERS = "DA DSR CPR DECRQM DECRQSS DECREQTPARM XTVERSION XTGETTCAP XTQMODKEYS XTWINOPS KITTY OSC4 OSC10"
    WATCHES = "modes colours reset"

    def __init__(self, table: dict[str, Any], home: str, rows: int, columns: int) -> None:
        self._table = table
        self._settings = Settings(table, rows, columns)
        self._columns = columns
        self._simple = {
            name[1:].encode("ascii"): name
            for name in table["switches"]
            if name[:1] == "?" and name not in _MORE
        }
        self._colours = ColoursFile(home, table["colours"])
        self._colours_are_fresh = False
        self.answers = AnswerQueue()
        #: The beginning of a sequence that may turn out to ask: tmux doesn't get it yet.
        self._open = b""
        #: tmux has got the beginning of a device control string, and not its end.
        self._in_device_control = False
        self._pieces: list[bytes] = []
        self._at = self._followed = 0
        self._trail = Trail()

    def end_left_behind(self) -> bytes:
        """Forget what the program left behind (SIGUSR1). Return what tmux gets for it."""
        return self.take(self._settings.end_left_behind().encode("ascii"))

    def tell_typing(self) -> str:
        """Return what the program asked for that matters to who types."""
        return self._settings.tell_typing()

    def resize(self, rows: int, columns: int) -> None:
        """Have another size from here on."""
        self._settings.resize(rows, columns)
        self._columns = columns

    # What the program prints -----------------------------------------------------------------------

    def take(self, data: bytes) -> bytes:
        """Look for questions in what the program printed. Return what tmux gets of it."""
        if self._open:
            data, self._open = self._open + data, b""
        if b"\xc2" in data:
            data = self._replace_eight_bit(data)
        start = data.rfind(b"\x1b")
        if start < 0:
            return data
        self._colours_are_fresh = False
        tail = data[start + 1 :]
        self._trail.begin(self._settings.rendition, len(data))
        if cut(tail, is_ended=False)[2]:
            return self._take_complete(data, None)
        return self._take_complete(data[:start], tail) + self._hold_back(tail)

    def _take_complete(self, data: bytes, tail: bytes | None) -> bytes:
        """Look through sequences that have ended. ``tail`` is what has begun behind them, if anything."""
        is_changed = False
        passed = []
        parts = split_flood(data, _PART) if len(data) > _PART else [data]
        for at, part in enumerate(parts):
            uncommon = find_uncommon(part, self._settings.on, self._simple)
            if not uncommon and not self._in_device_control:
                self._trail.append(self._settings.rendition, part)
                passed.append(part)
                continue
            passed.append(self._look_through(part, uncommon, tail if at == len(parts) - 1 else None))
            is_changed |= passed[-1] is not part
        return b"".join(passed) if is_changed else data

    def _look_through(self, data: bytes, uncommon: list[int], tail: bytes | None) -> bytes:
        """Carry out the sequences with these numbers. Return what tmux gets of ``data``."""
        self._pieces = pieces = data.split(b"\x1b")
        self._followed = 1
        is_changed = self._in_device_control and self._end_device_control(0, tail)
        passed: dict[int, bytes] = {}
        for at in uncommon:
            self._at = at
            sequence, controls, length = cut(pieces[at], is_ended=True)
            if sequence:
                instead = self._carry_out(sequence)
                if instead is not None:
                    passed[at] = (instead or _NOTHING) + controls + pieces[at][length:]
                elif sequence[:1] == b"P":
                    is_changed |= self._end_device_control(at, tail)
        if self._followed == 1:
            self._trail.append(self._settings.rendition, data)
        else:
            self._trail.append(self._settings.rendition, b"\x1b" + b"\x1b".join(pieces[self._followed :]))
        self._pieces = []
        if passed or is_changed:
            data = pieces[0] + b"".join(
                [passed[at] if at in passed else b"\x1b" + pieces[at] for at in range(1, len(pieces))]
            )
        return data

    def _replace_eight_bit(self, data: bytes) -> bytes:
        for control, same in _EIGHT_BIT:
            data = data.replace(control, same)
        if data[-1:] == b"\xc2":
            data, self._open = data[:-1], b"\xc2"
        return data

    def _hold_back(self, piece: bytes) -> bytes:
        """Keep the beginning of a sequence from tmux if it may ask. Return what it gets."""
        whole = b"\x1b" + piece
        if len(piece) > LONGEST_STRING and piece[:1] == b"]":
            return _IGNORED
        if len(piece) <= LONGEST_STRING and may_ask(piece):
            self._open = whole + self._open
            return b""
        self._in_device_control = piece[:1] == b"P"
        return whole

    def _end_device_control(self, at: int, tail: bytes | None) -> bool:
        """End the string of this piece for tmux, where ESC alone doesn't end it; whether that was needed.

        Only ESC and a backslash end one there: it would swallow what follows.
        """
        pieces = self._pieces
        following = pieces[at + 1] if at + 1 < len(pieces) else tail
        self._in_device_control = following is None or (following is tail and not tail)
        if self._in_device_control or (following or b"")[:1] == b"\\":
            return False
        pieces[at] += _NOTHING
        return True

    # Renditions.

    def _catch_up(self) -> None:
        """Know the rendition as it is before the sequence that is carried out."""
        since = b"\x1b" + b"\x1b".join(self._pieces[self._followed : self._at])
        self._followed = self._at + 1
        self._trail.append(self._settings.rendition, since)
        self._trail.follow(self._settings.rendition)

    # Sequences -------------------------------------------------------------------------------------

    def _carry_out(self, sequence: bytes) -> bytes | None:
        """Carry out a sequence as far as it matters. Return what tmux gets in its place; None for itself."""
        opener = sequence[:1]
        if opener == b"[":
            return self._control(sequence)
        if opener == b"]":
            number, _, value = sequence[1:].partition(b";")
            return self._command(command_number(number), value)
        if opener == b"P":
            return self._device_control(sequence[1:])
        settings = self._settings
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
            if name in _WITH_RENDITION:
                self._catch_up()
            getattr(self._settings, name)(*numbers[:most])
        elif key == b"m":
            self._catch_up()
            follow(self._settings.rendition, b"\x1b[" + given + b"m")
        elif key in _ASKS:
            return self._ask(key, *numbers[:2])
        return None

    def _switch(self, key: bytes, numbers: list[int]) -> bytes | None:
        settings = self._settings
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
        settings = self._settings
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
        above = self._settings.top - 1 if self._settings.on["?6"] else 0
        is_asked = self.answers.await_report(with_page=with_page, rows_above=above)
        return b"\x1b[6n" if is_asked else b""

    def _describe_size(self, operation: int) -> str:
        rows, columns = self._settings.rows, self._columns
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
            self._answer(self._settings.tell_setting(command[2:6].decode("latin-1")))
        else:
            return None
        return b""

    # Answers ---------------------------------------------------------------------------------------

    def _answer_fixed(self, asked: str) -> None:
        self._answer(self._table["fixed"].get(asked, ""))

    def _answer(self, text: str) -> None:
        self.answers.append(text.encode("ascii"))

    def _answer_about_colours(self, name: str) -> None:
        if not self._colours_are_fresh:
            self._read_colours()
        self.answers.append(self._colours.answer(name) if name else self._colours.report())

    def _read_colours(self) -> None:
        self._colours.read()
        self._colours_are_fresh = True

    @property
    def watches_colours(self) -> bool:
        """Whether the program wants to be told when the user's colours change (mode 2031)."""
        return self._settings.on["?2031"]

    def look_at_colours(self) -> None:
        """Tell the program if the user's colours are others now, and it wants to know."""
        if self.watches_colours and self._colours.read():
            self.answers.append(self._colours.report())

    def take_typed(self, data: bytes, *, by_tmux: bool) -> bytes:
        """Take in what is typed by Chloe, or by tmux and whoever is attached by hand.

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
