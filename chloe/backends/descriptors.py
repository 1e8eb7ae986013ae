"""Descriptors: how many this process may have, and the few that are kept in hand.

Owns the soft limit, which is raised for Chloe and for the tmux server that it starts; programs get the
caller's back. Must not know what descriptors are used for.
"""

from __future__ import annotations

import contextlib
import errno
import os
import resource
import threading
from collections.abc import Iterator

from chloe.backends.limits import inherited

#: What the system says where a descriptor, memory or a process can't be had for the moment. It says nothing
#: of the thing that was to be opened.
EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS, errno.EAGAIN})

#: Where the hard limit is no limit, more than this is of no use, and some systems refuse it.
_ENOUGH = 1 << 20

#: Descriptors in hand: a command to tmux takes 6 for a moment, a connection to the log 3.
_IN_HAND = 8

#: The limit is the whole process's: who has it changed for a moment keeps the others from starting something.
_changing = threading.RLock()


def is_exhausted(error: BaseException) -> bool:
    """Whether the error says only that the system, or this process's limit, has no more to give."""
    return isinstance(error, OSError) and error.errno in EXHAUSTED


def raise_descriptors() -> None:
    """Let this process have as many descriptors as it may, and what it starts as well."""
    with _changing:
        inherited()  # The first look comes before.
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, _most(hard)), hard))


@contextlib.contextmanager
def as_caller() -> Iterator[None]:
    """What is started in here has the caller's limit. Nothing else is started meanwhile."""
    with _changing:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = inherited()[resource.RLIMIT_NOFILE][0]
        if soft == wanted:
            yield
            return
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@contextlib.contextmanager
def raised() -> Iterator[None]:
    """What is started in here has this process's limit, not by chance the caller's."""
    with _changing:
        yield


def _most(hard: int) -> int:
    return _ENOUGH if hard == resource.RLIM_INFINITY else min(hard, _ENOUGH)


class Reserve:
    """Descriptors in hand, for what must go on when there are no others."""

    def __init__(self, count: int = _IN_HAND) -> None:
        self._count = count
        self._kept: list[int] = []
        self._lock = threading.Lock()

    def fill(self) -> None:
        """Take back what was spent, as far as there is any."""
        with self._lock, contextlib.suppress(OSError):
            while len(self._kept) < self._count:
                self._kept.append(os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC))

    def spend(self) -> bool:
        """Free what is in hand; whether that was anything."""
        with self._lock:
            spent = bool(self._kept)
            while self._kept:
                os.close(self._kept.pop())
        return spent


#: The one of this process.
reserve = Reserve()
