"""Many idle tmux panes under the usual limits of descriptors: what they cost, and that all of them live.

Each case runs in a process of its own, as a user's shell would start it: once with a soft limit of 1,024,
which Chloe may raise, once with a hard one. What a machine has no room for (memory, terminals, descriptors of
the tmux server) is said and left out.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from ptyprocess import PtyProcess

from benchmarks.measure import Stopwatch, gate
from chloe.config import Config, Paths, TmuxSettings
from chloe.engine import open_engine
from chloe.errors import ChloeError
from chloe.events import facts
from chloe.events.commands import Open
from chloe.terminal import Terminal

COUNTS = (100, 300, 1000)
LIMIT = 1024
#: Bytes that a pane takes: its holder, its program, its part of tmux.
A_PANE = 5_000_000
RUNS = 5
#: Seconds in which an app at rest is looked at; seconds that anything here may take.
REST, DEADLINE = 10.0, 180.0


def main() -> bool:
    """Print the figures; False where a gate was missed."""
    kept = []
    for kind in ("soft", "hard"):
        asked = [sys.executable, "-m", "benchmarks.crowd", kind]
        kept.append(subprocess.run(asked, check=False).returncode == 0)
    return all(kept)


def one(kind: str) -> bool:
    """One case: a limit of this kind."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (LIMIT, LIMIT if kind == "hard" else hard))
    print(f"a {kind} limit of {LIMIT} descriptors:", flush=True)
    print(
        "   panes  app start  app CPU   app fds  app PSS  tmux fds  tmux PSS  holders PSS"
        "    ls     new   made in",
        flush=True,
    )
    kept, descriptors = [], []
    with _home() as config:
        there = 0
        for count in COUNTS:
            lack = _lack(count - there)
            if lack:
                print(f"  {count:>6}  left out: {lack}", flush=True)
                break
            made, refused = asyncio.run(_make(config, count - there))
            took, there = made, asyncio.run(_living(config))
            if refused:
                print(f"  {count:>6}  no more than {there} came to be: {refused}", flush=True)
            descriptors.append(_measure(config, there, took))
            kept.append(gate(f"panes that live, of {there}", asyncio.run(_living(config)), least=there))
            if refused:
                break
        kept.append(
            gate("panes that the log calls dead, beside `new -- true`", asyncio.run(_dead(config)), most=0)
        )
    kept.append(gate("descriptors that the panes cost the app", max(descriptors) - min(descriptors), most=8))
    return all(kept)


def _lack(count: int) -> str:
    """What the machine has too little of for so many more panes; "" where it has enough."""
    free = int(Path("/proc/meminfo").read_text().split("MemAvailable:")[1].split()[0]) * 1024
    if free < 2 * count * A_PANE:
        return f"{free / 1e6:.0f} MB are free, and {count} panes take {count * A_PANE / 1e6:.0f}"
    most, used = (int(Path(f"/proc/sys/kernel/pty/{name}").read_text()) for name in ("max", "nr"))
    # One that tmux has, and one of the holder's.
    if most - used < 2 * count + 20:
        return f"{most - used} terminals are free, and {count} panes take {2 * count}"
    return ""


@contextmanager
def _home() -> Iterator[Config]:
    home = Path(tempfile.mkdtemp(prefix="chloe-bench-"))
    socket = f"chloe-bench-{uuid.uuid4().hex[:12]}"
    config = Config(paths=Paths.under(home), tmux=TmuxSettings(socket_name=socket))
    try:
        yield config
    finally:
        holders = _holders(config)
        subprocess.run(["tmux", "-L", socket, "kill-server"], capture_output=True)
        done = Stopwatch()
        while any(Path(f"/proc/{holder}").exists() for holder in holders) and done.seconds() < DEADLINE:
            time.sleep(0.1)
        # A holder that was only then started makes its folder again.
        folder = Path(os.environ.get("TMUX_TMPDIR", "/tmp")) / f"tmux-{os.getuid()}"
        (folder / socket).unlink(missing_ok=True)
        while home.exists() and done.seconds() < DEADLINE:
            shutil.rmtree(home, ignore_errors=True)
            time.sleep(1.0)


async def _make(config: Config, count: int) -> tuple[float, str]:
    """Open so many; the seconds that it took, and what was refused, if anything was."""
    took = Stopwatch()
    async with open_engine(config, screens=False) as engine:
        for _ in range(count):
            try:
                await engine.request(Open(backend="tmux", argv=("sleep", "100000"), attached=False))
            except ChloeError as error:
                return took.seconds(), str(error)
        panes = [pane.id for pane in engine.projections.panes.values() if pane.alive]
        while any(not (config.paths.spool / pane / "lock").exists() for pane in panes):
            assert took.seconds() < DEADLINE, "not all holders came to be"
            await asyncio.sleep(0.05)
    return took.seconds(), ""


async def _living(config: Config) -> int:
    async with open_engine(config, screens=False) as engine:
        return sum(
            pane.alive and engine._supervisor._launcher.is_running(pane.id)
            for pane in engine.projections.panes.values()
        )


async def _dead(config: Config) -> int:
    async with open_engine(config, screens=False) as engine:
        died = [each.pane async for each in engine.store.read() if isinstance(each.fact, facts.Died)]
        return sum(engine.projections.panes[pane].argv != ("true",) for pane in died)


def _holders(config: Config) -> list[int]:
    found = []
    for lock in config.paths.spool.glob("*/lock"):
        with contextlib.suppress(OSError, ValueError):
            found.append(int(lock.read_bytes().split()[0]))
    return found


def _measure(config: Config, count: int, made: float) -> int:
    """Print a row; the app's descriptors."""
    environment = os.environ | {
        "CHLOE_HOME": str(config.paths.home),
        "CHLOE_TMUX_SOCKET": config.tmux.socket_name,
        "TERM": "xterm-256color",
    }
    start = Stopwatch()
    process = PtyProcess.spawn(
        [sys.executable, "-m", "chloe"], env=environment, dimensions=(30, 120), cwd=str(Path.cwd())
    )
    terminal = Terminal(30, 120)
    try:
        _until(process, terminal, lambda: _listed(terminal) >= count)
        started = start.seconds()
        _rest(process, terminal, 3.0)
        before = _cpu(process.pid)
        _rest(process, terminal, REST)
        cpu = (_cpu(process.pid) - before) / REST
        descriptors = len(os.listdir(f"/proc/{process.pid}/fd"))
        asked = ["tmux", "-L", config.tmux.socket_name, "display-message", "-p", "#{pid}"]
        server = int(subprocess.run(asked, capture_output=True, check=True).stdout)
        holders = sum(map(_pss, _holders(config)))
        ls = median(_timed(environment, "ls", "--json", holds=count) for _ in range(RUNS))
        pss = _pss(process.pid)
        new = median(_timed(environment, "new", "--", "true") for _ in range(RUNS))
        print(
            f"  {count:>6} {started:>8.2f} s {100 * cpu:>6.1f} % {descriptors:>9} {pss / 1e6:>5.0f} MB"
            f" {len(os.listdir(f'/proc/{server}/fd')):>9} {_pss(server) / 1e6:>6.0f} MB"
            f" {holders / 1e6:>9.0f} MB {ls:>6.2f} s {new:>5.2f} s {made:>6.1f} s",
            flush=True,
        )
        process.write(b"q")
        _until(process, terminal, lambda: not process.isalive())
    finally:
        process.close(force=True)
    return descriptors


def _listed(terminal: Terminal) -> int:
    """How many panes the app's head line says there are."""
    words = terminal.display[0].split()
    at = words.index("Instances") + 1 if "Instances" in words else len(words)
    return int(words[at]) if at < len(words) and words[at].isdecimal() else 0


def _until(process: PtyProcess, terminal: Terminal, holds: Callable[[], bool]) -> None:
    waited = Stopwatch()
    while not holds():
        assert waited.seconds() < DEADLINE, "\n".join(terminal.display)
        _rest(process, terminal, 0.05)


def _rest(process: PtyProcess, terminal: Terminal, seconds: float) -> None:
    import select

    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        if select.select([process.fd], [], [], left)[0]:
            try:
                terminal.feed(os.read(process.fd, 65536))
            except OSError:
                return
            if replies := terminal.take_replies():
                os.write(process.fd, replies)


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _pss(pid: int) -> int:
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return int(rollup.split("\nPss:")[1].split()[0]) * 1024


def _timed(environment: dict[str, str], *words: str, holds: int | None = None) -> float:
    start = Stopwatch()
    done = subprocess.run(
        [sys.executable, "-m", "chloe", *words], env=environment, capture_output=True, timeout=DEADLINE
    )
    assert done.returncode == 0, done.stderr
    if holds is not None:
        listed = [pane for pane in json.loads(done.stdout) if pane["state"] != "ended"]
        assert len(listed) >= holds, f"{len(listed)} of {holds}"
    return start.seconds()


if __name__ == "__main__":
    sys.exit(0 if one(sys.argv[1]) else 1)
