"""``chloe replay``: what happened, in order."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING

import click

from chloe.cli.engine_session import run_with_engine, timeout_option
from chloe.cli.stopped_recorders import report_damage, report_omitted, report_stopped
from chloe.cli.timespec import parse_time_option
from chloe.formatting.text import dump_json

if TYPE_CHECKING:
    from chloe.cli.following import WriteText
    from chloe.engine import Engine
    from chloe.events.facts import Record
    from chloe.events.panes import Panes
    from chloe.store import Store
    from chloe.store.reading import RecordQuery

#: Characters that are printed at once.
_BATCH_SIZE = 4096

#: The kinds from which a pane's name at any time follows.
_NAMING_KINDS = ("Created", "Renamed")


def parse_kinds(_context: click.Context, _option: click.Parameter, kinds: tuple[str, ...]) -> frozenset[str]:
    """Return kinds as the log names them, from names in any case. A usage error lists them."""
    from chloe.events.codec import KINDS

    named = {kind.lower(): kind for kind in KINDS}
    for kind in kinds:
        if kind.lower() not in named:
            raise click.BadParameter(f"there is no kind {kind!r}; there are {', '.join(sorted(named))}")
    return frozenset(named[kind.lower()] for kind in kinds)


@click.command(short_help="Print what happened, in order.")
@click.argument("pane", required=False)
@click.option(
    "--since", callback=parse_time_option, help="From then on: 2026-11-23T10:00, 10:00, or 10m (ago)."
)
@click.option("--until", callback=parse_time_option, help="Before then.")
@click.option(
    "--kind",
    "kinds",
    callback=parse_kinds,
    multiple=True,
    help="Only this kind (created, output, died, ...); repeatable.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@click.option("--data", is_flag=True, help="With --json: the bytes of output as well, in base64.")
@click.option("--follow", is_flag=True, help="Go on with what happens from now on, until interrupted.")
@timeout_option
def replay(
    pane: str | None,
    since: int | None,
    until: int | None,
    kinds: frozenset[str],
    as_json: bool,
    data: bool,
    follow: bool,
) -> None:
    """Print what happened to all panes, or to PANE, in the order of the log.

    What Chloe notes for itself is no such thing: --kind checkpointed and --kind seen have that.
    """
    from chloe.actors.scope import INGESTING, RECORDING, named
    from chloe.cli.following import print_while_read
    from chloe.errors import UsageError
    from chloe.replay import describe_all, without_notes
    from chloe.store.extended import ExtendedLog
    from chloe.store.reading import RecordQuery

    if data and not as_json:
        raise UsageError("--data needs --json; chloe export-log has what a pane printed")
    kind_filter = kinds or None

    async def work(engine: Engine) -> None:
        store = engine.store
        pane_id = engine.projections.panes.find(pane).id if pane else None
        seq = (await store.head()).seq
        names = await _fold_names(store, seq)

        def lines(records: AsyncIterator[Record]) -> AsyncIterator[str]:
            if kind_filter is None:
                records = without_notes(records)
            return _to_json_lines(records, data) if as_json else describe_all(records, names)

        stopped = engine.unread(pane_id)
        report_stopped(stopped.values())
        beside = stopped.get(pane_id) if pane_id and not follow else None
        if beside is None:
            report_omitted(stopped.values())
        source = ExtendedLog(store, beside.records) if beside is not None else store
        past = source.read(up_to=seq, pane=pane_id, kinds=kind_filter, since=since, until=until, bodies=data)
        if not follow:
            async for line in lines(past):
                sys.stdout.write(line + "\n")
            report_damage(stopped.values())
            return

        query = RecordQuery(pane=pane_id, kinds=kind_filter, since=since, until=until)

        async def follow_log(write: WriteText) -> None:
            await _write(lines(past), write)
            async for batch in store.follow(seq):
                await _write(lines(_filter(batch, query)), write)

        await print_while_read(follow_log)

    # A follower records as well if nobody else does: else nothing new would come into the log.
    scope = RECORDING if follow else named(pane) if pane else INGESTING
    run_with_engine(work, scope, needs_log=False)


async def _fold_names(store: Store, through: int) -> Panes:
    from chloe.events.panes import Panes

    names = Panes()
    async for record in store.read(kinds=_NAMING_KINDS, up_to=through, bodies=False):
        names.apply(record)
    return names


async def _filter(records: Sequence[Record], query: RecordQuery) -> AsyncIterator[Record]:
    """Yield the records that the command line asks for, of those just committed."""
    for record in records:
        if query.matches(record):
            yield record


async def _to_json_lines(records: AsyncIterator[Record], data: bool) -> AsyncIterator[str]:
    from chloe.replay import to_json

    async for record in records:
        yield dump_json(to_json(record, data=data))


async def _write(lines: AsyncIterator[str], write: WriteText) -> None:
    """Print lines, many at once where they come fast."""
    batch_text = ""
    async for line in lines:
        batch_text += line + "\n"
        if len(batch_text) >= _BATCH_SIZE:
            await write(batch_text)
            batch_text = ""
    await write(batch_text)
