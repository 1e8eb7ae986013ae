"""A look at a pane's program, which decides whose an Esc is, in either kind of pane.

The peers take turns with Chloe in one run: the least that any look needs (open the program's terminal, ask
its line discipline, read one stat), and a reading of the stat of all processes, as programs do that don't
know which ones to look at.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import tempfile
import termios
import uuid
from functools import partial
from pathlib import Path

from benchmarks.measure import Stopwatch, gate, interleaved, percentile, show
from chloe.backends.kinds import TRAITS
from chloe.config import Config, Paths, TmuxSettings
from chloe.engine import Engine, open_engine
from chloe.events.commands import Open

ROUNDS = 400
#: What a look may take of the least that any look needs. A prompt asks for most: it is looked who else is
#: there.
MOST = {"reads lines": 8.0, "at its prompt": 12.0}


def main() -> bool:
    """Print the figures; False where a gate was missed."""
    return asyncio.run(_all())


async def _all() -> bool:
    socket = f"chloe-bench-{uuid.uuid4().hex[:8]}"
    with tempfile.TemporaryDirectory(prefix="chloe-bench-", ignore_cleanup_errors=True) as folder:
        config = Config(paths=Paths.under(Path(folder) / "home"), tmux=TmuxSettings(socket_name=socket))
        try:
            async with open_engine(config) as engine:
                kept = [await _look(engine, kind) for kind in TRAITS]
        finally:
            subprocess.run(["tmux", "-L", socket, "kill-server"], capture_output=True)
            sockets = Path(os.environ.get("TMUX_TMPDIR", "/tmp")) / f"tmux-{os.getuid()}"
            (sockets / socket).unlink(missing_ok=True)
    return all(kept)


async def _look(engine: Engine, kind: str) -> bool:
    """Measure looks at a program that reads lines, and at a shell at its prompt."""
    kept = []
    for what, argv in (("reads lines", ("cat",)), ("at its prompt", ("bash", "--norc", "--noprofile"))):
        pane = await engine.request(Open(backend=kind, argv=argv))
        assert pane is not None
        while (seen := engine.look(pane)) is None or seen.is_raw is not (what == "at its prompt"):
            await asyncio.sleep(0.01)
        print(f"a look at a program that is {what}, {kind} pane:")
        measured = await interleaved(
            {
                "the least": _look_least,
                "the stat of all processes": _read_all,
                "Chloe": partial(_look_chloe, engine, pane),
            },
            ROUNDS,
        )
        for name, seconds in measured.items():
            show(name, seconds)
        p50 = {name: percentile(seconds, 50) for name, seconds in measured.items()}
        kept.append(gate("Chloe / the least", p50["Chloe"] / p50["the least"], most=MOST[what]))
        kept.append(gate("Chloe / all processes", p50["Chloe"] / p50["the stat of all processes"], most=1.0))
    return all(kept)


async def _look_chloe(engine: Engine, pane: str) -> float:
    watch = Stopwatch()
    assert engine.look(pane) is not None
    return watch.seconds()


async def _look_least() -> float:
    master, slave = os.openpty()
    name = os.ttyname(slave)
    watch = Stopwatch()
    terminal = os.open(name, os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
    termios.tcgetattr(terminal)
    os.close(terminal)
    _read_stat(os.getpid())
    seconds = watch.seconds()
    os.close(master)
    os.close(slave)
    return seconds


async def _read_all() -> float:
    watch = Stopwatch()
    for name in os.listdir("/proc"):
        if name.isdecimal():
            _read_stat(int(name))
    return watch.seconds()


def _read_stat(pid: int) -> bytes:
    try:
        fd = os.open(f"/proc/{pid}/stat", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b""  # It has just ended.
    try:
        return os.read(fd, 4096)
    except OSError:
        return b""
    finally:
        os.close(fd)
