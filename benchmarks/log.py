"""What the log costs beside plain SQLite: ``python -m benchmarks.log``.

Owns the numbers of appending, reading back, following and verifying. Each round measures plain
inserts and the log one after the other on the same bytes; ratios are of the medians, so a machine whose
pace drifts doesn't decide. Plain is one table (seq, at, pane, kind, body) filled by ``executemany`` in
WAL mode, ``synchronous=NORMAL``, with the same number of rows a transaction. Beside the appending alone
stands the time until the database is closed, when everything is out of the -wal file on both sides.
"""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, closing
from pathlib import Path
from statistics import median

from benchmarks.measure import gate, show
from chloe.events.facts import Entry, Output, Record
from chloe.store import Store
from chloe.watch import Watcher
from tests.ids import id_of

ROUNDS = 7
#: Bytes appended by each side in a round.
ROUND_BYTES = 48 * 1024 * 1024
#: Bytes of a body, and bodies a transaction.
SHAPES = ((4 * 1024, 64), (64 * 1024, 16))
#: Single records whose way is timed, and the seconds between them.
LATENCIES = 300
PAUSE = 0.01

PANE = "8f14e45f-ceea-467f-a9b1-2c3d4e5f6071"

_WORDS = (
    *("compiling", "linking", "installing", "testing", "passed", "FAILED", "warning:", "unused", "variable"),
    *("connection", "refused", "retrying", "timeout", "GET", "POST", "/api/v1/items", "200", "404", "500"),
    *("user", "session", "cache", "miss", "hit", "in", "function", "called", "with", "after"),
)


def log_text(size: int, seed: int) -> bytes:
    """``size`` bytes like a busy build or server prints: times, levels, paths, numbers, some colour."""
    chance = random.Random(seed)
    lines: list[str] = []
    length = 0
    while length < size:
        level = chance.choice(
            ("\x1b[32mINFO\x1b[0m", "\x1b[33mWARN\x1b[0m", "DEBUG", "\x1b[1;31mERROR\x1b[0m")
        )
        words = " ".join(chance.choices(_WORDS, k=chance.randint(3, 10)))
        day, minute, second = chance.randint(1, 28), chance.randint(0, 59), chance.random() * 60
        line = (
            f"2026-11-{day:02}T12:{minute:02}:{second:09.6f}Z {level} "
            f"src/{chance.choice(_WORDS)}.py:{chance.randint(1, 900)} {words} "
            f"id={chance.getrandbits(48):012x} took {chance.random() * 100:.3f} ms\r\n"
        )
        lines.append(line)
        length += len(line)
    return "".join(lines).encode()[:size]


def batches(size: int, rows: int) -> list[list[bytes]]:
    """Transactions of ``rows`` different bodies of ``size`` bytes, ROUND_BYTES in all."""
    pool = [log_text(size, seed) for seed in range(max(rows, 4 * 1024 * 1024 // size))]
    count = ROUND_BYTES // (size * rows)
    return [[pool[(n * rows + k) % len(pool)] for k in range(rows)] for n in range(count)]


def plain_append(folder: Path, work: Sequence[Sequence[bytes]]) -> tuple[float, float]:
    """Seconds to insert ``work`` into one plain table, and until that is closed."""
    connection = sqlite3.connect(folder / "plain.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(
        "CREATE TABLE plain (seq INTEGER PRIMARY KEY, at INTEGER, pane TEXT, kind TEXT, body BLOB)"
    )
    began = time.perf_counter()
    for bodies in work:
        at = time.time_ns()
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            "INSERT INTO plain (at, pane, kind, body) VALUES (?, ?, ?, ?)",
            [(at, PANE, "Output", body) for body in bodies],
        )
        connection.execute("COMMIT")
    appended = time.perf_counter()
    connection.close()
    return appended - began, time.perf_counter() - began


async def log_append(folder: Path, work: Sequence[Sequence[bytes]]) -> tuple[float, float]:
    """Seconds to append ``work`` to the log, and until it is closed.

    Two panes take turns, each waiting for its own commit before it goes on, as two flooding ones do: while
    one's is committed the other's waits, so a transaction holds as many rows as a plain one.
    """
    store = await Store.open(folder / "log.db", instance=id_of("bench"))
    left = iter(work)

    async def pane(name: str) -> None:
        id = id_of(name)
        offset = 0
        for bodies in left:
            entries = []
            occurred_at = time.time_ns()
            for body in bodies:
                entries.append(Entry(id, Output(offset=offset, length=len(body), data=body), occurred_at))
                offset += len(body)
            await store.append(entries)

    began = time.perf_counter()
    await asyncio.gather(pane(PANE), pane(PANE[::-1]))
    appended = time.perf_counter()
    await store.close()
    return appended - began, time.perf_counter() - began


def plain_read(folder: Path) -> float:
    """Seconds to read the plain table back."""
    with closing(sqlite3.connect(folder / "plain.db")) as connection:
        began = time.perf_counter()
        for _ in connection.execute("SELECT seq, at, pane, kind, body FROM plain ORDER BY seq"):
            pass
        return time.perf_counter() - began


async def log_read(folder: Path) -> tuple[float, float]:
    """Seconds to read everything back as records, and to verify it."""
    store = await Store.open(folder / "log.db", instance=id_of("bench"))
    try:
        began = time.perf_counter()
        async for _ in store.read():
            pass
        read = time.perf_counter()
        verdict = await store.verify()
        assert verdict.bad is None, verdict
        return read - began, time.perf_counter() - read
    finally:
        await store.close()


async def throughput(size: int, rows: int) -> bool:
    """Print appending, reading back and verifying for one shape; whether the gates hold."""
    work = batches(size, rows)
    times: dict[str, list[float]] = defaultdict(list)
    for turn in range(ROUNDS):
        with tempfile.TemporaryDirectory(prefix="chloe-bench-") as name:
            folder = Path(name)
            # Who comes first changes, since the disk may still be busy with what came before.
            for who in ("plain", "log") if turn % 2 else ("log", "plain"):
                os.sync()
                appended, closed = (
                    plain_append(folder, work) if who == "plain" else await log_append(folder, work)
                )
                times[who].append(appended)
                times[f"{who} closed"].append(closed)
            times["plain read"].append(plain_read(folder))
            read, verified = await log_read(folder)
            times["read"].append(read)
            times["verify"].append(verified)
    megabytes = sum(len(body) for bodies in work for body in bodies) / 1e6
    events = sum(map(len, work)) / median(times["log"])
    rates = {name: megabytes / median(taken) for name, taken in times.items()}
    print(f"  {size // 1024} KB x {rows} a transaction, MB/s:")
    print(f"    append         {rates['log']:6.0f}   plain {rates['plain']:6.0f}   {events:.0f} events/s")
    print(f"    until closed   {rates['log closed']:6.0f}   plain {rates['plain closed']:6.0f}")
    print(f"    read back      {rates['read']:6.0f}   plain {rates['plain read']:6.0f}")
    kept = gate("append, as a part of plain SQLite", rates["log"] / rates["plain"], least=0.65)
    return gate("verify, MB/s of bodies", rates["verify"], least=150) and kept


async def latency(others: bool) -> None:
    """Print how long a record takes, on an idle log, until it is committed, followed, followed elsewhere."""
    watcher = Watcher()
    committed: list[float] = []
    followed: list[float] = []
    elsewhere: list[float] = []
    body = log_text(200, 1)
    with tempfile.TemporaryDirectory(prefix="chloe-bench-") as name:
        path = Path(name) / "log.db"
        async with AsyncExitStack() as ending:
            ending.callback(watcher.close)
            stores = [
                await Store.open(path, instance=str(n), watcher=watcher) for n in range(2 if others else 1)
            ]
            for store in stores:
                ending.push_async_callback(store.close)
            streams = [store.follow(0) for store in stores]
            for n in range(LATENCIES):
                async with asyncio.TaskGroup() as tasks:
                    arrivals = [tasks.create_task(arrival(stream)) for stream in streams]
                    # Until all are waiting and the notices of the last commit are through.
                    await asyncio.sleep(PAUSE)
                    began = time.perf_counter()
                    fact = Output(offset=n * len(body), length=len(body), data=body)
                    await stores[0].append([Entry(PANE, fact, time.time_ns())])
                    committed.append(time.perf_counter() - began)
                followed.append(arrivals[0].result() - began)
                elsewhere.append(arrivals[-1].result() - began)
    if others:
        show("append to another instance's follower", elsewhere)
    else:
        show("append to commit", committed)
        show("append to follower", followed)


async def arrival(stream: AsyncIterator[Sequence[Record]]) -> float:
    """When the next records come."""
    await anext(stream)
    return time.perf_counter()


async def run() -> bool:
    """All of it; whether the gates hold."""
    kept = [await throughput(size, rows) for size, rows in SHAPES]
    print("  one record of 200 bytes, on an idle log:")
    await latency(others=False)
    await latency(others=True)
    return all(kept)


def main() -> bool:
    """Run it; False where a gate was missed."""
    return asyncio.run(run())


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
