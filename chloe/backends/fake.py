"""A backend without a process, for tests of higher floors; passes the same contract tests as the others.

Owns a program played in memory. By default that is ``TinyShell``: it echoes what is typed and knows a
few words, each meaning what it means to a real shell. A test that wants to hold the reins plays
``silent`` and calls ``prints``, ``loses``, ``changes_size``, ``exits`` and ``dies``. Must not know
what a higher floor makes of it.
"""

from __future__ import annotations

import asyncio
import hashlib
import shlex
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from chloe.backends import environment
from chloe.backends.activity import Activity, Call, ProcessGroups
from chloe.backends.backend import (
    READ_LIMIT,
    BackendEvent,
    BytesLost,
    Exited,
    OutputRead,
    SizeChanged,
    Spec,
)
from chloe.backends.evidence import ProgramEvidence
from chloe.backends.terminal_input import TerminalInput
from chloe.events.facts import SpoolPosition

#: What a program does with what is typed. It is started by typing nothing.
Program = Callable[[bytes], None]


@dataclass(frozen=True, slots=True)
class _Flood:
    """Output that is made only as it is read."""

    pieces: Iterator[bytes]
    occurred_at: int


class FakeBackend:
    """One program in memory. See ``Backend`` for the protocol.

    ``play`` makes the program; it is given the backend, to print through.
    """

    def __init__(self, spec: Spec, play: Callable[[FakeBackend], Program] | None = None) -> None:
        self.spec = spec
        self.size = (spec.rows, spec.columns)
        #: Everything that was written, in order.
        self.typed = bytearray()
        #: The positions that were acknowledged.
        self.acknowledged: list[SpoolPosition] = []
        self.started = self.killed = self.closed = False
        name = spec.argv[0].rpartition("/")[2]
        #: What a look at it shows, while it runs: a shell that reads lines.
        self.evidence: ProgramEvidence | None = ProgramEvidence(
            is_raw=False, echoes=True, program=name, front=name, is_own_group=True
        )
        #: What a look shows that it does, or what is in front of it, and the folder that this is in.
        self.call: Call = "reads"
        self.folder = spec.cwd
        #: The names of what it started that has its terminal.
        self.jobs: tuple[str, ...] = ()
        #: What is yet to be read.
        self._events: deque[BackendEvent | _Flood] = deque()
        self._something = asyncio.Event()
        self._ended = self._over = False
        self._program = (play or TinyShell)(self)

    # What a test, or the program played, lets happen.

    def prints(self, data: bytes, position: SpoolPosition | None = None) -> None:
        """Have the program print ``data``."""
        self._emit(OutputRead(data, time.time_ns(), position))

    def floods(self, pieces: Iterator[bytes]) -> None:
        """Have the program print ``pieces``, each only when the reader has come that far."""
        self._emit(_Flood(pieces, time.time_ns()))

    def changes_size(self, rows: int, columns: int, position: SpoolPosition | None = None) -> None:
        """Have the terminal change its size here in the stream."""
        self.size = (rows, columns)
        self._emit(SizeChanged(rows, columns, time.time_ns(), position))

    def loses(self, length: int, reason: str, position: SpoolPosition | None = None) -> None:
        """Have so many bytes of the stream be missing here."""
        self._emit(BytesLost(length, reason, time.time_ns(), position))

    def exits(self, status: int = 0, position: SpoolPosition | None = None) -> None:
        """Have the program end by itself."""
        self._end(Exited(status, None, "", time.time_ns(), position))

    def dies(self, by: signal.Signals, position: SpoolPosition | None = None) -> None:
        """Have a signal end the program."""
        self._end(Exited(None, by, "", time.time_ns(), position))

    def _end(self, exited: Exited) -> None:
        self._emit(exited)
        self._ended = True

    def _emit(self, event: BackendEvent | _Flood) -> None:
        if not self._ended:
            self._events.append(event)
            self._something.set()

    # The protocol.

    async def prepare(self) -> None:
        """Need nothing before the start."""

    async def start(self) -> None:
        """Start the program. Raises ``StartFailed`` as a real one would: folder and command must be there."""
        environment.find_program(self.spec.argv, cwd=self.spec.cwd, environment=self.spec.environment)
        self.started = True
        self._program(b"")

    def write(self, data: bytes) -> None:
        """Type ``data``: the program has it at once."""
        if not self._ended:
            self.typed += data
            self._program(data)

    @property
    def pending_input(self) -> int:
        """Return 0: a program played in memory takes all at once."""
        return 0

    #: Why some of it isn't taken.
    pending_reason = "its program doesn't read"

    async def flush(self) -> None:
        """Return at once: a program played in memory takes all that is typed."""

    def inspect_input(self) -> TerminalInput | None:
        """Return that of a program that reads lines, and has read all."""
        return None if self._ended else TerminalInput(is_raw=False, unread=0)

    def resize(self, rows: int, columns: int) -> None:
        """Give the terminal this size."""
        if (rows, columns) != self.size and not self._ended:
            self.changes_size(rows, columns)

    def look(self) -> ProgramEvidence | None:
        """Show ``evidence``, while it runs."""
        return self.evidence if self.started and not self._ended else None

    def observe(self, groups: ProcessGroups) -> Activity | None:
        """Show ``evidence``, and what the processes in front do by ``call``, while it runs."""
        evidence = self.look()
        if evidence is None:
            return None
        return Activity(
            evidence=evidence,
            words=self.spec.argv,
            own=frozenset({self.call} if evidence.is_own_group else ()),
            others=frozenset(() if evidence.is_own_group else {self.call}),
            folder=self.folder,
        )

    def find_jobs(self) -> tuple[str, ...]:
        """Return ``jobs``."""
        return self.jobs

    async def read(self) -> Sequence[BackendEvent]:
        """Wait for the next events. Raises ``EOFError`` once ``Exited`` has been handed out."""
        while not self._events:
            if self._over:
                raise EOFError(f"the program of pane {self.spec.pane} has ended")
            self._something.clear()
            await self._something.wait()
        taken: list[BackendEvent] = []
        room = READ_LIMIT
        while self._events and room > 0:
            event = self._next(room)
            if isinstance(event, OutputRead):
                room -= len(event.data)
            if event is not None:
                taken.append(event)
        if not taken:  # A flood had run dry.
            return await self.read()
        self._over = isinstance(taken[-1], Exited)
        return taken

    def _next(self, room: int) -> BackendEvent | None:
        """Return the next event, cut to ``room`` bytes; None where a flood had no more."""
        first = self._events.popleft()
        if isinstance(first, OutputRead) and len(first.data) > room:
            # A position is behind the last byte, so only the second half has one.
            self._events.appendleft(OutputRead(first.data[room:], first.occurred_at, first.position))
            return OutputRead(first.data[:room], first.occurred_at)
        if not isinstance(first, _Flood):
            return first
        piece = next(first.pieces, None)
        if piece is None:
            return None
        self._events.appendleft(first)
        self._events.appendleft(OutputRead(piece, first.occurred_at))
        return self._next(room)

    async def kill(self) -> None:
        """End the program."""
        self.killed = True
        self.dies(signal.SIGHUP)

    async def acknowledge(self, position: SpoolPosition) -> None:
        """Note that all up to ``position`` is committed durably."""
        self.acknowledged.append(position)

    async def close(self) -> None:
        """End the program, as for a direct pane."""
        self.closed = True
        self.dies(signal.SIGHUP)


class FakePersistentBackend(FakeBackend):
    """A program in memory that outlives who looks after it. See ``PersistentBackend``.

    Its lease is always free, and nothing of it is recorded while nobody reads.
    """

    def __init__(self, spec: Spec, play: Callable[[FakeBackend], Program] | None = None) -> None:
        super().__init__(spec, play)
        #: Called when any process typed into the pane: nobody but this one does.
        self.on_typed: Callable[[], None] = lambda: None

    async def wait_for_lease(self) -> None:
        """Have it at once."""

    def try_to_lease(self) -> bool:
        """Have nothing to take in."""
        return False

    def release_lease(self) -> None:
        """Have nothing that another could want."""

    def seek(
        self, position: SpoolPosition | None, offset: int | None = None, *, needs_repaint: bool = False
    ) -> None:
        """Go on where it stands."""

    def drained_predicate(self) -> Callable[[], bool]:
        """Return what says whether all was read."""
        return lambda: not self._events

    async def close(self) -> None:
        """Let go: the program runs on."""


def silent(_: FakeBackend) -> Program:
    """Play a program that neither prints nor ends by itself."""
    return lambda _typed: None


class TinyShell:
    """Echoes what is typed, and runs lines of the few words that it knows.

    ``echo WORDS``, ``seq FIRST LAST``, ``stty size``, ``stty raw -echo``, ``head -c N | sha256sum``,
    ``kill -N $$``, ``exit N``; several on a line with semicolons. Ctrl-C drops a line, Ctrl-D ends it.
    """

    PROMPT = b"$ "

    def __init__(self, backend: FakeBackend) -> None:
        self._backend = backend
        self._echo = True
        self._line = bytearray()
        #: What is left to do of the line that runs.
        self._commands: deque[str] = deque()
        #: How many of the bytes typed are still the running command's, and what it makes of them.
        self._wanted = 0
        self._digest = hashlib.sha256()
        #: What is printed together.
        self._out = bytearray()

    def __call__(self, typed: bytes) -> None:
        """Take what was typed; nothing, at the start."""
        rest = typed
        if not rest:
            self._out += self.PROMPT
        while rest:
            rest = self._swallow(rest) if self._wanted else self._edit(rest)
        self._flush()

    def _flush(self) -> None:
        if self._out:
            self._backend.prints(bytes(self._out))
            self._out.clear()

    def _swallow(self, typed: bytes) -> bytes:
        """Give the running command what it wants of these; the rest."""
        mine, rest = typed[: self._wanted], typed[self._wanted :]
        self._digest.update(mine)
        self._wanted -= len(mine)
        if not self._wanted:
            self._out += f"{self._digest.hexdigest()}  -\r\n".encode()
            self._go_on()
        return rest

    def _edit(self, typed: bytes) -> bytes:
        """Take one byte as the line discipline does; the rest."""
        key, rest = typed[:1], typed[1:]
        if key in b"\r\n":
            self._out += b"\r\n" if self._echo else b""
            self._commands.extend(self._line.decode(errors="replace").split(";"))
            self._line.clear()
            self._go_on()
        elif key == b"\x03":
            self._line.clear()
            self._out += b"^C\r\n" + self.PROMPT
        elif key == b"\x04":
            if not self._line:
                self._flush()
                self._backend.exits(0)
        elif key == b"\x7f":
            self._out += b"\b \b" if self._echo and self._line else b""
            del self._line[-1:]
        else:
            self._line += key
            self._out += key if self._echo else b""
        return rest

    def _go_on(self) -> None:
        """Run what is left of the line, as far as no command wants more input."""
        while self._commands:
            self._run(self._commands.popleft())
            if self._wanted:
                return
        self._out += self.PROMPT

    def _run(self, command: str) -> None:
        match shlex.split(command):
            case []:
                pass
            case ["echo", *words]:
                self._out += f"{' '.join(words)}\r\n".encode()
            case ["seq", first, last]:
                self._flush()
                self._backend.floods(_numbers(int(first), int(last)))
            case ["stty", "size"]:
                rows, columns = self._backend.size
                self._out += f"{rows} {columns}\r\n".encode()
            case ["stty", "raw", "-echo"]:
                self._echo = False
            case ["head", "-c", count, "|", "sha256sum"]:
                self._digest, self._wanted = hashlib.sha256(), int(count)
            case ["kill", number, "$$"]:
                self._flush()
                self._backend.dies(signal.Signals(-int(number)))
            case ["exit", *status]:
                self._flush()
                self._backend.exits(int(status[0]) if status else 0)
            case [unknown, *_]:
                self._out += f"sh: {unknown}: not found\r\n".encode()


def _numbers(first: int, last: int) -> Iterator[bytes]:
    """Yield the numbers as lines, in pieces of about a terminal's read."""
    numbers = iter(range(first, last + 1))
    while lines := b"".join(b"%d\r\n" % number for number in islice(numbers, 500)):
        yield lines
