"""``chloe recover``: a damaged log made whole again, as far as it can be read."""

from __future__ import annotations

from pathlib import Path

import click

from chloe.cli.engine_session import load_settings, make_waits, timeout_option
from chloe.formatting.text import escape_unsafe


@click.command(short_help="Make a damaged log anew from what can be read of it.")
@timeout_option
def recover() -> None:
    """Check the log, and if it is damaged make a new one from all that can be read.

    The damaged log is kept beside it. Every other Chloe has to be ended first.
    """
    import asyncio
    import time

    from chloe.errors import LogBroken, LogUnusable, LogUnwritable
    from chloe.store import Store
    from chloe.store.opening import detect_drift, recover_log
    from chloe.store.repair.losses import find_missing
    from chloe.ui.log_file import log_to

    config = load_settings()
    path = config.paths.database
    if not path.exists():
        heads = Path(config.log.heads_file) if config.log.heads_file else None
        missing = find_missing(path, heads)
        if missing:
            raise LogBroken(f"{missing}: nothing to recover; put a copy in its place if there is one")
        raise LogUnusable(f"there is no log at {path}: nothing was recorded yet")

    async def run() -> str:
        drift = await detect_drift(path)
        if drift is not None:
            return str(
                await recover_log(path, f"it isn't as Chloe makes a log: {drift}", time.time_ns, make_waits())
            )
        # Opening a log repairs what kept it from being opened.
        store = await Store.open(path, instance="", watcher=None, waits=make_waits())
        try:
            if store.refusal is not None:
                raise LogUnwritable(store.refusal)
            if store.loss_notice is not None:
                return store.loss_notice
            verdict = await store.verify()
        finally:
            await store.close()
        if verdict.intact:
            return f"nothing to recover: {verdict}"
        reason = verdict.flaws[0] if verdict.bad is None else f"record {verdict.bad}: {verdict.reason}"
        return str(await recover_log(path, reason, time.time_ns, make_waits()))

    with log_to(config.paths.log_file):
        print(escape_unsafe(asyncio.run(run())))
