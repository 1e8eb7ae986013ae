"""The kernel's inotify, through ctypes, as Python has no binding of its own.

Owns one inotify descriptor and the decoding of its events. Must not know loops or callbacks.
Numbers and the event's layout are those of inotify(7) and ``<sys/inotify.h>``.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys
from pathlib import Path
from typing import NamedTuple

IN_MODIFY = 0x2
IN_ATTRIB = 0x4
IN_CLOSE_WRITE = 0x8
IN_MOVED_FROM = 0x40
IN_MOVED_TO = 0x80
IN_CREATE = 0x100
IN_DELETE = 0x200
IN_DELETE_SELF = 0x400
IN_MOVE_SELF = 0x800
IN_Q_OVERFLOW = 0x4000
IN_IGNORED = 0x8000

_CHANGES_INSIDE = IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_CREATE | IN_DELETE
_CHANGES_TO_ITSELF = IN_DELETE_SELF | IN_MOVE_SELF

#: struct inotify_event without its name: wd, mask, cookie, len.
_EVENT = struct.Struct("iIII")

_READ_SIZE = 64 * 1024


class Notice(NamedTuple):
    """Something happened to the entry ``name`` of what is watched; "" is the watched thing itself."""

    watch: int
    name: str
    #: The watch is gone with what it watched.
    ended: bool


class Inotify:
    """One inotify instance. ``OSError`` where the platform or a limit refuses it."""

    #: The ``watch`` of a notice that says: the queue ran over, anything may have happened.
    EVERYTHING = -1

    def __init__(self) -> None:
        if not sys.platform.startswith("linux"):
            raise OSError(errno.ENOSYS, "inotify is Linux only")
        self._libc = ctypes.CDLL(None, use_errno=True)
        self.fd = self._check(self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))

    def add(self, path: Path) -> int:
        """Watch ``path``; the same file or folder under another name gets the same number."""
        mask = _CHANGES_INSIDE | _CHANGES_TO_ITSELF
        if not path.is_dir():
            # An open file that is unlinked has only its link count changed.
            mask |= IN_ATTRIB
        return self._check(self._libc.inotify_add_watch(self.fd, os.fsencode(path), mask), path)

    def remove(self, watch: int) -> None:
        """Stop watching. What is gone the kernel has forgotten by itself, before it said so."""
        if self._libc.inotify_rm_watch(self.fd, watch) < 0 and ctypes.get_errno() != errno.EINVAL:
            self._check(-1)

    def read(self) -> list[Notice]:
        """Return what happened since the last call, each once; never wait."""
        try:
            buffer = os.read(self.fd, _READ_SIZE)
        except BlockingIOError:
            return []
        notices: dict[Notice, None] = {}
        at = 0
        while at < len(buffer):
            watch, mask, _, length = _EVENT.unpack_from(buffer, at)
            at += _EVENT.size
            name = os.fsdecode(buffer[at : at + length].rstrip(b"\0"))
            at += length
            notices[Notice(watch, name, bool(mask & IN_IGNORED))] = None
        return list(notices)

    def close(self) -> None:
        """Give the descriptor and all watches back."""
        os.close(self.fd)

    @staticmethod
    def _check(result: int, path: Path | None = None) -> int:
        if result >= 0:
            return result
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), None if path is None else str(path))
