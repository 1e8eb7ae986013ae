"""What a command says and shows of panes whose recorder is stopped.

Owns the words on stderr, and the pane as its spool makes it beside the log. Must not know who found that out.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chloe.actors.unread import Unread
    from chloe.events.panes import Pane, Panes

#: Panes that are named one by one.
_NAMED = 5


def say_stopped(found: Iterable[Unread]) -> None:
    """Say whose recorder is stopped, and what helps."""
    all = list(found)
    for each in all[:_NAMED]:
        print(f"chloe: {each}", file=sys.stderr)
    if len(all) > _NAMED:
        print(f"chloe: so it is with {len(all) - _NAMED} more panes", file=sys.stderr)


def folded(panes: Panes, unread: Unread) -> Pane:
    """The pane as the log and what follows in its spool make it."""
    beside = panes.copy_of(unread.pane.id)
    for record in unread.records:
        beside.apply(record)
    return beside[unread.pane.id]
