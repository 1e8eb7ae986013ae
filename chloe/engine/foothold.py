"""Where an instance stands: the log that it has open, and the lock that says that it lives.

Owns the order of the two, and what becomes of an instance that can't write: it looks, and changes nothing
(law 13). Must not know what is done with either.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from chloe.actors.presence import Presence
from chloe.config import Config
from chloe.errors import LogUnusable
from chloe.small_files import FileRefused, is_shortage
from chloe.store import Store
from chloe.store.change_watch import FolderWatcher
from chloe.store.unwritable import explain_unwritable
from chloe.waits import Waits

#: Seconds that the log still gets to be written once it was given up.
_GIVEN_UP = 0.2

#: Seconds between two looks for room.
_RETRY_DELAY = 1.0


@asynccontextmanager
async def open_foothold(
    config: Config, instance: str, watcher: FolderWatcher | None, waits: Waits, unwritable: str = ""
) -> AsyncIterator[tuple[Store, Presence]]:
    """Open the log and say that ``instance`` lives; where that can't be written, open the log for reading.

    So it is with a reason why it is ``unwritable``. Raises ``LogUnusable``, ``HomeUnusable``,
    ``WaitedTooLong``, ``OSError``.
    """
    store = await _open_store(config, instance, watcher, waits, unwritable)
    try:
        folder = config.paths.instances
        try:
            presence = Presence(folder, instance, absent=bool(unwritable) or not folder.is_dir())
        except OSError as error:
            reason = (
                "" if isinstance(error, FileRefused) or is_shortage(error) else explain_unwritable(folder)
            )
            if not reason:
                raise
            if store.refusal is None:
                await store.close()
                store = await _open_store(config, instance, watcher, waits, reason)
            presence = Presence(folder, instance, absent=True)
        try:
            yield store, presence
        finally:
            presence.close()
    finally:
        await _close(store, waits)


async def wait_until_writable(store: Store) -> None:
    """Wait until a log that is only read, since nothing could be written, can be written; else for ever."""
    where = store.path.parent, store.path
    if store.refusal is None or not await asyncio.to_thread(explain_unwritable, *where):
        await asyncio.get_running_loop().create_future()
    while await asyncio.to_thread(explain_unwritable, *where):  # noqa: ASYNC110 - nobody tells of room
        await asyncio.sleep(_RETRY_DELAY)


async def _open_store(
    config: Config, instance: str, watcher: FolderWatcher | None, waits: Waits, unwritable: str
) -> Store:
    return await Store.open(
        config.paths.database,
        instance=instance,
        watcher=watcher,
        heads_file=Path(config.log.heads_file) if config.log.heads_file else None,
        waits=waits,
        unwritable=unwritable,
    )


async def _close(store: Store, waits: Waits) -> None:
    """Close the log; where it was given up before, at once, and without saying so again."""
    if not waits.has_given_up:
        await store.close()
        return
    with suppress(LogUnusable):
        await store.close(_GIVEN_UP)
