"""A holder's folder: what lies in it beside the segments, and how it comes back when somebody removed it.

Owns the FIFO ``keys``, the ``lock``, and the noticing that one of them is gone. Must not know what is typed
or recorded. Loaded by the holder, which runs alone: only the standard library, and little of it.

A folder that was moved away is left where it is: its files are still these, and it may come back.
"""

from __future__ import annotations

import _stat as stat
import _struct as struct
import fcntl
import posix as os

#: struct flock of fcntl(2) for a lock of this length at this place, as Linux has it on 64 bits: type, whence,
#: start, length, process.
_LOCK = struct.Struct("hhqqi4x")
#: SEEK_SET of lseek(2).
_FROM_START = 0

#: Folders, from the pane's up to the home, that may be made again. A home whose own place is gone stays gone.
_RECREATED_LEVELS = 3


class HolderFiles:
    """The folder of a living holder.

    Where the lock is found, the keys are open; it is free only after the end.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        #: The folder of all that is the user's Chloe's, this one's grandparent.
        self.home = path.rsplit("/", 2)[0]
        #: What is typed into the FIFO comes out here.
        self.keys = self._open_keys()
        self._watched = self._watched_home = -1
        self._make_lock()

    def publish_lock(self) -> None:
        """Let the lock be found: all is ready. ``FileExistsError`` where another holder was first."""
        try:
            # Unlike a rename, a link never takes another one's place.
            os.link(f"{self.path}/lock.new", f"{self.path}/lock")
        finally:
            os.unlink(f"{self.path}/lock.new")

    def watch(self) -> None:
        """Have SIGIO sent when an entry is removed or moved away, where the kernel knows how (fcntl(2))."""
        if self._watched >= 0:
            os.close(self._watched)
            self._watched = -1
        self._watched = _watch(self.path, ("DN_DELETE", "DN_RENAME"))

    def watch_home(self, *, on: bool) -> None:
        """Have SIGIO sent as well when a file of the home takes another's place, as the user's colours do."""
        if self._watched_home >= 0 and not on:
            os.close(self._watched_home)
            self._watched_home = -1
        elif self._watched_home < 0 and on:
            self._watched_home = _watch(self.home, ("DN_RENAME",))

    @property
    def is_complete(self) -> bool:
        """Return whether nothing of it was removed."""
        return bool(os.fstat(self._lock).st_nlink and os.fstat(self.keys).st_nlink)

    def is_leased(self) -> bool:
        """Return whether a recorder has this pane's lease: its byte of the file ``leases`` is locked."""
        pane = self.path.rpartition("/")[2]
        try:
            byte = int(pane.replace("-", ""), 16) >> 65
            asked = _LOCK.pack(fcntl.F_WRLCK, _FROM_START, byte, 1, 0)
            leases = os.open(
                f"{self.home}/leases", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            )
        except (OSError, ValueError, struct.error):  # type: ignore[attr-defined]
            return False
        try:
            # OFD: a lock of an open file, not of a process (fcntl(2)).
            answer = fcntl.fcntl(leases, getattr(fcntl, "F_OFD_GETLK", fcntl.F_GETLK), asked)
            return bool(_LOCK.unpack(answer)[0] != fcntl.F_UNLCK)
        except OSError:
            return False
        finally:
            os.close(leases)

    def restore(self) -> bytes:
        """Make again what was removed; what is still in a FIFO that is gone. ``OSError`` if it can't."""
        names = self.path.split("/")
        for up in range(_RECREATED_LEVELS - 1, -1, -1):
            folder = "/".join(names[: len(names) - up])
            try:
                os.mkdir(folder, 0o700)
            except FileExistsError:
                # The home may be a link; what lies in it is made by Chloe, and made into no other place.
                if up < _RECREATED_LEVELS - 1 and stat.S_ISLNK(os.lstat(folder).st_mode):
                    raise
        typed = b""
        if not os.fstat(self.keys).st_nlink:
            _remove(f"{self.path}/keys")
            os.mkfifo(f"{self.path}/keys", 0o600)
            old, self.keys = self.keys, self._open_keys()
            typed = _read_rest(old)
            os.close(old)
        if not os.fstat(self._lock).st_nlink:
            lock, bell = self._lock, self._bell
            _remove(f"{self.path}/lock.new")
            self._make_lock()
            os.close(bell)
            os.close(lock)
            self.publish_lock()
        self.watch()
        return typed

    def _open_keys(self) -> int:
        # Writing as well: so that it never ends when those who type close it.
        return os.open(f"{self.path}/keys", os.O_RDWR | os.O_NONBLOCK)

    def _make_lock(self) -> None:
        path = f"{self.path}/lock.new"
        self._lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        os.write(self._lock, b"%d\n" % os.getpid())
        # Rings for watchers when it is closed, after the lock is free: the kernel closes in this order.
        self._bell = os.open(path, os.O_WRONLY)


def _watch(folder: str, changes: tuple[str, ...]) -> int:
    """Have SIGIO sent at changes in a folder; the descriptor, -1 where that can't be done (fcntl(2))."""
    try:
        watched = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NONBLOCK)
        what = fcntl.DN_MULTISHOT
        for change in changes:
            what |= getattr(fcntl, change)
        fcntl.fcntl(watched, fcntl.F_NOTIFY, what)
    except (AttributeError, OSError):
        return -1  # It is looked at now and then as well.
    return watched


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except FileNotFoundError:
        return


def _read_rest(fifo: int) -> bytes:
    """Read what is in the FIFO: 64 KB at the most (pipe(7))."""
    try:
        return os.read(fifo, 1024 * 1024)
    except BlockingIOError:
        return b""
