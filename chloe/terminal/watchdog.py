"""The watchdog: the emulator's work ends, and takes no more memory than there may be.

Owns the bounds of one piece of work: seconds of the processor's time, and bytes by which the process grows.
Must not know what the work is. What a program prints decides what the emulator does, so a fault there may
be endless as well as an error; inside ``within_bounds`` both are an exception that can be contained.

A timer of the process ticks every so often while a piece of work is under way, and looks: most pieces are
over long before the first tick, so all that they pay is setting the timer and taking it back. Only the main
thread gets signals; in any other thread there are no bounds.
"""

from __future__ import annotations

import signal
import sys
import threading
import time
from resource import RUSAGE_SELF, getrusage
from types import FrameType, TracebackType

#: Seconds of the processor's time between two looks.
_TICK = 0.05
#: ``ru_maxrss`` counts kilobytes, and bytes on macOS (getrusage(2)).
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024


class OutOfBounds(Exception):
    """A piece of work took too long, or too much memory."""


class Watchdog:
    """Bounds for one piece of work at a time; a piece within a piece counts to the outer one."""

    def __init__(self, seconds: float = 2.0, growth: int = 256 * 1024 * 1024) -> None:
        #: The processor's time that a piece of work may take.
        self.seconds = seconds
        #: Bytes by which the largest size that the process ever had may grow meanwhile.
        self.growth = growth
        self._depth = 0
        self._is_installed = False
        self._main = threading.main_thread().ident
        #: Time and size at the first tick of this piece of work; None before it.
        self._first: tuple[float, int] | None = None

    def __enter__(self) -> None:
        if threading.get_ident() != self._main:
            return
        self._depth += 1
        if self._depth == 1:
            self._first = None
            if not self._is_installed:
                self._install()
            signal.setitimer(signal.ITIMER_PROF, _TICK, _TICK)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if threading.get_ident() != self._main:
            return
        if self._depth == 1:
            signal.setitimer(signal.ITIMER_PROF, 0)
        self._depth -= 1

    def _install(self) -> None:
        signal.signal(signal.SIGPROF, self._look)
        # Nobody's system call is to fail for it, as those of other threads would.
        signal.siginterrupt(signal.SIGPROF, False)
        self._is_installed = True

    def _look(self, _number: int, frame: FrameType | None) -> None:
        """Raise in the work that is under way if it is out of bounds."""
        if not self._depth or (frame is not None and frame.f_code in _OWN):
            return
        now = time.thread_time(), getrusage(RUSAGE_SELF).ru_maxrss * _RSS_UNIT
        if self._first is None:
            self._first = now
        elif now[0] - self._first[0] > self.seconds:
            raise OutOfBounds(f"it took more than {self.seconds:g} seconds")
        elif now[1] - self._first[1] > self.growth:
            raise OutOfBounds(f"it took more than {self.growth // 1_000_000} MB of memory")


#: Where an exception would leave the timer running.
_OWN = frozenset((Watchdog.__enter__.__code__, Watchdog.__exit__.__code__))

#: The one of this process: there is one timer.
within_bounds = Watchdog()
