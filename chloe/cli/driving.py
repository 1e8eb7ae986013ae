"""From a command to an engine, or to the log alone.

Owns the opening and closing around a command's own work. Must not know what the work is. What it
imports is heavy, so it does that when called.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from chloe.wording import printable

if TYPE_CHECKING:
    from chloe.config import Config
    from chloe.engine import Engine
    from chloe.events.panes import Pane
    from chloe.store import Store

Answer = TypeVar("Answer")


def settings() -> Config:
    """The user's settings, with the folders made."""
    from chloe.config import Paths, load

    # A home that can't be used is to be called so, before a file in it is found unreadable.
    Paths.find(os.environ).prepare()
    return load()


def with_engine(work: Callable[[Engine], Awaitable[Answer]]) -> Answer:
    """Do ``work`` with an engine that has taken in what the spools hold, whether or not an app runs."""
    import asyncio

    config = settings()
    from chloe.engine import running
    from chloe.ui.log_file import logging_into

    async def run() -> Answer:
        async with running(config, screens=False) as engine:
            _tell(engine.loss)
            await engine.taken_in()
            return await work(engine)

    with logging_into(config.paths.log_file):
        return asyncio.run(run())


def with_pane(pane: str, work: Callable[[Engine, Pane], Awaitable[Answer]]) -> Answer:
    """As ``with_engine``, with the pane of this id, name or prefix."""

    async def find(engine: Engine) -> Answer:
        return await work(engine, engine.projections.panes.find(pane))

    return with_engine(find)


def with_log(work: Callable[[Store], Awaitable[Answer]]) -> Answer:
    """Do ``work`` with the log as it is. Raises ``LogUnusable`` where there is none."""
    import asyncio

    config = settings()
    from chloe.errors import LogUnusable
    from chloe.store import Store
    from chloe.ui.log_file import logging_into

    if not config.paths.database.exists():
        raise LogUnusable(f"there is no log at {config.paths.database}: nothing was recorded yet")

    async def run() -> Answer:
        store = await Store.open(config.paths.database, instance="", watcher=None)
        _tell(store.loss)
        try:
            return await work(store)
        finally:
            await store.close()

    with logging_into(config.paths.log_file):
        return asyncio.run(run())


def _tell(loss: str | None) -> None:
    """Say what the log had lost when it was opened; the command goes on with what there is."""
    if loss:
        print(f"chloe: {printable(loss)}", file=sys.stderr)
