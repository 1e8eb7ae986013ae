"""Checks of the disks that Chloe's files lie on: what kind, how much room.

Owns which kinds are unsafe and how much room is too little. Must not know what is in the files.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from chloe.doctor.examined import Examined
from chloe.doctor.findings import Finding, bad, note, ok, warn
from chloe.formatting.sizes import format_size

#: Shared by machines: locks and shared memory hold on one at the most, and SQLite's WAL mode needs both
#: (https://sqlite.org/wal.html, https://sqlite.org/howtocorrupt.html).
_SHARED = re.compile(
    r"nfs\d?|cifs|smb\w*|afs|9p|ncpfs|gfs2?|ocfs2|lustre|glusterfs|ceph|vboxsf|drvfs|davfs"
    r"|fuse\.(sshfs|glusterfs|ceph.*|s3fs.*|rclone|davfs.*|vmhgfs.*|nfs.*|smb.*)"
)
_FLEETING = {"tmpfs", "ramfs"}

#: Below either of these there is too little room: a part of the disk, and bytes.
_LEAST_SHARE, _LEAST = 0.05, 1_000_000_000


def file_system(examined: Examined) -> Iterator[Finding]:
    """Whether the file system keeps locks, and keeps files at all."""
    for subject, folder in _places(examined):
        kind = _kind(folder)
        if not kind:
            continue
        if _SHARED.fullmatch(kind):
            yield bad(
                subject,
                f"lies on {kind}, where locks can't be relied on: the log may be damaged",
                "set CHLOE_HOME to a folder on a disk of this machine",
            )
        elif kind in _FLEETING:
            yield warn(
                subject,
                f"lies on {kind}: it is gone when this machine restarts",
                "set CHLOE_HOME to a folder on a disk",
            )
        elif kind.startswith("fuse"):
            yield note(subject, f"lies on {kind}; Chloe needs one that keeps flock(2) and shared memory")
        else:
            yield ok(subject, f"lies on {kind}")


def space(examined: Examined) -> Iterator[Finding]:
    """Whether there is room for what is yet to be recorded."""
    for subject, folder in _places(examined):
        disk = os.statvfs(folder)
        free, whole = disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize
        text = f"{format_size(free)} free of {format_size(whole)}"
        if not free:
            yield bad(
                subject, f"the disk is full ({format_size(whole)})", f"make room on the disk of {folder}"
            )
        elif free < _LEAST or free < _LEAST_SHARE * whole:
            yield warn(subject, f"only {text}", f"make room on the disk of {folder}")
        else:
            yield ok(subject, text)


def _places(examined: Examined) -> Iterator[tuple[str, Path]]:
    """Home and spool, or the folder that they would be made in; once where they lie on one disk."""
    home, spool = _existing(examined.paths.home), _existing(examined.paths.spool)
    yield str(examined.paths.home), home
    if spool.stat().st_dev != home.stat().st_dev:
        yield str(examined.paths.spool), spool


def _existing(folder: Path) -> Path:
    return next(each for each in (folder, *folder.parents) if each.exists())


def _kind(folder: Path) -> str:
    """The kind of the file system that ``folder`` lies on (proc_pid_mounts(5)); "" where it can't be told."""
    mounts = Path("/proc/self/mounts")
    if not mounts.exists():
        return ""
    place = folder.resolve()
    kind, longest = "", -1
    for line in mounts.read_text("utf-8", "surrogateescape").splitlines():
        _, where, its_kind, *_ = line.split(" ")
        # Blanks and the like are spelled in octal. Of two mounted at one place the later hides the other.
        mounted = Path(re.sub(r"\\([0-7]{3})", lambda spelled: chr(int(spelled[1], 8)), where))
        if place.is_relative_to(mounted) and len(mounted.parts) >= longest:
            kind, longest = its_kind, len(mounted.parts)
    return kind
