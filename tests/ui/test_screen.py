"""The real screen on a PTY of this process: what it switches on and leaves, and how frames get out."""

from __future__ import annotations

import asyncio
import os
import pty
import signal
import termios
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial

import pytest

from chloe.errors import UsageError
from chloe.terminal import Terminal
from chloe.ui.canvas import make_row
from chloe.ui.style import style
from chloe.ui.tty.paint import Painter
from chloe.ui.tty.screen import TtyScreen
from chloe.ui.tty.signals import ENDING
from tests.conftest import Eventually

pytestmark = pytest.mark.pty


class Host:
    """The terminal at the other end, and who listens to the screen."""

    def __init__(self) -> None:
        self.master, self.slave = pty.openpty()
        os.set_blocking(self.master, False)
        termios.tcsetwinsize(self.slave, (4, 20))
        self.terminal = Terminal(4, 20)
        self.written = b""
        self.events: list[str] = []
        self.screen: TtyScreen | None = None

    def open(self, term: str = "xterm") -> TtyScreen:
        self.screen = TtyScreen(Painter(256, style), term=term, input_fd=self.slave, output_fd=self.slave)
        return self.screen

    def pump(self) -> bytes:
        """Take in what was written."""
        taken = b""
        with suppress(BlockingIOError):
            while data := os.read(self.master, 65536):
                taken += data
        self.written += taken
        self.terminal.feed(taken)
        return taken

    def close(self) -> None:
        if self.screen is not None:
            self.screen.close()
        os.close(self.master)
        os.close(self.slave)

    # The listener.

    def on_input(self) -> None:
        self.events.append("input")

    def on_resize(self) -> None:
        self.events.append("resize")

    def on_writable(self) -> None:
        self.events.append("writable")

    def on_suspend(self, stop: Callable[[], None]) -> None:
        self.events.append("suspend")

    def on_continue(self) -> None:
        self.events.append("continue")

    def on_signal(self, status: int) -> None:
        self.events.append(f"signal {status}")

    def on_dump(self) -> None:
        self.events.append("dump")


@pytest.fixture
def host() -> Iterator[Host]:
    host = Host()
    yield host
    host.close()


def rows(*texts: str) -> list[list[tuple[object, None, bytes]]]:
    return [make_row([(None, text)], 20) for text in texts]


def test_without_a_terminal_there_is_no_screen() -> None:
    reading, writing = os.pipe()
    with pytest.raises(UsageError, match="needs a terminal"):
        TtyScreen(Painter(256, style), input_fd=reading, output_fd=writing)
    os.close(reading)
    os.close(writing)


async def test_it_switches_on_what_it_needs_and_leaves_all_as_it_was(host: Host) -> None:
    before = termios.tcgetattr(host.slave)
    screen = host.open()
    with screen.running():
        host.pump()
        modes = host.terminal.modes
        assert modes.alternate_screen
        assert modes.bracketed_paste
        assert modes.focus_events
        assert not modes.autowrap
        assert b"\x1b[?2026$p" in host.written
        local = termios.tcgetattr(host.slave)[3]
        assert not local & (termios.ECHO | termios.ICANON | termios.ISIG | termios.IEXTEN)
        screen.show_cursor_as("bar", True)
        screen.set_mouse_mode("any")
        host.pump()
        assert host.terminal.cursor.shape == "bar"
        assert (host.terminal.modes.mouse, host.terminal.modes.mouse_encoding) == ("any", "sgr")
    host.pump()
    modes = host.terminal.modes
    assert not modes.alternate_screen
    assert not modes.bracketed_paste
    assert not modes.focus_events
    assert modes.autowrap

    assert (host.terminal.cursor.shape, modes.mouse) == ("block", "off")
    assert termios.tcgetattr(host.slave) == before


async def test_a_terminal_of_few_words_isn_t_asked_what_it_can(host: Host) -> None:
    with host.open("linux").running():
        assert b"$p" not in host.pump()


async def test_a_frame_shows_and_one_that_changes_nothing_writes_nothing(host: Host) -> None:
    screen = host.open()
    with screen.running():
        host.pump()
        assert screen.get_cols_rows() == (20, 4)
        assert screen.show((20, 4), rows("one", "two", "", ""), (1, 1))
        assert b"\x1b[?2026h" not in host.pump()
        assert [line.rstrip() for line in host.terminal.display] == ["one", "two", "", ""]
        assert not screen.show((20, 4), rows("one", "two", "", ""), (1, 1))
        assert not host.pump()
        screen.take_reply(b"\x1b[?2026;2$y")
        screen.forget()
        assert screen.show((20, 4), rows("one", "two", "", ""), (1, 1))
        assert host.pump().startswith(b"\x1b[?2026h")
        screen.ring()
        screen.ring()
        assert host.pump() == b"\x07"


async def test_keys_told_apart_are_given_back_at_each_stop_and_asked_for_at_each_start(host: Host) -> None:
    def answer(screen: TtyScreen) -> None:
        host.pump()
        for reply in host.terminal.take_replies().split(b"\x1b")[1:]:
            screen.take_reply(b"\x1b" + reply)
        host.pump()

    screen = host.open()
    with pytest.raises(RuntimeError, match="crash"), screen.running():
        for _ in range(2):
            answer(screen)
            assert host.terminal.modes.kitty_flags == 1
            # As before the process is stopped (Ctrl-Z), and when it goes on.
            screen.stop()
            host.pump()
            assert host.terminal.modes.kitty_flags == 0
            screen.start()
        # Stopped by force, it finds out only afterwards.
        screen.resume()
        answer(screen)
        raise RuntimeError("crash")
    host.pump()
    assert (host.terminal.modes.kitty_flags, host.terminal.modes.colour_reports) == (0, False)


async def test_each_signal_that_would_end_it_at_once_is_heard_in_its_place(
    host: Host, eventually: Eventually
) -> None:
    screen = host.open()
    with screen.running(), screen.listening(host):
        for number in ENDING:
            os.kill(os.getpid(), number)
            await eventually(lambda: f"signal {128 + number}" in host.events)  # noqa: B023


async def test_what_is_typed_is_read_and_a_terminal_that_is_gone_is_an_end(
    host: Host, eventually: Eventually
) -> None:
    screen = host.open()
    with screen.running(), screen.listening(host):
        assert screen.read() == b""
        os.write(host.master, b"\r\x03x")
        await eventually(lambda: "input" in host.events)
        assert screen.read() == b"\r\x03x"
        master, host.master = host.master, os.open("/dev/null", os.O_RDWR)
        os.close(master)
        with pytest.raises(EOFError):
            screen.read()


@pytest.mark.parametrize(("erase", "typed"), [(b"\x7f", b"a\x7f\x08"), (b"\x08", b"a\x08\x7f")])
async def test_backspace_is_the_key_that_erases_in_the_user_s_terminal(
    host: Host, eventually: Eventually, erase: bytes, typed: bytes
) -> None:
    mode = termios.tcgetattr(host.slave)
    mode[6][termios.VERASE] = erase
    termios.tcsetattr(host.slave, termios.TCSANOW, mode)
    screen = host.open()
    with screen.running(), screen.listening(host):
        os.write(host.master, typed)
        await eventually(lambda: "input" in host.events)
        assert screen.read() == b"a\x7f\x08"


async def test_a_frame_that_the_terminal_doesn_t_take_is_left_out_until_there_is_room(
    host: Host, eventually: Eventually
) -> None:
    screen = host.open()
    with screen.running(), screen.listening(host):
        wide = [make_row([(None, "x" * 4000)], 4000) for _ in range(20)]
        assert screen.show((4000, 20), wide, None)
        assert not screen.show((20, 4), rows("late", "", "", ""), None)
        screen.set_mouse_mode("normal")

        def there_is_room() -> bool:
            host.pump()
            return "writable" in host.events

        await eventually(there_is_room)
        await asyncio.sleep(0)
        host.pump()
        assert host.written.endswith(b"\x1b[?1000h\x1b[?1006h")
        assert screen.show((20, 4), rows("late", "", "", ""), None)


async def test_after_a_stop_everything_is_switched_on_again(host: Host) -> None:
    screen = host.open()
    with screen.running():
        host.pump()
        host.terminal.feed(b"\x1b[?1049l\x1b[?2004l")
        screen.resume()
        host.pump()
        assert host.terminal.modes.alternate_screen
        assert host.terminal.modes.bracketed_paste
    written = len(host.written)
    screen.resume()
    host.pump()
    assert b"\x1b[?1049h" not in host.written[written:]


async def test_signals_are_told_while_somebody_listens(host: Host, eventually: Eventually) -> None:
    kept = signal.getsignal(signal.SIGHUP)
    screen = host.open()
    try:
        with screen.running(), screen.listening(host):
            for number, event in (
                (signal.SIGTERM, "signal 143"),
                (signal.SIGHUP, "signal 129"),
                (signal.SIGINT, "signal 130"),
                (signal.SIGWINCH, "resize"),
                (signal.SIGTSTP, "suspend"),
                (signal.SIGCONT, "continue"),
            ):
                os.kill(os.getpid(), number)
                await eventually(partial(host.events.__contains__, event), event)
        # A second hang-up must not cut the goodbye short.
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, kept)
    assert signal.getsignal(signal.SIGINT) == signal.default_int_handler
