"""A pane's log as the lines that its terminal has kept.

Owns the way from a terminal to lines: a progress bar is its last state, a wrapped line is one line, colours
and positions are gone, what was cleared is told, and what a program paints again and again is told once
(``generations``). Must not know where the lines go. Memory is bounded: lines are handed on as they leave the
screen, some ten thousand later. What a full-screen program showed is in it only as it stood last: that is
for ``text``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

from chloe.export.generations import Generations
from chloe.formatting.text import escape_unsafe
from chloe.past.stream import Missing

if TYPE_CHECKING:
    from chloe.events.faults import Fault
    from chloe.past.walker import Walker
    from chloe.store.extended import RecordSource
    from chloe.terminal import Terminal

#: Lines that a terminal keeps until they are taken out: more than can be drawn at once.
_WINDOW = 2**24

#: Lines that are handed on together.
_TOGETHER = 512


async def encode_lines(
    source: RecordSource, pane: str, on_fault: Callable[[Fault], None]
) -> AsyncIterator[bytes | Missing]:
    """Give the lines as UTF-8, each with a line feed. Bytes that aren't UTF-8 stay as they are.

    A line in square brackets stands where bytes are missing, and where the emulator failed on them.
    """
    async for piece in read_lines(source, pane, on_fault):
        if isinstance(piece, Missing):
            yield piece
            piece = [describe_missing(piece)]
        yield "\n".join(piece).encode("utf-8", "surrogateescape") + b"\n"


def describe_missing(missing: Missing) -> str:
    """Return the line that stands where bytes are missing."""
    if not missing.is_gap:
        return f"[{missing.length} bytes were here: {escape_unsafe(missing.reason)}]"
    some = f"{missing.length} bytes are" if missing.length else "bytes may be"
    return f"[{some} missing here: {escape_unsafe(missing.reason)}]"


def _ignore(_fault: Fault) -> None:
    """Take no notice."""


async def read_lines(
    source: RecordSource, pane: str, on_fault: Callable[[Fault], None] = _ignore
) -> AsyncIterator[list[str] | Missing]:
    """Give the lines in order, some at a time, without their ends; those on the screen at the end come last.

    Where the emulator fails, a line in square brackets says so, ``on_fault`` is given the fault, and what
    follows isn't drawn, up to the next screen that the log has.
    """
    from chloe.past.walker import Walker

    lines: list[str] = []
    generations = Generations()

    def drain(terminal: Terminal) -> None:
        lines.extend(generations.add(terminal.scrollback.drain()))

    def hide(hidden: list[str], more: bool) -> None:
        if more:
            generations.hide_more(hidden)
        else:
            lines.extend(generations.add(hidden) + generations.hide())

    walker = Walker(
        source, pane, scrollback=_WINDOW, on_fault=lambda _pane, fault: on_fault(fault), on_drawn=drain
    )
    while (step := await walker.peek()) is not None:
        if step.begins_anew:
            lines += generations.add(_on_screen(walker))
        if step.begins_anew or step.missing:
            lines += generations.end()
        if step.missing and lines:
            yield lines.copy()
            lines.clear()
        for missing in step.missing:
            yield missing
        terminal, was_broken = walker.terminal, walker.fault is not None
        if terminal is not None:
            terminal.scrollback.on_hidden = hide
        await walker.step()
        if walker.fault is not None and not was_broken:
            lines += generations.add(_last_words(terminal, walker.fault, on_fault)) + generations.end()
        if len(lines) >= _TOGETHER:
            yield lines.copy()
            lines.clear()
    lines += generations.add(_on_screen(walker)) + generations.end()
    if lines:
        yield lines


def _on_screen(walker: Walker) -> list[str]:
    """Return what stands on the screen; where that can't be had, the line that says so."""
    terminal = walker.terminal
    if terminal is None:
        return []
    lines = walker.contain(terminal.lines_on_screen, "exported")
    if lines is None:
        return [describe_fault(walker.fault)] if walker.fault is not None else []
    return lines


def _last_words(terminal: Terminal | None, fault: Fault, on_fault: Callable[[Fault], None]) -> list[str]:
    """Return what can still be read of a screen that the emulator failed on, and the line that says so."""
    from chloe.events.faults import make_fault
    from chloe.terminal import within_bounds

    lines: list[str] = []
    if terminal is not None:
        try:
            with within_bounds:
                lines = [*terminal.scrollback.drain(), *terminal.lines_on_screen()]
        except Exception as error:
            on_fault(make_fault(error, offset=fault.offset, doing="exported"))
    return [*lines, describe_fault(fault)]


def describe_fault(fault: Fault) -> str:
    """Return the line that stands where the emulator failed."""
    return (
        f"[from byte {fault.offset} on what was printed can't be drawn as lines ({fault.error}); "
        "the raw export has every byte of it]"
    )
