"""A pane's log as the lines that a person could have read, each once, in the order in which they settled.

Owns the way from the transcript to a file. Must not know how a line is known again. What was cleared is in it
and what stood on the alternate screen; a line that was updated in place reads as it did last. Memory is
bounded: lines are handed on once they can't change any more, some two thousand later.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

from chloe.events.faults import Fault
from chloe.export.lines import describe_fault, describe_missing
from chloe.past.stream import Missing

if TYPE_CHECKING:
    from chloe.store.extended import RecordSource
    from chloe.transcript.entries import TranscriptLine


async def encode_text(
    source: RecordSource, pane: str, on_fault: Callable[[Fault], None]
) -> AsyncIterator[bytes | Missing]:
    """Give the lines as UTF-8, each with a line feed; U+FFFD where the program's bytes weren't.

    A line in square brackets stands where bytes are missing, and where the emulator failed on them; what
    follows then isn't drawn, up to the next screen that the log has.
    """
    from chloe.past.transcribing import Transcriber
    from chloe.transcript.entries import Entries

    transcriber = Transcriber(source, pane)
    entries = Entries()
    async for piece in transcriber.changes():
        if isinstance(piece, list):
            for change in piece:
                entries.apply(change)
            taken = entries.take(transcriber.transcript.first)
            if taken:
                yield _encode(taken)
            continue
        if rest := entries.take():
            yield _encode(rest)
        if isinstance(piece, Fault):
            on_fault(piece)
            if piece.is_fatal:
                yield describe_fault(piece).encode("utf-8", "surrogateescape") + b"\n"
        else:
            yield piece
            yield describe_missing(piece).encode("utf-8", "surrogateescape") + b"\n"
    if rest := entries.take():
        yield _encode(rest)


def _encode(lines: list[TranscriptLine]) -> bytes:
    return "".join([f"{line.text}\n" for line in lines]).encode("utf-8", "surrogateescape")
