"""Bytes that are no state, or a forged one: refused, or a sound terminal."""

from __future__ import annotations

import json
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chloe.terminal import EMULATOR, StateUnusable, Terminal
from tests.searching import examples
from tests.terminal.test_state import flood

_examples = examples()


def _state() -> bytes:
    terminal = Terminal(3, 12)
    terminal.feed("\x1b]8;;http://a\x1b\\ab日e\u0301\x1b[38;2;1;2;3m\r\n\n\n\x1b[?1049hx\x1b[3".encode())
    terminal.feed(flood(5))
    return terminal.dump()


_STATE = _state()
_OPENING = EMULATOR.encode() + b"\n"


def _with_crc(body: bytes) -> bytes:
    return _OPENING + zlib.crc32(body).to_bytes(4, "big") + body


def _forge(fields: dict[str, object]) -> bytes:
    """Return the state with other values of these fields."""
    told, _, texts = _STATE[len(_OPENING) + 4 :].decode("utf-8", "surrogatepass").partition("\0")
    forged = json.dumps(json.loads(told) | fields, ensure_ascii=False) + "\0" + texts
    return _with_crc(forged.encode("utf-8", "surrogatepass"))


def _try(state: bytes) -> None:
    """Either it is refused, or it is a sound terminal."""
    try:
        terminal = Terminal.load(state, scrollback=50)
    except StateUnusable:
        return
    for _ in range(2):
        assert all(
            sum(run.width for run in terminal.line(y)) == terminal.columns for y in range(terminal.rows)
        )
        terminal.snapshot()
        terminal.repaint()
        terminal.dump()
        assert len(terminal.scrollback.rows(0, 1000)) == terminal.scrollback.height
        terminal.feed(
            "\x1b[?1049lab日e\u0301\x1b8\x1b[5b\r\n\x1b[3X\x1b[?J\x1b[4hx\x1b[2L".encode() + flood(90)
        )
        terminal.resize(5, 7)


@pytest.mark.parametrize(
    "state",
    [b"", b"x", _OPENING, _OPENING + b"1234", _STATE[:-1], _STATE + b"x", b"x" + _STATE],
)
def test_bytes_that_are_no_state_are_refused(state: bytes) -> None:
    with pytest.raises(StateUnusable):
        Terminal.load(state)


def test_a_state_of_another_version_is_refused() -> None:
    with pytest.raises(StateUnusable):
        Terminal.load(_STATE.replace(EMULATOR.encode(), EMULATOR.encode() + b"0", 1))


@_examples
@given(st.integers(0, len(_STATE) - 1), st.integers(1, 255))
def test_a_damaged_state_is_refused(place: int, damage: int) -> None:
    damaged = bytearray(_STATE)
    damaged[place] ^= damage
    with pytest.raises(StateUnusable):
        Terminal.load(bytes(damaged))


def test_half_a_character_is_refused() -> None:
    body = _STATE[len(_OPENING) + 4 :]
    forged = body.replace("日\0".encode(), b"x\0")
    assert forged != body
    with pytest.raises(StateUnusable):
        Terminal.load(_with_crc(forged))


_JUNK = st.binary(max_size=8) | st.sampled_from(
    [
        b"-1",
        b"0",
        b"1e999",
        b"99999999999",
        b"true",
        b"null",
        b'""',
        b"[]",
        b"{}",
        b"[" * 5000,
        b"9" * 5000,
        b"\0",
    ]
)


@examples(400)
@given(st.lists(st.tuples(st.integers(0, len(_STATE)), st.integers(0, 9), _JUNK), min_size=1, max_size=3))
def test_a_forged_state_is_refused_or_sound(edits: list[tuple[int, int, bytes]]) -> None:
    body = _STATE[len(_OPENING) + 4 :]
    for place, length, junk in edits:
        body = body[:place] + junk + body[place + length :]
    _try(_with_crc(body))


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 70_000) | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("links", [[1, "\ud800"]]),
        ("titles", ["\ud800", "", []]),
        ("titles", ["", "", [[None, "\ud800"]]]),
        ("folder", "/\ud800"),
        ("last", "\ud800"),
        ("clusters", {"\ue000": "e\ud800"}),
        ("charsets", [["B", "B", "\ud800", "B"], 0, -1]),
        ("charsets", [["B", "B", "c", "B"], 0, -1]),
    ],
)
def test_text_that_no_program_can_have_printed_is_refused(field: str, value: object) -> None:
    forged = _forge({field: value})
    with pytest.raises(StateUnusable):
        Terminal.load(forged)


@examples(400)
@given(st.data())
def test_forged_fields_are_refused_or_sound(data: st.DataObject) -> None:
    told, _, texts = _STATE[len(_OPENING) + 4 :].decode("utf-8", "surrogatepass").partition("\0")
    found = json.loads(told)
    where: dict[str, object] | list[object] = found
    key: str | int = data.draw(st.sampled_from(sorted(found)))
    while isinstance(inner := where[key], dict | list) and inner and data.draw(st.booleans()):  # type: ignore[index]
        where = inner
        key = data.draw(st.sampled_from(sorted(inner) if isinstance(inner, dict) else range(len(inner))))
    where[key] = data.draw(_VALUES)  # type: ignore[index]
    forged = json.dumps(found, ensure_ascii=False) + "\0" + texts
    _try(_with_crc(forged.encode("utf-8", "surrogatepass")))


@pytest.mark.parametrize(
    "size", [(65_536, 65_536), (2_001, 1), (1, 10_001), (2_000, 501), (0, 80), (24, True)]
)
def test_a_state_of_a_size_that_no_terminal_has_takes_no_memory(size: tuple[int, int]) -> None:
    forged = _forge({"size": size})
    tracemalloc.start()
    try:
        with pytest.raises(StateUnusable):
            Terminal.load(forged)
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()
