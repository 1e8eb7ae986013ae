"""Patience with the log: a command that can't go on without it gives up.

Owns when that is. Must not know what the command waits for: while the log can't be written or read, it is the
log. The app has none of this; it goes on by itself once the log does.
"""

from __future__ import annotations

import asyncio

from chloe.errors import LogUnwritable
from chloe.store import Store
from chloe.store.unwritable import explain_unwritable
from chloe.waits import LOG_TIMEOUT, Waits


async def give_up_on(store: Store, waits: Waits, *, needs_log: bool = True) -> None:
    """Raise ``WaitedTooLong`` once the log couldn't be used for too long at a stretch; else never end.

    What doesn't need the log to be written doesn't wait for a disk that is full: ``LogUnwritable`` is raised
    at once.
    """
    changed = asyncio.Event()
    cancel = store.subscribe(lambda _: changed.set())
    try:
        while True:
            while not store.blockage:
                changed.clear()
                await changed.wait()
            if not needs_log and (reason := await asyncio.to_thread(explain_unwritable, store.path.parent)):
                waits.has_given_up = True
                raise LogUnwritable(reason)
            async with waits.waiting_for(
                "the log", LOG_TIMEOUT, holder=store.find_writer, outcome=lambda: store.blockage or ""
            ):
                while store.blockage:
                    changed.clear()
                    await changed.wait()
    finally:
        cancel()
