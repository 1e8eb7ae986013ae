"""Who gets what the user types: Chloe, as keys, or the pane that has the keyboard, as bytes.

Owns the one state that decides it: who has the keyboard, and what is still incomplete. Must not know the
clock (it is told the time), file descriptors, what a key does, or whose an Esc is: it asks ``EscapeOwner``.

The rules. A pane that has the keyboard gets every byte as it came, but for what isn't typed: answers of the
terminal. A key of ``leave`` takes the keyboard away, and so does a lone Esc that isn't the program's. An Esc
is lone once ``ESCAPE_TIMEOUT`` has passed without another byte; what follows one that took the keyboard is
Chloe's at once: Esc, d is d, and never Alt-d. Only what begins as the rest of a key's sequence, with ``[`` or
``O``, or of an answer waits for its end: a slow line may have split it after its Esc. If it is complete
within
``SEQUENCE_TIMEOUT`` of the Esc, it still belongs to the pane, which gets the keyboard back and the whole
sequence. In command mode nothing typed reaches a pane, and what is typed right after a pane has ended is
dropped.

Time is in seconds of any clock that doesn't go back. After ``feed`` and ``tick``, ``deadline`` says
when to call ``tick``, unless bytes come first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from chloe.terminal import keys
from chloe.ui.tty.sequences import ESC, PASTE_END, Kind, measure_character, name_key, scan

#: Seconds without another byte after which an Esc is a key and no beginning of a sequence. Terminals write
#: Alt and a key with one write(2), and lines carry that in one packet; nobody types two keys within this
#: time.
ESCAPE_TIMEOUT = 0.01
#: Seconds after an Esc within which bytes still complete its sequence: slow lines split one with such gaps.
SEQUENCE_TIMEOUT = 0.5
#: Seconds without a byte after which a paste without an end is over.
PASTE_TIMEOUT = 2.0
#: Seconds for which the rest of a mouse report is waited for: nobody types its beginning.
REPORT_TIMEOUT = 2.0
#: Seconds after a pane's end for which what is typed was meant for that pane.
DEAF_TIME = 0.3

#: The first bytes after the ESC of an answer, in the forms that nobody types.
_REST_OF_ANSWER = re.compile(rb"\[[\d?>=<M]|\]\d|P[\d>!$+|]|_G")

#: The first bytes after the ESC of a key that a slow line may split: a cursor key or a function key.
_REST_OF_KEY = (b"[", b"O")

#: The first bytes of a mouse report, in the forms that no key has.
_MOUSE = (b"\x1b[<", b"\x1b[M")


@dataclass(frozen=True, slots=True)
class Pressed:
    """The user pressed a key that is Chloe's. ``name`` is "" for a sequence that has none."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Typed:
    """Bytes for the pane that has the keyboard: plain text, or one whole key sequence."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Pasted:
    """A whole bracketed paste, without its marks."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Focused:
    """The window got the focus or lost it."""

    gained: bool


@dataclass(frozen=True, slots=True)
class Released:
    """A key took the keyboard from the pane: ``escape``, or one of ``leave`` as that names it."""

    key: str


@dataclass(frozen=True, slots=True)
class ReleaseUndone:
    """It was no Esc but the beginning of a sequence: the pane has the keyboard again."""


@dataclass(frozen=True, slots=True)
class TerminalReply:
    """The terminal answered something."""

    data: bytes


@dataclass(frozen=True, slots=True)
class MouseReport:
    """The terminal reported the mouse, regardless of who has the keyboard."""

    data: bytes


Event = Pressed | Typed | Pasted | Focused | Released | ReleaseUndone | TerminalReply | MouseReport


class EscapeOwner(Protocol):
    """Who knows whose an Esc is."""

    def is_programs(self) -> bool:
        """Return whether an Esc that is typed now is the program's in the pane with the keyboard."""


class Keyboard:
    """The state machine: bytes and the time in, events out. ``leave`` names keys, as ``terminal.keys`` does.

    Events come one at a time. Between two of them the caller may ``focus_pane`` or ``blur``: what follows
    goes to the new owner.
    """

    def __init__(self, leave: Sequence[str], escape: EscapeOwner) -> None:
        self._escape = escape
        #: Each name of a key that leaves, with the one that it has in ``leave``.
        self._leave = {key: name for name in leave for key in keys.list_same_keys(name)}
        self._leave_bytes = re.compile(b"|".join(map(re.escape, _control_bytes(self._leave))) or b"(?!)")
        self._in_pane = False
        self._buffer = b""
        self._paste: bytearray | None = None
        #: When the bytes in the buffer came, and the Esc that took the keyboard, while it matters.
        self._received_at = 0.0
        self._released_at: float | None = None
        #: When an Esc came that was Chloe's key, as long as it may turn out to begin an answer.
        self._escape_at: float | None = None
        #: Until when keys are dropped, and whether the paste under way is.
        self._deaf_until = float("-inf")
        self._drops_paste = False
        #: When ``tick`` is due; None while nothing waits.
        self.deadline: float | None = None

    @property
    def in_pane(self) -> bool:
        """Return whether a pane has the keyboard."""
        return self._in_pane

    def focus_pane(self) -> None:
        """Give the keyboard to a pane."""
        self._in_pane, self._released_at = True, None
        self._deaf_until = float("-inf")

    def blur(self) -> None:
        """Take the keyboard back to Chloe, for good: no late bytes return it."""
        self._in_pane, self._released_at = False, None

    def drop_keys(self, now: float) -> None:
        """Take the keyboard back from a pane that has ended: what is typed for a moment was meant for it."""
        self.blur()
        self._deaf_until = now + DEAF_TIME

    def feed(self, data: bytes, now: float) -> Iterator[Event]:
        """Take bytes in. The iterator must be taken to its end."""
        self._buffer += data
        self._received_at = now
        yield from self._heard(self._drain(now))
        self._set_deadline()

    def tick(self, now: float) -> Iterator[Event]:
        """Decide about what was waiting, since nothing came until ``deadline``."""
        if self.deadline is None or now < self.deadline:
            return
        yield from self._heard(self._give_up_waiting())
        yield from self._heard(self._drain(now))
        self._set_deadline()

    def _heard(self, events: Iterator[Event]) -> Iterator[Event]:
        """Leave out what is typed while keys are dropped."""
        for event in events:
            is_deaf = self._received_at < self._deaf_until
            if isinstance(event, Pasted):
                is_deaf, self._drops_paste = is_deaf or self._drops_paste, False
            if not (is_deaf and isinstance(event, Pressed | Typed | Pasted)):
                yield event

    def _set_deadline(self) -> None:
        if self._paste is not None:
            self.deadline = self._received_at + PASTE_TIMEOUT
        elif self._released_at is not None:
            self.deadline = self._released_at + SEQUENCE_TIMEOUT
        elif not self._buffer:
            self.deadline = None
        elif self._escape_at is not None:
            self.deadline = self._escape_at + SEQUENCE_TIMEOUT
        else:
            alone = self._buffer in (b"\x1b", b"\x1b\x1b")
            report = self._buffer.startswith(_MOUSE)
            self.deadline = self._received_at + (
                ESCAPE_TIMEOUT if alone else REPORT_TIMEOUT if report else SEQUENCE_TIMEOUT
            )

    def _consume(self, length: int) -> bytes:
        taken, self._buffer = self._buffer[:length], self._buffer[length:]
        return taken

    def _drain(self, now: float) -> Iterator[Event]:
        """Take everything that is complete."""
        while self._buffer:
            before = self._buffer
            if self._released_at is not None and (
                now > self._released_at + SEQUENCE_TIMEOUT or before[0] == ESC
            ):
                self._released_at = None
            if self._paste is not None:
                yield from self._take_pasted()
            elif self._released_at is not None:
                yield from self._take_late_rest()
                if self._released_at is None and self._buffer == before:
                    continue
            elif self._escape_at is not None:
                yield from self._take_rest_after_escape(now)
                # Nothing taken and still waiting: the rest is to come.
                if self._buffer == before and self._escape_at is None:
                    continue
            elif self._buffer[0] == ESC:
                yield from self._take_sequence()
            elif self._in_pane:
                yield from self._take_run()
            else:
                yield from self._take_character()
            if self._buffer == before:
                return

    def _take_pasted(self) -> Iterator[Event]:
        assert self._paste is not None
        searched = max(len(self._paste) - len(PASTE_END), 0)
        self._paste += self._consume(len(self._buffer))
        end = self._paste.find(PASTE_END, searched)
        if end >= 0:
            pasted = bytes(self._paste[:end])
            self._buffer = bytes(self._paste[end + len(PASTE_END) :])
            self._paste = None
            yield Pasted(pasted)

    def _take_sequence(self) -> Iterator[Event]:
        kind, end = scan(self._buffer)
        if kind is not Kind.INCOMPLETE:
            yield from self._deliver(kind, self._consume(end))

    def _deliver(self, kind: Kind, sequence: bytes) -> Iterator[Event]:
        match kind:
            case Kind.REPLY:
                yield TerminalReply(sequence)
            case Kind.MOUSE:
                yield MouseReport(sequence)
            case Kind.FOCUS_IN | Kind.FOCUS_OUT:
                yield Focused(kind is Kind.FOCUS_IN)
            case Kind.PASTE:
                self._paste = bytearray()
                self._drops_paste = self._received_at < self._deaf_until
            case _ if not self._in_pane:
                yield Pressed(name_key(sequence), sequence)
            case _:
                name = name_key(sequence)
                if name in self._leave:
                    yield from self._release(self._leave[name])
                elif name == "escape" and not self._escape.is_programs():
                    yield from self._release(name)
                else:
                    yield Typed(sequence)

    def _release(self, key: str) -> Iterator[Event]:
        self._in_pane = False
        yield Released(key)

    def _take_run(self) -> Iterator[Event]:
        """Take plain text for the pane, up to the next ESC or a key that leaves."""
        end = self._buffer.find(ESC)
        leaves = self._leave_bytes.search(self._buffer, 0, len(self._buffer) if end < 0 else end)
        if leaves is None:
            yield Typed(self._consume(len(self._buffer) if end < 0 else end))
        elif leaves.start():
            yield Typed(self._consume(leaves.start()))
        else:
            yield from self._release(self._leave[name_key(self._consume(1))])

    def _take_character(self) -> Iterator[Event]:
        """Take one character for Chloe."""
        length = measure_character(self._buffer, 0)
        if length:
            character = self._consume(length)
            yield Pressed(name_key(character), character)

    def _take_late_rest(self) -> Iterator[Event]:
        """Read what comes soon after an Esc that left the pane: the rest of its sequence, or Chloe's keys."""
        if not self._may_be_rest:
            self._released_at = None
            return
        kind, end = scan(b"\x1b" + self._buffer)
        if kind is Kind.INCOMPLETE:
            return
        sequence = b"\x1b" + self._consume(end - 1)
        self.focus_pane()
        yield ReleaseUndone()
        yield from self._deliver(kind, sequence)

    @property
    def _may_be_rest(self) -> bool:
        """Return whether the buffer may hold the rest of a sequence whose Esc was taken for a key."""
        return self._buffer[:1] in _REST_OF_KEY or _REST_OF_ANSWER.match(self._buffer) is not None

    def _take_rest_after_escape(self, now: float) -> Iterator[Event]:
        """Take what comes soon after an Esc of Chloe's own, if it is the rest of a key or an answer."""
        assert self._escape_at is not None
        kind, end = scan(b"\x1b" + self._buffer)
        if self._in_pane or now > self._escape_at + SEQUENCE_TIMEOUT or not self._may_be_rest:
            self._escape_at = None
        elif kind is not Kind.INCOMPLETE:
            self._escape_at = None
            yield from self._deliver(kind, b"\x1b" + self._consume(end - 1))

    def _give_up_waiting(self) -> Iterator[Event]:
        """Take what waited as it is: a lone Esc, a broken sequence, half a character, an endless paste."""
        if self._paste is not None:
            pasted, self._paste = bytes(self._paste), None
            yield Pasted(pasted)
        elif self._released_at is not None and len(self._buffer) <= 1:
            self._released_at = None  # A [ or O that nothing followed is a key of its own.
        elif self._released_at is not None:
            sequence, self._buffer = b"\x1b" + self._buffer, b""
            self.focus_pane()
            yield ReleaseUndone()
            if not _is_part_of_reply(sequence):
                yield Typed(sequence)
        elif self._escape_at is not None:
            self._escape_at = None
            if len(self._buffer) > 1:
                self._buffer = b""
        elif self._buffer[:1] == b"\x1b" and self._buffer in (b"\x1b", b"\x1b\x1b"):
            while self._buffer[:1] == b"\x1b":
                yield from self._lone_escape()
        elif self._in_pane and not _is_part_of_reply(self._buffer):
            yield Typed(self._consume(len(self._buffer)))
        else:
            self._buffer = b""

    def _lone_escape(self) -> Iterator[Event]:
        escape = self._consume(1)
        if not self._in_pane:
            self._released_at, self._escape_at = None, self._received_at
            yield Pressed("escape", escape)
        elif self._escape.is_programs():
            yield Typed(escape)
        else:
            self._released_at = self._received_at
            yield from self._release("escape")


def _control_bytes(names: Iterable[str]) -> list[bytes]:
    """Return the bytes that these keys send, but for those that send a sequence."""
    return [byte for code in range(0x20) if code != ESC and name_key(byte := bytes((code,))) in names]


def _is_part_of_reply(sequence: bytes) -> bool:
    return sequence[:3] in (b"\x1b[?", b"\x1b[>", b"\x1b[=", *_MOUSE) or (
        len(sequence) > 2 and sequence[1:2] in (b"]", b"P", b"_")
    )
