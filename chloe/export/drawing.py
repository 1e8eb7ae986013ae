"""The terminal that the lines of an export come from.

Owns that a fault of the emulator becomes a line in the export, and ends nothing but the drawing: what follows
isn't drawn, up to the next screen that the log has. Must not know records or files.
"""

from __future__ import annotations

from collections.abc import Callable

from chloe.events.faults import Fault, fault
from chloe.events.keyframe import KeyframeError, decode_keyframe
from chloe.terminal import Terminal, within_bounds

#: Bytes fed between two looks at the scrollback: it can't overrun its window meanwhile.
_PIECE = 16 * 1024
_WINDOW = 100_000


class Drawing:
    """A screen, and the lines that leave it. ``failed`` is given what the emulator fails on."""

    def __init__(self, failed: Callable[[Fault], None] = lambda _fault: None) -> None:
        #: None once the emulator failed.
        self._terminal: Terminal | None = Terminal(24, 80, scrollback=_WINDOW)
        self._failed = failed

    def resize(self, rows: int, columns: int, offset: int) -> list[str]:
        """Change the size. Returns the line that says so where that failed."""

        def work(terminal: Terminal) -> list[str]:
            terminal.resize(rows, columns)
            return []

        return self._contained(work, offset, b"")

    def feed(self, data: bytes, offset: int) -> list[str]:
        """Draw what was printed at ``offset``. Returns the lines that left the screen."""
        lines: list[str] = []
        for start in range(0, len(data), _PIECE):
            piece = data[start : start + _PIECE]

            def work(terminal: Terminal, piece: bytes = piece) -> list[str]:
                terminal.feed(piece)
                return terminal.scrollback.drain()

            lines += self._contained(work, offset + start, piece)
        return lines

    def begin_anew(self, rows: int, columns: int, data: bytes, offset: int) -> list[str]:
        """Have the screen be what ``data`` draws on an empty one. Returns the lines that stood on it."""
        lines = self.lines_on_screen(offset)
        try:
            with within_bounds:
                self._terminal = Terminal(rows, columns, scrollback=_WINDOW)
        except Exception as error:
            return [*lines, *self._give_up(error, offset, data)]

        def work(terminal: Terminal) -> list[str]:
            terminal.feed(data)
            return []

        return [*lines, *self._contained(work, offset, data)]

    def begin_at_cut(self, state: bytes, offset: int) -> list[str]:
        """Have the screen be the one that was kept where the log was pruned, if it can be read."""
        try:
            with within_bounds:
                self._terminal = decode_keyframe(state, scrollback=_WINDOW)
        except KeyframeError:
            return []
        except Exception as error:
            return self._give_up(error, offset, b"")
        return []

    def lines_on_screen(self, offset: int) -> list[str]:
        """What stands on the screen."""
        return self._contained(lambda terminal: terminal.lines_on_screen(), offset, b"")

    def _contained(self, work: Callable[[Terminal], list[str]], offset: int, data: bytes) -> list[str]:
        if self._terminal is None:
            return []
        try:
            with within_bounds:
                return work(self._terminal)
        except Exception as error:
            return self._give_up(error, offset, data)

    def _give_up(self, error: Exception, offset: int, data: bytes) -> list[str]:
        """Draw no more. Returns what can still be read of the screen, and the line that says why."""
        found = fault(error, offset=offset, doing="exported", data=data)
        self._failed(found)
        terminal, self._terminal = self._terminal, None
        lines: list[str] = []
        if terminal is not None:
            try:
                with within_bounds:
                    lines = [*terminal.scrollback.drain(), *terminal.lines_on_screen()]
            except Exception as other:
                self._failed(fault(other, offset=offset, doing="exported"))
        lines.append(
            f"[from byte {offset} on what was printed can't be drawn as lines ({found.error}); "
            "the raw export has every byte of it]"
        )
        return lines
