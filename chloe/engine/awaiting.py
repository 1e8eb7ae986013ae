"""Waiting until something is true of a pane: that it ended, waits, is at its prompt, is quiet, shows a text.

Owns how each is told, and that it can't come any more once the pane has ended. Must not know who waits.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from chloe.actors.states.doing import JUST_PRINTED, Doing
from chloe.engine.engine import Engine
from chloe.events.panes import Pane
from chloe.terminal import Terminal

#: Seconds between two looks: a program's state may change without a byte.
_INTERVAL = 0.1
#: Nanoseconds without output after which a pane is quiet: it no longer counts as one that prints.
QUIET = JUST_PRINTED
#: Lines that left the screen between two looks, of which a text may be one.
_MAX_LINES = 10_000

#: Whether it has come.
Test = Callable[[], bool]


async def wait_until(engine: Engine, pane: Pane, has_come: Test) -> bool:
    """Wait until ``has_come``. Return whether it did; False once the pane has ended without it."""
    changed = asyncio.Event()
    cancel = engine.subscribe(lambda change: changed.set() if pane.id in change.panes else None)
    try:
        while True:
            changed.clear()
            # What is asked last may be what the pane's last output made true.
            has_ended = not pane.alive
            if has_come():
                return True
            if has_ended:
                return False
            try:
                async with asyncio.timeout(_INTERVAL):
                    await changed.wait()
            except TimeoutError:
                continue
    finally:
        cancel()


def make_state_test(pane: Pane, find_doing: Callable[[], Doing], kind: str) -> Test:
    """Return the test for "exit", "prompt", "waiting" or "quiet"."""
    match kind:
        case "exit":
            return lambda: not pane.alive
        case "prompt":
            return lambda: pane.alive and find_doing().state == "at the prompt"
        case "waiting":
            return lambda: pane.alive and find_doing().waits
        case "quiet":
            return lambda: pane.alive and time.time_ns() - max(pane.last_output_at, pane.created_at) >= QUIET
    raise ValueError(f"nothing tells {kind!r}")


def make_text_test(terminal: Terminal, text: str) -> Test:
    """Return the test for a text on the screen, now or from now on, also on lines that have left it since."""
    seen = terminal.scrollback.total

    def has_come() -> bool:
        nonlocal seen
        first, seen = seen, terminal.scrollback.total
        gone = terminal.scrollback.read_from(first, _MAX_LINES) if seen > first else []
        return any(text in line for line in (*gone, *terminal.lines_on_screen()))

    return has_come
