"""Tmux-backed panes beside their peers: request to running, key to read, a flood, memory.

The peers take turns in one run: a bare tmux that takes the same flood, and the usual way to follow a
tmux pane, capture-pane every 50 ms. What is logged is measured elsewhere: here the bytes end in the
reader's hand, out of a spool that is released as it is read.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from benchmarks.flood import bare_tmux, log_lines
from benchmarks.measure import Stopwatch, gate, interleaved, percentile, show
from chloe.backends.backend import Exited, OutputRead, Spec
from chloe.backends.tmux import Leases, TmuxBackend, TmuxServer
from chloe.tasks import Tasks
from chloe.watch import Watcher

STARTS = 40
KEYS = 500
POLLED_KEYS = 20
POLL_SECONDS = 0.05
FLOOD_BYTES = 100_000_000
FLOOD_ROUNDS = 2

ENVIRONMENT = {"PATH": os.defpath, "PS1": "$ ", "HOME": "/"}


def main() -> bool:
    """Print the figures; False where a gate was missed."""
    return asyncio.run(_all())


async def _all() -> bool:
    async with _desk() as desk:
        kept = [await _starts(desk)]
        await _keys(desk)
        await _memory(desk)
        kept.append(await _floods(desk))
    return all(kept)


class Desk:
    """A tmux server and a home of this run's own."""

    def __init__(self, home: Path) -> None:
        self.socket = f"chloe-bench-{uuid.uuid4().hex[:12]}"
        self.server = TmuxServer(self.socket)
        self.watcher = Watcher()
        self.leases = Leases(home / "leases", self.watcher)
        self._home = home

    def pane(self, *argv: str) -> TmuxBackend:
        """A pane, not started yet."""
        pane = str(uuid.uuid4())
        spec = Spec(pane=pane, argv=argv, cwd="/", environment=ENVIRONMENT, rows=24, columns=80)
        return TmuxBackend(self.server, spec, self._home / pane, self.watcher, self.leases, Tasks())


@asynccontextmanager
async def _desk() -> AsyncIterator[Desk]:
    home = Path(tempfile.mkdtemp(prefix="chloe-bench-"))
    desk = Desk(home)
    # Something that keeps the server: starts are measured on a running one.
    keeper = desk.pane("sleep", "1000")
    await keeper.start()
    try:
        yield desk
    finally:
        subprocess.run(["tmux", "-L", desk.socket, "kill-server"], capture_output=True)
        sockets = Path(os.environ.get("TMUX_TMPDIR", "/tmp")) / f"tmux-{os.getuid()}"
        (sockets / desk.socket).unlink(missing_ok=True)
        await keeper.close()
        desk.watcher.close()
        desk.server.close()
        shutil.rmtree(home, ignore_errors=True)


async def _starts(desk: Desk) -> bool:
    took = []
    for _ in range(STARTS):
        pane = desk.pane("echo", "running")
        watch = Stopwatch()
        await pane.start()
        await pane.read()
        took.append(watch.seconds())
        await _finish(pane)
    show("request to the running program's first byte", took)
    return gate("  of it p50, ms", percentile(took, 50) * 1e3, most=40)


async def _keys(desk: Desk) -> None:
    """A key to its echo: by the spool, and by polling the screen."""
    pane = desk.pane("sh", "-c", "stty raw -echo; printf ready; exec cat")
    await pane.start()
    await pane.read()
    took = []
    for _ in range(KEYS):
        watch = Stopwatch()
        pane.write(b"k")
        await pane.read()
        took.append(watch.seconds())
        await asyncio.sleep(0.002)
    show("key to its echo read from the spool", took)
    polled = await asyncio.to_thread(_polled_keys, desk.socket, pane.session)
    show(f"the same by capture-pane every {POLL_SECONDS * 1e3:.0f} ms", polled)
    await pane.kill()
    await _finish(pane)


def _polled_keys(socket: str, session: str) -> list[float]:
    tmux = ["tmux", "-L", socket]
    look = [*tmux, "capture-pane", "-p", "-t", session]

    def shown() -> bytes:
        return subprocess.run(look, capture_output=True, check=True).stdout

    took = []
    for number in range(POLLED_KEYS):
        key = chr(ord("a") + number)
        # The key falls anywhere between two looks.
        time.sleep(random.uniform(0, POLL_SECONDS))
        next_look = time.perf_counter() + random.uniform(0, POLL_SECONDS)
        watch = Stopwatch()
        subprocess.run([*tmux, "send-keys", "-t", session, key], check=True)
        time.sleep(max(0, next_look - time.perf_counter()))
        while key not in shown().decode():
            time.sleep(POLL_SECONDS)
        took.append(watch.seconds())
    return took


async def _memory(desk: Desk) -> None:
    panes = [desk.pane("cat") for _ in range(10)]
    for pane in panes:
        await pane.start()
        pane.write(b"\r")
        await pane.read()
    holders = [_proportional(int((pane.folder / "lock").read_bytes())) for pane in panes]
    print(f"  memory of a holder among 10: {sum(holders) / len(holders) / 1e6:.2f} MB (PSS)")
    for pane in panes:
        await pane.kill()
        await _finish(pane)


def _proportional(pid: int) -> int:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    line = next(line for line in rollup.splitlines() if line.startswith("Pss:"))
    return int(line.split()[1]) * 1024


async def _floods(desk: Desk) -> bool:
    with log_lines(FLOOD_BYTES) as log:
        took = await interleaved(
            {"pane": partial(_flood, desk, log), "bare": partial(asyncio.to_thread, bare_tmux, log)},
            FLOOD_ROUNDS,
        )
        length = log.stat().st_size
    for name, what in (("pane", "a flood, tmux-backed, spooled and read"), ("bare", "the same, bare tmux")):
        show(what, [length / seconds for seconds in took[name]], "MB/s", 1e-6)
    return gate("  tmux-backed beside bare tmux", min(took["bare"]) / min(took["pane"]), least=0.5)


async def _flood(desk: Desk, log: Path) -> float:
    pane = desk.pane("cat", str(log))
    watch = Stopwatch()
    await pane.start()
    length, segment = 0, 0
    while True:
        events = await pane.read()
        length += sum(len(each.data) for each in events if isinstance(each, OutputRead))
        position = events[-1].position
        assert position is not None
        if isinstance(events[-1], Exited):
            break
        if position.segment > segment:
            segment = position.segment
            await pane.acknowledge(position)
    seconds = watch.seconds()
    lines = log.read_bytes().count(b"\n")
    assert length == log.stat().st_size + lines, "the terminal makes CR LF of each LF"
    await pane.acknowledge(position)
    await pane.close()
    return seconds


async def _finish(pane: TmuxBackend) -> None:
    while not isinstance((events := await pane.read())[-1], Exited):
        pass
    position = events[-1].position
    assert position is not None
    await pane.acknowledge(position)
    await pane.close()
