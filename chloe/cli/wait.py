"""``chloe wait``: until something is true of a pane."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from chloe.cli.engine_session import find_timeout, run_with_engine, timeout_option
from chloe.cli.reporting import report

if TYPE_CHECKING:
    from chloe.engine import Engine

#: The exit status where it can't come any more.
_NEVER = 1
_KINDS = ("exit", "prompt", "waiting", "quiet")
_TEXT = "text="
#: What is seen on the processes of a session alone.
_SEEN = ("prompt", "waiting")


def _parse_kind(_context: click.Context, _option: click.Parameter, kind: str) -> str:
    if kind in _KINDS or kind.removeprefix(_TEXT) not in (kind, ""):
        return kind
    raise click.BadParameter(f"must be one of {', '.join(_KINDS)}, or {_TEXT} and a text")


@click.command(short_help="Wait until something is true of a pane.")
@click.argument("pane")
@click.option(
    "--for",
    "kind",
    callback=_parse_kind,
    default="exit",
    metavar="exit|prompt|waiting|quiet|text=...",
    help="Its program has ended (the default); a shell is at its prompt; it waits for a line, a password or "
    "a key; it has printed nothing for 2 s; a text is on its screen, or comes.",
)
@timeout_option
def wait(pane: str, kind: str) -> int:
    """Wait until something is true of PANE.

    Ends with 0 once it is, with 1 where it can't come any more, since the program has ended, and with 124
    once --timeout is over; without that it waits for ever.
    """
    import asyncio
    from dataclasses import replace

    from chloe.actors.observation import observe_panes
    from chloe.actors.scope import named
    from chloe.config import load
    from chloe.engine.awaiting import make_state_test, make_text_test, wait_until
    from chloe.errors import PaneRefused, WaitedTooLong

    spools = load().paths.spool
    seconds = find_timeout() or None

    async def work(engine: Engine) -> bool:
        target = engine.projections.panes.find(pane)
        if kind in _SEEN and target.alive and not target.traits.runs_in_session:
            raise PaneRefused(
                f"{target.name}: only the Chloe that it runs in sees what its program does; "
                f"wait for exit, quiet or {_TEXT}..."
            )
        if kind.startswith(_TEXT):
            has_come = make_text_test(await engine.screen(target.id), kind.removeprefix(_TEXT))
        else:
            has_come = make_state_test(target, lambda: observe_panes(spools, [target])[target.id], kind)
        try:
            async with asyncio.timeout(seconds):
                return await wait_until(engine, target, has_come)
        except TimeoutError:
            raise WaitedTooLong(f"{target.name}: {kind} hasn't come within {seconds:g} s") from None

    # What comes has to be recorded, if nobody else does that.
    if run_with_engine(
        work, replace(named(pane), stays=True), screens=kind.startswith(_TEXT), needs_log=False
    ):
        return 0
    report(f"{pane} has ended: {kind} can't come any more")
    return _NEVER
