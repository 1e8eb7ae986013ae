"""Requests on their way into the log: their bodies are packed in order, also while others are committed.

Owns what waits, how far it is packed, and the packer. Must not know SQL, nor when anything is committed.

Compressing costs more than inserting, and both let go of the GIL: so the next request is packed in one thread
while another commits the one before. A series takes bodies in the order in which they are committed. So the
packed requests are always the first ones of the line, and where what they were packed for doesn't come about
(a commit fails, another instance has recorded meanwhile), all that was packed ahead is packed anew.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from chloe.events.codec import Encoded
from chloe.events.facts import Entry, Record
from chloe.store.packing import BodyPacker, Packed, Series


@dataclass(slots=True, eq=False)
class Request:
    """Entries that belong together: committed in one transaction, next to each other."""

    entries: Sequence[Entry]
    encoded: Sequence[Encoded]
    #: About how many bytes it keeps in memory.
    size: int
    durable: bool
    #: Its bodies, once they are packed.
    packed: list[Packed | None] = field(default_factory=list)


class PackingLine:
    """The requests of one instance that aren't committed yet. For any thread."""

    def __init__(self, instance: str) -> None:
        self._instance = instance
        self._packer = BodyPacker()
        self._line: deque[Request] = deque()
        #: How many of the first ones are packed.
        self._packed = 0
        self._lock = threading.Lock()

    def join(self, request: Request) -> None:
        """Put ``request`` at the end of the line. Never waits."""
        self._line.append(request)

    def pack_ahead(self) -> None:
        """Pack all that waits, one request after the other."""
        while True:
            with self._lock:
                if self._packed >= len(self._line):
                    return
                self._pack_next()

    def pack(self, requests: Sequence[Request]) -> None:
        """Pack what isn't yet of ``requests``, the first ones of the line."""
        with self._lock:
            while self._packed < len(requests):
                self._pack_next()

    def pack_apart(
        self, entries: Sequence[Entry], encoded: Sequence[Encoded], instance: str | None
    ) -> list[Packed | None]:
        """Pack what is committed past the line, in series as ``instance``; each alone where that is None."""
        with self._lock:
            return self._pack(entries, encoded, instance)

    def repack(self, requests: Sequence[Request], pane: str) -> None:
        """Have the bodies of ``pane`` in ``requests``, the first ones of the line, begin a series."""
        with self._lock:
            # What was packed behind them went through the compressors of other panes as well.
            self._packer.drop(pane if self._packed <= len(requests) else None)
            self._packed = len(requests)
            for request in requests:
                request.packed = [
                    self._packer.pack(entry, encoded.body, self._instance) if entry.pane == pane else before
                    for entry, encoded, before in zip(
                        request.entries, request.encoded, request.packed, strict=True
                    )
                ]

    def on_committed(self, requests: Sequence[Request], written: Sequence[Sequence[Record]]) -> None:
        """Take ``requests``, the first ones of the line, out of it: their records were committed."""
        self.take_note([record for records in written for record in records])
        with self._lock:
            for _ in requests:
                self._line.popleft()
            self._packed -= len(requests)

    def take_note(self, records: Sequence[Record]) -> None:
        """Take note of what was committed, whether or not it stood in the line."""
        last = {record.pane: record.seq for record in records}
        counts = Counter([record.pane for record in records])
        with self._lock:
            for pane, seq in last.items():
                self._packer.on_committed(pane, seq, counts[pane])

    def get_series(self, pane: str) -> Series | None:
        """Return the series that the next output of ``pane`` would go on with."""
        with self._lock:
            return self._packer.get_series(pane)

    def refuse_first(self) -> None:
        """Take the first request out of the line: it can't be committed."""
        with self._lock:
            self._line.popleft()
            self._begin_anew()

    def begin_anew(self) -> None:
        """Begin all series anew: what was compressed isn't in the log as it was."""
        with self._lock:
            self._begin_anew()

    def _begin_anew(self) -> None:
        self._packer.drop()
        self._packed = 0

    def _pack_next(self) -> None:
        request = self._line[self._packed]
        request.packed = self._pack(request.entries, request.encoded, self._instance)
        self._packed += 1

    def _pack(
        self, entries: Sequence[Entry], encoded: Sequence[Encoded], instance: str | None
    ) -> list[Packed | None]:
        pack = self._packer.pack
        return [pack(entry, fact.body, instance) for entry, fact in zip(entries, encoded, strict=True)]
