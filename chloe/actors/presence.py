"""Presence: which instances of Chloe live.

Owns one lock file an instance in the ``instances`` folder. The kernel frees the lock when its process
ends, however it ends; whoever then gets it is the one to speak for the dead. Must not know panes or
the log.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from chloe.watch import Watcher

_SUFFIX = ".lock"


class Presence:
    """This instance's own lock, and a look at the others'."""

    def __init__(self, folder: Path, instance: str) -> None:
        self._folder = folder
        self._path = folder / f"{instance}{_SUFFIX}"
        self._fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._fd, fcntl.LOCK_EX)
        os.write(self._fd, json.dumps({"pid": os.getpid(), "terminal": _terminal()}).encode())

    def close(self) -> None:
        """Be gone: the lock and its file go, for there is nothing to be said for this instance."""
        self._path.unlink(missing_ok=True)
        os.close(self._fd)

    def watch(self, watcher: Watcher, told: Callable[[], None]) -> Callable[[], None]:
        """Have ``told`` called when an instance comes or goes: a dead process's files are closed."""
        return watcher.watch(self._folder, lambda _name: told())

    @contextmanager
    def speaking_for(self, instance: str) -> Iterator[bool]:
        """Whether ``instance`` is gone and it is for us to say so; nobody else may until this is left.

        When it is left without an error the instance's file goes, so that it is asked about once.
        """
        with self._claim(instance) as claimed:
            yield claimed is not False
            if claimed:
                (self._folder / f"{instance}{_SUFFIX}").unlink(missing_ok=True)

    @contextmanager
    def _claim(self, instance: str) -> Iterator[bool | None]:
        """Hold the lock of a dead instance: True; False where it lives; None where it left no file."""
        path = self._folder / f"{instance}{_SUFFIX}"
        try:
            fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            yield None
            return
        try:
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                # Between open and lock another may have spoken for it and removed the file.
                yield True if path.exists() else None
        finally:
            os.close(fd)

    def describe(self, instance: str) -> str:
        """Whose an instance is, for a message: its process and terminal."""
        with suppress(OSError, ValueError):
            said = json.loads((self._folder / f"{instance}{_SUFFIX}").read_bytes())
            where = f" on {said['terminal']}" if said.get("terminal") else ""
            return f"the Chloe with process id {said['pid']}{where}"
        return "another Chloe"


def _terminal() -> str:
    for fd in (0, 1, 2):
        with suppress(OSError):
            return os.ttyname(fd)
    return ""
