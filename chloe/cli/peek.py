"""``chloe peek``: a pane's screen."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Literal

import click

from chloe.cli.engine_session import run_with_pane, timeout_option
from chloe.cli.timespec import parse_time_option
from chloe.formatting.text import UNSAFE, dump_json, escape_unsafe

if TYPE_CHECKING:
    from chloe.engine import Engine
    from chloe.events.panes import Pane
    from chloe.past.still import Still

#: Colours of red, green and blue are printed as such.
_DIRECT_COLOUR: Literal[16777216] = 16777216


@click.command(short_help="Print a pane's screen.")
@click.argument("pane")
@click.option(
    "--at", callback=parse_time_option, help="As it was then: 2026-11-23T10:00, 10:00, or 10m (ago)."
)
@click.option("--ansi", is_flag=True, help="With colours.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object: lines, cursor, title.")
@timeout_option
def peek(pane: str, at: int | None, ansi: bool, as_json: bool) -> None:
    """Print PANE's screen as it is now, or as it was at a time. Rows without text at its end are left out."""
    from chloe.errors import PaneRefused, UsageError
    from chloe.past.still import take_still
    from chloe.store.extended import ExtendedLog

    if ansi and as_json:
        raise UsageError("give either --ansi or --json")

    async def work(engine: Engine, target: Pane) -> Still:
        stopped = engine.unread(target.id)
        source = ExtendedLog(engine.store, stopped[target.id].records) if stopped else engine.store
        still = await take_still(source, target.id, at)
        if still is None:
            raise PaneRefused(
                f"{target.name} has no screen of then: it began later, or what it printed can't be drawn"
            )
        return still

    still = run_with_pane(pane, work, needs_log=False)
    if as_json:
        print(dump_json(_to_json(still), indent=2))
        return
    count = max((y for y, line in enumerate(still.lines, 1) if line), default=0)
    lines = [_paint(still, y) for y in range(count)] if ansi else map(escape_unsafe, still.lines[:count])
    sys.stdout.writelines(f"{line}\n" for line in lines)


def _to_json(still: Still) -> dict[str, object]:
    return {
        "rows": len(still.lines),
        "columns": still.columns,
        "cursor": {"row": still.cursor[0], "column": still.cursor[1], "visible": still.is_cursor_visible},
        "title": still.title,
        "alternate": still.is_alternate,
        "lines": list(still.lines),
    }


def _paint(still: Still, y: int) -> str:
    """Return a row with its colours: text and SGR, and nothing else that a program printed."""
    from chloe.ui.tty.colors import to_sgr

    painted = "".join(
        to_sgr(run.attributes, _DIRECT_COLOUR) + UNSAFE.sub(" ", run.text) for run in still.rows[y]
    )
    return f"{painted}\x1b[0m"
