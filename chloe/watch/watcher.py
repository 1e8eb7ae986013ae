"""The one watcher of a process: callbacks by path, called in the event loop.

Owns the callbacks and the choice between inotify and polling. Must not know what is watched or why.
"""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from chloe.watch.polling import INTERVAL, PathState

if TYPE_CHECKING:
    from chloe.watch.inotify import Inotify

Callback = Callable[[str], None]

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
        self._callbacks: dict[int, list[Callback]] = {}
        self._states: dict[Callback, PathState] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._polling = polling
        self._inotify: Inotify | None = None

    def watch(self, path: Path, callback: Callable[[str], None]) -> Callable[[], None]:
        """Call ``callback(name)`` in the loop after something happened to ``path`` or in that folder.

        Something: created, written, closed after writing, moved or deleted. ``name`` is the folder's entry,
        or "" for ``path`` itself; each distinct name is given once a wake-up. ``callback("")`` on a folder
        says that it is gone or that notices were lost: everything may have changed. Returns a function that
        cancels the watch; after that ``callback`` is not called again. Raises ``FileNotFoundError`` if
        ``path`` isn't there.
        """

        # A callback of its own for each watch: the same callable may be given twice.
        def notify(name: str) -> None:
            callback(name)

        if self._inotify is None and not self._polling:
            # Not before there is something to watch: a short command has nothing.
            self._inotify = _inotify()
            self._polling = self._inotify is None
            if self._inotify is not None:
                self._loop.add_reader(self._inotify.fd, self._read)
        if self._inotify is not None:
            try:
                return self._watch_inode(self._inotify, path, notify)
            except OSError as error:
                if error.errno not in _NO_MORE:
                    raise
        return self._watch_by_polling(path, notify)

    def close(self) -> None:
        """Stop watching everything."""
        self._callbacks.clear()
        self._states.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._inotify is not None:
            self._loop.remove_reader(self._inotify.fd)
            self._inotify.close()
            self._inotify = None

    def _watch_inode(self, inotify: Inotify, path: Path, callback: Callback) -> Callable[[], None]:
        watch = inotify.add(path)
        self._callbacks.setdefault(watch, []).append(callback)

        def cancel() -> None:
            callbacks = self._callbacks.get(watch, [])
            if callback not in callbacks:
                return  # Cancelled before, or the watched thing is gone.
            callbacks.remove(callback)
            if not callbacks:
                del self._callbacks[watch]
                inotify.remove(watch)

        return cancel

    def _read(self) -> None:
        assert self._inotify is not None
        for watch, name, ended in self._inotify.read():
            if watch == self._inotify.EVERYTHING:
                for callbacks in list(self._callbacks.values()):
                    self._notify(callbacks, "")
                continue
            callbacks = self._callbacks.get(watch, [])
            if ended:
                self._callbacks.pop(watch, None)
                self._call_all(list(callbacks), "")
            else:
                self._notify(callbacks, name)

    def _notify(self, callbacks: list[Callback], name: str) -> None:
        """Tell those of ``callbacks`` that an earlier one hasn't cancelled meanwhile."""
        for callback in list(callbacks):
            if callback in callbacks:
                self._call_all([callback], name)

    def _call_all(self, callbacks: list[Callback], name: str) -> None:
        for callback in callbacks:
            try:
                callback(name)
            except Exception as error:
                # One callback's failure must not keep the notice from the others.
                self._loop.call_exception_handler(
                    {"message": f"a watch failed on {name!r}", "exception": error}
                )

    def _watch_by_polling(self, path: Path, callback: Callback) -> Callable[[], None]:
        self._states[callback] = PathState(path)
        if self._timer is None:
            self._timer = self._loop.call_later(INTERVAL, self._poll)

        def cancel() -> None:
            self._states.pop(callback, None)

        return cancel

    def _poll(self) -> None:
        for callback, snapshot in list(self._states.items()):
            for name in snapshot.changes():
                if callback in self._states:
                    self._call_all([callback], name)
        self._timer = self._loop.call_later(INTERVAL, self._poll) if self._states else None


def _inotify() -> Inotify | None:
    from chloe.watch.inotify import Inotify

    try:
        return Inotify()
    except OSError as error:
        if error.errno not in _NO_MORE:
            raise
        return None
