"""What many chatty panes write into the log's -wal file, shown and unseen.

Each commit writes whole pages, however little is in it. So the peer is the same Chloe with all of its panes
shown: then each line is committed as soon as it is read.
"""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing

from benchmarks.engine import engine_apart
from benchmarks.measure import Stopwatch, gate
from chloe.events.commands import Kill, Open
from chloe.events.facts import BackendKind

PANES = 30
SECONDS = 10.0
#: A line a second, of a build or of a server's log.
PROGRAM = (
    'n=0; while :; do n=$((n+1)); echo "$n: compiled src/module_$n.c, 0 warnings, 0 errors"; sleep 1; done'
)


def main() -> bool:
    """Print the figures; False where a gate was missed."""
    print(f"{PANES} panes that print a line a second, for {SECONDS:.0f} s each:", flush=True)
    kept = []
    for kind in ("tmux", "direct"):
        shown, unseen = (asyncio.run(_measure(kind, shown=shown)) for shown in (True, False))
        kept.append(gate(f"{kind}: unseen beside shown", unseen / shown, most=0.6))
    return all(kept)


async def _measure(kind: BackendKind, *, shown: bool) -> float:
    """Megabytes a second that come into the -wal file."""
    async with engine_apart() as engine:
        panes = [await engine.request(Open(backend=kind, argv=("sh", "-c", PROGRAM))) for _ in range(PANES)]
        if shown:
            engine.look_at(frozenset(pane for pane in panes if pane is not None))
        # Right after its start each is attended.
        await asyncio.sleep(2.0)
        with closing(sqlite3.connect(engine.store.path, isolation_level=None)) as reader:
            # While somebody reads, the file is not begun anew: all that is written makes it longer.
            reader.execute("BEGIN")
            reader.execute("SELECT max(seq) FROM record").fetchone()
            wal = engine.store.path.with_name(f"{engine.store.path.name}-wal")
            size, records, commits = wal.stat().st_size, engine.projections.seq, engine.store._writer.commits
            watch = Stopwatch()
            await asyncio.sleep(SECONDS)
            seconds = watch.seconds()
            speed = (wal.stat().st_size - size) / seconds / 1e6
            commits = engine.store._writer.commits - commits
            records = engine.projections.seq - records
        for pane in panes:
            if pane is not None:
                await engine.request(Kill(pane))
        print(
            f"  {kind}, {'shown' if shown else 'unseen':<8} {speed:6.3f} MB/s,"
            f" {commits / seconds:5.1f} commits/s, {records / seconds:5.1f} records/s",
            flush=True,
        )
        return speed
