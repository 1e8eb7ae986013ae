"""The frames of a spool as events: what each kind says, if it can be so.

Owns the checks of payloads: their lengths, and the ranges of what they hold. A spool is input: a frame with
a right checksum may still say what no holder says. Must not know files, or what becomes of what is refused.
"""

from __future__ import annotations

import os
import time
from typing import NamedTuple

from chloe.backends.tmux.holder import segments
from chloe.events.facts import Process
from chloe.terminal.sizes import fits

#: Times are nanoseconds in 63 bits, as the log counts them.
TIME_LIMIT = 1 << 63
#: The most characters of a reason; bytes of a header that are looked at, and lines in it.
_REASON_LIMIT = 500
_INFO_LIMIT, _MAX_LINES = 16 * 1024, 64
#: waitpid(2) gives two bytes; signals have numbers up to 64 (signal(7)).
_STATUS_LIMIT, _SIGNAL_LIMIT = 0xFFFF, 64
_PID_LIMIT, _START_LIMIT = 1 << 31, 1 << 63


class InvalidFrame(Exception):
    """A complete frame says what can't be."""


class HolderInfo(NamedTuple):
    """What a segment's header says of its holder. ``program`` is None where it wasn't known."""

    holder: str
    program: Process | None
    term: str
    #: Questions that the holder answers; changes that it watches for.
    answers: tuple[str, ...]
    watches: tuple[str, ...]


class Header(NamedTuple):
    """The first frame of a segment: ``before`` bytes of the stream came before it."""

    version: int
    number: int
    before: int
    info: HolderInfo


def header(payload: memoryview) -> Header:
    """Read a header as far as this version knows it. Raises ``InvalidFrame``."""
    rest = segments.HEADER_START.size
    if len(payload) < rest:
        raise InvalidFrame("no header")
    magic, version = segments.HEADER_START.unpack_from(payload)
    if magic != segments.MAGIC or not version:
        raise InvalidFrame("no header")
    if version > segments.VERSION:
        return Header(version, 0, 0, _decode_info(b""))
    if len(payload) < rest + segments.HEADER_REST.size:
        raise InvalidFrame("no header")
    number, before = segments.HEADER_REST.unpack_from(payload, rest)
    if before > segments.STREAM_LIMIT:
        raise InvalidFrame("a header that belongs elsewhere")
    rest += segments.HEADER_REST.size
    return Header(version, number, before, _decode_info(bytes(payload[rest : rest + _INFO_LIMIT])))


def size(payload: memoryview) -> tuple[int, int]:
    """Read rows and columns. Raises ``InvalidFrame``."""
    if len(payload) != segments.SIZE_FIELDS.size:
        raise InvalidFrame("a size of another length")
    rows, columns, _, _ = segments.SIZE_FIELDS.unpack(payload)
    if not fits(rows, columns):
        raise InvalidFrame("a size that can't be")
    return rows, columns


def gap(payload: memoryview, offset: int) -> tuple[int, str]:
    """Read how many bytes are missing and why; ``offset`` bytes came before it. Raises ``InvalidFrame``."""
    if len(payload) < segments.GAP_FIELDS.size:
        raise InvalidFrame("a gap without a length")
    (length,) = segments.GAP_FIELDS.unpack_from(payload)
    if length > segments.STREAM_LIMIT - offset:
        raise InvalidFrame("a gap longer than any stream")
    return length, _decode_text(payload, segments.GAP_FIELDS.size)


def end(payload: memoryview) -> tuple[int | None, int | None, str]:
    """Read exit status, signal, and what ended the program; neither where it isn't known.

    Raises ``InvalidFrame``.
    """
    if len(payload) < segments.EXIT_FIELDS.size:
        raise InvalidFrame("an end without a status")
    (status,) = segments.EXIT_FIELDS.unpack_from(payload)
    reason = _decode_text(payload, segments.EXIT_FIELDS.size)
    if status == segments.UNKNOWN:
        return None, None, reason
    if 0 <= status <= _STATUS_LIMIT:
        if os.WIFEXITED(status):
            return os.WEXITSTATUS(status), None, reason
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) <= _SIGNAL_LIMIT:
            return None, os.WTERMSIG(status), reason
    return None, None, reason or f"its wait status {status:#x} means nothing"


def valid_time(occurred_at: int, otherwise: int = 0) -> int:
    """Return a time that can be: ``occurred_at``, or ``otherwise``, or now where neither is known."""
    return occurred_at if occurred_at < TIME_LIMIT else otherwise or max(time.time_ns(), 0)


def _decode_info(data: bytes) -> HolderInfo:
    values: dict[str, str] = {}
    for line in data.decode("utf-8", "replace").split("\n")[:_MAX_LINES]:
        name, _, value = line.partition(" ")
        values.setdefault(name, value)
    return HolderInfo(
        holder=values.get("holder", ""),
        program=_decode_process(values.get("program", "")),
        term=values.get("term", ""),
        answers=tuple(values.get("answers", "").split()),
        watches=tuple(values.get("watches", "").split()),
    )


def _decode_process(text: str) -> Process | None:
    words = text.split()
    if len(words) != 3 or not all(
        word.isascii() and word.isdecimal() and len(word) < 20 for word in words[:2]
    ):
        return None
    pid, started = int(words[0]), int(words[1])
    return Process(pid, started, words[2]) if 1 < pid < _PID_LIMIT and started < _START_LIMIT else None


def _decode_text(payload: memoryview, start: int) -> str:
    text = bytes(payload[start : start + 4 * _REASON_LIMIT]).decode("utf-8", "replace")[:_REASON_LIMIT]
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")
