"""What a stream lost, held against what was printed.

Owns the comparison. Must not know what recorded the stream.
"""

from __future__ import annotations

from collections.abc import Sequence

from chloe.backends.backend import BackendEvent, BytesLost, OutputRead


def check_losses(stream: bytes, events: Sequence[BackendEvent]) -> list[BytesLost]:
    """What was printed stands at its place, losses stand for the rest, up to the end; the losses."""
    offset = 0
    for each in events:
        if isinstance(each, OutputRead):
            assert stream[offset : offset + len(each.data)] == each.data
            offset += len(each.data)
        elif isinstance(each, BytesLost):
            offset += each.length
    assert offset == len(stream)
    return [each for each in events if isinstance(each, BytesLost)]
