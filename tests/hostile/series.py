"""Bodies in series as somebody would write them who knows the format, each with something wrong in it.

Owns the ways to spoil a series. Must not know what becomes of it.
"""

from __future__ import annotations

import hashlib
import json
import random
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field

import zstandard

from chloe.store.bodies import RAW, SERIES
from chloe.store.packing import Series
from tests.hostile import streams
from tests.hostile.homes import Case, fresh_id
from tests.hostile.records import append, created

#: Bytes of blocks of zstd that hold nothing, each of three: far more than belong to a short body.
_STUFFING = bytes(300_000)

#: Bodies in a pane of which each asks for another one far before it.
_MANY = 2000


@dataclass(slots=True)
class Part:
    """A body: what was printed, what is stored of it, the place of the body that it names as the first."""

    data: bytes
    stored: bytes
    first: int
    #: What its head says.
    length: int = field(init=False)
    #: A seq that it names instead: of another pane, or one that isn't there.
    names: int | None = None
    #: Whether there is a row for it at all; whether it isn't compressed.
    is_there: bool = True
    is_alone: bool = False

    def __post_init__(self) -> None:
        self.length = len(self.data)


def honest(count: int, chance: random.Random, first: int = 0) -> list[Part]:
    """A series as Chloe writes it, whose first body has the place ``first``."""
    series = Series("", is_repaint=False)
    bodies = [f"line {number} {chance.randbytes(20).hex()}\r\n".encode() for number in range(count)]
    return [Part(body, series.pack(body), first) for body in bodies]


def _middle(parts: list[Part], chance: random.Random) -> Part:
    return parts[chance.randrange(1, len(parts) - 1)]


def _not_a_first(parts: list[Part], chance: random.Random) -> None:
    """Name a body that begins nothing."""
    parts[-1].first = len(parts) - 2


def _alone(parts: list[Part], chance: random.Random) -> None:
    """Name bodies that stand alone."""
    for part in parts[:6]:
        part.is_alone = True
    for place, part in enumerate(parts[6:]):
        part.first = place


def _another_pane(parts: list[Part], chance: random.Random) -> None:
    """Name what another pane printed."""
    _middle(parts, chance).names = 2


def _later(parts: list[Part], chance: random.Random) -> None:
    """Name a body that comes later; the table's own check is passed by."""
    _middle(parts, chance).names = 10**6


def _loop(parts: list[Part], chance: random.Random) -> None:
    """Two name each other."""
    parts[3].first, parts[4].first = 4, 3


def _each_begins(parts: list[Part], chance: random.Random) -> None:
    """Each says that it begins a series."""
    for place, part in enumerate(parts):
        part.first = place


def _in_turns(parts: list[Part], chance: random.Random) -> None:
    """Two series of one pane lie among each other."""
    others = honest(len(parts), chance, 1)
    parts[:] = [part for both in zip(parts, others, strict=True) for part in both]


def _each_another(parts: list[Part], chance: random.Random) -> None:
    """Many begin a series, and as many behind them go on with one of those each."""
    parts[:] = [part for place in range(_MANY) for part in honest(1, chance, place)]
    parts += [part for place in range(_MANY) for part in honest(1, chance, place)]


def _no_beginning(parts: list[Part], chance: random.Random) -> None:
    """Many name one before them that begins nothing."""
    _each_another(parts, chance)
    for place, part in enumerate(parts):
        part.first = max(place - 1, 0)


def _truncated(parts: list[Part], chance: random.Random) -> None:
    """One is cut short."""
    part = _middle(parts, chance)
    part.stored = part.stored[: chance.randrange(len(part.stored))]


def _flipped(parts: list[Part], chance: random.Random) -> None:
    """A bit of one is another."""
    part = _middle(parts, chance)
    at = chance.randrange(len(part.stored))
    part.stored = (
        part.stored[:at] + bytes([part.stored[at] ^ 1 << chance.randrange(8)]) + part.stored[at + 1 :]
    )


def _missing(parts: list[Part], chance: random.Random) -> None:
    """One isn't there."""
    _middle(parts, chance).is_there = False


def _headless(parts: list[Part], chance: random.Random) -> None:
    """The first isn't there."""
    parts[0].is_there = False


def _swapped(parts: list[Part], chance: random.Random) -> None:
    """Two stand in each other's place."""
    parts[2].stored, parts[3].stored = parts[3].stored, parts[2].stored


def _bomb(parts: list[Part], chance: random.Random) -> None:
    """The first unpacks to more than any command may take."""
    packer = zstandard.ZstdCompressor(level=1).compressobj()
    piece = bytes(10_000_000)
    zeros = [packer.compress(piece) for _ in range(streams.BOMB // len(piece))]
    parts[0].stored = b"".join([*zeros, packer.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)])


def _stuffed(parts: list[Part], chance: random.Random) -> None:
    """Each takes as much room as hundreds of thousands of such bodies."""
    for part in parts:
        part.stored += _STUFFING
    parts += [Part(b"x" * 30, _STUFFING, 0) for _ in range(20)]


def _window(parts: list[Part], chance: random.Random) -> None:
    """The first asks for a window of 128 MB."""
    asked = zstandard.ZstdCompressionParameters.from_level(1, window_log=27, write_content_size=False)
    packer = zstandard.ZstdCompressor(compression_params=asked).compressobj()
    stored = packer.compress(parts[0].data) + packer.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
    parts[0].stored = stored


def _ended(parts: list[Part], chance: random.Random) -> None:
    """The frame ends in the middle."""
    part = _middle(parts, chance)
    part.stored += b"\x01\x00\x00"


def _longer(parts: list[Part], chance: random.Random) -> None:
    """A head says more than its body has."""
    _middle(parts, chance).length += 9


def _shorter(parts: list[Part], chance: random.Random) -> None:
    """A head says less than its body has."""
    _middle(parts, chance).length -= 9


def _nothing(parts: list[Part], chance: random.Random) -> None:
    """Nothing is stored of one."""
    _middle(parts, chance).stored = b""


def _rubbish(parts: list[Part], chance: random.Random) -> None:
    """One holds any bytes."""
    _middle(parts, chance).stored = chance.randbytes(50)


#: Every way by its name.
WAYS: dict[str, Callable[[list[Part], random.Random], None]] = {
    way.__name__.strip("_").replace("_", " "): way
    for way in (
        _not_a_first,
        _alone,
        _another_pane,
        _later,
        _loop,
        _each_begins,
        _in_turns,
        _each_another,
        _no_beginning,
        _truncated,
        _flipped,
        _missing,
        _headless,
        _swapped,
        _bomb,
        _stuffed,
        _window,
        _ended,
        _longer,
        _shorter,
        _nothing,
        _rubbish,
    )
}


def spoiled(way: str, chance: random.Random) -> list[Part]:
    """A series that was spoiled in this way."""
    parts = honest(12, chance)
    WAYS[way](parts, chance)
    return parts


def put(connection: sqlite3.Connection, pane: str, parts: list[Part]) -> list[int]:
    """Append them as what the pane printed, past the table's checks; their seqs."""
    connection.execute("PRAGMA ignore_check_constraints = ON")
    seqs: list[int] = []
    offset = 0
    for part in parts:
        head = json.dumps({"length": part.length, "offset": offset}, separators=(",", ":"))
        digest = hashlib.sha256(part.data).digest()
        stored = (RAW, part.data) if part.is_alone else (SERIES, part.stored)
        seqs.append(append(connection, pane, "Output", head, stored=stored, digest=digest))
        offset += part.length
    for part, seq in zip(parts, seqs, strict=True):
        if part.is_there and not part.is_alone:
            first = seqs[part.first] if part.names is None else part.names
            connection.execute("UPDATE body SET first_seq = ? WHERE seq = ?", (first, seq))
        elif not part.is_there:
            connection.execute("DELETE FROM body WHERE seq = ?", (seq,))
    connection.execute("PRAGMA ignore_check_constraints = OFF")
    return seqs


def odd_series(case: Case, chance: random.Random, connection: sqlite3.Connection, way: str = "") -> str:
    """A pane whose output is in a series with something wrong in it."""
    pane = fresh_id()
    way = way or chance.choice([*WAYS])
    append(connection, pane, "Created", created(case, pane))
    put(connection, pane, spoiled(way, chance))
    if chance.random() < 0.5:
        append(connection, pane, "Died", '{"status":0,"signal":null,"reason":""}')
    case.named.append(pane)
    return f"a series: {way}"
