"""What is damaged is kept aside: segments that can't be read wholly, in one folder of a bounded size.

Owns that folder and the words for what was kept. Must not know what is damaged, or what is read on.
"""

from __future__ import annotations

import errno
import shutil
import stat
from pathlib import Path

from chloe.backends.tmux.holder.segments import SEGMENT_LIMIT

#: The most files that are kept.
MAX_KEPT = 100
#: What is put behind the name of a segment where another one of that name was kept before.
_SUFFIXES = ("", *(f".{number}" for number in range(1, MAX_KEPT + 1)))


def quarantine(segment: Path, folder: Path) -> tuple[bool, str]:
    """Keep a segment in ``folder`` as well, made where it isn't there; whether that was done, and the words.

    Raises ``OSError`` where it can't be done for the moment: the disk is full, say.
    """
    names = (f"{segment.parent.name}-{segment.name}{suffix}" for suffix in _SUFFIXES)
    try:
        if not stat.S_ISREG(segment.lstat().st_mode):
            return False, "it is no regular file"
        folder.mkdir(mode=0o700, exist_ok=True)
        if not stat.S_ISDIR(folder.lstat().st_mode):
            return False, f"it can't be kept: {folder} is no folder"
        kept = next(path for name in names if not (path := folder / name).exists() or path.samefile(segment))
        if kept.exists():
            return True, f"it is kept as {kept}"
        if sum(1 for _ in folder.iterdir()) >= MAX_KEPT:
            return False, f"it is not kept: {folder} holds {MAX_KEPT} files already"
        _link(segment, kept)
    except (FileExistsError, FileNotFoundError, NotADirectoryError, PermissionError) as error:
        return False, f"it can't be kept: {folder}: {error.strerror}"
    return True, f"it is kept as {kept}"


def _link(segment: Path, kept: Path) -> None:
    try:
        kept.hardlink_to(segment)
    except OSError as error:
        # Another disk, or one that knows no links.
        if error.errno not in (errno.EXDEV, errno.EPERM, errno.ENOTSUP, errno.EMLINK):
            raise
        if segment.stat().st_size > SEGMENT_LIMIT:
            raise PermissionError(errno.EPERM, "it is too large to be copied", str(kept)) from error
        shutil.copy(segment, kept, follow_symlinks=False)
