"""Cleanup: removes spools that nobody needs, because the process that should have done so was killed before.

Owns which spools those are: all that they hold is in the log, or their pane never came into it. Must not know
what spools look like.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Container
from pathlib import Path

from chloe.backends.tmux.leases import Lease, Leases
from chloe.backends.tmux.removal import is_spool
from chloe.events.ids import is_id
from chloe.events.panes import Pane, Panes

_log = logging.getLogger(__name__)


async def remove_stale_spools(
    folder: Path,
    leases: Leases,
    panes: Panes,
    running: Container[str],
    caught_up: Callable[[], Awaitable[None]],
) -> None:
    """Remove stale spools in ``folder``; those of live panes and of panes in ``running`` stay.

    A spool that is being made or recorded has a lease and is left alone. What can't be removed now is removed
    the next time.
    """
    if folder.is_symlink():
        return  # It is another home's, or nobody's.
    try:
        spools = [path for path in folder.iterdir() if is_id(path.name) and is_spool(path)]
    except (FileNotFoundError, NotADirectoryError):
        return
    if spools:
        await caught_up()

    def is_needed(pane: str) -> bool:
        return pane in running or (pane in panes and panes[pane].alive)

    for spool in spools:
        if is_needed(spool.name):
            continue
        try:
            lease = leases.lease(spool.name)
        except ValueError:
            continue  # It is no pane's.
        try:
            if not lease.take():
                continue
            # Who had it until just now may have started the pane.
            await caught_up()
            if not is_needed(spool.name):
                await asyncio.to_thread(_remove, spool, lease, panes.get(spool.name))
        except OSError as error:
            _log.warning("the spool %s is not needed any more, and stays: %s", spool, error)
        finally:
            lease.release()


def _remove(spool: Path, lease: Lease, pane: Pane | None) -> None:
    from chloe.backends.tmux.inspection import remove_recorded

    if pane is None:
        remove_recorded(spool, lease, None)
    else:
        end_is_recorded = pane.died is not None and pane.died.spool is not None
        remove_recorded(spool, lease, pane.spool, ended=end_is_recorded)
