"""The fold's other driver: stored records in, the state as of any record out.

Owns nothing but the reading; ``events.projections`` folds. Must not know the live driver.
"""

from __future__ import annotations

import time

from chloe.events.facts import Record
from chloe.events.keyframe import KeyframeError, decode_keyframe
from chloe.events.projections import Projections
from chloe.events.screen import StreamPosition
from chloe.events.screens import Screens
from chloe.store import FoldStart, Store
from chloe.terminal import within_bounds


async def fold(
    store: Store, *, pane: str | None = None, through: int | None = None, scrollback: int = 10_000
) -> Projections:
    """The state as of record ``through`` (None: the last), of one pane or of all.

    What programs asked of their terminals is thrown away, unanswered. Where the log was pruned, a screen is
    right from the cut on.
    """
    beginnings = await _beginnings(store, pane)
    projections = Projections(scrollback, clock=time.monotonic)
    async for record in store.read(pane=pane, through=through):
        projections.apply(record)
        beginning = beginnings.get(record.pane)
        if beginning is not None and beginning.after == record.seq and beginning.state is not None:
            _begin_anew(projections.screens, record, beginning, scrollback)
        if projections.screens.pending_bytes(record.pane) > _DRAW_AT:
            projections.screens.settle()
    projections.screens.settle()
    for each, terminal in list(projections.screens.items()):
        try:
            terminal.take_replies()
            terminal.take_notices()
        except Exception as error:
            projections.screens.fail(each, error, "shown")
    return projections


def _begin_anew(screens: Screens, record: Record, beginning: FoldStart, scrollback: int) -> None:
    """Have the screen of a pane begin at its cut, as far as that can be drawn."""
    try:
        with within_bounds:
            terminal = decode_keyframe(beginning.state or b"", scrollback=scrollback)
    except KeyframeError:
        return
    except Exception as error:
        screens.fail(record.pane, error, "loaded")
        return
    screens.forget(record.pane)
    screens.open(record.pane, terminal, StreamPosition(record.seq, beginning.offset))


async def _beginnings(store: Store, pane: str | None) -> dict[str, FoldStart]:
    """Where the folds of the panes begin that were pruned."""
    if pane is not None:
        return {pane: await store.find_fold_start(pane)}
    pruned = {record.pane async for record in store.read(kinds={"Pruned"}, bodies=False)}
    return {each: await store.find_fold_start(each) for each in pruned}


#: Bytes read before they are drawn: large pieces are quicker, but they are held in memory.
_DRAW_AT = 1024 * 1024
