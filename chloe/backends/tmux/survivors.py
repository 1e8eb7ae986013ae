"""Programs that outlived their holder: without a terminal, unseen, and still to be ended.

Owns how such a process is known again and ended. Must not know spools or the log. Where there is no /proc,
no process is taken for the one that was meant.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from pathlib import Path

from chloe.backends.tmux.holder.child import process_identity
from chloe.events.facts import Process

#: What such a program gets, one after the other, and the seconds that it has to end after each.
_STEPS = ((signal.SIGHUP, 1.0), (signal.SIGTERM, 2.0), (signal.SIGKILL, 5.0))


def is_running(process: Process) -> bool:
    """Return whether this very process still runs; one that only waits to be reaped doesn't."""
    if process.pid <= 1 or process_identity(process.pid) != f"{process.pid} {process.started} {process.boot}":
        return False
    try:
        stat = Path(f"/proc/{process.pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in ("Z", "X")


async def terminate(process: Process) -> bool:
    """End the process and those of its group: hang it up, ask it, then use force. Whether it is gone."""
    try:
        # As long as this is open, what is found to run is what gets the signals.
        handle = os.pidfd_open(process.pid)
    except ProcessLookupError:
        return True
    except OSError:
        return not is_running(process)
    loop = asyncio.get_running_loop()
    gone = asyncio.Event()
    loop.add_reader(handle, gone.set)
    try:
        for number, grace in _STEPS:
            if not is_running(process):
                return True
            _signal(process, handle, number)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(grace):
                    await gone.wait()
    finally:
        loop.remove_reader(handle)
        os.close(handle)
    return not is_running(process)


def _signal(process: Process, handle: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        signal.pidfd_send_signal(handle, number)
        # Its program leads a session and a group: their number is given to nobody else while one of it lives.
        if os.getpgid(process.pid) == process.pid:
            os.killpg(process.pid, number)
            os.killpg(process.pid, signal.SIGCONT)
