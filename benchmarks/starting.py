"""The start of the app on a large log, beside an empty one: seconds to a usable screen, and memory.

The log is real: live panes that printed through holders, past ones appended through the store. The app is
the real one, on a terminal of its own. Usable is what a user would call so: the panes are listed, and one
that is attached with ``a`` shows the last line that its program printed.
"""

from __future__ import annotations

import asyncio
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from ptyprocess import PtyProcess

from benchmarks.flood import log_lines
from benchmarks.measure import Stopwatch, gate
from chloe.config import Config, Paths, TmuxSettings
from chloe.engine import open_engine
from chloe.events import facts
from chloe.events.commands import Detach, Open
from chloe.events.facts import Entry
from chloe.store import Store
from chloe.terminal import Terminal
from tests.ids import id_of

LIVE, PAST = 50, 1_000
BYTES = 1_000_000_000
#: Bytes of a record of a past pane: what a build or a server prints between two commits.
RECORD = 4_096
STARTS = 5
#: Seconds that anything here may take.
DEADLINE = 120.0


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds until the panes are listed, seconds from ``a`` to the pane's last line, bytes of memory."""

    listed: float
    shown: float
    memory: float


def main() -> bool:
    """Print the figures; False where a gate was missed."""
    with _home() as empty, _home() as tenth, _home() as large:
        asyncio.run(_fill(tenth, BYTES // 10))
        asyncio.run(_fill(large, BYTES))
        size = sum(file.stat().st_size for file in Path(large.paths.home).glob("log.db*"))
        print(
            f"{BYTES / 1e9:g} GB printed by {PAST} past and {LIVE} live panes, {size / 1e6:.0f} MB on disk:"
        )
        nothing = _started("an empty log", empty, panes=0)
        smaller = _started("a tenth of it", tenth, panes=LIVE)
        much = _started("all of it", large, panes=LIVE)
        asyncio.run(_forget(large))
        bare = _started("all of it, its checkpoints deleted", large, panes=LIVE)
        return all(
            [
                gate("start beyond an empty log, s", much.listed - nothing.listed, most=1.0),
                gate("the same without checkpoints, s", bare.listed - nothing.listed, most=1.0),
                gate("`a` to the pane's last line, s", much.shown, most=1.0),
                gate("memory / with a tenth of the log", much.memory / smaller.memory, most=1.2),
            ]
        )


@contextmanager
def _home() -> Iterator[Config]:
    home = Path(tempfile.mkdtemp(prefix="chloe-bench-"))
    socket = f"chloe-bench-{uuid.uuid4().hex[:12]}"
    try:
        yield Config(paths=Paths.under(home), tmux=TmuxSettings(socket_name=socket))
    finally:
        subprocess.run(["tmux", "-L", socket, "kill-server"], capture_output=True)
        shutil.rmtree(home, ignore_errors=True)


async def _fill(config: Config, size: int) -> None:
    """Have live panes print half of ``size``, and append past ones that printed the other half."""
    with log_lines(size // 2 // LIVE) as log:
        async with open_engine(config) as engine:
            panes = []
            for number in range(LIVE):
                command = ("sh", "-c", 'cat "$1"; printf "the last line"; exec cat', "sh", str(log))
                pane = await engine.request(Open(backend="tmux", argv=command, name=f"live {number}"))
                assert pane is not None
                panes.append(pane)
            done = Stopwatch()
            while any(engine.projections.panes[pane].output_bytes < log.stat().st_size for pane in panes):
                assert done.seconds() < DEADLINE, "the live panes never printed all"
                await asyncio.sleep(0.1)
            for pane in panes:
                await engine.request(Detach(pane))
            await _append_past(engine.store, log.read_bytes(), size // 2 // PAST)


async def _append_past(store: Store, text: bytes, size: int) -> None:
    for number in range(PAST):
        pane = str(uuid.uuid4())
        now = time.time_ns()
        created = facts.Created(
            backend="tmux", argv=("make",), cwd="/", name=f"past {number}", rows=24, columns=80
        )
        entries = [Entry(id_of(pane), created, now)]
        for offset in range(0, size, RECORD):
            data = text[offset : min(offset + RECORD, size)]
            entries.append(Entry(id_of(pane), facts.Output(offset=offset, length=len(data), data=data), now))
        entries += [
            Entry(id_of(pane), facts.Died(status=0, signal=None, reason=""), now),
            Entry(id_of(pane), facts.Closed(), now),
        ]
        await store.append(entries)


async def _forget(config: Config) -> None:
    store = await Store.open(config.paths.database, instance=id_of("benchmark"))
    await store.delete_checkpoints()
    await store.close()


def _started(name: str, config: Config, *, panes: int) -> Start:
    starts = [_start(config, panes) for _ in range(STARTS)]
    found = Start(
        listed=median(start.listed for start in starts),
        shown=median(start.shown for start in starts),
        memory=median(start.memory for start in starts),
    )
    shown = f"  `a` to its last line {found.shown * 1e3:6.0f} ms" if panes else ""
    print(f"  {name:<44} {found.listed:6.2f} s  {found.memory / 1e6:6.1f} MB{shown}", flush=True)
    return found


def _start(config: Config, panes: int) -> Start:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TMUX")}
    environment |= {
        "CHLOE_HOME": str(config.paths.home),
        "CHLOE_TMUX_SOCKET": config.tmux.socket_name,
        "TERM": "xterm-256color",
        "LC_ALL": "C.UTF-8",
    }
    watch = Stopwatch()
    app = PtyProcess.spawn([sys.executable, "-m", "chloe"], env=environment, dimensions=(24, 80))
    terminal = Terminal(24, 80)
    try:
        _until(app, terminal, lambda text: f"Instances {panes} " in text)
        listed = watch.seconds()
        memory = _memory(app.pid)
        shown = 0.0
        if panes:
            watch = Stopwatch()
            os.write(app.fd, b"a")
            _until(app, terminal, lambda text: "the last line" in text)
            shown = watch.seconds()
            os.write(app.fd, b"d")
            _until(app, terminal, lambda text: "a attaches it again" in text)
        os.write(app.fd, b"q")
        _until(app, terminal, lambda text: False)
        return Start(listed, shown, memory)
    finally:
        app.close(force=True)


def _until(app: PtyProcess, terminal: Terminal, holds: Callable[[str], bool]) -> None:
    """Read until the screen has it, or the app has ended."""
    watch = Stopwatch()
    while not holds("\n".join(terminal.display)):
        assert watch.seconds() < DEADLINE, "\n".join(terminal.display)
        if not select.select([app.fd], [], [], 1)[0]:
            continue
        try:
            terminal.feed(os.read(app.fd, 65_536))
        except OSError:
            return
        replies = terminal.take_replies()
        if replies:
            os.write(app.fd, replies)


def _memory(pid: int) -> int:
    """Bytes that only this process uses, or its share (proc(5): smaps_rollup, Pss)."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


if __name__ == "__main__":
    main()
