"""A full replay: a pane's log folded from its first record on, with no short-cut."""

from __future__ import annotations

from chloe.events.facts import Record
from chloe.events.panes import Panes
from chloe.past.walker import Walker
from chloe.store import Store
from chloe.terminal import Terminal


async def replayed(store: Store, pane: str, *, scrollback: int = 10_000) -> Terminal:
    """Return the pane's terminal as of the end of the log."""
    walker = Walker(store, pane, scrollback=scrollback)
    await walker.until()
    assert walker.terminal is not None
    return walker.terminal


async def folded_panes(store: Store) -> Panes:
    """Return the panes as of the end of the log."""
    panes = Panes()
    records: list[Record] = [record async for record in store.read(bodies=False)]
    for record in records:
        panes.apply(record)
    return panes
