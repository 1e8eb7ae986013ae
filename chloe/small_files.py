"""Small files: opened and read so that none of them can hang or fill Chloe.

Owns the check that a name leads to a regular file of a bounded size, and of whom. Must not know any other
room, or what the files hold.

A name may lead to a pipe that nobody writes to, to a device that never ends, or to a file of somebody else:
what is found there is refused as an ``OSError`` whose ``strerror`` says why.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

#: What a file that is no regular one is called.
_KINDS = (
    (stat.S_ISDIR, "is a folder"),
    (stat.S_ISFIFO, "is a named pipe"),
    (stat.S_ISSOCK, "is a socket"),
    (stat.S_ISCHR, "is a device"),
    (stat.S_ISBLK, "is a device"),
    (stat.S_ISLNK, "is a link"),
)


#: What says nothing of the file: the process has no descriptor or no memory for it at the moment.
_SHORTAGES = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM})


def is_shortage(error: OSError) -> bool:
    """Return whether a file couldn't be opened for want of descriptors or memory: it may be there."""
    return error.errno in _SHORTAGES


class FileRefused(OSError):
    """What the name leads to isn't a file that may be used here; ``strerror`` says why."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(errno.EINVAL, reason, str(path))


def open_regular(
    path: Path,
    flags: int = os.O_RDONLY,
    *,
    mode: int = 0o600,
    follow: bool = True,
    owners: Collection[int] | None = None,
) -> int:
    """Open a regular file and return its descriptor; never wait for another program to open it too.

    ``follow`` says whether ``path`` may be a link, ``owners`` which users' files are good (None: all users').
    Raises ``FileRefused`` for anything else, another ``OSError`` where it can't be opened.
    """
    # Looked at first, since the mere opening of a device may do something.
    try:
        _check(path, path.stat(follow_symlinks=follow), owners)
    except FileNotFoundError:
        if not flags & os.O_CREAT:
            raise
    flags |= os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY | (0 if follow else os.O_NOFOLLOW)
    descriptor = os.open(path, flags, mode)
    try:
        # And once more, since the name may lead elsewhere by now.
        _check(path, os.fstat(descriptor), owners)
    except FileRefused:
        os.close(descriptor)
        raise
    return descriptor


def check_regular(path: Path, *, follow: bool = True, owners: Collection[int] | None = None) -> None:
    """Check that a regular file is at ``path``, without opening it. Raises ``FileRefused``, or ``OSError``.

    ``follow`` and ``owners`` are as ``open_regular`` has them.
    """
    _check(path, path.stat(follow_symlinks=follow), owners)


def read_whole(
    path: Path, limit: int, *, follow: bool = True, owners: Collection[int] | None = None
) -> bytes:
    """Read a regular file of at most ``limit`` bytes. Raises ``FileRefused`` where it is larger, or another
    ``OSError``.

    ``follow`` and ``owners`` are as ``open_regular`` has them.
    """
    descriptor = open_regular(path, follow=follow, owners=owners)
    with os.fdopen(descriptor, "rb") as file:
        # The size that the file system states may be wrong, as that of the files in /proc is.
        data = file.read(limit + 1)
    if len(data) > limit:
        raise FileRefused(path, f"is larger than {limit} bytes")
    return data


def read_end(path: Path, limit: int, *, follow: bool = True, owners: Collection[int] | None = None) -> bytes:
    """Read the last ``limit`` bytes of a regular file, all of it where it is smaller. Raises ``OSError``.

    ``follow`` and ``owners`` are as ``open_regular`` has them.
    """
    descriptor = open_regular(path, follow=follow, owners=owners)
    with os.fdopen(descriptor, "rb") as file:
        end = file.seek(0, os.SEEK_END)
        file.seek(max(0, end - limit))
        return file.read(limit)


def replace_file(path: Path, data: bytes) -> None:
    """Put a file with ``data`` in the place of ``path``, 0600, in one step. Raises ``OSError``."""
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    with suppress(FileNotFoundError):
        new.unlink()
    try:
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        new.rename(path)
    except OSError:
        new.unlink(missing_ok=True)
        raise


def _check(path: Path, status: os.stat_result, owners: Collection[int] | None) -> None:
    if not stat.S_ISREG(status.st_mode):
        kind = next((name for is_kind, name in _KINDS if is_kind(status.st_mode)), "is something else")
        raise FileRefused(path, f"{kind}, not a regular file")
    if owners is not None and status.st_uid not in owners:
        raise FileRefused(path, f"belongs to another user (uid {status.st_uid})")
