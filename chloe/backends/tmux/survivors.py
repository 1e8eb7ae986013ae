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

#: Seconds from what the log has as a pane's beginning within which its program was started: clocks are set.
_MARGINS = (-5.0, 30.0)


def is_running(process: Process) -> bool:
    """Return whether this very process still runs; one that only waits to be reaped doesn't."""
    if process.pid <= 1 or process_identity(process.pid) != f"{process.pid} {process.started} {process.boot}":
        return False
    try:
        stat = Path(f"/proc/{process.pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in ("Z", "X")


def find_program(pane: str, started_at: int) -> Process | None:
    """Find the program of ``pane``, which was started at about ``started_at``, nanoseconds since 1970.

    For where nothing names it any more. It leads a session and has the pane's id in its environment, as all
    have that it started: so it is the oldest of those, and as old as the pane.
    """
    try:
        boot = next(
            int(line.split()[1])
            for line in Path("/proc/stat").read_text().splitlines()
            if line[:6] == "btime "
        )
        pids = [int(name) for name in os.listdir("/proc") if name.isdecimal()]  # noqa: PTH208 - names only.
    except (OSError, ValueError, StopIteration):
        return None
    low, high = ((started_at / 1e9 + margin - boot) * os.sysconf("SC_CLK_TCK") for margin in _MARGINS)
    if high < 0:
        return None  # The machine was started anew since.
    wanted = f"CHLOE_PANE={pane}".encode()
    candidates = []
    for pid in pids:
        with contextlib.suppress(OSError, ValueError, IndexError):
            stat = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
            leads, started = int(stat[3]) == pid, int(stat[19])
            if leads and low <= started <= high and _has_variable(pid, wanted):
                number, _, rest = process_identity(pid).partition(" ")
                candidates.append((started, Process(int(number), started, rest.partition(" ")[2])))
    return min(candidates)[1] if candidates else None


def _has_variable(pid: int, wanted: bytes) -> bool:
    environment = Path(f"/proc/{pid}/environ")
    # Who may look into it, the kernel says; whose it is counts all the same.
    return environment.stat().st_uid == os.geteuid() and wanted in environment.read_bytes().split(b"\0")


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
