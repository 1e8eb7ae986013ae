"""Checks of the disks that Chloe's files lie on: what kind, how much room.

Owns which kinds are unsafe and how much room is too little. Must not know what is in the files.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from chloe.doctor.evidence import Evidence
from chloe.doctor.findings import Finding, bad, note, ok, warn
from chloe.formatting.sizes import format_size

#: Shared by machines: locks and shared memory hold on one at the most, and SQLite's WAL mode needs both
#: (https://sqlite.org/wal.html, https://sqlite.org/howtocorrupt.html).
_SHARED = re.compile(
    r"nfs\d?|cifs|smb\w*|afs|9p|ncpfs|gfs2?|ocfs2|lustre|glusterfs|ceph|vboxsf|drvfs|davfs"
    r"|fuse\.(sshfs|glusterfs|ceph.*|s3fs.*|rclone|davfs.*|vmhgfs.*|nfs.*|smb.*)"
)
_VOLATILE = {"tmpfs", "ramfs"}

#: There is too little room below either of these: a share of the disk, and bytes.
_MIN_FREE_SHARE, _MIN_FREE = 0.05, 1_000_000_000


def check_file_system(evidence: Evidence) -> Iterator[Finding]:
    """Check whether the file system keeps locks, and keeps files at all."""
    for subject, folder in _list_places(evidence):
        kind = _find_kind(folder)
        if not kind:
            continue
        if _SHARED.fullmatch(kind):
            yield bad(
                subject,
                f"lies on {kind}, where locks can't be relied on: the log may be damaged",
                "set CHLOE_HOME to a folder on a disk of this machine",
            )
        elif kind in _VOLATILE:
            yield warn(
                subject,
                f"lies on {kind}: it is gone when this machine restarts",
                "set CHLOE_HOME to a folder on a disk",
            )
        elif kind.startswith("fuse"):
            yield note(subject, f"lies on {kind}; Chloe needs one that keeps flock(2) and shared memory")
        else:
            yield ok(subject, f"lies on {kind}")


def check_space(evidence: Evidence) -> Iterator[Finding]:
    """Check whether there is room for what is yet to be recorded."""
    for subject, folder in _list_places(evidence):
        disk = os.statvfs(folder)
        free, whole = disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize
        text = f"{format_size(free)} free of {format_size(whole)}"
        if not free:
            yield bad(
                subject, f"the disk is full ({format_size(whole)})", f"make room on the disk of {folder}"
            )
        elif free < _MIN_FREE or free < _MIN_FREE_SHARE * whole:
            yield warn(subject, f"only {text}", f"make room on the disk of {folder}")
        else:
            yield ok(subject, text)


def _list_places(evidence: Evidence) -> Iterator[tuple[str, Path]]:
    """Yield home and spool, or the folders to make them in; only one if both lie on one disk."""
    home, spool = _find_existing(evidence.paths.home), _find_existing(evidence.paths.spool)
    yield str(evidence.paths.home), home
    if spool.stat().st_dev != home.stat().st_dev:
        yield str(evidence.paths.spool), spool


def _find_existing(folder: Path) -> Path:
    return next(each for each in (folder, *folder.parents) if each.exists())


def _find_kind(folder: Path) -> str:
    """Return the kind of file system that ``folder`` lies on (proc_pid_mounts(5)); "" if it is unknown."""
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
