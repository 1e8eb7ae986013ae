"""What happened, for a reader: one line a turn, or one JSON object a record.

Owns the wording. A run of output is one line with how much it was, since the export has what was printed.
Every name, folder, command and reason is escaped, since programs choose them. Must not know where the lines
go.
"""

from __future__ import annotations

import base64
import shlex
from collections.abc import AsyncIterator

from chloe.events import facts
from chloe.events.codec import encode
from chloe.events.facts import UNCOMMITTED, Record
from chloe.events.panes import Panes
from chloe.events.traits import names_of
from chloe.formatting.sizes import format_size
from chloe.formatting.text import escape_unsafe, shorten_id
from chloe.formatting.times import format_time


def describe(fact: facts.Fact) -> str:
    """Say in a few words what a fact is, with nothing in them that a terminal acts on."""
    match fact:
        case facts.Created():
            again = f", which relaunches {shorten_id(fact.relaunches)}" if fact.relaunches else ""
            return (
                f"created ({fact.backend}, {fact.columns}x{fact.rows}) in {escape_unsafe(fact.cwd)}: "
                f"{escape_unsafe(shlex.join(fact.argv))}{again}"
            )
        case facts.Output():
            return f"printed {format_size(fact.length)}"
        case facts.Resized():
            return f"resized to {fact.columns}x{fact.rows}"
        case facts.TerminalReset():
            return "reset the terminal"
        case facts.Renamed():
            return f"renamed to {escape_unsafe(fact.name)}"
        case facts.Tagged():
            return f"tagged {escape_unsafe(', '.join(fact.tags)) or 'with nothing'}"
        case facts.EscapeAssigned(to_program=to_program):
            return "was given Esc by its user" if to_program else "leaves Esc to the rule again"
        case facts.Notified(title=title, text=text):
            words = ": ".join(escape_unsafe(each) for each in (title, text) if each)
            return f"notified: {words}" if words else "rang"
        case facts.Seen(ended=ended):
            return "was seen, and that it has ended" if ended else "was seen"
        case facts.Detached():
            return f"detached from {shorten_id(fact.instance)} ({escape_unsafe(fact.reason)})"
        case facts.Reattached():
            return f"reattached to {shorten_id(fact.instance)}"
        case facts.Died():
            return _death(fact)
        case facts.Closed():
            return "closed"
        case facts.Restored():
            return "restored: it is in use again, and has still ended"
        case facts.Reopened():
            return "reopened"
        case facts.Gap():
            how_much = (
                f"lost {fact.length} bytes" if fact.length else "may have lost bytes, nobody knows how many"
            )
            return f"{how_much}: {escape_unsafe(fact.reason)}"
        case facts.Repainted():
            return f"repainted from tmux at {fact.columns}x{fact.rows}"
        case facts.Pruned():
            return _pruning(fact)
        case facts.Truncated():
            return _cut(fact)
        case facts.LossAccepted():
            return (
                f"{escape_unsafe(fact.user) or 'a user'} accepted that records are missing, as noticed up to "
                f"record {fact.through}"
            )
        case facts.Checkpointed():
            return f"checkpointed: the screen as of record {fact.seq}, {format_size(fact.length)}"
        case facts.Salvaged():
            return (
                f"salvaged from damage: {fact.kept} records kept as they were, {fact.again} appended anew, "
                f"{fact.lost} lost, {sum(last - first + 1 for first, last in fact.bodies)} bodies lost; the "
                f"damaged log is kept as {escape_unsafe(fact.file)} ({escape_unsafe(fact.reason)})"
            )
        case facts.Unknown():
            return f"{escape_unsafe(fact.kind)} (unknown to this Chloe): {escape_unsafe(fact.head)}"


def _cut(fact: facts.Truncated) -> str:
    if not fact.hash:
        return f"may have lost its end: {escape_unsafe(fact.reason)}"
    if fact.found < fact.expected:
        gone = f"records {fact.found + 1} to {fact.expected} are gone"
        return f"lost its end: {gone} ({escape_unsafe(fact.reason)})"
    return f"lost its end: record {fact.expected} is another one ({escape_unsafe(fact.reason)})"


def _death(fact: facts.Died) -> str:
    how = []
    if fact.status is not None:
        how.append(f"exit status {fact.status}")
    if fact.signal is not None:
        how.append(f"signal {fact.signal}")
    if fact.reason:
        how.append(escape_unsafe(fact.reason))
    return f"died: {', '.join(how) or 'nobody saw how'}"


def _pruning(fact: facts.Pruned) -> str:
    kept = (
        f"; the screen of then is kept, {format_size(fact.offset)} into what it printed"
        if fact.length
        else ""
    )
    return (
        f"pruned: what it printed in records {fact.first} to {fact.through} is gone "
        f"({escape_unsafe(fact.reason)}){kept}"
    )


async def without_notes(records: AsyncIterator[Record]) -> AsyncIterator[Record]:
    """Leave out what Chloe notes for itself and happened to no pane: checkpoints, and what was seen."""
    async for record in records:
        if not isinstance(record.fact, facts.Checkpointed | facts.Seen):
            yield record


async def describe_all(records: AsyncIterator[Record], names: Panes) -> AsyncIterator[str]:
    """Give one line for each turn: when, which pane, what. A pane's run of output is one line.

    ``names`` has the panes that were created before the first of ``records``, and takes those in as well.
    """
    run: Record | None = None
    length = 0
    async for record in records:
        names.apply(record)
        if isinstance(record.fact, facts.Output) and run is not None and run.pane == record.pane:
            length += record.fact.length
            continue
        if run is not None:
            yield _line(run, f"printed {format_size(length)}", names)
            run = None
        if isinstance(record.fact, facts.Output):
            run, length = record, record.fact.length
        else:
            yield _line(record, describe(record.fact), names)
    if run is not None:
        yield _line(run, f"printed {format_size(length)}", names)


def _line(record: Record, what: str, names: Panes) -> str:
    if not record.pane:
        who = "the log"
    elif record.pane in names:
        who = f"{shorten_id(record.pane)} {escape_unsafe(names[record.pane].name)}"
    else:
        who = shorten_id(record.pane)
    return f"{format_time(record.occurred_at)}  {who}  {what}"


def to_json(record: Record, *, data: bool = False) -> dict[str, object]:
    """Return a record as JSON has it: its fields and the fact's. ``data`` adds the bytes, in base64."""
    kind, version, _, body = encode(record.fact)
    known: dict[str, object] = {
        "seq": None if record.seq == UNCOMMITTED else record.seq,
        "at": record.committed_at,
        "made_at": record.occurred_at,
        "pane": record.pane,
        "instance": record.instance,
        "kind": kind,
        "version": version,
        "hash": record.hash.hex(),
    }
    fields = {name: getattr(record.fact, name) for name in record.fact.__dataclass_fields__}
    for each in ("data", "body", "state"):
        fields.pop(each, None)
    if isinstance(record.fact, facts.Created):
        fields["traits"] = names_of(record.fact.traits)
    if data and body is not None:
        fields["data"] = base64.b64encode(body).decode("ascii")
    return known | {"fact": fields}
