"""Costs grow with the input and with nothing else: counted in steps and bytes, never in seconds."""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Callable
from types import FrameType

import pytest

from chloe.terminal import Terminal

#: What may be sent without end, or in numbers.
ENDLESS: dict[str, Callable[[int], bytes]] = {
    "an open title": lambda n: b"\x1b]2;" + b"x" * n,
    "an open device string": lambda n: b"\x1bP" + b"x" * n,
    "an open sequence": lambda n: b"\x1b[" + b"1;" * n,
    "parameters": lambda n: b"\x1b[" + b";" * n + b"m",
    "digits": lambda n: b"\x1b[" + b"9" * n + b"H",
    "one line": lambda n: b"x" * n,
    "one line of wide characters": lambda n: "日".encode() * n,
    "marks": lambda n: b"a" + "\u0301".encode() * n,
    "different clusters": lambda n: "".join(
        f"a{chr(0x300 + i % 100)}{chr(0x300 + i % 89)}" for i in range(n)
    ).encode(),
    "escapes": lambda n: b"\x1b" * n,
    "aborted sequences": lambda n: b"\x1b[1\x18" * n,
    "short device strings": lambda n: b"\x1bPx\x1b\\" * n,
    "private strings": lambda n: b"\x1b_x\x1b\\" * n,
    "new colours": lambda n: b"".join(
        b"\x1b[38;2;%d;%d;%dmx" % (i >> 16 & 255, i >> 8 & 255, i & 255) for i in range(n)
    ),
    "new links": lambda n: b"".join(b"\x1b]8;;http://%d\x1b\\x" % i for i in range(n)),
    "tabs": lambda n: b"\t" * n,
    "repetitions": lambda n: b"x\x1b[65535b" * n,
    "scrolls": lambda n: b"\x1b[65535S" * n,
    "inserted lines": lambda n: b"\x1b[65535L" * n,
    "screens": lambda n: b"\x1b[?1049h\x1b[?1049l" * n,
    "saved modes": lambda n: b"".join(b"\x1b[?%ds" % (i % 3000) for i in range(n)),
    "keyboards": lambda n: b"\x1b[>1u" * n,
    "queries": lambda n: b"\x1b[c" * n,
    "broken characters": lambda n: b"\xe2\x82" * n,
    "lines": lambda n: b"some line\r\n" * n,
    "coloured lines": lambda n: b"\x1b[31msome\x1b[m line\r\n" * n,
}


def _steps(stream: bytes, piece: int) -> int:
    """How many calls feeding ``stream`` makes, Python's own among them."""
    steps = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal steps
        steps += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        _feed(stream, piece)
    finally:
        sys.setprofile(before)
    return steps


def _feed(stream: bytes, piece: int) -> Terminal:
    terminal = Terminal(24, 80, scrollback=1000)
    for start in range(0, len(stream), piece):
        terminal.feed(stream[start : start + piece])
    return terminal


@pytest.mark.parametrize("name", ENDLESS)
def test_twice_the_input_takes_twice_the_steps(name: str) -> None:
    make = ENDLESS[name]
    for piece in (1 << 20, 64):
        few = _steps(make(1500), piece)
        many = _steps(make(6000), piece)
        assert many < 6 * few + 3000


@pytest.mark.parametrize("name", ENDLESS)
def test_what_is_kept_of_endless_input_is_bounded(name: str) -> None:
    stream = ENDLESS[name](60_000)
    _feed(stream[:10_000], 1 << 16)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        terminal = _feed(stream, 1 << 16)
        terminal.feed(stream)
        assert terminal.rows
        assert tracemalloc.get_traced_memory()[0] - before < 12_000_000
    finally:
        tracemalloc.stop()
