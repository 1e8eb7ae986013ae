"""The answers' queue: what a program is told, once and in the order in which it asked.

Owns what waits for tmux's report of the cursor, finding that report among what is typed by hand, that no
answer is typed into the middle of a paste, and that tmux tells no focus unasked. Must not know what
was asked. Loaded by the holder, which runs alone: only the standard library, and little of it.
"""

from __future__ import annotations

import time

#: Seconds for which tmux's report of the cursor is waited for before what is behind it goes out without it.
_PATIENCE = 2.0
#: Seconds without typing after which a paste without an end is over.
_PASTE_TIMEOUT = 1.0
#: The most bytes of answers that wait; a program that asks on and on gets no more.
_MOST_WAITING = 64 * 1024
_PASTE_BEGIN, _PASTE_END = b"\x1b[200~", b"\x1b[201~"
_FOCUS = (b"\x1b[I", b"\x1b[O")
#: What stands in a report of the cursor, and how much of it at the most: two numbers.
_REPORT, _LONGEST_REPORT = b"0123456789;", 16


class AnswerQueue:
    """Answers on their way to the program."""

    def __init__(self) -> None:
        self._ready = bytearray()
        #: Reports that are waited for (with a page, rows above the margin; None where the program asked for
        #: none), and what was asked behind them.
        self._behind: list[bytes | tuple[bool, int] | None] = []
        self._behind_size = 0
        self._asked_at = 0.0
        #: The beginning of what may be a report.
        self._half_report = b""
        #: When a paste that is being typed is taken for over; 0 where there is none.
        self._pasting_until = 0.0

    def append(self, answer: bytes) -> None:
        """Answer with this, behind what was asked before."""
        if self._is_full(len(answer)):
            return
        if self._behind:
            self._behind.append(answer)
            self._behind_size += len(answer)
        else:
            self._ready += answer

    def await_report(self, *, with_page: bool, rows_above: int) -> bool:
        """Wait for a report of the cursor, counted from below so many rows; False where too much waits."""
        return self._await((with_page, rows_above))

    def drop_focus_reports(self) -> bool:
        """Drop what tmux says of the focus until it has reported the cursor; False where too much waits."""
        return self._await(None)

    def _await(self, asked: tuple[bool, int] | None) -> bool:
        if self._is_full(1):
            return False
        if not self._behind:
            self._asked_at = time.monotonic()
        self._behind.append(asked)
        self._behind_size += 1
        return True

    def _is_full(self, length: int) -> bool:
        return len(self._ready) + self._behind_size + length > _MOST_WAITING

    @property
    def due(self) -> float:
        """Return when to take answers though nothing happened, by ``time.monotonic``; 0 for never."""
        dues = [self._asked_at + _PATIENCE] if self._behind else []
        if self._pasting_until and self._ready:
            dues.append(self._pasting_until)
        return min(dues, default=0.0)

    def take(self) -> bytes:
        """Return what is to be typed now, and forget it."""
        now = time.monotonic()
        if self._behind and now >= self._asked_at + _PATIENCE:
            for each in self._behind:
                if isinstance(each, bytes):
                    self._ready += each
            self._ready += self._half_report
            self._behind, self._behind_size, self._half_report = [], 0, b""
        if now < self._pasting_until:
            return b""
        ready = bytes(self._ready)
        self._ready.clear()
        return ready

    def take_typed(self, data: bytes, *, by_tmux: bool, columns: int) -> bytes:
        """Look for pastes and for tmux's reports in what is typed. Return the rest: it comes first."""
        if by_tmux and self._behind:
            data = self._take_reports(self._half_report + data, columns)
        if b"\x1b[20" in data:
            is_open = data.rfind(_PASTE_BEGIN) > data.rfind(_PASTE_END)
            self._pasting_until = time.monotonic() + _PASTE_TIMEOUT if is_open else 0.0
        elif self._pasting_until:
            self._pasting_until = time.monotonic() + _PASTE_TIMEOUT
        return data

    def _take_reports(self, data: bytes, columns: int) -> bytes:
        self._half_report = others = b""
        while self._behind and (at := data.find(b"\x1b")) >= 0:
            others += data[:at]
            data = data[at:]
            inside = data[2:]
            final = inside.lstrip(_REPORT)
            given = inside[: len(inside) - len(final)].split(b";")
            if len(data) < 2 or (data[1:2] == b"[" and not final and len(inside) <= _LONGEST_REPORT):
                self._half_report = data
                return others
            if data[1:2] == b"[" and final[:1] == b"R" and len(given) == 2 and all(given):
                self._take_report(int(given[0][:9]), min(int(given[1][:9]), columns))
                data = final[1:]
            elif data[:3] in _FOCUS and None in self._behind:
                data = data[3:]
            else:
                others += data[:1]
                data = data[1:]
        return others + data

    def _take_report(self, row: int, column: int) -> None:
        """Answer with tmux's report, if it was asked for, and with what was asked behind it."""
        asked = self._behind.pop(0)
        assert not isinstance(asked, bytes)
        if asked is not None:
            with_page, rows_above = asked
            place = f"{max(row - rows_above, 1)};{column}"
            self._ready += f"\x1b[?{place};1R".encode() if with_page else f"\x1b[{place}R".encode()
        self._behind_size -= 1
        while self._behind and isinstance(answer := self._behind[0], bytes):
            self._ready += answer
            self._behind_size -= len(answer)
            del self._behind[0]
        self._asked_at = time.monotonic()
