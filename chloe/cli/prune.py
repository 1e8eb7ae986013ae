"""``chloe prune``: what was printed long ago goes, and the disk gets its space back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chloe.cli.engine_session import load_settings, run_with_engine, timeout_option
from chloe.formatting.sizes import format_size
from chloe.formatting.text import dump_json, escape_unsafe

if TYPE_CHECKING:
    from chloe.engine import Engine
    from chloe.pruning import Plan
    from chloe.store import PruneRange


def _make_parser(check: Callable[[object], int]) -> Callable[..., int | None]:
    """Make a callback that checks a value as the configuration's are. A usage error says what would fit."""
    from chloe.config.values import InvalidValue

    def read(_context: click.Context, _option: click.Parameter, text: str | None) -> int | None:
        if text is None:
            return None
        try:
            return check(text)
        except InvalidValue as unfit:
            raise click.BadParameter(f"{unfit}, not {text!r}") from None

    return read


def _parse_duration(context: click.Context, option: click.Parameter, text: str | None) -> int | None:
    from chloe.config.values import parse_duration

    return _make_parser(parse_duration)(context, option, text)


def _parse_size(context: click.Context, option: click.Parameter, text: str | None) -> int | None:
    from chloe.config.values import parse_size

    return _make_parser(parse_size)(context, option, text)


@click.command(short_help="Let go of what was printed long ago.")
@click.option(
    "--older-than", metavar="AGE", callback=_parse_duration, help="What is older than 90d, 12h, 2w."
)
@click.option(
    "--over", metavar="SIZE", callback=_parse_size, help="The oldest, until the log fits in 5GB, 500MB."
)
@click.option("--pane", metavar="PANE", help="Of this pane alone.")
@click.option("--dry-run", is_flag=True, help="Only tell what would go.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@timeout_option
def prune(older_than: int | None, over: int | None, pane: str | None, dry_run: bool, as_json: bool) -> None:
    """Let go of what panes printed. At least one condition is needed; together they narrow each other.

    What is kept: what happened and when, the hash of all that goes, and of a pane that runs its screen and
    its scrollback. The log says what went and why, and chloe verify holds as before.
    """
    from chloe.actors.scope import ALL_UNTOUCHED
    from chloe.errors import UsageError
    from chloe.pruning import RetentionPolicy, execute, plan

    if older_than is None and over is None and pane is None:
        raise UsageError("say what shall go: --older-than AGE, --over SIZE or --pane PANE")
    config = load_settings(must_be_writable=not dry_run)

    async def work(engine: Engine) -> None:
        store, panes = engine.store, engine.projections.panes
        pane_id = panes.find(pane).id if pane is not None else None
        conditions = RetentionPolicy(older_than=older_than, over=over, pane=pane_id)
        before = await store.measure()
        prune_plan = await plan(store, panes, conditions, scrollback=config.terminal.scrollback)
        ranges = prune_plan.ranges if dry_run else await execute(store, prune_plan)
        names = {each.id: each.name for each in panes.values()}
        tell = _print_json if as_json else _print
        tell(prune_plan, ranges, names, dry_run=dry_run, before=before, after=await store.measure())

    # Where the disk is full, the room in reserve is for the prune alone: what the spools hold stays there.
    is_tight = not dry_run and _make_room(config.paths.database)
    run_with_engine(work, ALL_UNTOUCHED if is_tight else None, needs_log=not dry_run)


def _make_room(path: Path) -> bool:
    """Spend what is kept for it where the disk is full; return whether it was.

    Raises ``LogUnwritable`` where that doesn't make room.
    """
    from chloe.errors import LogUnwritable
    from chloe.store.reserve import MAX_SIZE, spend_reserve
    from chloe.store.unwritable import explain_doubt, is_full

    if path.exists() and is_full(explain_doubt(path)):
        spend_reserve(path)
        if is_full(reason := explain_doubt(path)):
            raise LogUnwritable(
                f"{reason}, and no room is kept in reserve: remove {format_size(MAX_SIZE)} or so from there, "
                "then prune"
            )
        return True
    return False


def _print(
    prune_plan: Plan,
    ranges: Sequence[PruneRange],
    names: dict[str, str],
    *,
    dry_run: bool,
    before: int,
    after: int,
) -> None:
    from chloe.formatting.tables import format_table

    if ranges:
        rows = [
            (
                part.pane[:8],
                escape_unsafe(names[part.pane]),
                f"{part.bodies} records",
                format_size(part.size),
            )
            for part in ranges
        ]
        print(format_table(rows))
    bodies, taken = (
        sum(part.bodies for part in ranges),
        sum(part.size for part in ranges),
    )
    if prune_plan.not_prunable:
        named = ", ".join(f"{pane[:8]} {escape_unsafe(names[pane])}" for pane in prune_plan.not_prunable)
        print(f"kept whole, since they run and their scrollback reaches back that far: {named}")
    if dry_run:
        print(
            f"{bodies} records and {format_size(taken)} would go; the log takes {format_size(before)} on disk"
        )
    else:
        back = format_size(max(before - after, 0))
        print(f"{bodies} records went; the disk got {back} back, the log takes {format_size(after)}")


def _print_json(
    prune_plan: Plan,
    ranges: Sequence[PruneRange],
    names: dict[str, str],
    *,
    dry_run: bool,
    before: int,
    after: int,
) -> None:
    panes = [
        {
            "id": part.pane,
            "name": names[part.pane],
            "first": part.first,
            "through": part.up_to,
            "records": part.bodies,
            "bytes": part.size,
        }
        for part in ranges
    ]
    answer = {
        "dry_run": dry_run,
        "panes": panes,
        "records": sum(part.bodies for part in ranges),
        "bytes": sum(part.size for part in ranges),
        "kept_whole": list(prune_plan.not_prunable),
        "size_before": before,
        "size_after": after,
    }
    print(dump_json(answer, indent=2))
