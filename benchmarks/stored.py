"""How small a log is, and how fast it is read back: ``python -m benchmarks.stored``.

Owns the ratios of what panes print to what is stored of it, each corpus by its name: frames of 94 KB that a
program repaints, one new line each or 5% of the lines new; a real agent's session (``recordings/agent``),
recorded read by read and taken in at once; small records of an interactive shell, beside the same bodies
compressed one by one. Reading back stands beside plain SQLite that holds the same compressed bodies and
unpacks them, in the same run.
"""

from __future__ import annotations

import asyncio
import base64
import json
import lzma
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from statistics import median

import zstandard

from benchmarks.log import PANE, log_text
from benchmarks.measure import gate
from chloe.events.facts import Entry, Output
from chloe.export.raw import encode_raw
from chloe.store import Store
from chloe.store.bodies import Packer
from tests.ids import id_of

RECORDING = Path(__file__).parent / "recordings" / "agent.jsonl.xz"

#: Bytes of a frame, of a line in it, and of what is read at a time from a terminal that is flooded.
FRAME, LINE, READ = 94 * 1024, 80, 16 * 1024
FRAMES = 260
#: Bytes that are read back, and rounds of it.
READ_BACK = 48 * 1024 * 1024
ROUNDS = 7


def words(chance: random.Random) -> list[str]:
    """The words of a text, of 2 to 10 random letters."""
    return [
        "".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(2, 10))) for _ in range(5000)
    ]


def frames(new: float) -> Iterable[bytes]:
    """Reads of frames that are cleared and painted anew, with this part of the lines new, or one where 0."""
    chance = random.Random(1)
    vocabulary = words(chance)

    def line() -> bytes:
        return " ".join(chance.choices(vocabulary, k=20)).encode()[: LINE - 2]

    lines = [line() for _ in range(FRAME // LINE)]
    for _ in range(FRAMES):
        if new:
            for _ in range(int(len(lines) * new)):
                lines[chance.randrange(len(lines))] = line()
        else:
            lines = [*lines[1:], line()]
        frame = b"\x1b[2J\x1b[3J\x1b[H" + b"\r\n".join(lines)
        yield from (frame[start : start + READ] for start in range(0, len(frame), READ))


def recording() -> list[bytes]:
    """What was read from a coding agent that answers one question."""
    with lzma.open(RECORDING, "rt") as lines:
        rows = [json.loads(row) for row in lines]
    return [base64.b64decode(row[2]) for row in rows if row[0] == "o"]


def shell() -> list[bytes]:
    """Small records of somebody at a shell: keys that are echoed, a prompt, a listing, a status line."""
    chance = random.Random(2)
    names = [f"{word}.{chance.choice(('py', 'md', 'txt', 'c', 'h'))}" for word in words(chance)[:400]]
    commands = ("git status", "ls -l src", "make test", "vim src/main.py", "grep -rn TODO src", "cd ..")
    found = []
    for number in range(600):
        found.append(b"\x1b]0;me@host: ~/src\x07\x1b[01;32mme@host\x1b[00m:\x1b[01;34m~/src\x1b[00m$ ")
        found += [bytes((key,)) for key in chance.choice(commands).encode()]
        found.append(b"\r\n\x1b[?2004l\r")
        for _ in range(chance.randint(1, 6)):
            size, day = chance.randint(100, 99999), chance.randint(1, 28)
            found.append(
                f"-rw-r--r-- 1 me me {size:7} Nov {day:2} 12:{number % 60:02} \x1b[0m\x1b[01;34m"
                f"{chance.choice(names)}\x1b[0m\r\n".encode()
                * chance.randint(1, 3)
            )
        for row in range(chance.randint(0, 8)):
            found.append(
                f"\x1b[{row + 1};1H\x1b[K\x1b[38;5;{chance.randint(1, 9)}m~\x1b[m\x1b[{row + 24};63H"
                f"{chance.randint(1, 900)},{chance.randint(1, 80)}\x1b[24;75HAll".encode()
            )
    return found


async def store_all(path: Path, bodies: Iterable[bytes], together: int) -> None:
    """Append each body as one record, so many in a transaction."""
    store = await Store.open(path, instance=id_of("bench"))
    offset = 0
    entries: list[Entry] = []
    for body in bodies:
        entries.append(Entry(PANE, Output(offset=offset, length=len(body), data=body), time.time_ns()))
        offset += len(body)
        if len(entries) >= together:
            await store.append(entries)
            entries = []
    await store.append(entries)
    await store.close()


def stored_bytes(path: Path) -> int:
    """Bytes of all bodies, as they are stored."""
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT sum(length(bytes)) FROM body").fetchone()[0])


async def ratio(name: str, bodies: Sequence[bytes], together: int, least: float) -> bool:
    """Print how many bytes of output there are to one that is stored."""
    with tempfile.TemporaryDirectory(prefix="chloe-bench-") as folder:
        path = Path(folder) / "log.db"
        await store_all(path, bodies, together)
        return gate(f"{name}, 1 to", sum(map(len, bodies)) / stored_bytes(path), least=least)


async def small_records() -> bool:
    """Print how much smaller small records are than each compressed by itself."""
    bodies = shell()
    packer = Packer()
    alone = sum(len(packer.pack(body)[1]) for body in bodies)
    with tempfile.TemporaryDirectory(prefix="chloe-bench-") as folder:
        path = Path(folder) / "log.db"
        await store_all(path, bodies, 1)
        print(f"  small records: {len(bodies)} of {sum(map(len, bodies)) / len(bodies):.0f} bytes on average")
        return gate("small records, alone to series", alone / stored_bytes(path), least=1.8)


def copy_plain(path: Path, plain: Path) -> None:
    """Make a plain table that holds the same stored bodies."""
    with closing(sqlite3.connect(plain, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(
            "CREATE TABLE plain (seq INTEGER PRIMARY KEY, at INTEGER, pane TEXT, kind TEXT, first INTEGER, "
            "body BLOB)"
        )
        connection.execute("ATTACH ? AS log", (str(path),))
        connection.execute(
            "INSERT INTO plain SELECT seq, occurred_at, pane, kind, first_seq, bytes "
            "FROM log.record JOIN log.body USING (seq)"
        )


def plain_read(plain: Path) -> float:
    """Seconds to read the plain table back and to unpack its bodies."""
    with closing(sqlite3.connect(plain)) as connection:
        began = time.perf_counter()
        unpack = zstandard.ZstdDecompressor().decompressobj()
        for seq, _at, _pane, _kind, first, body in connection.execute("SELECT * FROM plain ORDER BY seq"):
            if first == seq:
                unpack = zstandard.ZstdDecompressor().decompressobj()
            unpack.decompress(body)
        return time.perf_counter() - began


async def log_read(path: Path) -> tuple[float, float]:
    """Seconds to read all records back, and to export the pane as raw bytes."""
    store = await Store.open(path, instance=id_of("bench"))
    try:
        began = time.perf_counter()
        async for _ in store.read():
            pass
        read = time.perf_counter()
        async for _ in encode_raw(store, PANE):
            pass
        return read - began, time.perf_counter() - read
    finally:
        await store.close()


async def reading(size: int, part: float, export: float) -> bool:
    """Print reading back and exporting bodies of ``size`` bytes of log text, and hold it to these gates."""
    bodies = [log_text(size, seed) for seed in range(max(4 * 1024 * 1024 // size, 64))]
    bodies *= READ_BACK // (size * len(bodies))
    megabytes = sum(map(len, bodies)) / 1e6
    with tempfile.TemporaryDirectory(prefix="chloe-bench-") as folder:
        path, plain = Path(folder) / "log.db", Path(folder) / "plain.db"
        await store_all(path, bodies, 64)
        copy_plain(path, plain)
        times: dict[str, list[float]] = {"plain": [], "read": [], "export": []}
        for _ in range(ROUNDS):
            times["plain"].append(plain_read(plain))
            read, exported = await log_read(path)
            times["read"].append(read)
            times["export"].append(exported)
        rates = {name: megabytes / median(taken) for name, taken in times.items()}
    print(f"  bodies of {size // 1024} KB, MB/s: read back {rates['read']:.0f}, plain {rates['plain']:.0f}")
    kept = gate("read back, as a part of plain SQLite", rates["read"] / rates["plain"], least=part)
    return gate("export raw, MB/s", rates["export"], least=export) and kept


async def run() -> bool:
    """All of it; whether the gates hold."""
    agent = recording()
    kept = [
        await ratio("frames of 94 KB, one line new", list(frames(0)), 4, 80),
        await ratio("frames of 94 KB, 5% of the lines new", list(frames(0.05)), 4, 18),
        await ratio("an agent's session, recorded live", agent, 1, 60),
        await ratio("an agent's session, taken in later", agent, 64, 60),
        await small_records(),
        # Rows and facts are made of each record, so small ones cost more than plain rows do.
        await reading(4 * 1024, 0.3, 100),
        # As floods come: their reads are gathered.
        await reading(64 * 1024, 0.5, 200),
    ]
    return all(kept)


def main() -> bool:
    """Run it; False where a gate was missed."""
    return asyncio.run(run())


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
