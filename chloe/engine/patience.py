"""Patience with the log: a command that can't go on without it gives up.

Owns when that is. Must not know what the command waits for: while the log can't be written or read, it is the
log. The app has none of this; it goes on by itself once the log does.
"""

from __future__ import annotations

import asyncio

from chloe.store import Store
from chloe.waits import LOG_TIMEOUT, Waits


async def give_up_on(store: Store, waits: Waits) -> None:
    """Raise ``WaitedTooLong`` once the log couldn't be used for too long at a stretch; else never end."""
    changed = asyncio.Event()
    cancel = store.subscribe(lambda _: changed.set())
    try:
        while True:
            while not store.blockage:
                changed.clear()
                await changed.wait()
            async with waits.waiting_for(
                "the log", LOG_TIMEOUT, holder=store.find_writer, outcome=lambda: store.blockage or ""
            ):
                while store.blockage:
                    changed.clear()
                    await changed.wait()
    finally:
        cancel()
