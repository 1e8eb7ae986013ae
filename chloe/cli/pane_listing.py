"""Panes for a reader: a row of the table, or an object of JSON.

Owns which of a pane's facts a command shows. Must not know where the pane came from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from chloe.formatting.folders import format_folder
from chloe.formatting.sizes import format_size
from chloe.formatting.tables import format_table
from chloe.formatting.text import escape_unsafe, format_command
from chloe.formatting.times import format_age, format_utc

if TYPE_CHECKING:
    from chloe.actors.states.doing import Doing
    from chloe.events.panes import Pane
    from chloe.ui.glyphs import Glyphs


def choose_indicator(pane: Pane, glyphs: Glyphs) -> str:
    """Return the sign of a pane's state; "" for a live direct pane. Attached is what any Chloe shows."""
    if not pane.alive:
        return glyphs.ended
    if not pane.traits.can_detach:
        return ""
    return glyphs.attached if pane.attached else glyphs.detached


def pane_to_json(pane: Pane, doing: Doing) -> dict[str, object]:
    """Return a pane for a program. Times are UTC, sizes of output in bytes, sizes of terminals in cells."""
    return {
        "id": pane.id,
        "name": pane.name,
        "backend": pane.backend,
        "state": _name_state(pane),
        "closed": pane.closed,
        "argv": list(pane.argv),
        "cwd": pane.cwd,
        "tags": list(pane.tags),
        "group": pane.group or None,
        "rows": pane.rows,
        "columns": pane.columns,
        "session": pane.session or None,
        "printed": pane.output_bytes,
        "lost": pane.lost_bytes,
        "created_at": format_utc(pane.created_at),
        "printed_at": format_utc(pane.last_output_at) if pane.last_output_at else None,
        "died_at": format_utc(pane.died_at) if pane.died else None,
        "status": pane.died.status if pane.died else None,
        "signal": pane.died.signal if pane.died else None,
        "reason": pane.died.reason if pane.died else None,
        "survivor": pane.died.survivor.pid if pane.died and pane.died.survivor else None,
        "doing": {
            "state": doing.state,
            "since": format_utc(doing.since) if doing.since else None,
            "evidence": doing.evidence,
            "program": doing.program or None,
            "folder": doing.folder or None,
        },
        "rang": _notice_to_json(pane),
    }


def _notice_to_json(pane: Pane) -> dict[str, object] | None:
    notified = pane.notified
    if notified is None or not pane.has_rung():
        return None
    at = format_utc(pane.notified_at)
    return {"at": at, "title": notified.title or None, "text": notified.text or None}


def _name_state(pane: Pane) -> str:
    if not pane.alive:
        return "ended"
    if not pane.traits.can_detach:
        return pane.backend
    return "attached" if pane.attached else "detached"


def format_pane_table(panes: Iterable[Pane], doings: Mapping[str, Doing], glyphs: Glyphs) -> str:
    """Return a table with a header line; the command stands last, since it may be long.

    ``doings`` are by the panes' ids.
    """
    header = ("", "ID", "NAME", "STATE", "FOLDER", "PRINTED", "AGE", "COMMAND")
    rows = [
        (
            choose_indicator(pane, glyphs),
            pane.id[:8],
            escape_unsafe(pane.name) + "".join(f" #{escape_unsafe(tag)}" for tag in pane.tags),
            escape_unsafe(doings[pane.id].state if pane.alive else pane.outcome)
            + (", rang" if pane.has_rung() else "")
            + (", closed" if pane.closed else ""),
            format_folder(pane.cwd),
            format_size(pane.output_bytes),
            format_age(pane.created_at),
            format_command(pane.argv),
        )
        for pane in panes
    ]
    return format_table([header, *rows])
