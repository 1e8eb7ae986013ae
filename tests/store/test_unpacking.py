"""Series as somebody else stores them: each body is unpacked within its bounds, or refused."""

from __future__ import annotations

import random
import weakref
from contextlib import suppress

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from chloe.store.bodies import MAX_OUTPUT, WINDOW_LOG, BodyDamaged, max_stored, stated_length
from chloe.store.packing import Series
from chloe.store.series import Member
from chloe.store.unpacking import SeriesDecoder


def compressed(body: bytes, window_log: int = WINDOW_LOG) -> bytes:
    parameters = zstandard.ZstdCompressionParameters.from_level(
        1, window_log=window_log, write_content_size=False
    )
    stream = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    return stream.compress(body) + stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)


@pytest.mark.parametrize("begins", [b"", b"\x1b[2J"])
def test_no_more_is_stored_than_a_reader_takes(begins: bytes) -> None:
    chance = random.Random(1)
    series = Series("", is_repaint=bool(begins))
    for size in (24, 1000, 2**17 - 1, 2**17, 2**17 + 1, 30, MAX_OUTPUT):
        assert len(series.pack(chance.randbytes(size))) <= max_stored(size)


@pytest.mark.parametrize(
    ("stated", "stored"),
    [
        (10, compressed(bytes(30_000_000))[:-1]),
        (-1, compressed(b"1")),
        (500, compressed(b"word " * 100, window_log=24)),
        (500, compressed(b"word " * 100) + b"\0"),
        (501, compressed(b"word " * 100)),
        (500, b"word " * 100),
        (500, b""),
    ],
)
def test_what_no_writer_makes_is_refused(stated: int, stored: bytes) -> None:
    with pytest.raises(BodyDamaged):
        SeriesDecoder("", 1).unpack([Member(1, stated, None, stored)])


def test_a_head_says_no_more_than_a_writer_makes() -> None:
    heads = [f'{{"length":{length},"offset":0}}' for length in (0, MAX_OUTPUT, MAX_OUTPUT + 1)]
    assert [stated_length(head) for head in heads] == [0, MAX_OUTPUT, -1]
    assert [stated_length(head.encode()) for head in heads] == [0, MAX_OUTPUT, -1]
    assert [stated_length(head) for head in (None, "", '{"length":-1}', '{"length":1')] == [-1] * 4


def test_of_a_bomb_no_more_is_unpacked_than_its_head_says() -> None:
    bomb = compressed(bytes(30_000_000))
    assert SeriesDecoder("", 1).unpack([Member(1, 10, None, bomb)]) == bytes(10)
    # And of a series no more than one has.
    decoder = SeriesDecoder("", 1)
    with pytest.raises(BodyDamaged, match="longer series"):
        decoder.skip(Member(seq, MAX_OUTPUT, None, bomb if seq == 1 else b"") for seq in range(1, 9))


@given(data=st.data())
def test_whatever_is_stored_it_is_unpacked_or_refused(data: st.DataObject) -> None:
    stored = bytearray(compressed(b"some words, some words " * 20))
    for _ in range(data.draw(st.integers(0, 4))):
        stored[data.draw(st.integers(0, len(stored) - 1))] = data.draw(st.integers(0, 255))
    length = data.draw(st.integers(0, 600))
    with suppress(BodyDamaged):
        assert len(SeriesDecoder("", 1).unpack([Member(1, length, None, bytes(stored))])) == length


def test_a_decompressor_that_nobody_has_any_more_is_gone() -> None:
    body = b"some words, some words " * 20
    decoder = SeriesDecoder("", 1)
    assert decoder.unpack([Member(1, len(body), None, compressed(body))]) == body
    kept = weakref.ref(decoder), weakref.ref(decoder._source)
    del decoder
    assert [each() for each in kept] == [None, None]
