"""What bodies a log holds, read without Chloe.

Owns the look past everything that Chloe would refuse. Must not know which bodies are looked for.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress

import zstandard

from tests.hostile.homes import Case

#: No body of an honest pane is larger.
_LIMIT = 10_000_000

#: What a stream unpacks to isn't bounded: no more is taken of one body than makes some hundred megabytes.
_SERIES_LIMIT = 20_000


def in_a_log(case: Case, pane: str, data: bytes) -> bool:
    """Whether a body of the pane in the log, or in a damaged one that was kept, holds the bytes."""
    unpack = zstandard.ZstdDecompressor()
    series: dict[int, zstandard.ZstdDecompressionObj] = {}
    for path in sorted(case.home.glob("log*.db")):
        with suppress(sqlite3.Error), closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as log:
            for seq, codec, first, stored in log.execute(
                "SELECT seq, codec, first_seq, bytes FROM body JOIN record USING (seq) "
                "WHERE pane = ? AND length(bytes) < ? ORDER BY seq",
                (pane, _LIMIT),
            ):
                with suppress(zstandard.ZstdError):
                    if codec == 2 and len(stored) < _SERIES_LIMIT:
                        if first == seq:
                            series[first] = zstandard.ZstdDecompressor().decompressobj()
                        if first in series:
                            stored = series[first].decompress(stored)
                    if codec == 1 and 0 < zstandard.frame_content_size(stored) < _LIMIT:
                        stored = unpack.decompress(stored)
                    if data in stored:
                        return True
    return False
