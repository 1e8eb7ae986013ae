"""Spools as a hostile holder would write them: frames with the right checksum, and odd things in them.

Owns what is put into the segments of an honest pane's spool. Must not know what becomes of it.
"""

from __future__ import annotations

import random
import struct
import zlib
from pathlib import Path

from chloe.backends.tmux.holder import segments
from tests.hostile import streams
from tests.hostile.homes import Case, fresh_id

#: Kinds that no holder writes, and those that it does.
_STRANGE = (0, 1, 65, 122, 255)
_TIMES = (0, 1, 2**63 - 1, 2**63, 2**64 - 1, 10**18)


def frame(kind: int, payload: bytes, at: int = 1_700_000_000_000_000_000) -> bytes:
    """One frame, as it lies in a segment."""
    start = segments.FRAME_START.pack(kind, at, len(payload))
    return segments.FRAME.pack(kind, at, len(payload), zlib.crc32(payload, zlib.crc32(start))) + payload


def frames(data: bytes) -> list[tuple[int, int, bytes]]:
    """The frames of a segment, as kind, time and payload; up to the first that isn't one."""
    found, at = [], 0
    while at + segments.FRAME.size <= len(data):
        kind, occurred_at, length, _ = segments.FRAME.unpack_from(data, at)
        at += segments.FRAME.size + length
        if at > len(data):
            break
        found.append((kind, occurred_at, data[at - length : at]))
    return found


def _odd(chance: random.Random) -> bytes:
    """One frame that no holder writes."""
    kinds = (segments.OUTPUT, segments.SIZE, segments.GAP, segments.EXIT, segments.HEADER)
    kind = chance.choice((*kinds, *kinds, *_STRANGE))
    payload = chance.choice(
        (
            b"",
            b"\x00",
            struct.pack("<i", 0x7F7F7F),
            struct.pack("<i", -1) + b"\xff\x1b[2J" * 100,
            struct.pack("<i", -(2**31)),
            struct.pack("<i", 0x1337) + b"x" * 200_000,
            struct.pack("<Q", 2**64 - 1) + b"gone \x1bc",
            struct.pack("<Q", 0),
            struct.pack("=HHHH", 65535, 65535, 0, 0),
            struct.pack("=HHHH", 0, 0, 0, 0),
            struct.pack("=HHHH", 1, 65535, 0, 0),
            segments.HEADER_START.pack(segments.MAGIC, 65535),
            segments.HEADER_START.pack(segments.MAGIC, segments.VERSION),
            segments.HEADER_START.pack(segments.MAGIC, segments.VERSION)
            + struct.pack("<QQ", 2**64 - 1, 2**64 - 1),
            segments.HEADER_START.pack(b"other magic", segments.VERSION) + bytes(16),
            streams.an_output(chance)[: segments.PAYLOAD_LIMIT],
            chance.randbytes(chance.randrange(300)),
            bytes(segments.PAYLOAD_LIMIT + 1),
        )
    )
    return frame(kind, payload, chance.choice((1_700_000_000_000_000_000, *_TIMES)))


def forge(case: Case, chance: random.Random) -> str:
    """Odd frames behind the honest ones, among them, or in their place."""
    name = chance.choice(("unread", "orphan"))
    path = case.spool(name) / "0.seg"
    honest = [frame(kind, payload, at) for kind, at, payload in frames(path.read_bytes())]
    odd = [_odd(chance) for _ in range(chance.choice((1, 1, 2, 20)))]
    manner = chance.choice(("behind", "among", "instead", "next segment", "far segment", "many"))
    if manner == "behind":
        path.write_bytes(b"".join(honest + odd))
    elif manner == "among":
        at = chance.randrange(len(honest) + 1)
        path.write_bytes(b"".join(honest[:at] + odd + honest[at:]))
    elif manner == "instead":
        path.write_bytes(b"".join(honest[:1] + odd))
    elif manner == "many":
        path.write_bytes(b"".join(honest + odd * (30_000 // len(odd))) if len(b"".join(odd)) < 4000 else b"")
    else:
        number = 1 if manner == "next segment" else chance.choice((5, 2**40, 2**64, 10**30))
        header = segments.HEADER_START.pack(segments.MAGIC, segments.VERSION)
        header += segments.HEADER_REST.pack(min(number, 2**64 - 1), chance.choice((0, 931, 2**63)))
        _write(path.with_name(f"{number}.seg"), b"".join([frame(segments.HEADER, header), *odd]))
    case.honest = False
    return f"spool of {name}: {len(odd)} odd frames, {manner}"


def a_stray(case: Case, chance: random.Random) -> str:
    """A spool that the log doesn't know, or that isn't a pane's."""
    name = chance.choice((fresh_id(), "not-an-id", "x\x1bc\n", "\udcff", "...", "-rf", "a" * 255))
    folder = case.home / "spool" / name
    folder.mkdir(mode=0o700)
    if chance.random() < 0.8:
        source = case.spool("unread")
        for path in source.iterdir():
            if path.is_file():
                _write(folder / path.name, path.read_bytes())
    for _ in range(chance.randrange(3)):
        _write(folder / chance.choice(("0.seg", "-1.seg", "1e9.seg", "٣.seg", "x.seg", "more")), _odd(chance))
    if chance.random() < 0.3:
        (folder / "deeper").mkdir(mode=0o700)
        _write(folder / "deeper" / "kept", b"somebody's")
    return f"a spool called {name!r}"


def _write(path: Path, data: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(data)
