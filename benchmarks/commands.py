"""Commands, beside the start of what each of them needs: ``python -c "import asyncio, aiosqlite, click"``.

Real processes on real homes, one after the other, each command in turn with the reference; medians of five.
The homes: a small log, one with 10,000 past panes that were closed, one with 10,000 that have ended and were
not. A hundred ``chloe new`` one after the other stand for a script.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from benchmarks.measure import Stopwatch, gate
from chloe.actors.delivery import TEXT_PAUSE
from chloe.backends.kinds import TRAITS
from chloe.config import Config, Paths, TmuxSettings
from chloe.events import facts
from chloe.events.facts import Entry, SpoolPosition
from chloe.store import Store

PAST, NEWS, TURNS = 10_000, 100, 5
_REFERENCE = (sys.executable, "-c", "import asyncio, aiosqlite, click")


def main() -> bool:
    """Print the figures; False where a gate was missed."""
    with _home() as small, _home() as closed, _home() as ended:
        asyncio.run(_fill(closed, is_closed=True))
        asyncio.run(_fill(ended, is_closed=False))
        for config in (small, closed, ended):
            _run(config, "new", "--name", "cat", "cat")
            _run(config, "send", "cat", "hello")
        _run(small, "new", "--name", "keys", "sh", "-c", "stty raw -echo; exec cat >/dev/null")
        kept = [
            _gate(small, "ls --json", 2.2, "ls", "--json"),
            _gate(small, "new", 2.8, "new", "true"),
            _gate(small, "send", 2.2, "send", "cat", "hello"),
            _gate(small, "send to who reads keys", 2.2, "send", "keys", "hello", pause=TEXT_PAUSE),
        ]
        name = f"with {PAST} closed panes"
        kept += [
            _gate(closed, f"ls --json {name}", 3.2, "ls", "--json"),
            _gate(closed, f"new {name}", 3.2, "new", "true"),
            _gate(closed, f"send {name}", 3.2, "send", "cat", "hello"),
        ]
        name = f"with {PAST} ended panes"
        kept += [
            _gate(ended, f"new {name}", 3.2, "new", "true"),
            _gate(ended, f"send {name}", 3.2, "send", "cat", "hello"),
            # It prints all of them.
            _gate(ended, f"ls --json {name}", 20, "ls", "--json"),
        ]
    with _home() as fresh:
        watch = Stopwatch()
        for _ in range(NEWS):
            _run(fresh, "new", "cat")
        kept.append(gate(f"{NEWS} new, one after the other, s", watch.seconds(), most=30))
    return all(kept)


def _gate(config: Config, name: str, most: float, *words: str, pause: float = 0.0) -> bool:
    """Hold the median of a command against the reference's, each in turn."""
    taken, reference = [], []
    for turn in range(TURNS + 1):
        watch = Stopwatch()
        subprocess.run(_REFERENCE, env=_environment(config), check=True)
        beside = watch.seconds()
        seconds = _run(config, *words) - pause
        # The first warms up: it takes in what was printed since.
        if turn:
            taken.append(seconds)
            reference.append(beside)
    return gate(f"{name} / {median(reference) * 1e3:.0f} ms", median(taken) / median(reference), most=most)


def _run(config: Config, *words: str) -> float:
    watch = Stopwatch()
    subprocess.run(
        _chloe(words), env=_environment(config), check=True, stdin=subprocess.DEVNULL, capture_output=True
    )
    return watch.seconds()


def _chloe(words: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "chloe", *words]


def _environment(config: Config) -> dict[str, str]:
    # Compiled once, as what was installed is.
    left_out = ("TMUX", "PYTHONDONTWRITEBYTECODE")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    return environment | {
        "CHLOE_HOME": str(config.paths.home),
        "CHLOE_TMUX_SOCKET": config.tmux.socket_name,
        "SHELL": "/bin/sh",
    }


async def _fill(config: Config, *, is_closed: bool) -> None:
    """Append panes that were made, printed, and ended; most users close them, some never do."""
    config.paths.prepare()
    store = await Store.open(config.paths.database, instance=str(uuid.uuid4()))
    for _ in range(PAST // 100):
        entries = []
        for _ in range(100):
            pane, now = str(uuid.uuid4()), time.time_ns()
            created = facts.Created(
                backend="tmux",
                argv=("make", "all"),
                cwd="/",
                name="make",
                rows=24,
                columns=80,
                attached=False,
                session=f"chloe-{pane}",
                traits=TRAITS["tmux"],
            )
            printed = facts.Output(offset=0, length=200, data=bytes(200), spool=SpoolPosition(0, 300))
            died = facts.Died(status=0, signal=None, reason="", spool=SpoolPosition(0, 350))
            happened: list[facts.Fact] = [created, printed, died]
            if is_closed:
                happened.append(facts.Closed())
            entries += [Entry(pane, fact, now) for fact in happened]
        await store.append(entries)
    await store.close()


@contextmanager
def _home() -> Iterator[Config]:
    home = Path(tempfile.mkdtemp(prefix="chloe-bench-"))
    socket = f"chloe-bench-{uuid.uuid4().hex[:12]}"
    try:
        yield Config(paths=Paths.under(home), tmux=TmuxSettings(socket_name=socket))
    finally:
        subprocess.run(["tmux", "-L", socket, "kill-server"], capture_output=True)
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(not main())
