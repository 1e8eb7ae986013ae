"""How fast the emulator is, as ratios: against plain pyte in the same run; tmux and xterm.js stand beside it.

Owns the streams, which are made here and always the same. The machine's speed drifts, so the two take
turns: a ratio is the median of those of each turn, an absolute number the best of them. Run with
``python -m benchmarks.terminal``.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import tempfile
import time
import tracemalloc
import uuid
from collections.abc import Callable
from pathlib import Path
from statistics import median

import pyte

from benchmarks import _xterm
from chloe.terminal import Terminal

ROWS, COLUMNS = 24, 80
#: Bytes of each stream, what of them pyte gets (it would take half a minute), and how much is read at once.
SIZE = 5_000_000
PYTE_SIZE = 500_000
READ = 64 * 1024
ROUNDS = 5

#: How many times plain pyte each stream has to be, and a flood fed in 64 and 256 KB pieces.
GOALS = {"ascii log": 20.0, "coloured log": 8.0, "curses": 6.0, "unicode": 5.0, "truecolor": 4.0}
FLOOD_GOALS = {"plain flood": 100.0, "coloured flood": 35.0}


def main() -> bool:
    """Print the ratios and the memory; False where a goal is missed."""
    print(f"{'stream':22} {'MB/s':>7} {'pyte':>6} {'ratio':>7} {'goal':>6}", end="")
    print(f" {'tmux':>6} {'xterm':>6} {'drawn':>7}")
    met = [compare(name, STREAMS[name](SIZE), goal, READ, is_detailed=True) for name, goal in GOALS.items()]
    if isinstance(reason := _xterm.modules(), str):
        print(f"xterm.js is not measured: {reason}.")
    for name, goal in FLOOD_GOALS.items():
        for piece in (64 * 1024, 256 * 1024):
            met.append(compare(f"{name}, {piece // 1024} KB", STREAMS[name](SIZE), goal, piece))
    for name, (kilobytes, most) in memory().items():
        print(f"{name}: {kilobytes:.0f} KB of {most}")
        met.append(kilobytes <= most)
    return all(met)


def compare(name: str, stream: bytes, goal: float, piece: int, *, is_detailed: bool = False) -> bool:
    """Print one stream's line. ``drawn`` is the ratio where nothing can be skipped; tmux's is wall time."""
    turns = [(rate(stream, feed, piece), rate(stream[:PYTE_SIZE], feed_pyte, piece)) for _ in range(ROUNDS)]
    ours, theirs = (max(rates) for rates in zip(*turns, strict=True))
    ratio = median(mine / its for mine, its in turns)
    line = f"{name:22} {ours:7.1f} {theirs:6.2f} {ratio:7.1f} {goal:6.0f}"
    if is_detailed:
        tmux = f"{_tmux_rate(stream):6.1f}" if shutil.which("tmux") else " " * 6
        its = _xterm.rate(stream, ROWS, COLUMNS, piece, ROUNDS)
        xterm = " " * 6 if its is None else f"{its:6.1f}"
        small = max(rate(stream[: SIZE // 5], _feed_in_small_pieces, 0) for _ in range(3))
        line += f" {tmux} {xterm} {small / theirs:7.1f}"
    print(line, flush=True)
    return ratio >= goal


def rate(stream: bytes, feed: Callable[[bytes, int], None], piece: int) -> float:
    """Megabytes a second."""
    return len(stream) / _seconds(lambda: feed(stream, piece)) / 1e6


def _seconds(work: Callable[[], None]) -> float:
    start = time.process_time()  # Whatever else the machine does, this is about our own work.
    work()
    return time.process_time() - start


def feed(stream: bytes, piece: int) -> None:
    terminal = Terminal(ROWS, COLUMNS)
    for start in range(0, len(stream), piece):
        terminal.feed(stream[start : start + piece])


def _feed_in_small_pieces(stream: bytes, _piece: int) -> None:
    terminal = Terminal(ROWS, COLUMNS)
    for start in range(0, len(stream), 1000):  # No flood is looked for in so little.
        terminal.feed(stream[start : start + 1000])


def feed_pyte(stream: bytes, piece: int) -> None:
    screen = pyte.Screen(COLUMNS, ROWS)
    bytes_in = pyte.ByteStream(screen)
    for start in range(0, len(stream), piece):
        bytes_in.feed(stream[start : start + piece])


def _tmux_rate(stream: bytes) -> float:
    """What tmux takes in: a program in a pane writes the stream and says when it is done."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "stream"
        data.write_bytes(stream)
        socket = f"chloe-bench-{uuid.uuid4()}"
        code = (
            "import sys,time;d=open(sys.argv[1],'rb').read();t=time.perf_counter();"
            "sys.stdout.buffer.write(d);sys.stdout.flush();"
            "open(sys.argv[1]+'.took','w').write(str(time.perf_counter()-t))"
        )
        took = Path(f"{data}.took")
        argv = ["tmux", "-L", socket, "-f", "/dev/null"]
        size = ["-x", str(COLUMNS), "-y", str(ROWS)]
        subprocess.run([*argv, "new-session", "-d", *size, sys.executable, "-c", code, str(data)], check=True)
        try:
            deadline = time.monotonic() + 60
            while not (took.exists() and took.read_text()) and time.monotonic() < deadline:
                time.sleep(0.01)
            return len(stream) / float(took.read_text()) / 1e6
        finally:
            subprocess.run([*argv, "kill-server"], check=False, capture_output=True)


def _log(size: int, coloured: bool) -> bytes:
    chance = random.Random(1)
    lines = []
    length = 0
    while length < size:
        time_, level = (
            f"12:{chance.randrange(60):02}:{chance.randrange(60):02}",
            chance.choice(["INFO", "WARN"]),
        )
        text = f"request {chance.randrange(10**6)} took {chance.randrange(999)} ms"
        if coloured:
            colour = 32 if level == "INFO" else 33
            line = f"\x1b[2m{time_}\x1b[0m \x1b[{colour}m{level}\x1b[0m \x1b[1;34mserver\x1b[0m {text}\r\n"
        else:
            line = f"2026-11-23 {time_} {level} server[{chance.randrange(9999)}] {text}\r\n"
        lines.append(line)
        length += len(line)
    return "".join(lines).encode()


def _curses(size: int) -> bytes:
    chance = random.Random(2)
    parts = ["\x1b[?1049h\x1b[H\x1b[2J"]
    length = 0
    while length < size:
        y, x = chance.randrange(1, ROWS), chance.randrange(1, COLUMNS - 20)
        word = "abcdefghijklmnop"[: chance.randrange(2, 16)]
        part = chance.choice(
            (
                f"\x1b[{y};{x}H\x1b[{chance.randrange(30, 38)}m{word}\x1b[m",
                f"\x1b[{y};{x}H{word}\x1b[K",
                f"\x1b[{y}d\x1b[7m {word} \x1b[27m",
                f"\x1b(0lqqk\x1b(B\x1b[{chance.randrange(1, 9)}X",
                f"\r\x1b[{chance.randrange(1, 5)}C{word}\x1b[{y};{x}H",
            )
        )
        parts.append(part)
        length += len(part)
    return "".join(parts).encode()


def _unicode(size: int) -> bytes:
    chance = random.Random(3)
    words = (
        "日本語",
        "端末",
        "naïve",
        "Ελληνικά",
        "привет",
        "✓",
        "→",
        "한국어",
        "e\u0301",
        "😀",
        "─" * 8,
        "plain",
    )
    lines = []
    length = 0
    while length < size:
        line = (" ".join(chance.choices(words, k=9)) + "\r\n").encode()
        lines.append(line)
        length += len(line)
    return b"".join(lines)


def _truecolor(size: int) -> bytes:
    chance = random.Random(4)
    lines = []
    length = 0
    while length < size:
        cells = [
            f"\x1b[38;2;{chance.randrange(256)};{chance.randrange(256)};{chance.randrange(256)}m{word}"
            for word in ("render", "pixel", "gradient", "shade", "tint")
        ]
        line = "".join(cells) + "\x1b[0m\r\n"
        lines.append(line)
        length += len(line)
    return "".join(lines).encode()


STREAMS: dict[str, Callable[[int], bytes]] = {
    "ascii log": lambda size: _log(size, False),
    "coloured log": lambda size: _log(size, True),
    "curses": _curses,
    "unicode": _unicode,
    "truecolor": _truecolor,
    "plain flood": lambda size: _log(size, False),
    "coloured flood": lambda size: _log(size, True),
}


def memory() -> dict[str, tuple[float, int]]:
    """Kilobytes that a terminal takes beyond the module, and may: the average of several, caches warm."""
    colours = "".join(
        f"\x1b[{y + 1};{x + 1}H\x1b[{30 + (x + y) % 8};{40 + x % 8}mab\x1b[38;5;{(x * y) % 256}mcd"
        for y in range(ROWS)
        for x in range(0, COLUMNS, 4)
    )
    log = b"".join(f"{n:06} {'x' * 72}\r\n".encode() for n in range(10_100))
    coloured = b"".join(f"\x1b[32m{n:06}\x1b[0m {'x' * 72}\r\n".encode() for n in range(10_100))
    return {
        "a full screen of mixed colours": (_kilobytes(colours.encode()), 60),
        "an idle shell": (_kilobytes(b"\x1b[?2004h\x1b[01;32muser@host\x1b[00m:\x1b[01;34m~\x1b[00m$ "), 30),
        "10,000 lines of scrollback": (_kilobytes(log, 1), 3072),
        "10,000 coloured lines, not skipped": (_kilobytes(coloured, 1, 2048), 3072),
    }


def _kilobytes(stream: bytes, count: int = 8, piece: int = READ) -> float:
    def make() -> Terminal:
        terminal = Terminal(ROWS, COLUMNS)
        for start in range(0, len(stream), piece):
            terminal.feed(stream[start : start + piece])
        return terminal

    make()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    kept = [make() for _ in range(count)]
    taken = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return taken / len(kept) / 1024


if __name__ == "__main__":
    main()
