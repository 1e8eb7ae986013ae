"""A pane's log as the lines that a person would have read.

Owns the way from the stream to lines: through the terminal, so that a progress bar is its last state
and a wrapped line is one line; colours and positions are gone. Must not know where the lines go. Memory
is bounded: lines are handed on as they leave the screen.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from chloe.events import facts
from chloe.events.cut import CutUnusable, restored
from chloe.export.raw import DAMAGED, PRUNED, Missing, pruned_through
from chloe.store import Beginning, Store
from chloe.terminal import Terminal
from chloe.wording import printable

#: Bytes fed between two looks at the scrollback: it can't overrun its window meanwhile.
_PIECE = 16 * 1024
_WINDOW = 100_000


async def text(store: Store, pane: str) -> AsyncIterator[list[str] | Missing]:
    """The lines in order, some at a time, without their ends; what is on the screen at the end comes last.

    A line in square brackets stands where bytes are missing; a ``Missing`` where the log let go of them, or
    where they can't be read, once for each stretch.
    """
    terminal = Terminal(24, 80, scrollback=_WINDOW)
    beginning = await store.beginning(pane)
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
                terminal = _begun(beginning.state, terminal)
                beginning = Beginning()
        match fact:
            case facts.Created(rows=rows, columns=columns) | facts.Resized(rows=rows, columns=columns):
                terminal.resize(rows, columns)
            case facts.Output(data=data):
                for start in range(0, len(data), _PIECE):
                    terminal.feed(data[start : start + _PIECE])
                    if lines := terminal.scrollback.drain():
                        yield lines
            case facts.Repainted(rows=rows, columns=columns, data=data):
                yield terminal.lines_on_screen()
                terminal = Terminal(rows, columns, scrollback=_WINDOW)
                terminal.feed(data)
            case facts.Gap(length=length, reason=reason):
                yield [f"[{length} bytes are missing here: {printable(reason)}]"]
    if gone is not None:
        yield gone
        if beginning.state is not None:
            terminal = _begun(beginning.state, terminal)
    yield terminal.lines_on_screen()


def _begun(state: bytes, otherwise: Terminal) -> Terminal:
    """The terminal at the cut."""
    try:
        return restored(state, scrollback=_WINDOW)
    except CutUnusable:
        return otherwise
