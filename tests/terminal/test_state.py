"""A state: a terminal made from one goes on as the other would have; line numbers that last."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from chloe.terminal import EMULATOR, StateUnusable, Terminal
from tests.terminal.test_properties import ROUGH_STREAMS, SIZES, STREAMS
from tests.terminal.test_recordings import RECORDINGS

_examples = settings(deadline=None, max_examples=120, suppress_health_check=list(HealthCheck))
#: What happens to a terminal: bytes, or another size.
_STEPS = st.lists(ROUGH_STREAMS | SIZES, max_size=5)
#: Lines that scroll away, so that there is something to take back.
_LINES = st.lists(
    st.sampled_from(
        [*["abc", "x" * 30, "日本", "e\u0301", "   ", "\x1b[44m", "\x1b[38;2;1;2;3mrgb", "\x1b[m"], *["\r\n"] * 8]
    ),
    max_size=60,
).map(lambda words: "".join(words).encode())
_MIXED = st.lists(ROUGH_STREAMS | _LINES | SIZES, max_size=5)
_Steps = list[bytes | tuple[int, int]]


def _go_on(terminal: Terminal, steps: _Steps) -> None:
    for step in steps:
        if isinstance(step, bytes):
            terminal.feed(step)
        else:
            terminal.resize(*step)


def _assert_same(one: Terminal, other: Terminal) -> None:
    """Equal but for the lines that only the first keeps; whatever is numbered is the same line."""
    assert one.snapshot().without_scrollback() == other.snapshot().without_scrollback()
    assert one.scrollback.total == other.scrollback.total
    assert one.scrollback.lent == other.scrollback.lent
    first = other.scrollback.first
    assert one.scrollback.first <= first
    assert one.scrollback.numbered(first, 10**9) == other.scrollback.numbered(first, 10**9)
    assert len(other.scrollback.numbered(first, 10**9)) == other.scrollback.total - first


@_examples
@given(_MIXED, _MIXED, SIZES, st.integers(0, 5) | st.just(300), st.sampled_from([0, 1, 5, 300]))
def test_a_loaded_terminal_is_the_same_and_goes_on_the_same(
    before: _Steps, after: _Steps, size: tuple[int, int], lines: int, limit: int
) -> None:
    terminal = Terminal(*size, scrollback=limit)
    _go_on(terminal, before)
    loaded = Terminal.load(terminal.dump(lines), scrollback=limit)
    _assert_same(terminal, loaded)

    for step in after:
        _go_on(terminal, [step])
        _go_on(loaded, [step])
        if loaded.scrollback.missed:
            assert not terminal.scrollback.missed
            return
        _assert_same(terminal, loaded)


def test_bytes_that_are_no_state_are_refused() -> None:
    with pytest.raises(StateUnusable):
        Terminal.load(b"")
