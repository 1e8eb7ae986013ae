"""The fold's other driver: stored records in, the state as of any record out.

Owns nothing but the reading; ``events.projections`` folds. Must not know the live driver.
"""

from __future__ import annotations

from chloe.events.projections import Projections
from chloe.store import Store


async def fold(
    store: Store, *, pane: str | None = None, through: int | None = None, scrollback: int = 10_000
) -> Projections:
    """The state as of record ``through`` (None: the last), of one pane or of all.

    What programs asked of their terminals is thrown away, unanswered.
    """
    projections = Projections(scrollback)
    async for record in store.read(pane=pane, through=through):
        projections.apply(record)
        if projections.screens.waiting(record.pane) > _DRAW_AT:
            projections.screens.settle()
    for terminal in projections.screens.values():
        terminal.take_replies()
        terminal.take_notices()
    return projections


#: Bytes read before they are drawn: large pieces are quicker, but they are held in memory.
_DRAW_AT = 1024 * 1024
