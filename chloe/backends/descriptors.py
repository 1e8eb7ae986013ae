"""Descriptors: how many this process may have, and the few that are kept in hand.

Owns the soft limit, which is raised for Chloe and for the tmux server that it starts; programs get the
caller's back. Must not know what descriptors are used for.
"""

from __future__ import annotations

import contextlib
import errno
import os
import resource
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from chloe.backends.limits import inherited_limits
from chloe.errors import LogUnusable

#: What the system says where a descriptor, memory or a process can't be had for the moment. It says nothing
#: of the thing that was to be opened.
EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS, errno.EAGAIN})

#: Where the hard limit is no limit, more than this is of no use, and some systems refuse it.
_MAX_LIMIT = 1 << 20

#: A tmux server that has no more than these left takes no client: one is the client's, and it passes two on.
_RESERVED_BY_TMUX = 4

#: Descriptors without which neither a command nor the app can be of use.
_MIN_LIMIT = 40

#: Descriptors in hand: a command to tmux takes 6 for a moment, a connection to the log 3.
_IN_HAND = 8

#: Seconds for which a shortage is shown after the last refusal.
SHORTAGE_DURATION = 3.0

#: The limit is the process's: while it is changed for a moment, nothing else may be started.
_limit_lock = threading.RLock()


def is_exhausted(error: BaseException) -> bool:
    """Return whether the error says only that the system, or this process's limit, has no more to give."""
    return isinstance(error, OSError) and error.errno in EXHAUSTED


def raise_limit() -> None:
    """Let this process have as many descriptors as it may, and what it starts as well.

    Raises ``LogUnusable`` where they are too few for anything.
    """
    with _limit_lock:
        inherited_limits()  # The first look comes before.
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        with contextlib.suppress(OSError, ValueError):
            if not _is_at_least(soft, _raised_limit(hard)):
                resource.setrlimit(resource.RLIMIT_NOFILE, (_raised_limit(hard), hard))
        soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if not _is_at_least(soft, _MIN_LIMIT):
        raise LogUnusable(
            f"only {soft} files may be open at once here, and the log, tmux and the panes need {_MIN_LIMIT}:"
            " raise the limit (ulimit -n)"
        )


@contextlib.contextmanager
def with_callers_limit() -> Iterator[None]:
    """Give what is started in here the caller's limit. Nothing else is started meanwhile.

    Who opens something in another thread just then may be refused, where that many are open.
    """
    with _limit_lock:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = inherited_limits()[resource.RLIMIT_NOFILE][0]
        if _is_at_least(wanted, soft):
            yield
            return
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def _is_at_least(limit: int, than: int) -> bool:
    if resource.RLIM_INFINITY in (limit, than):
        return limit == resource.RLIM_INFINITY
    return limit >= than


def _raised_limit(hard: int) -> int:
    return _MAX_LIMIT if hard == resource.RLIM_INFINITY else min(hard, _MAX_LIMIT)


class Reserve:
    """Descriptors in hand, for what must go on when there are no others."""

    def __init__(self, count: int = _IN_HAND) -> None:
        self._count = count
        self._reserved: list[int] = []
        self._lock = threading.Lock()

    def fill(self) -> None:
        """Take back what was spent, as far as there is any."""
        with self._lock, contextlib.suppress(OSError):
            while len(self._reserved) < self._count:
                self._reserved.append(os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC))

    def spend(self) -> bool:
        """Free what is in hand; whether that was anything."""
        with self._lock:
            spent = bool(self._reserved)
            while self._reserved:
                os.close(self._reserved.pop())
        return spent


def popen(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[str]:
    """Start a command whose output is text; with the descriptors in hand where there are no others.

    It has this process's own limit, also where a program is just being started with the caller's.
    """
    named: dict[str, Any] = {
        "stdin": subprocess.DEVNULL,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
        "env": environment,
        "encoding": "utf-8",
        "errors": "surrogateescape",
    }
    with _limit_lock:
        try:
            return subprocess.Popen(command, **named)
        except OSError as error:
            if not is_exhausted(error) or not reserve.spend():
                raise
        try:
            return subprocess.Popen(command, **named)
        finally:
            reserve.fill()


def exhausted_limit(pid: int) -> int:
    """Return the limit of descriptors of a process that has them all in use.

    0 where it has some left, or it can't be known.
    """
    try:
        soft, _ = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        used = len(os.listdir(f"/proc/{pid}/fd"))  # noqa: PTH208 - names are all it takes.
    except (AttributeError, OSError):
        return 0
    return soft if 0 <= soft <= used + _RESERVED_BY_TMUX else 0


class Shortage:
    """What the system refused just now, for the banner: something waits until there is more to be had."""

    def __init__(self) -> None:
        self._text = ""
        self._until = 0.0
        self._listeners: list[Callable[[], None]] = []

    @property
    def error(self) -> str:
        """Return what was refused just now, and what to do about it; "" while nothing is."""
        return self._text if time.monotonic() < self._until else ""

    def note(self, error: BaseException) -> None:
        """Note that something was refused, and is tried again. What isn't a shortage is ignored."""
        if not is_exhausted(error):
            return
        before = self.error
        text = os.strerror(error.errno or 0) if isinstance(error, OSError) else str(error)
        self._text = f"{text}: what can't be opened waits; close some panes, or raise the limit (ulimit -n)"
        self._until = time.monotonic() + SHORTAGE_DURATION
        if not before:
            for on_begin in list(self._listeners):
                on_begin()

    def subscribe(self, on_begin: Callable[[], None]) -> Callable[[], None]:
        """Have ``on_begin`` called, in whichever thread, when a shortage begins. Returns what ends that."""
        self._listeners.append(on_begin)
        return lambda: self._listeners.remove(on_begin)


#: The ones of this process.
reserve, shortage = Reserve(), Shortage()
