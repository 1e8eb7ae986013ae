"""Checks of spools that no running pane needs.

Owns when a spool may go, and when it holds what nobody else has. Must not know what is in it.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from chloe.backends.tmux.inspection import SpoolInfo, count_skipped, has_unrecorded
from chloe.backends.tmux.removal import is_spool
from chloe.doctor.evidence import Evidence
from chloe.doctor.findings import Finding, IngestSpools, RemoveSpool, bad, note, ok, warn
from chloe.errors import SpoolTooNew
from chloe.events.ids import is_id
from chloe.events.panes import Pane
from chloe.formatting.sizes import format_size
from chloe.formatting.text import escape_unsafe

#: For this long an empty spool may be one that is just being made, in nanoseconds.
_CREATION_TIME = 60_000_000_000
#: The most bytes of spools that are searched for what a reader skips: of one, and of all.
_MAX_SCANNED_PER_SPOOL, _MAX_SCANNED = 2 * 1024 * 1024, 128 * 1024 * 1024
#: How many strange files of a spool are named.
_MAX_NAMED = 5


def check_spools(evidence: Evidence) -> Iterator[Finding]:
    """Report spools without a pane, and those of panes that have ended."""
    known = evidence.panes.value
    reported = 0
    for seen in evidence.spools.value:
        pane = known.get(seen.pane)
        try:
            finding = _judge_orphan(evidence, seen) if pane is None else _judge_ended(pane, seen)
        except SpoolTooNew as error:
            finding = warn(str(seen.folder), f"can't be read: {error}", "use the Chloe that wrote it")
        if seen.trouble:
            finding = bad(str(seen.folder), f"can't be looked at: {seen.trouble}", "see to what it names")
        if finding is not None:
            reported += 1
            yield finding
    for odd in _find_oddities(evidence):
        reported += 1
        yield odd
    if not reported:
        count = len(evidence.spools.value)
        yield ok(
            "spools", f"{count}, each with a pane that needs it" if count else "none, and none is needed"
        )


def _find_oddities(evidence: Evidence) -> Iterator[Finding]:
    """Report what lies among the spools and isn't Chloe's, and what in them Chloe can't read."""
    budget = _MAX_SCANNED
    for seen in evidence.spools.value:
        if seen.unknown_files:
            names = escape_unsafe(", ".join(seen.unknown_files[:_MAX_NAMED]))
            more = (
                f" and {len(seen.unknown_files) - _MAX_NAMED} more"
                if len(seen.unknown_files) > _MAX_NAMED
                else ""
            )
            yield note(str(seen.folder), f"holds what isn't Chloe's, and stays with it: {names}{more}")
        if (limit := min(seen.size, _MAX_SCANNED_PER_SPOOL, budget)) and (
            odd := count_skipped(seen.folder, limit)
        ):
            budget -= limit
            what = ", ".join(f"{what} ({count} times)" for what, count in odd.items())
            text = f"has what this Chloe passes over: {what}"
            yield warn(str(seen.folder), text, "if a newer Chloe started its pane, use that one")
    spool = evidence.paths.spool
    for path in sorted(spool.iterdir()) if spool.is_dir() else ():
        if not (is_id(path.name) and is_spool(path)):
            yield note(str(path), "isn't a pane's spool: Chloe leaves it alone")


def _judge_orphan(evidence: Evidence, seen: SpoolInfo) -> Finding | None:
    if seen.alive:
        text = f"process {seen.holder or 'unknown'} records into it, and the log doesn't know its pane"
        return warn(str(seen.folder), text, "if nobody wants it, end its session; see strangers")
    why = f" ({seen.failure})" if seen.failure else ""
    if seen.size:
        text = f"{format_size(seen.size)} of a pane that the log doesn't know; nothing of it is recorded{why}"
        return warn(str(seen.folder), text, f"once nobody wants it: rm -r {shlex.quote(str(seen.folder))}")
    if seen.recorder != 0 or evidence.now - seen.changed_at < _CREATION_TIME:
        return note(str(seen.folder), "is being made by a Chloe that starts a pane")
    text = f"was left empty by a start that came to nothing{why}"
    return note(str(seen.folder), text, "chloe doctor --fix removes it", RemoveSpool(seen.folder, None))


def _judge_ended(pane: Pane, seen: SpoolInfo) -> Finding | None:
    if pane.alive or seen.alive:
        return None
    if _holds_unrecorded(pane, seen):
        text = f"{pane.name} ended in the log, but {format_size(seen.size)} may hold more than was recorded"
        return warn(str(seen.folder), text, "chloe doctor --fix takes it in", IngestSpools())
    text = f"{pane.name} has ended and the log has all of it"
    return note(str(seen.folder), text, "chloe doctor --fix removes it", RemoveSpool(seen.folder, pane.spool))


def _holds_unrecorded(pane: Pane, seen: SpoolInfo) -> bool:
    """Return whether a spool of an ended pane holds more than the log has. Raises ``SpoolTooNew``."""
    return not pane.alive and not seen.alive and bool(seen.size) and has_unrecorded(seen.folder, pane.spool)
