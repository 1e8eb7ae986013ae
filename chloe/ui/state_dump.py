"""The state of a run in words, for the log file: which views are open, what shows where, what waits.

Owns which parts of the state are told, and how. Nothing that a program printed is in it; a name is spelled
out where it doesn't show as itself. Must not know who asks for it, or where it goes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator

from chloe.engine import ActorQueues, Queues
from chloe.events.panes import Pane
from chloe.formatting.sizes import format_size
from chloe.formatting.text import escape_unsafe, shorten_id
from chloe.ui.panes.slots import Slots
from chloe.ui.requests import AppEngine, Requests
from chloe.ui.stack import Stack
from chloe.ui.state import AppState
from chloe.ui.view import Slot


def describe_state(
    state: AppState,
    stack: Stack,
    slots: Slots,
    requests: Requests,
    engine: AppEngine,
    tasks: Iterable[asyncio.Task[object]],
) -> str:
    """Return the state in lines: views, slots, panes, requests and queues, tasks."""
    queues = engine.measure_queues()
    lines = [
        "the app's state:",
        f"instance {shorten_id(engine.instance)}, record {engine.projections.seq} folded, "
        f"log {format_size(engine.log_size())}, trouble: {escape_unsafe(engine.trouble or 'none')}",
        f"views: tab {stack.tab.name}, place {stack.place.name}, top {stack.top.name}, "
        f"overlays {_join(view.name for view in stack.overlays)}",
        f"keyboard: {shorten_id(state.selection.typing_into or '') or 'the app'}, "
        f"selected: {shorten_id(state.selection.selected.id) if state.selection.selected else 'none'}",
        f"queues: {format_size(queues.uncommitted_bytes)} not committed, "
        f"{queues.unfolded_records} records not folded",
        *_section("slots", map(_describe_slot, slots)),
        *_section(
            "panes", (_describe_pane(pane, state, queues) for pane in engine.projections.panes.values())
        ),
        *_section("requests", requests.describe()),
        *_section("tasks", map(_describe_task, tasks)),
    ]
    return "\n".join(lines)


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    ordered = sorted(lines)
    yield f"{title}: {len(ordered)}"
    yield from (f"  {line}" for line in ordered)


def _join(words: Iterable[str]) -> str:
    return ", ".join(words) or "none"


def _describe_slot(slot: Slot) -> str:
    marks = [
        "live" if slot.is_live else "not live",
        *(["scrolled"] if slot.view.scrolled else []),
        *(["waits for a frame"] if slot.view.is_waiting else []),
        *([] if slot.view.terminal else ["without a screen"]),
    ]
    place = f"{slot.rows}x{slot.columns} at row {slot.top}, column {slot.left}, {slot.covered} rows covered"
    return f"{shorten_id(slot.pane)} {place}: {_join(marks)}"


def _describe_pane(pane: Pane, state: AppState, queues: Queues) -> str:
    screens = state.choose_screens(pane.id)
    marks = [
        "alive" if pane.alive else "ended",
        *(["attached"] if state.selection.is_attached(pane) else []),
        *(["of another instance"] if state.selection.is_foreign(pane) else []),
        *(["closed"] if pane.closed else []),
        *(["ahead of the log"] if state.is_ahead(pane.id) else []),
        *(["broken screen"] if pane.id in screens.broken else []),
    ]
    sizes = f"{format_size(pane.output_bytes)} printed, {format_size(state.unread.count(pane))} unread"
    name = f"{shorten_id(pane.id)} {escape_unsafe(pane.name)}"
    if pane.id in screens:
        fold = f"{format_size(screens.pending_bytes(pane.id))} to be drawn"
    else:
        fold = f"no screen, {format_size(queues.unfolded_bytes.get(pane.id, 0))} not folded"
    waiting = _join([fold, *_describe_actor(queues.actors.get(pane.id))])
    return f"{name}, {pane.rows}x{pane.columns}: {_join(marks)}; {sizes}, {waiting}"


def _describe_actor(waiting: ActorQueues | None) -> Iterator[str]:
    if waiting is None:
        yield "no actor"
        return
    yield f"{waiting.commands} commands in its mailbox"
    yield f"{format_size(waiting.gathered_bytes)} to be committed"
    yield f"{format_size(waiting.input_bytes)} of input to be taken"


def _describe_task(task: asyncio.Task[object]) -> str:
    coroutine = task.get_coro()
    return f"{escape_unsafe(task.get_name())}: {getattr(coroutine, '__qualname__', 'unknown')}"
