"""Programs that outlived their pane: ended when that is asked for.

Owns what is refused then, and the words where such a program is all that is left. Must not know how a
process is ended, or what the log says of it.
"""

from __future__ import annotations

from chloe.actors.preconditions import require_alive
from chloe.backends.tmux import survivors
from chloe.errors import PaneRefused
from chloe.events.facts import Died, Gap
from chloe.events.panes import Pane


def describe_vanished(pane: Pane) -> tuple[Gap, Died]:
    """Return the end of a pane of which nothing is left but, may be, its program.

    Whether its spool held what isn't in the log, nobody knows any more.
    """
    survivor = survivors.find_program(pane.id, pane.created_at)
    reason = "its session and its spool are gone"
    gap = Gap(offset=pane.output_bytes, length=0, reason=f"{reason}; what wasn't in the log yet is missing")
    if survivor is not None:
        reason += f"; process {survivor.pid} ran on without a terminal"
    return gap, Died(status=None, signal=None, reason=reason, survivor=survivor)


async def end_survivor(pane: Pane) -> None:
    """End the program of a pane that has ended without it. Raises ``PaneRefused`` where none runs on."""
    survivor = pane.died.survivor if pane.died is not None else None
    if survivor is None or not survivors.is_running(survivor):
        require_alive(pane)
    elif not await survivors.terminate(survivor):
        raise PaneRefused(
            f"process {survivor.pid}, the program of {pane.name}, doesn't end; `kill -9 {survivor.pid}` may"
        )
