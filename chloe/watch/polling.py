"""States of a file or a folder, to be compared with the next one.

Owns the comparison that stands in for inotify. Must not know when it is made. It finds creation, growth,
change, replacement and deletion; it can't find that a file was closed or a lock given back.
"""

from __future__ import annotations

import os
from pathlib import Path

#: Seconds between two looks.
INTERVAL = 0.02

_Stamp = tuple[int, int, int]


class PathState:
    """The last state of ``path`` that was seen. Raises ``FileNotFoundError`` if it isn't there at first."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._folder = path.is_dir()
        path.stat()
        self._seen = self._take()

    def changes(self) -> list[str]:
        """Return the names whose entry has changed since the last call; "" is ``path`` itself."""
        before, self._seen = self._seen, self._take()
        return [name for name in {**before, **self._seen} if before.get(name) != self._seen.get(name)]

    def _take(self) -> dict[str, _Stamp]:
        try:
            if not self._folder:
                return {"": _stamp(self._path.stat())}
            seen = {"": (self._path.stat().st_ino, 0, 0)}
            with os.scandir(self._path) as entries:
                for entry in entries:
                    try:
                        seen[entry.name] = _stamp(entry.stat(follow_symlinks=False))
                    except FileNotFoundError:
                        continue  # Gone since the folder was listed.
        except (FileNotFoundError, NotADirectoryError):
            return {}
        return seen


def _stamp(stat: os.stat_result) -> _Stamp:
    return stat.st_ino, stat.st_size, stat.st_mtime_ns
