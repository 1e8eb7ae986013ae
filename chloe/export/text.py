"""A pane's log as the lines that a person would have read.

Owns the way from the log to lines: through the terminal, so that a progress bar is its last state
and a wrapped line is one line; colours and positions are gone. Must not know where the lines go. Memory
is bounded: lines are handed on as they leave the screen.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from chloe.events import facts
from chloe.events.faults import Fault
from chloe.export.drawing import Drawing
from chloe.export.raw import DAMAGED, PRUNED, Missing, pruned_through
from chloe.formatting.text import escape_unsafe
from chloe.store import FoldStart
from chloe.store.extended import RecordSource


async def text(
    store: RecordSource, pane: str, *, failed: Callable[[Fault], None] = lambda _fault: None
) -> AsyncIterator[list[str] | Missing]:
    """The lines in order, some at a time, without their ends; what is on the screen at the end comes last.

    A line in square brackets stands where bytes are missing, and where the emulator failed on them: what
    follows isn't drawn then, up to the next screen that the log has, and ``failed`` is given the fault. A
    ``Missing`` stands where the log let go of bytes, or where they can't be read, once for each stretch.
    """
    async for piece in _pieces(store, pane, Drawing(failed)):
        if piece:
            yield piece


async def _pieces(store: RecordSource, pane: str, drawing: Drawing) -> AsyncIterator[list[str] | Missing]:
    """What ``text`` gives, and empty lists."""
    printed = 0
    beginning = await store.find_fold_start(pane)
    through = await pruned_through(store, pane)
    gone: Missing | None = None
    kinds = ("Created", "Output", "Resized", "Repainted", "Gap")
    async for record in store.read(pane=pane, kinds=kinds):
        fact = record.fact
        if isinstance(fact, facts.Output) and (record.seq <= beginning.after or fact.length > len(fact.data)):
            start = gone.offset if gone else fact.offset
            reason = PRUNED if record.seq <= through else DAMAGED
            gone = Missing(start, fact.offset + fact.length - start, reason)
            continue
        if isinstance(fact, facts.Repainted) and fact.length > len(fact.data):
            continue
        if gone is not None and record.seq > beginning.after:
            yield gone
            gone = None
            if beginning.state is not None:
                yield drawing.begin_at_cut(beginning.state, printed)
                beginning = FoldStart()
        match fact:
            case facts.Created(rows=rows, columns=columns) | facts.Resized(rows=rows, columns=columns):
                yield drawing.resize(rows, columns, printed)
            case facts.Output(data=data, offset=offset):
                yield drawing.feed(data, offset)
                printed = offset + len(data)
            case facts.Repainted(rows=rows, columns=columns, data=data):
                yield drawing.begin_anew(rows, columns, data, printed)
            case facts.Gap(length=length, reason=reason, offset=offset):
                printed = offset + length
                some = f"{length} bytes are" if length else "bytes may be"
                yield [f"[{some} missing here: {escape_unsafe(reason)}]"]
    if gone is not None:
        yield gone
        if beginning.state is not None:
            yield drawing.begin_at_cut(beginning.state, printed)
    yield drawing.lines_on_screen(printed)
