"""The state: a transcript as bytes, from which another goes on exactly as it would have.

Owns the form of these bytes. They don't hold the terminal, which has a state of its own, and which has to be
as it was; nor the lines that were told, but by what they are known if they are shown again. Nothing that is
read is believed.

Form: a version and a line feed, a CRC, then JSON, compressed.
"""

from __future__ import annotations

import base64
import json
import zlib
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

from chloe.transcript.frame import FrameLine
from chloe.transcript.recent import MAX_ENTRIES, NOBODY, RecentLine
from chloe.transcript.transcript import Transcript

if TYPE_CHECKING:
    from chloe.terminal import Terminal

_OPENING = b"chloe-transcript 1\n"
_CRC = 4
_DIGEST = 6
#: The most bytes of JSON that are unpacked.
_MAX_BYTES = 16 << 20
#: No number is higher: nanoseconds, lines, bytes.
_MAX_NUMBER = 1 << 62

_MOMENTS = ("now", "begun", "offset", "resized", "vanished_until")


class TranscriptUnusable(ValueError):
    """These bytes aren't a transcript's state, or one of another version: begin further back."""


def dump(transcript: Transcript) -> bytes:
    """Return the state of ``transcript``, which must have no changes that nobody took."""
    recent = transcript.recent
    recent.take_in()
    entries = list(recent.entries.values())
    loose = {
        line.entry.seq: line.entry
        for line in (*transcript.shown[0], *transcript.shown[1], *transcript.vanished)
        if line.entry and line.entry.seq not in recent.entries and line.entry.seq != NOBODY
    }
    encoded = {
        "next": recent.next,
        "texts": list(recent.texts),
        "entries": _encode_entries(entries),
        "loose": _encode_entries([loose[seq] for seq in sorted(loose)]),
        "lines": [
            [_encode_line(line) for line in lines] for lines in (*transcript.shown, transcript.vanished)
        ],
        "moments": [getattr(transcript, name) for name in _MOMENTS],
        "is_changed": transcript.is_changed,
        "alternate": transcript.alternate,
        "watch": None if transcript.watch is None else transcript.watch.dump(),
    }
    body = zlib.compress(
        json.dumps(encoded, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"), 9
    )
    return _OPENING + zlib.crc32(body).to_bytes(_CRC, "big") + body


def _encode_entries(entries: list[RecentLine]) -> dict[str, Any]:
    """Return entries column by column, which takes the least room."""

    def pack(digests: list[int]) -> str:
        return base64.b64encode(b"".join([each.to_bytes(_DIGEST, "big") for each in digests])).decode()

    seqs = [entry.seq for entry in entries]
    return {
        "seqs": [after - before for before, after in pairwise([0, *seqs])],
        "digests": pack([entry.digest for entry in entries]),
        # Most settled as they were told.
        "settled": pack([entry.settled for entry in entries if entry.settled != entry.digest]),
        "before": [entry.before - entry.seq if entry.before != NOBODY else 0 for entry in entries],
        "after": [entry.after - entry.seq if entry.after != NOBODY else 0 for entry in entries],
        "panels": [entry.panel for entry in entries],
        "sizes": [entry.size for entry in entries],
        "flags": "".join(
            [
                chr(
                    ord("0")
                    + entry.alternate
                    + 2 * entry.pinned
                    + 4 * entry.has_letters
                    + 8 * (entry.settled != entry.digest)
                )
                for entry in entries
            ]
        ),
    }


def _encode_line(line: FrameLine) -> list[Any]:
    entry = line.entry
    told = None if entry is None else [entry.seq, "" if entry.key == line.key else entry.key]
    flags = line.at_cursor + 2 * line.is_full + 4 * line.again + 8 * line.pinned
    return [line.text, line.row, line.since, line.panel, line.name, flags, told]


def load(state: bytes, terminal: Terminal) -> Transcript:
    """Return the transcript that has this state and follows ``terminal``, which is as it was there.

    Raises TranscriptUnusable for anything but what ``dump`` of this version returned.
    """
    place = len(_OPENING) + _CRC
    if not state.startswith(_OPENING):
        raise TranscriptUnusable(
            "This state of a transcript can't be used: it is none, or of another version."
        )
    if zlib.crc32(state[place:]) != int.from_bytes(state[len(_OPENING) : place], "big"):
        raise TranscriptUnusable("This state of a transcript can't be used: it is damaged.")
    try:
        text = zlib.decompressobj().decompress(state[place:], _MAX_BYTES)
        return _load(json.loads(text.decode("utf-8", "surrogatepass")), terminal)
    except (
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
        OverflowError,
        RecursionError,
        zlib.error,
    ) as error:
        raise TranscriptUnusable(f"This state of a transcript can't be used: {error}.") from error


def _load(encoded: dict[str, Any], terminal: Terminal) -> Transcript:
    transcript = Transcript()
    recent = transcript.recent
    entries = _decode_entries(encoded["entries"])
    if len(entries) > MAX_ENTRIES:
        raise ValueError("more lines than are kept")
    recent.restore(entries, [_text(each) for each in encoded["texts"]], _number(encoded["next"]))
    known = {entry.seq: entry for entry in (*entries, *_decode_entries(encoded["loose"]))}
    main, alternate, vanished = ([_decode_line(line, known) for line in lines] for lines in encoded["lines"])
    transcript.shown = (main, alternate)
    transcript.vanished = vanished
    for name, value in zip(_MOMENTS, encoded["moments"], strict=True):
        setattr(transcript, name, _number(value, -_MAX_NUMBER))
    transcript.is_changed = _flag(encoded["is_changed"])
    transcript.alternate = _flag(encoded["alternate"])
    if encoded["watch"] is not None:
        transcript.resume(terminal, encoded["watch"])
    return transcript


def _decode_entries(columns: dict[str, Any]) -> list[RecentLine]:
    def unpack(packed: object) -> list[int]:
        data = base64.b64decode(_text(packed), validate=True)
        return [
            int.from_bytes(data[place : place + _DIGEST], "big") for place in range(0, len(data), _DIGEST)
        ]

    digests, settled = unpack(columns["digests"]), iter(unpack(columns["settled"]))
    seqs = list(accumulate([_number(each) for each in columns["seqs"]]))
    rows = zip(
        seqs,
        digests,
        columns["before"],
        columns["after"],
        columns["panels"],
        columns["sizes"],
        columns["flags"],
        strict=True,
    )
    entries = []
    for seq, digest, before, after, panel, size, flag in rows:
        flags = ord(flag) - ord("0")
        entry = RecentLine(seq, "", bool(flags & 1), _number(panel))
        entry.digest, entry.size = digest, _number(size)
        entry.pinned, entry.has_letters = bool(flags & 2), bool(flags & 4)
        entry.settled = next(settled) if flags & 8 else digest
        entry.before = seq + _number(before, -_MAX_NUMBER) if before else NOBODY
        entry.after = seq + _number(after, -_MAX_NUMBER) if after else NOBODY
        entries.append(entry)
    return entries


def _decode_line(encoded: list[Any], known: dict[int, RecentLine]) -> FrameLine:
    text, row, since, panel, name, flags, told = encoded
    line = FrameLine(
        _text(text),
        _number(row, -_MAX_NUMBER),
        _number(since, -_MAX_NUMBER),
        bool(_number(flags) & 1),
        _number(panel),
        bool(flags & 2),
    )
    line.name = _number(name, -1)
    line.again, line.pinned = bool(flags & 4), bool(flags & 8)
    if told is not None:
        seq, key = _number(told[0], NOBODY), _text(told[1]) or line.key
        line.entry = RecentLine(NOBODY, key, panel=line.panel) if seq == NOBODY else known[seq]
        line.entry.key = key
    return line


def _number(value: object, least: int = 0) -> int:
    if type(value) is not int or not least <= value <= _MAX_NUMBER:
        raise ValueError("a number that can't be")
    return value


def _text(value: object) -> str:
    if type(value) is not str:
        raise ValueError("no text")
    return value


def _flag(value: object) -> bool:
    if type(value) is not bool:
        raise ValueError("no yes or no")
    return value
