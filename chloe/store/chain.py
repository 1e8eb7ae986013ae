"""The chain: how each record's hash follows from the one before.

Owns the exact bytes that are hashed. Must not know SQLite or where records come from.

    hash = sha256(previous hash ‖ field ‖ field ‖ …)      field = length (4 bytes, big-endian) ‖ bytes

with the fields seq, committed_at, occurred_at, pane, instance, kind, version, head, body_sha256 in this
order; integers as 8 bytes, signed, big-endian; text as UTF-8; body_sha256 empty where there is no body. The
hash before the first record is 32 zero bytes. Since the length stands before each field, no two
different records give the same bytes.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from struct import Struct
from typing import NamedTuple

#: The hash before the first record.
GENESIS = bytes(32)

_NUMBERS = Struct(">IqIqIq").pack
_NUMBER = Struct(">Iq").pack
_LENGTH = Struct(">I").pack


class Head(NamedTuple):
    """Where the chain ends: keep it elsewhere, and a log that was cut or re-chained can't hide it."""

    seq: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.seq} {self.hash.hex()}"


def link(
    previous: bytes,
    seq: int,
    committed_at: int,
    occurred_at: int,
    pane: bytes,
    instance: bytes,
    kind: bytes,
    version: int,
    head: bytes,
    body_sha256: bytes | None,
) -> bytes:
    """Return the hash of this record, standing after the one whose hash is ``previous``."""
    body = body_sha256 or b""
    numbers = _NUMBERS(8, seq, 8, committed_at, 8, occurred_at)
    words = _words(pane, instance, kind, version)
    return sha256(
        b"".join((previous, numbers, words, _LENGTH(len(head)), head, _LENGTH(len(body)), body))
    ).digest()


@lru_cache(maxsize=1024)
def _words(pane: bytes, instance: bytes, kind: bytes, version: int) -> bytes:
    """Return the bytes of the fields that are mostly the same from one record to the next."""
    texts = b"".join(_LENGTH(len(text)) + text for text in (pane, instance, kind))
    return texts + _NUMBER(8, version)
