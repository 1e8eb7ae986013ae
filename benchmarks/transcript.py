"""What a transcript costs beside the emulator: streams of full-screen programs, floods, and one look.

By the processor's time, the median of some turns with and without a transcript, taken alternately.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from chloe.terminal import Terminal
from chloe.transcript.transcript import Transcript
from tests.transcript.playing import SCROLLBACK, read

#: The least that a stream goes through in a second, in megabytes, and the most that a look takes, in seconds.
_STREAMS = {"chat_alt": 3.0, "tscroll": 3.0, "qwen_code": 3.0}
_FLOODS = {"plain flood": 40.0, "coloured flood": 25.0}
_LOOK_SECONDS = 0.0005
_TURNS = 5
_TIMES = 4
_READ = 64 * 1024

Event = tuple[int, bytes | tuple[int, int]]


def main() -> bool:
    """Print the rates and what a look takes; False where a gate is missed."""
    print(f"{'stream':16} {'alone':>9} {'with':>9} {'gate':>6}  {'a look':>9}")
    met = []
    for name, gate in _STREAMS.items():
        events = read(name)
        alone, followed, looks, size = _measure(_recorded(events), events[0]["resize"])
        print(f"{name:16} {_rate(size, alone)} {_rate(size, followed)} {gate:6.0f}", end="  ")
        look = (followed - alone) / looks
        print(f"{1000 * look:6.3f} ms", flush=True)
        met.append(size / followed / 1e6 >= gate)
    for name, gate in _FLOODS.items():
        alone, followed, _, size = _measure(_flood(coloured=name.startswith("coloured")), (40, 120))
        print(f"{name:16} {_rate(size, alone)} {_rate(size, followed)} {gate:6.0f}", flush=True)
        met.append(size / followed / 1e6 >= gate)
    alone, followed, looks, _ = _measure(_chat(40, 120), (40, 120))
    look = (followed - alone) / looks
    print(f"a look at 40 rows of 120 columns: {1000 * look:.3f} ms (at most {1000 * _LOOK_SECONDS:.1f})")
    return all(met) and look <= _LOOK_SECONDS


def _rate(size: int, seconds: float) -> str:
    return f"{size / seconds / 1e6:4.1f} MB/s"


def _recorded(events: list[dict[str, Any]]) -> list[Event]:
    """A recording, some times one after the other."""
    found: list[Event] = []
    for turn in range(_TIMES):
        for event in events[1:]:
            at = round((event["t"] + turn * (events[-1]["t"] + 1)) * 1e9)
            if "b" in event:
                found.append((at, base64.b64decode(event["b"])))
            elif "resize" in event:
                found.append((at, (event["resize"][0], event["resize"][1])))
    return found


def _flood(*, coloured: bool) -> list[Event]:
    level = b"\x1b[32mINFO\x1b[m" if coloured else b"INFO"
    line = b"2026-11-28 08:00:00 %s worker %06d: handled request in some milliseconds, ok\r\n"
    data = b"".join(line % (level, number) for number in range(200_000))
    return [(place * 20, data[place : place + _READ]) for place in range(0, len(data), _READ)]


def _chat(rows: int, columns: int) -> list[Event]:
    """A program that fills the alternate screen: an answer that grows below one that stands, a status that
    counts."""
    found: list[Event] = [(0, b"\x1b[?1049h\x1b[2J")]
    for frame in range(400):
        lines = [f"line {number} of what was said, with words up to the edge" for number in range(rows - 2)]
        top = frame // 20
        shown = [*lines[top:], *lines[:top]][: rows - 2]
        words = " ".join(["word"] * (1 + frame % 20))
        text = "\r\n".join([*(line.ljust(columns - 1)[: columns - 1] for line in shown), words])
        found.append((frame * 50_000_000, f"\x1b[H{text}\x1b[{rows};1H\x1b[K⠋ {frame} tokens".encode()))
    return found


def _measure(events: list[Event], size: tuple[int, int]) -> tuple[float, float, int, int]:
    """Return the seconds without a transcript and with one, how often it looked, and how much was printed."""
    looks = 0

    def alone() -> None:
        terminal = Terminal(*size, scrollback=SCROLLBACK)
        for _, come in events:
            _take(terminal, come)

    def followed() -> None:
        nonlocal looks
        terminal, transcript = Terminal(*size, scrollback=SCROLLBACK), Transcript()
        transcript.follow(terminal)
        for at, come in events:
            transcript.advance(at)
            _take(terminal, come)
            transcript.fed()
            transcript.take_changes()
        looks = transcript.looks

    turns = [(_time(alone), _time(followed)) for _ in range(_TURNS)]
    one, other = (median(times) for times in zip(*turns, strict=True))
    return one, other, looks, sum(len(come) for _, come in events if isinstance(come, bytes))


def _take(terminal: Terminal, come: bytes | tuple[int, int]) -> None:
    if isinstance(come, bytes):
        terminal.feed(come)
    else:
        terminal.resize(*come)


def _time(work: Callable[[], None]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


if __name__ == "__main__":
    main()
