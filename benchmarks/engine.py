"""The whole engine beside its peers: a key to its echo in the fold, floods that are logged, idle panes.

Everything here goes the whole way: backend, log with chain and triggers, projections. Peers are a bare
tmux that takes the same flood, and the usual way to follow a tmux pane, capture-pane every 50 ms.
"""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import os
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from benchmarks.flood import bare_tmux, log_lines
from benchmarks.measure import Stopwatch, gate, percentile, show
from chloe.config import Config, Paths, TmuxSettings
from chloe.engine import Engine, open_engine
from chloe.events.commands import Kill, Open, Write
from chloe.events.facts import BackendKind

KEYS = 400
#: Seconds between two looks of the usual way to follow a tmux pane.
POLL = 0.05
FLOOD_BYTES = 100_000_000
IDLE_PANES = 50
IDLE_SECONDS = 20.0
#: What cooked mode keeps of a line (``MAX_CANON`` in linux/limits.h is smaller than N_TTY's 4,095).
LINE = 200


def main() -> bool:
    """Print the figures; False where a gate was missed."""
    return all([asyncio.run(_all()), _idle()])


async def _all() -> bool:
    kept = [await _keys()]
    kept.append(await _floods())
    return all(kept)


@asynccontextmanager
async def engine_apart() -> AsyncIterator[Engine]:
    """An engine in a home and on a tmux server of its own, gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix="chloe-bench-"))
    socket = f"chloe-bench-{uuid.uuid4().hex[:12]}"
    try:
        async with open_engine(
            Config(paths=Paths.under(home), tmux=TmuxSettings(socket_name=socket))
        ) as engine:
            yield engine
    finally:
        subprocess.run(["tmux", "-L", socket, "kill-server"], capture_output=True)
        shutil.rmtree(home, ignore_errors=True)


async def until(engine: Engine, holds: Callable[[], bool]) -> None:
    """Wait, without polling, until a change makes it true."""
    reached = asyncio.Event()
    stop = engine.subscribe(lambda _change: reached.set() if holds() else None)
    try:
        if not holds():
            await reached.wait()
    finally:
        stop()


def shows(engine: Engine, pane: str, printed: int) -> bool:
    """Whether that much of the pane's stream is folded, screen and all."""
    panes, screens = engine.projections.panes, engine.projections.screens
    return panes[pane].output_bytes >= printed and not screens.pending_bytes(pane)


# A key to its echo in the fold.


async def _keys() -> bool:
    print("a key to its echo in the fold, committed and drawn:")
    async with engine_apart() as engine:
        direct, folds = await _echoes(engine, "direct")
        tmux, _ = await _echoes(engine, "tmux")
        polled = await _polled()
    show("direct", direct)
    show("of it from the bytes read to the fold done", folds)
    show("tmux", tmux)
    show("tmux, capture-pane every 50 ms", polled)
    return all(
        [
            gate("bytes read to fold done, p50 in ms", percentile(folds, 50) * 1e3, most=2),
            gate("direct, p50 in ms", percentile(direct, 50) * 1e3, most=2),
            gate("tmux, p50 in ms", percentile(tmux, 50) * 1e3, most=3),
        ]
    )


async def _echoes(engine: Engine, backend: BackendKind) -> tuple[list[float], list[float]]:
    """Seconds from each key to its echo in the fold, and from the bytes read to there."""
    pane = await engine.request(Open(backend=backend, argv=("sh", "-c", "printf ready; exec cat")))
    assert pane is not None
    await until(engine, lambda: shows(engine, pane, 5))
    seconds: list[float] = []
    folds: list[float] = []
    for count in range(KEYS):
        before = engine.projections.panes[pane].output_bytes
        if count % LINE == LINE - 1:
            engine.send(Write(pane, b"\x15"))
            await until(engine, partial(shows, engine, pane, before + 1))
            await asyncio.sleep(0.02)
            continue
        watch = Stopwatch()
        engine.send(Write(pane, b"x"))
        await until(engine, partial(shows, engine, pane, before + 1))
        seconds.append(watch.seconds())
        folds.append((time.time_ns() - engine.projections.panes[pane].last_output_at) / 1e9)
        await asyncio.sleep(0.003)
    await engine.request(Kill(pane))
    return seconds, folds


async def _polled() -> list[float]:
    """The usual way: a screen is looked at every 50 ms, whenever the key comes."""
    tmux = ["tmux", "-L", f"chloe-bench-{uuid.uuid4().hex[:12]}", "-f", "/dev/null"]
    capture = [*tmux, "capture-pane", "-p", "-t", "one"]
    seconds = []
    try:
        subprocess.run([*tmux, "new-session", "-d", "-s", "one", "cat"], check=True)
        for count in range(40):
            await asyncio.sleep(POLL * (count % 10) / 10)  # The key comes at any point between two looks.
            watch = Stopwatch()
            subprocess.run([*tmux, "send-keys", "-t", "one", "x"], check=True)
            await asyncio.sleep(POLL * (10 - count % 10) / 10 - watch.seconds())
            while subprocess.run(capture, capture_output=True).stdout.count(b"x") <= count:
                await asyncio.sleep(POLL)
            seconds.append(watch.seconds())
    finally:
        subprocess.run([*tmux, "kill-server"], capture_output=True)
    return seconds


# Floods, logged.


async def _floods() -> bool:
    with log_lines(FLOOD_BYTES) as log:
        length = log.stat().st_size
        print(f"a flood of {length / 1e6:.0f} MB of log lines, until all of it is in the log and folded:")
        seconds: dict[str, list[float]] = {"direct": [], "tmux-backed": [], "bare tmux, not logged": []}
        for _ in range(2):
            seconds["bare tmux, not logged"].append(bare_tmux(log))
            seconds["direct"].append(await _flood("direct", log))
            seconds["tmux-backed"].append(await _flood("tmux", log))
    speed = {name: length / 1e6 / min(taken) for name, taken in seconds.items()}
    for name, megabytes in speed.items():
        print(f"  {name:<44} {megabytes:12.1f} MB/s")
    bare = speed["bare tmux, not logged"]
    return all(
        [
            gate("direct, logged / bare tmux", speed["direct"] / bare, least=1),
            gate("tmux-backed, logged / bare tmux", speed["tmux-backed"] / bare, least=0.5),
        ]
    )


async def _flood(backend: BackendKind, log: Path) -> float:
    async with engine_apart() as engine:
        if backend == "tmux":  # So that no server has to be started within the time.
            await engine.request(Open(backend="tmux", argv=("cat",)))
        watch = Stopwatch()
        pane = await engine.request(Open(backend=backend, argv=("cat", str(log))))
        assert pane is not None
        await until(engine, lambda: not engine.projections.panes[pane].alive and shows(engine, pane, 0))
        seconds = watch.seconds()
        lines = log.stat().st_size + log.read_bytes().count(b"\n")
        assert engine.projections.panes[pane].output_bytes == lines, "a byte is missing"
        return seconds


# Idle.


def _idle() -> bool:
    """Each kind in a process of its own, where nothing that was done before is in the way."""
    spawn = multiprocessing.get_context("spawn")
    kept = []
    for backend in ("direct", "tmux"):
        with spawn.Pool(1) as pool:
            memory, processor = pool.apply(_idle_apart, (backend,))
        print(f"{IDLE_PANES} idle {backend} panes, each a shell; Chloe, tmux and holders together:")
        print(f"  {'memory a pane, its shell left out':<44} {memory / 1e3:12.0f} KB", flush=True)
        kept.append(gate("CPU in %", processor * 100, most=1))
    return all(kept)


def _idle_apart(backend: BackendKind) -> tuple[float, float]:
    """Bytes a pane, and the part of a processor that all take together."""
    return asyncio.run(_idle_panes(backend))


async def _idle_panes(backend: BackendKind) -> tuple[float, float]:
    async with engine_apart() as engine:

        async def open_one() -> None:
            pane = await engine.request(Open(backend=backend, argv=("sh",)))
            assert pane is not None
            await until(engine, partial(shows, engine, pane, 1))

        for _ in range(5):  # What the first ones load, the others share.
            await open_one()
        before = _memory()
        for _ in range(IDLE_PANES - 5):
            await open_one()
        await asyncio.sleep(1)
        memory = (_memory() - before) / (IDLE_PANES - 5)
        began = sum(map(_cpu, _processes()))
        await asyncio.sleep(IDLE_SECONDS)
        return memory, (sum(map(_cpu, _processes())) - began) / IDLE_SECONDS


def _memory() -> int:
    """Bytes of all that Chloe runs here, the panes' own programs left out."""
    gc.collect()
    return sum(_private(pid) for pid in _processes() if _program(pid) != "sh")


def _processes() -> list[int]:
    """This process and all that descend from it, and the tmux servers of this run with theirs."""
    parents: dict[int, int] = {}
    servers = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                if b"chloe-bench-" in (entry / "cmdline").read_bytes():
                    servers.append(int(entry.name))
            except OSError:
                continue
    ours = {os.getpid(), *servers}
    while True:
        more = {pid for pid, parent in parents.items() if parent in ours} - ours
        if not more:
            return sorted(ours)
        ours |= more


def _program(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def _private(pid: int) -> int:
    """The proportional set size in bytes (proc(5): smaps_rollup)."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def _cpu(pid: int) -> float:
    """Seconds of CPU that a process has used (proc(5): stat, utime and stime)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
