"""Locks on whole files, which the kernel gives back when their process dies: a holder's, an instance's.

Owns flock(2). Must not know what the holder of a lock then does.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import stat
from pathlib import Path

#: The most bytes of a lock's file that are looked at: a process id and a line's end.
_LOCK_SIZE = 32


def is_held(path: Path) -> bool | None:
    """Return whether a process holds the lock ``path``; None if there is no such file, or it is no lock."""
    try:
        fd = _open(path)
    except PermissionError:
        return _owner_in_proc(path) != 0
    if fd is None:
        return None
    try:
        # Shared, so that two who ask at once don't take each other for the holder.
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(fd)
    return False


def find_owner(path: Path) -> int | None:
    """Return the process that holds the lock ``path``: 0 if none does, None if one that can't be named.

    Asks the kernel's list first: trying the lock would for an instant be in the way of who wants it.
    """
    pid = _owner_in_proc(path)
    if pid:
        return pid if pid > 0 else None
    return None if is_held(path) else 0


def _owner_in_proc(path: Path) -> int:
    """Return the process that holds the lock by the kernel's list (proc_locks(5)).

    Below 0 if that doesn't name it, 0 if the lock isn't listed.
    """
    try:
        status = path.lstat()
        listed = Path("/proc/locks").read_text("ascii").splitlines()
    except OSError:
        return 0
    place = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
    for _, kind, _, way, pid, where, *_ in (line.split() for line in listed if "->" not in line):
        # Who only asks has it for an instant as well, together with others.
        if kind == "FLOCK" and way == "WRITE" and where == place:
            return int(pid) or -1
    return 0


def signal_owner(path: Path, number: signal.Signals) -> bool:
    """Send a signal to the process that holds the lock ``path``, its id in it; False if none does."""
    pid = _pid_in(path)
    if not pid:
        return False
    with contextlib.ExitStack() as stack:
        process = -1
        if hasattr(os, "pidfd_open"):
            try:
                process = os.pidfd_open(pid)
            except ProcessLookupError:
                return False
            stack.callback(os.close, process)
        # The lock is still held, so the id hasn't passed to another process before it was opened; and what
        # stands in the file may have been written by anybody.
        if not is_held(path) or not _is_owner(pid, path):
            return False
        try:
            if process >= 0:
                signal.pidfd_send_signal(process, number)
            else:
                os.kill(pid, number)
        except ProcessLookupError:
            return False
    return True


def _is_owner(pid: int, path: Path) -> bool:
    """Return whether it is this process that holds the lock, as far as the kernel tells."""
    listed = find_owner(path)
    if listed is not None:
        return listed == pid
    folder = Path(f"/proc/{pid}/fd")
    if not folder.exists():
        return not Path("/proc/self/fd").exists()
    with contextlib.suppress(OSError):
        return any(_is_same_file(descriptor, path) for descriptor in folder.iterdir())
    return False


def _is_same_file(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _pid_in(path: Path) -> int:
    """Return the process id that stands in a lock's file; 0 if none does."""
    fd = _open(path)
    if fd is None:
        return 0
    try:
        text = os.read(fd, _LOCK_SIZE).removesuffix(b"\n")
    finally:
        os.close(fd)
    return int(text) if text.isdigit() and len(text) < 10 and int(text) > 1 else 0


def _open(path: Path) -> int | None:
    """Return a lock's file, which is a regular one; None if there is none. Raises ``OSError``."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return None
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except (FileNotFoundError, NotADirectoryError):
        return None
