"""Presence: which instances of Chloe live.

Owns one lock file an instance in the ``instances`` folder. The kernel frees the lock when its process ends,
however it ends; the next process that gets the lock records what the dead one left unsaid. Must not know
panes or the log.
"""

from __future__ import annotations

import asyncio
import errno
import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from chloe.events.ids import is_id, path_of
from chloe.quick import dataclass
from chloe.small_files import FileRefused, open_regular, read_whole
from chloe.watch import Watcher

_SUFFIX = ".lock"

#: What a lock file may hold: its bytes, and the largest process id of any system.
_MAX_LOCK_FILE, _MAX_PID = 4096, 2**31

#: Seconds in which every instance that lives has noticed that its file was removed, and made it again.
RENEWAL_TIME = 2.0

#: Seconds after which, when one file was removed, it shows whether the others go as well.
_SETTLE_TIME = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceLock:
    """What an instance left of itself in the folder, whether or not it lives."""

    instance: str
    #: Its lock file.
    path: Path
    #: Its process and terminal; 0 and "" where it didn't come to say so.
    pid: int
    terminal: str
    #: When it started, nanoseconds since 1970.
    since: int


def instance_locks(folder: Path) -> list[InstanceLock]:
    """Return every instance's, the oldest first; none where there is no such folder. Raises ``OSError``."""
    locks = []
    for path in folder.glob(f"*{_SUFFIX}"):
        if not is_id(path.name.removesuffix(_SUFFIX)):
            continue  # It is none of ours, whatever it is.
        with suppress(FileNotFoundError):  # It has just quit.
            pid, terminal = _read_lock_file(path)
            since = path.stat().st_mtime_ns
            instance = path.name.removesuffix(_SUFFIX)
            locks.append(InstanceLock(instance=instance, path=path, pid=pid, terminal=terminal, since=since))
    return sorted(locks, key=lambda lock: lock.since)


def remove_lock(lock: InstanceLock) -> bool:
    """Remove the lock file of a dead instance; False where it lives, or is gone already.

    What became of its panes is recorded all the same, by the next instance that looks for it.
    """
    with _claim(lock.path) as claimed:
        if claimed:
            lock.path.unlink(missing_ok=True)
        return bool(claimed)


class Presence:
    """This instance's own lock, and a look at the others'.

    One that is ``absent`` has none: where nothing can be written there is nothing to be said for it, either.
    Raises ``OSError``.
    """

    def __init__(self, folder: Path, instance: str, *, absent: bool = False) -> None:
        self._folder = folder
        self._path = path_of(folder, instance, _SUFFIX)
        self._fd = -1 if absent else self._lock()
        #: Until then (by ``time.monotonic``) a file that isn't there says nothing: all were removed.
        self._uncertain_until = 0.0

    def _lock(self) -> int:
        fd = open_regular(self._path, os.O_RDWR | os.O_CREAT, follow=False)
        fcntl.flock(fd, fcntl.LOCK_EX)
        try:
            os.write(fd, json.dumps({"pid": os.getpid(), "terminal": _terminal()}).encode())
        except OSError:
            self._path.unlink(missing_ok=True)
            os.close(fd)
            raise
        return fd

    def renew(self) -> None:
        """Make our file again where somebody removed it, with all the others or alone. Raises ``OSError``.

        The others do the same; until they had the time, who has no file isn't taken to be gone. A home that
        was moved away with the file isn't made again.
        """
        with suppress(FileNotFoundError):
            if os.path.samestat(self._path.stat(), os.fstat(self._fd)):
                return
        self._uncertain_until = time.monotonic() + RENEWAL_TIME
        home = self._folder.parent
        if os.fstat(self._fd).st_nlink and not home.is_dir():
            # It may come back; another one in its place would be in the way.
            raise FileNotFoundError(errno.ENOENT, "the home was moved away", str(home))
        self._refuse_link()
        for folder in reversed((self._folder, *self._folder.parents)):
            if not folder.is_dir():
                folder.mkdir(mode=0o700, exist_ok=True)
        before, self._fd = self._fd, self._lock()
        os.close(before)

    def _refuse_link(self) -> None:
        """Refuse a folder that is a link: another home's would say who lives in this one."""
        if self._folder.is_symlink():
            raise FileRefused(self._folder, "is a link, where a folder of Chloe's belongs: remove the link")

    def close(self) -> None:
        """Remove our lock and its file, for there is nothing to be said for this instance."""
        if self._fd < 0:
            return
        self._path.unlink(missing_ok=True)
        os.close(self._fd)

    def watch(self, watcher: Watcher, callback: Callable[[], None]) -> Callable[[], None]:
        """Have ``callback`` called when an instance comes or goes: a dead process's files are closed.

        Also some time after our own file had to be made again, when the others have made theirs.
        """
        loop = asyncio.get_running_loop()
        later: asyncio.TimerHandle | None = None
        cancel: Callable[[], None]

        def noticed(name: str) -> None:
            nonlocal cancel, later
            if later is not None:
                later.cancel()
                later = None
            if not self._path.exists():
                with suppress(OSError):
                    self.renew()
                    cancel()
                    cancel = watcher.watch(self._folder, noticed)
                    later = loop.call_later(RENEWAL_TIME, callback)
            elif name and not (self._folder / name).exists():
                # It has quit, and said so in the log; or somebody is removing all files, ours as well.
                later = loop.call_later(_SETTLE_TIME, noticed, "")
            else:
                callback()

        def end() -> None:
            cancel()
            if later is not None:
                later.cancel()

        cancel = watcher.watch(self._folder, noticed)
        return end

    @contextmanager
    def claim(self, instance: str) -> Iterator[bool]:
        """Yield whether ``instance`` is gone and it is for us to say so; nobody else may until this is left.

        When it is left without an error the instance's file goes, so that it is asked about once.
        """
        path = path_of(self._folder, instance, _SUFFIX)
        self.renew()
        with _claim(path) as claimed:
            is_gone = claimed is not False
            if claimed is None and time.monotonic() < self._uncertain_until:
                is_gone = False
            yield is_gone
            if claimed:
                path.unlink(missing_ok=True)

    def describe(self, instance: str) -> str:
        """Return whose an instance is, for a message: its process and terminal."""
        pid, terminal = 0, ""
        if is_id(instance):
            with suppress(OSError):
                pid, terminal = _read_lock_file(path_of(self._folder, instance, _SUFFIX))
        if not pid:
            return "another Chloe"
        return f"the Chloe with process id {pid}" + (f" on {terminal}" if terminal else "")


def _read_lock_file(path: Path) -> tuple[int, str]:
    """Read process and terminal off a lock file; 0 and "" where it lacks them. Raises ``OSError``."""
    fields: object = None
    with suppress(ValueError, RecursionError, FileRefused):
        fields = json.loads(read_whole(path, _MAX_LOCK_FILE, follow=False))
    if not isinstance(fields, dict):
        return 0, ""
    pid, terminal = fields.get("pid"), fields.get("terminal")
    return (
        pid if type(pid) is int and 0 < pid < _MAX_PID else 0,
        terminal if isinstance(terminal, str) else "",
    )


@contextmanager
def _claim(path: Path) -> Iterator[bool | None]:
    """Hold the lock of a dead instance: True; False where it lives; None where it left no file."""
    try:
        fd = open_regular(path, os.O_RDWR, follow=False)
    except (FileNotFoundError, FileRefused):
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


def _terminal() -> str:
    for fd in (0, 1, 2):
        with suppress(OSError):
            return os.ttyname(fd)
    return ""
