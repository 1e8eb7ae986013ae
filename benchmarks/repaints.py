"""Floods of repaints: frames of an agent, cleared and printed anew, and a key in another pane meanwhile.

Owns the streams, which are made here and always the same. The emulator is held against plain pyte in the same
run (``benchmarks.terminal``), the key against 10 ms. Run with ``python -m benchmarks repaints``.
"""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
from functools import partial
from pathlib import Path

from benchmarks.engine import engine_apart, shows, until
from benchmarks.measure import Stopwatch, gate, percentile, show
from benchmarks.terminal import COLUMNS, READ, SIZE, compare
from chloe.events.commands import Kill, Open, Write
from chloe.events.facts import BackendKind

#: Bytes of a frame: as large as coding agents print them (90 to 95 KB were seen).
FRAME = 94_000
#: Lines that an Ink program erases and writes again.
INK_LINES = 20
#: How many times plain pyte each has to be.
GOALS = {"plain frames": 75.0, "coloured frames": 40.0, "erased and rewritten": 40.0}
KEYS = 200
#: The kinds of pane, each beside a flood in one of its own kind.
KINDS: tuple[BackendKind, ...] = ("direct", "tmux")
#: Seconds in which the flood gets going, and between two keys.
LEAD, PAUSE = 1.0, 0.005
CLEAR = "\x1b[2J\x1b[3J\x1b[H"

_FLOOD = """
import os, sys
frames = open(sys.argv[1], "rb").read()
while True:
    os.write(1, frames)
"""


def main() -> bool:
    """Print the ratios and the times; False where a gate is missed."""
    print(f"{'stream':22} {'MB/s':>7} {'pyte':>6} {'ratio':>7} {'goal':>6}")
    streams = (frames(SIZE), frames(SIZE, coloured=True), erased_lines(SIZE))
    met = [compare(name, stream, GOALS[name], READ) for name, stream in zip(GOALS, streams, strict=True)]
    met.append(asyncio.run(_keys()))
    return all(met)


def _words(chance: random.Random) -> str:
    """Return a line of words that fits the screen."""
    width = chance.randrange(20, COLUMNS)
    letters = "".join(chance.choices("abcdefghijklmnopqrstuvwxyz    ", k=width))
    return " ".join(letters.split())


def _line(chance: random.Random, coloured: bool) -> str:
    words = _words(chance)
    if not coloured:
        return words + "\r\n"
    first, _, rest = words.partition(" ")
    return f"\x1b[{chance.randrange(31, 37)}m{first}\x1b[39m {rest}\r\n"


def frames(size: int, coloured: bool = False) -> bytes:
    """Return full clears, each with a frame behind it that has one new line."""
    chance = random.Random(5)
    lines: list[str] = []
    stream: list[str] = []
    printed = length = 0
    while printed < size:
        while True:
            lines.append(_line(chance, coloured))
            length += len(lines[-1])
            if length >= FRAME:
                break
        while length > FRAME:
            length -= len(lines.pop(0))
        stream.append(CLEAR + "".join(lines))
        printed += len(stream[-1])
    return "".join(stream).encode()


def erased_lines(size: int) -> bytes:
    """Return what Ink prints: each line erased, upwards, and all of them written again, one of them new."""
    chance = random.Random(6)
    lines = [_line(chance, number % 3 == 0) for number in range(INK_LINES)]
    stream: list[str] = []
    printed = 0
    while printed < size:
        lines = [*lines[1:], _line(chance, not printed % 3)]
        stream.append("\x1b[2K\x1b[1A" * INK_LINES + "\x1b[2K\x1b[G" + "".join(lines))
        printed += len(stream[-1])
    return "".join(stream).encode()


async def _keys() -> bool:
    """Hold a key's echo while another pane, of the same kind, repaints as fast as it may."""
    met = []
    streams = {
        "plain frames": frames(SIZE // 5),
        "coloured frames": frames(SIZE // 5, coloured=True),
        "lines erased and rewritten": erased_lines(SIZE // 5),
    }
    for name, stream in streams.items():
        print(f"a key to its echo in the fold, while another pane prints {name} without a pause:")
        with tempfile.NamedTemporaryFile() as file:
            Path(file.name).write_bytes(stream.replace(b"\r", b""))
            for backend in KINDS:
                seconds = await _echoes(backend, (sys.executable, "-c", _FLOOD, file.name))
                show(backend, seconds)
                met.append(gate("p99 in ms", percentile(seconds, 99) * 1e3, most=10))
    return all(met)


async def _echoes(backend: BackendKind, flood: tuple[str, ...]) -> list[float]:
    """Seconds from each key to its echo."""
    async with engine_apart() as engine:
        quiet = await engine.request(
            Open(backend=backend, argv=("sh", "-c", "stty raw; printf ready; exec cat"))
        )
        loud = await engine.request(Open(backend=backend, argv=flood))
        assert quiet is not None
        assert loud is not None
        await until(engine, lambda: shows(engine, quiet, len("ready")))
        await asyncio.sleep(LEAD)
        seconds: list[float] = []
        for _ in range(KEYS):
            before = engine.projections.panes[quiet].output_bytes
            watch = Stopwatch()
            engine.send(Write(quiet, b"x"))
            await until(engine, partial(shows, engine, quiet, before + 1))
            seconds.append(watch.seconds())
            await asyncio.sleep(PAUSE)
        await engine.request(Kill(loud))
        await engine.request(Kill(quiet))
        return seconds


if __name__ == "__main__":
    main()
