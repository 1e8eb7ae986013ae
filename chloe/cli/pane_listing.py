"""Panes for a reader: a row of the table, or an object of JSON.

Owns which of a pane's facts a command shows. Must not know where the pane came from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from chloe.formatting.folders import format_folder
from chloe.formatting.sizes import format_size
from chloe.formatting.tables import (
    cut_cell,
    join_cells,
    measure_columns,
    pad_cells,
    share_columns,
    sum_columns,
)
from chloe.formatting.text import dump_json, escape_unsafe, format_command
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


def describe_made(pane: Pane, *, as_json: bool) -> str:
    """Return what a command prints of a pane that it has made: its id, or the pane as a JSON object."""
    if not as_json:
        return pane.id
    from chloe.actors.observation import observe_panes
    from chloe.config import load

    return dump_json(pane_to_json(pane, observe_panes(load().paths.spool, [pane])[pane.id]))


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


#: The columns of the table. FOLDER and COMMAND stand last, since they may be long.
_HEADER = ("", "ID", "NAME", "STATE", "FOLDER", "PRINTED", "AGE", "COMMAND")
_STATE, _FOLDER = _HEADER.index("STATE"), _HEADER.index("FOLDER")
#: How narrow a column may become in a narrow terminal, by its place.
_LEAST = {_HEADER.index("NAME"): 10, _FOLDER: 8, _HEADER.index("COMMAND"): 8}
#: The columns that a terminal without room for them goes without, the first first.
_DISPENSABLE = tuple(_HEADER.index(name) for name in ("PRINTED", "FOLDER", "AGE"))


def format_pane_table(
    panes: Iterable[Pane],
    doings: Mapping[str, Doing],
    glyphs: Glyphs,
    columns: int | None = None,
    colour: Callable[[str, str], str] | None = None,
) -> str:
    """Return a table with a header line. ``doings`` are by the panes' ids.

    For a terminal of so many ``columns``, names, folders and commands are cut. ``colour`` gets what a pane
    does, as ``Doing.state`` says it, and the text that says so, and returns that with its colour.
    """
    listed = list(panes)
    rows = [list(_HEADER), *(_make_row(pane, doings[pane.id], glyphs) for pane in listed)]
    widths = measure_columns(rows)
    shown = list(range(len(_HEADER)))
    if columns is not None:
        widths, shown = _fit(widths, columns)
        for row in rows:
            for place in _LEAST:
                keep_end = place == _FOLDER
                row[place] = cut_cell(row[place], widths[place], glyphs.ellipsis, keep_end=keep_end)
    lines = []
    for at, row in enumerate(rows):
        cells = pad_cells(row, widths)
        if colour is not None and at:
            cells[_STATE] = colour(doings[listed[at - 1].id].state, cells[_STATE])
        lines.append(join_cells(cells[place] for place in shown))
    return "\n".join(lines)


def _make_row(pane: Pane, doing: Doing, glyphs: Glyphs) -> list[str]:
    return [
        choose_indicator(pane, glyphs),
        pane.id[:8],
        escape_unsafe(pane.name) + "".join(f" #{escape_unsafe(tag)}" for tag in pane.tags),
        escape_unsafe(doing.state if pane.alive else pane.outcome)
        + (", rang" if pane.has_rung() else "")
        + (", closed" if pane.closed else ""),
        format_folder(pane.cwd),
        format_size(pane.output_bytes),
        format_age(pane.created_at),
        format_command(pane.argv),
    ]


def _fit(widths: Sequence[int], columns: int) -> tuple[list[int], list[int]]:
    """Return how wide each column becomes in so many, and the places of those that show."""
    shown = list(range(len(widths)))
    for dispensable in (None, *_DISPENSABLE):
        shown = [place for place in shown if place != dispensable]
        least = {shown.index(place): width for place, width in _LEAST.items() if place in shown}
        shared = share_columns([widths[place] for place in shown], least, columns)
        if sum_columns(shared) <= columns:
            break
    fitted = list(widths)
    for place, width in zip(shown, shared, strict=True):
        fitted[place] = width
    return fitted, shown
