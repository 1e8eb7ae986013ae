"""``chloe ls``: the panes."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

import click

from chloe.cli.engine_session import run_with_engine, timeout_option
from chloe.cli.stopped_recorders import fold_unread, report_damage, report_stopped
from chloe.formatting.text import dump_json

if TYPE_CHECKING:
    from chloe.actors.unread_spools import UnreadSpool
    from chloe.engine import Engine
    from chloe.events.panes import Pane


@click.command(short_help="List the panes.")
@click.option("--all", "closed_too", is_flag=True, help="Those that were closed as well.")
@click.option("--tag", default="", help="Only those with this tag.")
@click.option("--group", default="", help="Only those in this group.")
@click.option("--waiting", is_flag=True, help="Only those that wait for you, or rang.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array of objects.")
@timeout_option
def ls(closed_too: bool, tag: str, group: str, waiting: bool, as_json: bool) -> None:
    """List the panes: how they stand, where they run, how much they printed.

    On a terminal, names, folders and commands are cut so that a pane takes one line. A pipe gets all.
    """
    from chloe.actors.scope import INGESTING, PRESENT

    stopped: dict[str, UnreadSpool] = {}

    async def work(engine: Engine) -> list[Pane]:
        stopped.update(engine.unread())
        panes = [
            await fold_unread(engine.projections.panes, stopped[pane.id]) if pane.id in stopped else pane
            for pane in list(engine.projections.panes.values())
        ]
        return [
            pane
            for pane in panes
            if (closed_too or not pane.closed)
            and (not tag or tag in pane.tags)
            and (not group or group == pane.group)
        ]

    panes = run_with_engine(work, INGESTING if closed_too else PRESENT, needs_log=False)
    report_stopped(stopped.values())
    report_damage(stopped.values())
    from chloe.actors.observation import observe_panes
    from chloe.cli.pane_listing import format_pane_table, pane_to_json
    from chloe.config import load
    from chloe.ui.glyphs import choose_glyphs

    config = load()
    doings = observe_panes(config.paths.spool, panes)
    if waiting:
        panes = [pane for pane in panes if doings[pane.id].waits or pane.has_rung()]
    if as_json:
        # One object a line: json indents in Python code, which takes six times as long.
        objects = ",\n".join(f"  {dump_json(pane_to_json(pane, doings[pane.id]))}" for pane in panes)
        print(f"[\n{objects}\n]" if panes else "[]")
    elif panes:
        glyphs = choose_glyphs(config.ui.ascii, os.environ)
        is_terminal = sys.stdout.isatty()
        columns = shutil.get_terminal_size().columns if is_terminal else None
        colour = _colour if is_terminal and not os.environ.get("NO_COLOR") else None
        print(format_pane_table(panes, doings, glyphs, columns, colour))


#: What click calls the first colours of the palette.
_COLOURS = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")


def _colour(state: str, text: str) -> str:
    """Return a text in the colour that the app's list has for what a program does, if it has one."""
    from chloe.ui.signs import BY_STATE
    from chloe.ui.style import STYLES

    colour = STYLES[BY_STATE[state].style].foreground if state in BY_STATE else None
    return click.style(text, fg=_COLOURS[colour]) if isinstance(colour, int) else text
