"""The leases of a home: who may record which pane, held as locks on single bytes of one file.

Owns the file ``leases``: how it is opened and locked, how a process that waits for a lease learns that one is
free, and what happens when somebody removes the file. Must not know what the owner of a lease does with it.

A pane's lease is an exclusive lock (F_OFD_SETLK, fcntl(2)) on the byte whose offset are the first 63 bits of
the pane's id. So a process needs one descriptor for all its panes, and the kernel frees its leases when it
dies. The kernel then says that the file was closed after writing; who gives a single lease back sets the
file's time instead. Either wakes those who wait. The kernel says it a moment before the locks are free, hence
the few more tries.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import logging
import os
import struct
from collections.abc import Callable, Iterable
from pathlib import Path

from chloe.backends import descriptors
from chloe.events.ids import is_id
from chloe.small_files import open_regular
from chloe.watch import Watcher

_log = logging.getLogger(__name__)

#: struct flock of fcntl(2) where it has the locks that are used here: type, whence, start, length, process.
_FLOCK = struct.Struct("hhqqi4x")

#: Seconds after a notice at which those who wait try again.
_TRY_DELAYS = (0.0, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128)
#: Seconds between two tries without a notice; the same where the system refused one.
_RECHECK_DELAY, _RETRY_DELAY = 10.0, 1.0
#: Seconds between two tries to make a removed file again, where its folder is gone as well.
_REMAKE_DELAY = 0.1
#: Seconds in which the leases of a removed file are left to the processes that had them.
_OWNERS_FIRST = 1.0


def lease_offset(pane: str) -> int:
    """Return the byte that stands for the pane with this id. Raises ``ValueError`` where it is no UUID."""
    if not is_id(pane):
        raise ValueError(f"{pane!r} is no pane's id")
    return int(pane.replace("-", ""), 16) >> 65


class Lease:
    """The right to record one pane: one holder of it at a time, in all processes together."""

    def __init__(self, leases: Leases, pane: str) -> None:
        self._leases = leases
        self.pane = pane
        self.offset = lease_offset(pane)
        #: It is ours.
        self.held = False
        #: It was ours, until somebody removed the file and another process was faster.
        self.lost = False
        #: Called when it is lost.
        self.on_lost: Callable[[], None] = lambda: None

    def take(self, *, new: bool = False) -> bool:
        """Try to take it; True if it is ours now. Raises ``OSError`` where the system can't say.

        ``new``: the pane is being made, so that nobody can have had it before.
        """
        return self._leases.take(self, new=new)

    async def wait(self) -> None:
        """Wait until it is ours, for ever if need be."""
        await self._leases.wait(self)

    def release(self) -> None:
        """Let another have it."""
        self._leases.release(self)


class Leases:
    """The leases of the home whose file is ``path``, as one process has them.

    Without ``watcher`` nobody can wait for a lease. Not thread-safe, but a lease that is held may be kept
    while a thread works under it.
    """

    def __init__(self, path: Path, watcher: Watcher | None = None) -> None:
        self.path = path
        self._watcher = watcher
        self._fd = -1
        self._held: dict[int, Lease] = {}
        self._waiting: dict[Lease, asyncio.Future[None]] = {}
        self._unwatch: Callable[[], None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._try_delays: list[float] = []
        #: By the loop's time: until then the processes that had leases in a removed file take them again.
        self._owners_first_until = 0.0
        self._reported = ""
        self._paused = False

    def lease(self, pane: str) -> Lease:
        """Return the lease of one pane, not taken yet. Raises ``ValueError`` where ``pane`` is no UUID."""
        return Lease(self, pane)

    def take(self, lease: Lease, *, new: bool = False) -> bool:
        """See ``Lease.take``."""
        if lease.held:
            return True
        if lease.offset in self._held:
            return False
        self._open()
        if (not new and self._yields_to_owners()) or not _lock(self._fd, lease.offset):
            return False
        if self._is_replaced():
            # Somebody removed it just now: a lock on it keeps nobody away.
            self._renew()
            return False
        lease.held, lease.lost = True, False
        self._held[lease.offset] = lease
        return True

    async def wait(self, lease: Lease) -> None:
        """See ``Lease.wait``."""
        if self._taken(lease):
            return
        waiting = self._waiting[lease] = asyncio.get_running_loop().create_future()
        self._watch()
        self._schedule_try(_RECHECK_DELAY if self._fd >= 0 else _RETRY_DELAY)
        try:
            await waiting
        finally:
            self._waiting.pop(lease, None)

    def release(self, lease: Lease) -> None:
        """See ``Lease.release``."""
        if not lease.held:
            return
        lease.held = False
        self._held.pop(lease.offset, None)
        with contextlib.suppress(OSError):
            _unlock(self._fd, lease.offset)
            os.utime(self._fd)
        # Another part of this process may wait for it: the kernel notifies only other processes.
        if self._waiting:
            self._try_soon()

    def close(self) -> None:
        """Give all back."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._unwatch is not None:
            self._unwatch()
            self._unwatch = None
        for lease in self._held.values():
            lease.held = False
        self._held.clear()
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def pause(self) -> None:
        """Take no lease until ``resume``, but those of new panes: this process is about to be stopped."""
        self._paused = True

    def resume(self) -> None:
        """Take leases again."""
        self._paused = False
        if self._waiting:
            self._try_soon()

    # The file ----------------------------------------------------------------------------------------

    def _open(self) -> None:
        if self._fd >= 0 and self._is_replaced() and (error := self._renew()) is not None:
            raise error
        if self._fd < 0:
            self._fd = _open_file(self.path)
            self._watch()

    def _is_replaced(self) -> bool:
        """Return whether the file that is open isn't the one that others find."""
        try:
            status = os.stat(self.path)  # noqa: PTH116 - Path.stat takes twice as long
        except FileNotFoundError:
            return True
        return not os.path.samestat(status, os.fstat(self._fd))

    def _renew(self) -> OSError | None:
        """Take what we hold anew, on the file that others find now; why that can't be done, or None."""
        try:
            fd = _open_file(self.path)
        except OSError as error:
            # Its folder is gone as well, say. Our locks on the old file are all that there is meanwhile.
            self._report(error)
            self._schedule_try(_REMAKE_DELAY)
            return error
        old, self._fd = self._fd, fd
        self._rewatch()
        if self._watcher is not None:
            self._owners_first_until = asyncio.get_running_loop().time() + _OWNERS_FIRST
            self._schedule_try(_OWNERS_FIRST)
        for lease in list(self._held.values()):
            if not _lock(fd, lease.offset):
                lease.held, lease.lost = False, True
                del self._held[lease.offset]
                lease.on_lost()
        os.close(old)
        return None

    def _yields_to_owners(self) -> bool:
        if self._paused:
            return True
        return bool(self._owners_first_until) and asyncio.get_running_loop().time() < self._owners_first_until

    # Waiting -----------------------------------------------------------------------------------------

    def _taken(self, lease: Lease) -> bool:
        try:
            return lease.take()
        except OSError as error:
            self._report(error)
            return False

    def _watch(self) -> None:
        if self._unwatch is None and self._watcher is not None and self._fd >= 0:
            with contextlib.suppress(FileNotFoundError):
                self._unwatch = self._watcher.watch(self.path, self._on_file_changed)

    def _rewatch(self) -> None:
        if self._unwatch is not None:
            self._unwatch()
            self._unwatch = None
        self._watch()

    def _on_file_changed(self, _name: str) -> None:
        if self._fd >= 0 and self._is_replaced():
            self._renew()
        elif self._waiting:
            self._try_soon()

    def _try_soon(self) -> None:
        self._try_delays = list(reversed(_TRY_DELAYS))
        self._schedule_try(self._try_delays.pop())

    def _schedule_try(self, seconds: float) -> None:
        """Try in ``seconds``, or before, where that was said already."""
        if self._watcher is None:
            return
        loop = asyncio.get_running_loop()
        at = loop.time() + seconds
        if self._timer is not None:
            if self._timer.when() <= at:
                return
            self._timer.cancel()
        self._timer = loop.call_at(at, self._try)

    def _try(self) -> None:
        self._timer = None
        if self._fd >= 0 and self._is_replaced():
            self._renew()
        if self._yields_to_owners():
            if not self._paused:
                self._schedule_try(_OWNERS_FIRST)
            return
        for lease, waiting in list(self._waiting.items()):
            if not waiting.done() and self._taken(lease):
                waiting.set_result(None)
        if self._timer is None and any(not waiting.done() for waiting in self._waiting.values()):
            self._schedule_try(self._try_delays.pop() if self._try_delays else _RECHECK_DELAY)

    def _report(self, error: OSError) -> None:
        descriptors.shortage.note(error)
        if self._reported != str(error):
            self._reported = str(error)
            _log.warning("leases can't be taken for the moment: %s", error)


def leased_panes(path: Path, panes: Iterable[str]) -> set[str]:
    """Return those of ``panes`` that some process records, by the file ``path``. Raises ``OSError``."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return set()
    try:
        return {pane for pane in panes if _is_locked(fd, lease_offset(pane))}
    finally:
        os.close(fd)


def find_recorders(path: Path, processes: Iterable[int]) -> dict[int, int]:
    """Return which of ``processes`` has which lease: by the lease's offset, the process id.

    The kernel's word (proc_pid_fdinfo(5)), so that nothing has to be written for it. Empty where the platform
    has no such list.
    """
    try:
        status = path.stat()
    except OSError:
        return {}
    place = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
    owners: dict[int, int] = {}
    for process in processes:
        with contextlib.suppress(OSError):
            for entry in Path(f"/proc/{process}/fdinfo").iterdir():
                for line in entry.read_text("ascii", "replace").splitlines():
                    # lock: 1: OFDLCK ADVISORY WRITE -1 fe:00:2148255 1234 1234
                    words = line.split()
                    if words[:1] == ["lock:"] and len(words) == 9 and words[6] == place:
                        owners[int(words[7])] = process
    return owners


def _open_file(path: Path) -> int:
    """Return a descriptor of the file, made where it isn't there yet. Raises ``OSError``."""
    return open_regular(path, os.O_RDWR | os.O_CREAT, follow=False)


def _lock(fd: int, at: int) -> bool:
    try:
        if hasattr(fcntl, "F_OFD_SETLK"):
            fcntl.fcntl(fd, fcntl.F_OFD_SETLK, _FLOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, at, 1, 0))
        else:
            # These belong to the process: it must have the file open once.
            fcntl.lockf(fd, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, at)
    except OSError as error:
        # POSIX allows both for a lock that another has.
        if error.errno in (errno.EAGAIN, errno.EACCES):
            return False
        raise
    return True


def _unlock(fd: int, at: int) -> None:
    if hasattr(fcntl, "F_OFD_SETLK"):
        fcntl.fcntl(fd, fcntl.F_OFD_SETLK, _FLOCK.pack(fcntl.F_UNLCK, os.SEEK_SET, at, 1, 0))
    else:
        fcntl.lockf(fd, fcntl.LOCK_UN, 1, at)


def _is_locked(fd: int, at: int) -> bool:
    if not hasattr(fcntl, "F_OFD_GETLK"):
        return False
    asked = _FLOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, at, 1, 0)
    lock_type: int = _FLOCK.unpack(fcntl.fcntl(fd, fcntl.F_OFD_GETLK, asked))[0]
    return lock_type != fcntl.F_UNLCK
