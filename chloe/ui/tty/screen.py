"""The user's own terminal: what Chloe switches on in it, and that it is left as it was.

Owns its modes, its file descriptor, and how frames get out without ever blocking the loop. Must not
know what is drawn or what is typed. A screen of urwid's, with input and drawing of its own: urwid's
decoder is slow on pastes and drops bytes that a program should get, and its drawing trusts widths
that terminals disagree about.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import select
import signal
import struct
import termios
import time
from collections.abc import Iterator, Sequence
from typing import Any

import urwid
from urwid.display.common import BaseScreen

from chloe.errors import UsageError
from chloe.terminal.colours import Colours
from chloe.terminal.sizes import clamp
from chloe.ui.canvas import Row
from chloe.ui.tty.outer import OuterTerminal
from chloe.ui.tty.outgoing import (
    BELL,
    NotificationForm,
    encode_clipboard,
    encode_notification,
    encode_title,
    is_plain,
)
from chloe.ui.tty.paint import Painter
from chloe.ui.tty.signals import Signals, suspend
from chloe.ui.tty.tty import Listener

#: Alternate screen, ordinary cursor and keypad keys, bracketed paste, focus reports, no wrapping.
_ENTER = "\x1b[?1049h\x1b[?1l\x1b>\x1b[?2004h\x1b[?1004h\x1b[?7l\x1b[?25l"
_LEAVE = "\x1b[0m\x1b[?7h\x1b[?1004l\x1b[?2004l\x1b[?1049l\x1b[?25h"
#: Requests whether a frame can be shown at once (DECRQM 2026); terminals that don't know it say nothing.
_ASK_SYNCHRONIZED = "\x1b[?2026$p"
_SYNCHRONIZED = (b"\x1b[?2026;1$y", b"\x1b[?2026;2$y")
#: XTWINOPS: keep the window's title, and bring it back.
_KEEP_TITLE, _GIVE_TITLE_BACK = b"\x1b[22;2t", b"\x1b[23;2t"
#: DECSCUSR: shapes when they blink; one more is the same without blinking.
_CURSOR_SHAPES = {"block": 1, "underline": 3, "bar": 5}
#: What the mouse is asked to report: presses and releases, drags as well, all motion; each in the SGR form,
#: which reaches any column. One is switched off before another is switched on: terminals differ in whether
#: they exclude each other.
_MOUSE_MODES = {"off": 0, "normal": 1000, "button": 1002, "any": 1003}
#: Seconds between two bells at the least.
_BELL_INTERVAL = 0.2
#: Backspace, as keys have it here and as some terminals send it; and either in the place of the other.
_DELETE, _BACKSPACE = b"\x7f", b"\x08"
_SWAP = bytes.maketrans(_DELETE + _BACKSPACE, _BACKSPACE + _DELETE)
#: Bytes that one read takes.
_READ_SIZE = 64 * 1024
#: Seconds after asking for which answers are waited for before the terminal is somebody else's.
_ANSWER_TIMEOUT = 0.2
#: Seconds that the last frame may take to get out before the terminal is restored over it.
_DRAIN_TIMEOUT = 1.0


class TtyScreen(BaseScreen):
    """The terminal that Chloe runs in. ``start`` and ``stop`` it inside a running loop."""

    def __init__(
        self,
        painter: Painter,
        *,
        term: str = "",
        notification: NotificationForm = "bell",
        input_fd: int = 0,
        output_fd: int = 1,
    ) -> None:
        super().__init__()
        if not (os.isatty(input_fd) and os.isatty(output_fd)):
            raise UsageError(
                "the app needs a terminal for input and output; `chloe --help` lists what doesn't"
            )
        self._painter = painter
        self._notification = notification
        self._takes_no_queries = is_plain(term)
        self._input, self._output, self._own = _open(input_fd, output_fd)
        self._saved_mode: list[Any] | None = None
        #: Whether the terminal's Backspace sends BS: by convention, VERASE is what it sends.
        self._sends_backspace = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._unwritten = b""
        self._skipped_frame = False
        self._synchronized = False
        self._shape = 0
        self._mouse = "off"
        self._rang_at = 0.0
        self._title = ""
        self._outer = OuterTerminal()
        self._asked_at = 0.0
        self._listener: Listener | None = None

    def _start(self, *args: Any, **named: Any) -> None:
        self._loop = asyncio.get_running_loop()
        self._saved_mode = termios.tcgetattr(self._input)
        self._sends_backspace = self._saved_mode[6][termios.VERASE] == _BACKSPACE
        self._enter()
        if not self._takes_no_queries:
            self._write(_KEEP_TITLE)

    def resume(self) -> None:
        """Switch everything on again after the process was stopped, whatever a shell did meanwhile."""
        if self.started:
            self._enter()

    def _enter(self) -> None:
        termios.tcsetattr(self._input, termios.TCSANOW, _make_raw(termios.tcgetattr(self._input)))
        self._painter.forget()
        self._shape = 0
        self.set_mouse_mode("off")
        self._write(_ENTER.encode())
        if not self._takes_no_queries:
            self._write(_ASK_SYNCHRONIZED.encode() + self._outer.enter())
            self._title = ""
            self._asked_at = time.monotonic()

    def _stop(self) -> None:
        """Leave the terminal as it was. A terminal that is gone has nothing to restore."""
        if self._loop is not None and self._unwritten:
            self._loop.remove_writer(self._output)
        leave = (
            (b"" if self._takes_no_queries else self._outer.leave() + _GIVE_TITLE_BACK)
            + _encode_mouse_mode(self._mouse, on=False)
            + (("\x1b[0 q" if self._shape else "") + _LEAVE).encode()
        )
        self._mouse = "off"
        # A frame that the terminal doesn't take may have been cut within a sequence: CAN ends that.
        cut = self._drain(self._unwritten)
        self._unwritten = b""
        self._drain(b"\x18" + leave if cut else leave)
        self._await_answers()
        if self._saved_mode is not None:
            # From the background, the kernel would stop the process for this (SIGTTOU).
            previous = signal.signal(signal.SIGTTOU, signal.SIG_IGN)
            with contextlib.suppress(termios.error):
                termios.tcsetattr(self._input, termios.TCSAFLUSH, self._saved_mode)
            signal.signal(signal.SIGTTOU, previous)

    def close(self) -> None:
        """Stop, and let go of the descriptors."""
        self.stop()
        for descriptor in self._own:
            os.close(descriptor)
        self._own = ()

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Start inside, and stop afterwards, however the inside ends."""
        try:
            self.start()
            yield
        finally:
            self.close()

    @contextlib.contextmanager
    def listening(self, listener: Listener) -> Iterator[None]:
        """Tell ``listener`` of input, signals, and room for a frame that had to be left out, inside."""
        loop = asyncio.get_running_loop()
        self._listener = listener
        with Signals(loop, self, listener).caught():
            loop.add_reader(self._input, listener.on_input)
            try:
                yield
            finally:
                loop.remove_reader(self._input)
                self._listener = None

    def suspend(self) -> None:
        """Stop the process, as a shell's job."""
        suspend()

    def get_cols_rows(self) -> tuple[int, int]:
        """Return columns and rows; at least one of each, and no more than any terminal has."""
        rows, columns = 0, 0
        with contextlib.suppress(OSError):
            size = fcntl.ioctl(self._output, termios.TIOCGWINSZ, b"\0" * 8)
            rows, columns, _, _ = struct.unpack("HHHH", size)
        rows, columns = clamp(rows or 24, columns or 80)
        return columns, rows

    def read(self) -> bytes:
        """Return what was typed. Raises ``EOFError`` once the terminal is gone."""
        try:
            data = os.read(self._input, _READ_SIZE)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise EOFError from error
        if not data:
            raise EOFError
        return data.translate(_SWAP) if self._sends_backspace else data

    def forget(self) -> None:
        """Draw everything anew with the next frame."""
        self._painter.forget()

    def take_reply(self, reply: bytes) -> Colours | None:
        """Take note of what the terminal answered. Return its colours, once it has told them."""
        if reply in _SYNCHRONIZED:
            self._synchronized = True
        wanted, colours = self._outer.take(reply)
        if wanted and self.started:
            self._write(wanted)
        return colours

    def draw_screen(self, size: tuple[int, int], canvas: urwid.Canvas) -> None:
        """Show ``canvas``, as urwid would have it."""
        self.show(
            size, [[(style, None, text) for style, _, text in row] for row in canvas.content()], canvas.cursor
        )

    def show(self, size: tuple[int, int], rows: Sequence[Row], cursor: tuple[int, int] | None) -> bool:
        """Show the rows; whether that took a frame.

        Where the terminal hasn't taken the last frame yet, the listener is told when to try again.
        """
        if self._unwritten:
            self._skipped_frame = True
            return False
        frame = self._painter.paint(rows, size[0], cursor)
        if frame and self._synchronized:
            frame = b"\x1b[?2026h" + frame + b"\x1b[?2026l"
        self._write(frame)
        return bool(frame)

    def show_cursor_as(self, shape: str, blink: bool) -> None:
        """Give the cursor a shape (DECSCUSR): block, underline, bar; "" for the user's own."""
        number = _CURSOR_SHAPES[shape] + (0 if blink else 1) if shape else 0
        if number != self._shape:
            self._shape = number
            self._write(f"\x1b[{number} q".encode())

    def set_mouse_mode(self, mode: str) -> None:
        """Have the mouse reported: "normal" for presses and releases, "button", "any"; or leave it "off"."""
        if mode != self._mouse:
            self._write(_encode_mouse_mode(self._mouse, on=False) + _encode_mouse_mode(mode, on=True))
            self._mouse = mode

    def set_title(self, title: str) -> None:
        """Give the window a title; the user's own is given back at the end."""
        if title != self._title and self.started and not self._takes_no_queries:
            self._title = title
            self._write(encode_title(title, self._painter.encoding))

    def set_clipboard(self, selection: str, data: bytes) -> None:
        """Put ``data`` on the user's clipboard."""
        if not self._takes_no_queries:
            self._write(encode_clipboard(selection, data))

    def ring(self) -> None:
        """Sound the bell, if it isn't still sounding."""
        now = time.monotonic()
        if now > self._rang_at + _BELL_INTERVAL:
            self._rang_at = now
            self._write(BELL)

    def notify(self, text: str) -> None:
        """Show a notification, or sound the bell where the terminal has none."""
        if self._notification == "bell":
            self.ring()
        else:
            self._write(encode_notification(text, self._notification, self._painter.encoding))

    def _write(self, data: bytes) -> None:
        """Write now what the terminal takes, the rest when it takes more."""
        if self._unwritten:
            self._unwritten += data
            return
        self._unwritten = data
        self._write_on()
        if self._unwritten and self._loop is not None:
            self._loop.add_writer(self._output, self._write_on)

    def _write_on(self) -> None:
        waited = False
        try:
            while self._unwritten:
                written = os.write(self._output, self._unwritten)
                self._unwritten = self._unwritten[written:]
        except BlockingIOError:
            waited = True
        except OSError:
            # The terminal is gone; the reader notices and ends the app.
            self._unwritten = b""
        if not waited and self._loop is not None:
            self._loop.remove_writer(self._output)
            if self._skipped_frame:
                self._skipped_frame = False
                if self._listener is not None:
                    self._listener.on_writable()

    def _await_answers(self) -> None:
        """Wait a little for answers that are under way: the next program would take them for typed."""
        until = self._asked_at + _ANSWER_TIMEOUT
        while self._outer.is_answering and (left := until - time.monotonic()) > 0:
            if not select.select([self._input], [], [], left)[0]:
                return
            try:
                self._outer.look_for_fence(os.read(self._input, _READ_SIZE))
            except BlockingIOError:
                continue
            except OSError:
                return

    def _drain(self, data: bytes) -> bytes:
        """Write ``data``, waiting a little. What is left; nothing where the terminal is gone."""
        until = time.monotonic() + _DRAIN_TIMEOUT
        while data:
            try:
                data = data[os.write(self._output, data) :]
            except BlockingIOError:
                left = until - time.monotonic()
                if left <= 0 or not select.select([], [self._output], [], left)[1]:
                    return data
            except OSError:
                return b""
        return b""


def _encode_mouse_mode(reports: str, *, on: bool) -> bytes:
    """Return what switches these reports on or off."""
    if reports == "off":
        return b""
    return b"\x1b[?%d%c\x1b[?1006%c" % (_MOUSE_MODES[reports], *(b"hh" if on else b"ll"))


def _open(input_fd: int, output_fd: int) -> tuple[int, int, tuple[int, ...]]:
    """Open descriptors of our own on the terminal, so that making them non-blocking concerns nobody else."""
    flags = os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        names = os.ttyname(input_fd), os.ttyname(output_fd)
        reading = os.open(names[0], flags)
    except OSError:
        return input_fd, output_fd, ()
    if names[0] == names[1]:
        return reading, reading, (reading,)
    try:
        writing = os.open(names[1], flags)
    except OSError:
        return reading, output_fd, (reading,)
    return reading, writing, (reading, writing)


def _make_raw(mode: list[Any]) -> list[Any]:
    """Return settings under which every key arrives as it was pressed: not echoed, translated or acted on."""
    raw = list(mode)
    raw[0] &= ~(
        termios.IGNBRK
        | termios.BRKINT
        | termios.PARMRK
        | termios.ISTRIP
        | termios.INLCR
        | termios.IGNCR
        | termios.ICRNL
        | termios.IXON
    )
    raw[3] &= ~(termios.ECHO | termios.ECHONL | termios.ICANON | termios.ISIG | termios.IEXTEN)
    raw[6] = list(mode[6])
    raw[6][termios.VMIN], raw[6][termios.VTIME] = 1, 0
    return raw
