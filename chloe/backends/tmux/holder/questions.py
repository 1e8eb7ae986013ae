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

    from chloe.backends.tmux.holder.dispatch import Dispatch
    from chloe.backends.tmux.holder.rendition import Trail
    from chloe.backends.tmux.holder.sequences import LONGEST_STRING, cannot_ask, cut, may_ask
    from chloe.backends.tmux.holder.skimming import LONGEST_SWITCH, find_uncommon, read_switch, split_flood
else:
    from dispatch import Dispatch
    from rendition import Trail
    from sequences import LONGEST_STRING, cannot_ask, cut, may_ask
    from skimming import LONGEST_SWITCH, find_uncommon, read_switch, split_flood

#: Bytes of a batch that are skimmed at once: where one thing is uncommon, not all has to be looked through.
_PART = 8 * 1024

#: Stands for what tmux doesn't get: the end of a string (ST) does nothing, but ends what was left open.
_NOTHING = b"\x1b\\"
#: The number of an unknown command: what begins with it is ignored to its end.
_IGNORED = b"\x1b]7727;"
#: C1 controls in UTF-8 as the two characters that mean the same (ECMA-48 5.3): CSI, and SCI for DECID.
_EIGHT_BIT = ((b"\xc2\x9b", b"\x1b["), (b"\xc2\x9a", b"\x1bZ"))


class Questions:
    """What a program asks, and what it is answered. ``table`` is what ``answers.for_holder`` of Chloe gives.

    The home is where the user's colours are, the size that of the terminal.
    """

    #: What is answered here and watched for, as the header of a spool says it.
    ANSWERS = "DA DSR CPR DECRQM DECRQSS DECREQTPARM XTVERSION XTGETTCAP XTQMODKEYS XTWINOPS KITTY OSC4 OSC10"
    WATCHES = "modes colours reset"

    def __init__(self, table: dict[str, Any], home: str, rows: int, columns: int) -> None:
        self._dispatch = Dispatch(table, home, rows, columns, self._catch_up)
        self._settings = self._dispatch.settings
        self.answers = self._dispatch.answers
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
        self._dispatch.resize(rows, columns)

    def take(self, data: bytes) -> bytes:
        """Look for questions in what the program printed. Return what tmux gets of it."""
        if self._open:
            data, self._open = self._open + data, b""
        if b"\xc2" in data:
            data = self._replace_eight_bit(data)
        start = data.rfind(b"\x1b")
        if start < 0:
            return data
        self._dispatch.colours_are_fresh = False
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
            uncommon = find_uncommon(part, self._settings.on, self._dispatch.simple)
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
            piece = pieces[at]
            # The most frequent ones, in short.
            if piece[:2] == b"[?":
                switch = read_switch(piece[2 : 2 + LONGEST_SWITCH], self._dispatch.simple)
                if switch is not None:
                    self._settings.on[switch[0]] = switch[1]
                    continue
            elif piece[:1] == b"]" and cannot_ask(piece):
                continue
            self._at = at
            sequence, controls, length = cut(piece, is_ended=True)
            if sequence:
                instead = self._dispatch.carry_out(sequence)
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

    @property
    def watches_colours(self) -> bool:
        """Return whether the program wants to be told when the user's colours change (mode 2031)."""
        return self._dispatch.watches_colours

    def look_at_colours(self) -> None:
        """Tell the program if the user's colours are others now, and it wants to know."""
        self._dispatch.look_at_colours()

    def take_typed(self, data: bytes, *, by_tmux: bool) -> bytes:
        """Take in what is typed by Chloe, or by tmux and a user who attached by hand.

        Return what the program gets before the answers.
        """
        return self._dispatch.take_typed(data, by_tmux=by_tmux)
