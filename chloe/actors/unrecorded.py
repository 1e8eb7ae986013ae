"""What is done to a program though the log can't be written: it is the way out of a full disk (law 13).

Owns the ending and the typing without an actor: nothing of it is recorded here, and what the spool keeps of
it is ingested once there is room. Must not know why the log can't be written.
"""

from __future__ import annotations

from chloe.actors.delivery import Delivery
from chloe.actors.launcher import Launcher
from chloe.actors.survivors import end_survivor
from chloe.events.commands import Kill, Type, Write
from chloe.events.panes import Pane
from chloe.waits import Waits, poll_until


async def carry_out(command: Kill | Write | Type, pane: Pane, launcher: Launcher, waits: Waits) -> None:
    """End the program of ``pane`` and wait until it is gone, or type into it. Raises ``ChloeError``."""
    if pane.died is not None:
        await end_survivor(pane)
        return
    backend = launcher.adopt(pane)
    if not isinstance(command, Kill):
        await Delivery(pane.name, command, inspect=backend.inspect_input, waits=waits).run_once(backend)
        return
    try:
        await backend.kill()
        await poll_until(lambda: not launcher.is_running(pane.id))
    finally:
        await backend.close()
