"""What a command says and shows of panes whose recorder is stopped.

Owns the words on stderr, and the pane as its spool makes it beside the log. Must not know who found that out.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from chloe.cli.reporting import report

if TYPE_CHECKING:
    from chloe.actors.unread_spools import UnreadSpool
    from chloe.events.panes import Pane, Panes

#: Panes that are named one by one.
_MAX_NAMED = 5


def report_stopped(unread: Iterable[UnreadSpool]) -> None:
    """Say whose recorder is stopped, and what helps."""
    spools = [spool for spool in unread if spool.recorder]
    for spool in spools[:_MAX_NAMED]:
        report(str(spool))
    if len(spools) > _MAX_NAMED:
        report(f"so it is with {len(spools) - _MAX_NAMED} more panes")


def report_omitted(unread: Iterable[UnreadSpool]) -> None:
    """Say how what they printed since can be seen, where a command tells of many panes, or goes on."""
    spools = list(unread)
    if any(spool.since or spool.inspect() for spool in spools):
        name = spools[0].pane.name if len(spools) == 1 else "PANE"
        report(f"what was printed since is left out here: `chloe replay {name}` has it")


def report_damage(unread: Iterable[UnreadSpool]) -> bool:
    """Say of which panes not all could be read; return whether there is one."""
    damaged = [spool for spool in unread if spool.damage]
    for spool in damaged:
        report(f"not all that {spool.pane.name} printed since could be read: {spool.damage}")
    return bool(damaged)


async def fold_unread(panes: Panes, unread: UnreadSpool) -> Pane:
    """Return the pane as the log and what follows in its spool make it."""
    beside = panes.copy_of(unread.pane.id)
    async for record in unread.records():
        beside.apply(record)
    return beside[unread.pane.id]
