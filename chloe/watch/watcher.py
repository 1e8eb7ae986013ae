"""The one watcher of a process: callbacks by path, called in the event loop.

Owns the callbacks and the choice between inotify and polling. Must not know what is watched or why.
"""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from chloe.watch.polling import INTERVAL, Look

if TYPE_CHECKING:
    from chloe.watch.inotify import Inotify

Told = Callable[[str], None]

#: What the kernel says when its limits on instances, watches or descriptors are reached.
_NO_MORE = frozenset({errno.ENOSPC, errno.EMFILE, errno.ENFILE, errno.ENOSYS, errno.ENOMEM})


class Watcher:
    """Tells callbacks that a file, or an entry of a folder, may have changed.

    ``polling`` leaves inotify out, which otherwise serves wherever it can be had. One instance is
    enough for a process, and the kernel grants few (128 a user by default). Not thread-safe: for
    the loop's own thread only.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop | None = None, *, polling: bool = False) -> None:
        self._loop = loop or asyncio.get_running_loop()
        self._told: dict[int, list[Told]] = {}
        self._looks: dict[Told, Look] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._polling = polling
        self._inotify: Inotify | None = None

    def watch(self, path: Path, told: Callable[[str], None]) -> Callable[[], None]:
        """Call ``told(name)`` in the loop after something happened in the folder, or to the file, ``path``.

        Something: created, written, closed after writing, moved or deleted. ``name`` is the folder's
        entry, or "" for ``path`` itself; each distinct name is told once a wake-up. ``told("")`` on a
        folder says that it is gone or that notices were lost: look at everything. Returns what
        cancels the watch; after that ``told`` is not called again. ``FileNotFoundError`` if ``path``
        isn't there.
        """

        # A callback of its own for each watch: the same callable may be given twice.
        def tell(name: str) -> None:
            told(name)

        if self._inotify is None and not self._polling:
            # Not before there is something to watch: a short command has nothing.
            self._inotify = _inotify()
            self._polling = self._inotify is None
            if self._inotify is not None:
                self._loop.add_reader(self._inotify.fd, self._read)
        if self._inotify is not None:
            try:
                return self._watch_inode(self._inotify, path, tell)
            except OSError as error:
                if error.errno not in _NO_MORE:
                    raise
        return self._watch_by_looking(path, tell)

    def close(self) -> None:
        """Stop watching everything."""
        self._told.clear()
        self._looks.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._inotify is not None:
            self._loop.remove_reader(self._inotify.fd)
            self._inotify.close()
            self._inotify = None

    def _watch_inode(self, inotify: Inotify, path: Path, told: Told) -> Callable[[], None]:
        watch = inotify.add(path)
        self._told.setdefault(watch, []).append(told)

        def cancel() -> None:
            callbacks = self._told.get(watch, [])
            if told not in callbacks:
                return  # Cancelled before, or the watched thing is gone.
            callbacks.remove(told)
            if not callbacks:
                del self._told[watch]
                inotify.remove(watch)

        return cancel

    def _read(self) -> None:
        assert self._inotify is not None
        for watch, name, ended in self._inotify.read():
            if watch == self._inotify.EVERYTHING:
                for callbacks in list(self._told.values()):
                    self._tell(callbacks, "")
                continue
            callbacks = self._told.get(watch, [])
            if ended:
                self._told.pop(watch, None)
                self._tell_all(list(callbacks), "")
            else:
                self._tell(callbacks, name)

    def _tell(self, callbacks: list[Told], name: str) -> None:
        """Tell those of ``callbacks`` that an earlier one hasn't cancelled meanwhile."""
        for told in list(callbacks):
            if told in callbacks:
                self._tell_all([told], name)

    def _tell_all(self, callbacks: list[Told], name: str) -> None:
        for told in callbacks:
            try:
                told(name)
            except Exception as error:
                # One callback's failure must not keep the notice from the others.
                self._loop.call_exception_handler(
                    {"message": f"a watch failed on {name!r}", "exception": error}
                )

    def _watch_by_looking(self, path: Path, told: Told) -> Callable[[], None]:
        self._looks[told] = Look(path)
        if self._timer is None:
            self._timer = self._loop.call_later(INTERVAL, self._look)

        def cancel() -> None:
            self._looks.pop(told, None)

        return cancel

    def _look(self) -> None:
        for told, look in list(self._looks.items()):
            for name in look.again():
                if told in self._looks:
                    self._tell_all([told], name)
        self._timer = self._loop.call_later(INTERVAL, self._look) if self._looks else None


def _inotify() -> Inotify | None:
    from chloe.watch.inotify import Inotify

    try:
        return Inotify()
    except OSError as error:
        if error.errno not in _NO_MORE:
            raise
        return None
