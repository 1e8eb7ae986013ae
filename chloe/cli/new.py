"""``chloe new``: a tmux-backed pane."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import click

from chloe.cli.engine_session import run_with_engine, timeout_option

if TYPE_CHECKING:
    from chloe.engine import Engine


@click.command(
    short_help="Start a program in a new tmux-backed pane.",
    # Options after the command's name belong to the command.
    context_settings={"allow_interspersed_args": False},
)
@click.option("--name", default="", help="What to call it; by default after the command.")
@click.option("--cwd", default="", metavar="FOLDER", help="Where its program starts; by default here.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="A tag; may be given several times.")
@click.option("--group", default="", help="The group that it is in.")
@click.option("--json", "as_json", is_flag=True, help="Print the pane as a JSON object.")
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
@timeout_option
def new(
    name: str, cwd: str, tags: tuple[str, ...], group: str, as_json: bool, command: tuple[str, ...]
) -> None:
    """Start COMMAND, or your shell, in a new tmux-backed pane and print the pane's id.

    It runs on in the background, recorded, whether or not an app is open. Options of chloe's go before
    COMMAND; what follows is COMMAND's own. The terminal gets the size of yours, or 80x24 without one.
    """
    from chloe.actors.scope import NOTHING
    from chloe.backends.kinds import PERSISTENT
    from chloe.cli.pane_listing import describe_made
    from chloe.events.commands import Open
    from chloe.events.tags import GROUP, write_value

    columns, rows = shutil.get_terminal_size((80, 24))
    request = Open(
        backend=PERSISTENT,
        argv=command,
        cwd=_make_absolute(cwd),
        name=name,
        tags=write_value(dict.fromkeys(tags), GROUP, group.strip()) if group else tuple(dict.fromkeys(tags)),
        rows=rows,
        columns=columns,
        attached=False,
    )

    async def work(engine: Engine) -> str:
        pane = await engine.request(request)
        assert pane is not None
        return describe_made(engine.projections.panes[pane], as_json=as_json)

    print(run_with_engine(work, NOTHING))


def _make_absolute(folder: str) -> str:
    """Return ``folder`` as seen from here; "" if here is gone, and the engine takes the user's home."""
    from chloe.errors import StartFailed

    try:
        return os.path.abspath(folder) if folder else os.getcwd()  # noqa: PTH100, PTH109 - `..` goes, links stay.
    except OSError as error:
        if not folder:
            return ""
        raise StartFailed(
            f"Can't start in {folder!r}: the folder that it is relative to is gone. Give its full path."
        ) from error
