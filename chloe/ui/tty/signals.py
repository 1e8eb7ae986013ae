"""The signals of a terminal's process: those that end it, stop it, ask for its state, or say that the window
changed.

Owns which signal means what, and the way of a job that stops and goes on. Must not know what is drawn.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Iterator
from typing import Protocol

from chloe.ui.tty.tty import Listener

#: The exit status that a shell gives what a hang-up ended.
HANG_UP = 128 + signal.SIGHUP
#: What ends the app. Untouched, those behind the first three would end it, too, with the terminal as it is.
ENDING = (
    *(signal.SIGTERM, signal.SIGHUP, signal.SIGINT),
    *(signal.SIGQUIT, signal.SIGABRT, signal.SIGALRM, signal.SIGUSR2, signal.SIGXCPU),
)


class Stoppable(Protocol):
    """What has to be left as it was while the process is stopped."""

    def start(self) -> object:
        """Switch the terminal to the app."""

    def stop(self) -> None:
        """Leave the terminal as it was."""

    def resume(self) -> None:
        """Switch everything on again, whatever a shell did meanwhile."""


class Signals:
    """The signals of one run, inside a running loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, screen: Stoppable, listener: Listener) -> None:
        self._loop = loop
        self._screen = screen
        self._listener = listener

    @contextlib.contextmanager
    def caught(self) -> Iterator[None]:
        """Have signals told to the listener, inside."""
        for number in ENDING:
            self._loop.add_signal_handler(number, self._listener.on_signal, 128 + number)
        self._loop.add_signal_handler(signal.SIGWINCH, self._listener.on_resize)
        self._loop.add_signal_handler(signal.SIGTSTP, self._suspend)
        self._loop.add_signal_handler(signal.SIGCONT, self._resume)
        self._loop.add_signal_handler(signal.SIGUSR1, self._listener.on_dump)
        try:
            yield
        finally:
            for number in (*ENDING, signal.SIGWINCH, signal.SIGTSTP, signal.SIGCONT, signal.SIGUSR1):
                self._loop.remove_signal_handler(number)
            # A hang-up often comes twice, from the kernel and from the shell: the second must not cut the
            # goodbye short. A second SIGTERM may.
            signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def _suspend(self) -> None:
        self._listener.on_suspend(self._stop)

    def _stop(self) -> None:
        self._screen.stop()
        # By the default action of SIGTSTP, not by SIGSTOP: the kernel leaves it out where no shell could
        # ever let the process go on, as in a terminal window of its own.
        self._loop.remove_signal_handler(signal.SIGTSTP)
        os.kill(os.getpid(), signal.SIGTSTP)
        self._loop.add_signal_handler(signal.SIGTSTP, self._suspend)
        self._screen.start()

    def _resume(self) -> None:
        self._screen.resume()
        self._listener.on_continue()


def suspend() -> None:
    """Stop this process and its group, as the kernel does it for Ctrl-Z: `make run` has a make around it."""
    os.killpg(0, signal.SIGTSTP)
