"""What a file or a folder looks like, so that two looks can be compared.

Owns the comparison that stands in for inotify. Must not know when it is called. It sees creation,
growth, change, replacement and deletion; it can't see that a file was closed or a lock given back.
"""

from __future__ import annotations

import os
from pathlib import Path

#: Seconds between two looks.
INTERVAL = 0.02

_Mark = tuple[int, int, int]


class Look:
    """The last look at ``path``. ``FileNotFoundError`` if it isn't there at first."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._folder = path.is_dir()
        path.stat()
        self._seen = self._glance()

    def again(self) -> list[str]:
        """The names whose entry differs from the last look; "" is ``path`` itself."""
        before, self._seen = self._seen, self._glance()
        return [name for name in {**before, **self._seen} if before.get(name) != self._seen.get(name)]

    def _glance(self) -> dict[str, _Mark]:
        try:
            if not self._folder:
                return {"": _mark(self._path.stat())}
            seen = {"": (self._path.stat().st_ino, 0, 0)}
            with os.scandir(self._path) as entries:
                for entry in entries:
                    try:
                        seen[entry.name] = _mark(entry.stat(follow_symlinks=False))
                    except FileNotFoundError:
                        continue  # Gone since the folder was listed.
        except (FileNotFoundError, NotADirectoryError):
            return {}
        return seen


def _mark(stat: os.stat_result) -> _Mark:
    return stat.st_ino, stat.st_size, stat.st_mtime_ns
