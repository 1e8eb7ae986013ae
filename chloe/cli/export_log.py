"""``chloe export-log``: a pane's log as a file."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from chloe.cli.engine_session import run_with_pane, timeout_option
from chloe.cli.output_file import open_output
from chloe.cli.reporting import report
from chloe.cli.stopped_recorders import report_damage, report_stopped
from chloe.export.formats import FORMATS
from chloe.formatting.text import escape_unsafe
from chloe.past.stream import Missing

if TYPE_CHECKING:
    from chloe.engine import Engine
    from chloe.events.faults import Fault
    from chloe.events.panes import Pane

#: The exit status where bytes are missing, in the log or from it.
_INCOMPLETE = 1


@click.command(name="export-log", short_help="Write all that a pane printed.")
@click.argument("pane")
@click.option(
    "--format",
    "form",
    type=click.Choice(tuple(FORMATS)),
    default="raw",
    help="; ".join(f"{each.name}: {each.says}" for each in FORMATS.values()) + "; raw by default.",
)
@click.option(
    "-o", "--output", metavar="FILE", default="-", help="Where to, 0600; by default standard output."
)
@click.option("--force", is_flag=True, help="Replace FILE; or send raw bytes to a terminal.")
@timeout_option
def export_log(pane: str, form: str, output: str, force: bool) -> int:
    """Write all that PANE's program printed. Ends with 1, and says where, if bytes are missing."""
    from chloe.errors import UsageError
    from chloe.store.extended import ExtendedLog

    chosen = FORMATS[form]
    on_terminal = output == "-" and sys.stdout.isatty()
    if on_terminal and chosen.is_raw and not force:
        raise UsageError(
            f"{form} output could do anything to this terminal: "
            "use -o FILE, a pipe, --format text, or --force"
        )

    async def work(engine: Engine, target: Pane) -> int:
        status = 0
        stopped = engine.unread(target.id)
        report_stopped(stopped.values())
        source = ExtendedLog(engine.store, stopped[target.id].records) if stopped else engine.store
        faults: list[Fault] = []
        with open_output(output, force=force) as file:
            async for piece in chosen.encode(source, target.id, faults.append):
                if isinstance(piece, Missing):
                    status = _INCOMPLETE
                    some = f"{piece.length} bytes are" if piece.length else "bytes may be"
                    report(f"{some} missing at {piece.offset}: {piece.reason}")
                else:
                    file.write(_escape_lines(piece) if on_terminal and not chosen.is_raw else piece)
            file.flush()
        if report_damage(stopped.values()):
            status = _INCOMPLETE
        for fault in faults:
            status = _INCOMPLETE
            engine.record_fault(target.id, fault)
            report(f"from byte {fault.offset} on it can't be drawn as lines; --format raw has every byte")
        return status

    # Drawing may fail, and only an engine with screens keeps what it failed on.
    return run_with_pane(pane, work, screens=not chosen.is_raw, needs_log=False)


def _escape_lines(piece: bytes) -> bytes:
    """Return lines of text without what a terminal would act on."""
    lines = piece.decode("utf-8", "surrogateescape").split("\n")
    return "\n".join(map(escape_unsafe, lines)).encode("utf-8", "surrogateescape")
