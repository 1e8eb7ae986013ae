"""Locks on whole files, which the kernel gives back when their process dies: a holder's, an instance's.

Owns flock(2). Must not know what the holder of a lock then does.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
from pathlib import Path


def held(path: Path) -> bool | None:
    """Whether a process holds the lock ``path``; None if there is no such file."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        # Shared, so that two who ask at once don't take each other for the holder.
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(fd)
    return False


def owner(path: Path) -> int | None:
    """The process that holds the lock ``path``: 0 if none does, None if one that can't be named.

    Asks the kernel's list (proc_locks(5)) first, since trying the lock would for an instant be in the way
    of whoever wants it.
    """
    try:
        found = path.stat()
        listed = Path("/proc/locks").read_text("ascii").splitlines()
    except FileNotFoundError:
        listed = []
    else:
        place = f"{os.major(found.st_dev):02x}:{os.minor(found.st_dev):02x}:{found.st_ino}"
        for _, kind, _, _, pid, where, *_ in (line.split() for line in listed if "->" not in line):
            if kind == "FLOCK" and where == place:
                return int(pid)
    return None if held(path) else 0


def send(path: Path, number: signal.Signals) -> bool:
    """Send a signal to the process that holds the lock ``path``, its id in it; False if none does."""
    try:
        pid = int(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return False
    with contextlib.ExitStack() as stack:
        process = -1
        if hasattr(os, "pidfd_open"):
            try:
                process = os.pidfd_open(pid)
            except ProcessLookupError:
                return False
            stack.callback(os.close, process)
        # The lock is still held, so the id hasn't passed to another process before it was opened.
        if not held(path):
            return False
        try:
            if process >= 0:
                signal.pidfd_send_signal(process, number)
            else:
                os.kill(pid, number)
        except ProcessLookupError:
            return False
    return True
