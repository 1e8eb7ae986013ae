"""A program on a PTY, and the terminal that shows it, as a user's terminal is.

Owns how a test types and what it waits for on the screen. Must not know where the program's home is.
"""

from __future__ import annotations

import fcntl
import os
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Sequence
from typing import Any

from ptyprocess import PtyProcess

from chloe.terminal import Terminal, keys

#: Seconds after which something that should happen is taken not to: far more than it ever needs.
DEADLINE = 30.0
#: TIOCGPTPEER of Linux: opens the other end of a PTY without its name.
_OPEN_OTHER_END = 0x5441


class AppInTerminal:
    """A program on a PTY and the terminal that shows it. Nothing waits longer than ``DEADLINE``."""

    def __init__(self, argv: Sequence[str], environment: dict[str, str], rows: int, columns: int) -> None:
        self.process = PtyProcess.spawn(list(argv), env=environment, dimensions=(rows, columns))
        self.terminal = Terminal(rows, columns)
        self.fd: int = self.process.fd
        #: The other end, held open so that its settings can be read when the program is gone.
        self._slave: int = fcntl.ioctl(self.fd, _OPEN_OTHER_END, os.O_RDWR | os.O_NOCTTY)
        #: The terminal's settings before the program changed them.
        self.settings_before: list[Any] = self.settings
        self.environment = environment
        self.written = bytearray()
        self._status: int | None = None

    @property
    def settings(self) -> list[Any]:
        """The terminal's settings now."""
        return termios.tcgetattr(self._slave)

    @property
    def text(self) -> str:
        """What the terminal shows."""
        return "\n".join(line.rstrip() for line in self.terminal.display)

    def send(self, *pieces: bytes | str, gap: float = 0.0) -> AppInTerminal:
        """Type raw bytes, or keys by name ("enter", "ctrl+c", "up")."""
        for at, piece in enumerate(pieces):
            if at and gap:
                self.pump(gap)
            data = piece if isinstance(piece, bytes) else keys.encode(piece, self.terminal.modes)
            while data:
                data = data[os.write(self.fd, data) :]
        return self

    def pump(self, seconds: float) -> bool:
        """Show what the program writes within ``seconds``; whether it can still write."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if not select.select([self.fd], [], [], left)[0]:
                break
            if not self._take():
                return False
        return True

    def _take(self) -> bool:
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            return False
        self.written += data
        self.terminal.feed(data)
        replies = self.terminal.take_replies()
        if replies:
            os.write(self.fd, replies)
        return bool(data)

    def wait_for(self, shows: str | Callable[[AppInTerminal], bool], *, deadline: float = DEADLINE) -> None:
        """Wait until the text is on the screen, or the predicate holds."""
        until = time.monotonic() + deadline
        while True:
            if (shows in self.text) if isinstance(shows, str) else shows(self):
                return
            if time.monotonic() > until or (not self.pump(0.02) and self._gone_without(shows)):
                raise AssertionError(f"never showed {shows!r}; the screen is\n{self.text}")

    def _gone_without(self, shows: str | Callable[[AppInTerminal], bool]) -> bool:
        return not ((shows in self.text) if isinstance(shows, str) else shows(self))

    def resize(self, rows: int, columns: int) -> None:
        """The user resizes the window."""
        self.terminal.resize(rows, columns)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def leave_pane(self) -> None:
        """Take the keyboard back, whatever the program does."""
        self.send(b"\x1d")
        self.wait_for(lambda app: "keyboard:" not in app.text)
        self.wait_for_keys()

    def wait_for_keys(self) -> None:
        """Wait until it says which keys there are, and take away a message that hides them.

        Right after a pane's end keys are dropped, so that takes more than one.
        """
        self.wait_for(lambda app: "q quit" in app.text or "q quit" in app.send("ctrl+l").text)

    def quit(self) -> int:
        """Quit from the list, confirming where that is asked; its exit status."""
        self.send(b"q")
        self.wait_for(lambda app: "Quit?" in app.text or app.has_ended())
        if not self.has_ended():
            self.send(b"y")
        return self.wait_for_end()

    def kill(self, number: int) -> None:
        """Send the program a signal."""
        os.kill(self.process.pid, number)

    def takes_no_more(self) -> bool:
        """Whether so much is unread that the terminal takes nothing more."""
        return not select.select([], [self._slave], [], 0)[1]

    def has_ended(self) -> bool:
        """Whether the program is gone."""
        if self._status is None:
            pid, status = os.waitpid(self.process.pid, os.WNOHANG)
            if pid:
                self._status = os.waitstatus_to_exitcode(status)
        return self._status is not None

    def wait_for_end(self, *, deadline: float = DEADLINE) -> int:
        """Wait for the program to end; its exit status, or minus the signal that ended it."""
        until = time.monotonic() + deadline
        while not self.has_ended():
            self.pump(0.02)
            if time.monotonic() > until:
                raise AssertionError(f"never ended; the screen is\n{self.text}")
        while select.select([self.fd], [], [], 0)[0] and self._take():
            pass
        assert self._status is not None
        return self._status

    def close(self) -> None:
        """End it by force if it still runs."""
        if self._status is None:
            os.kill(self.process.pid, signal.SIGKILL)
            os.waitpid(self.process.pid, 0)
        # Reaped here: ptyprocess must not wait again.
        self.process.terminated = True
        os.close(self._slave)
        self.process.fileobj.close()
        self.process.closed = True
