"""What a pane's program runs on: the protocol that every backend speaks.

Owns the words between a pane actor and its backend. Must not know actors, the store or the log:
bytes and sizes go in, events come out, in the order of the stream. ``fake`` ships a double
that passes the same contract tests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Protocol, runtime_checkable

from chloe.backends.activity import Activity, ProcessGroups
from chloe.backends.evidence import ProgramEvidence
from chloe.backends.terminal_input import TerminalInput
from chloe.events.facts import Process, SpoolPosition
from chloe.quick import dataclass

#: The most bytes that one ``read`` hands out in ``OutputRead`` events together.
READ_LIMIT = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """A program to start: arguments, folder and the whole environment, and the size of its terminal.

    Strings carry surrogate escapes for what isn't UTF-8 (``os.fsdecode``).
    """

    pane: str
    argv: tuple[str, ...]
    cwd: str
    environment: Mapping[str, str] = field(repr=False)
    rows: int
    columns: int
    #: What the pane is called, where what it runs on shows that.
    name: str = ""


@dataclass(frozen=True, slots=True)
class OutputRead:
    """The program wrote these bytes. ``occurred_at``: nanoseconds since 1970, of the first of them."""

    data: bytes
    occurred_at: int
    position: SpoolPosition | None = None


@dataclass(frozen=True, slots=True)
class SizeChanged:
    """The terminal has this size from here on."""

    rows: int
    columns: int
    occurred_at: int
    position: SpoolPosition | None = None


@dataclass(frozen=True, slots=True)
class BytesLost:
    """This many bytes are missing here, and why; 0 where some may be, and nobody knows how many."""

    length: int
    reason: str
    occurred_at: int
    position: SpoolPosition | None = None


@dataclass(frozen=True, slots=True)
class ScreenCaptured:
    """The screen as it is here, as bytes that draw it: after a loss the stream alone can't give it."""

    rows: int
    columns: int
    data: bytes
    occurred_at: int
    position: SpoolPosition | None = None


@dataclass(frozen=True, slots=True)
class Exited:
    """The program is gone and nothing follows. Either status or signal is set, or neither where unknowable.

    ``reason`` is empty where the program ended by itself or by that signal, else it says what ended it.
    ``survivor`` is the program where it isn't gone at all: it runs on without its terminal.
    """

    status: int | None
    signal: int | None
    reason: str
    occurred_at: int
    position: SpoolPosition | None = None
    survivor: Process | None = None


BackendEvent = OutputRead | SizeChanged | BytesLost | ScreenCaptured | Exited


class LeaseLost(Exception):
    """Another process has the right to record the pane now: only the log knows where to go on."""


class Backend(Protocol):
    """One program in one terminal.

    ``read`` is the only source. A reader that is slower than the program slows the program down; it never
    loses bytes and never grows memory.
    """

    async def prepare(self) -> None:
        """Make all that ``start`` needs, where it shan't; nothing runs yet. Raises as ``start`` does."""

    async def start(self) -> None:
        """Start the program. Raises ``StartFailed`` or ``TmuxUnusable``: folder, command and way out."""

    def write(self, data: bytes) -> None:
        """Type ``data``, all of it and in order; what the program doesn't take yet is kept. Never blocks."""

    @property
    def pending_input(self) -> int:
        """Return the bytes that were written and not taken yet by the program's terminal."""

    @property
    def pending_reason(self) -> str:
        """Return why some of it isn't taken, in words, as far as that shows."""

    async def flush(self) -> None:
        """Wait until the program's terminal has taken all that was written, or nobody is left to take it."""

    def inspect_input(self) -> TerminalInput | None:
        """Return how the program reads its terminal; None where that can't be seen, or it is gone."""

    def resize(self, rows: int, columns: int) -> None:
        """Give the terminal this size; a ``SizeChanged`` follows where the stream has it. Never blocks."""

    def look(self) -> ProgramEvidence | None:
        """Look at what the program does now, at about 0.1 ms; None where nothing of it can be seen."""

    def observe(self, groups: ProcessGroups) -> Activity | None:
        """Look at what the processes in front do, at about 0.3 ms; None where nothing of them can be seen."""

    def find_jobs(self) -> tuple[str, ...]:
        """Return the names of what the program started that has its terminal; () where none shows."""

    async def read(self) -> Sequence[BackendEvent]:
        """Wait for the next events, at least one; ``Exited`` is the last of all. One reader at a time.

        At most ``READ_LIMIT`` bytes of output together. May be cancelled without losing any. Raises
        ``LeaseLost`` where another process records the program now.
        """

    async def kill(self) -> None:
        """End the program: hang up first, then by force. Returns at once; ``Exited`` follows."""

    async def acknowledge(self, position: SpoolPosition) -> None:
        """Let go of all up to ``position`` outside the log: it is committed durably."""

    async def close(self) -> None:
        """Let go of everything this process holds. A tmux-backed program runs on; a direct one is ended."""


@runtime_checkable
class PersistentBackend(Backend, Protocol):
    """A program that outlives who looks after it, and is recorded meanwhile.

    One process at a time has the lease, and with it the right to ``read``: after ``wait_for_lease`` (or
    ``try_to_lease``) it asks the log for the last position, and goes there by ``seek``.
    """

    #: Called when any process typed into the pane, as far as that is noticed.
    on_typed: Callable[[], None]

    async def wait_for_lease(self) -> None:
        """Wait until this process has the pane's lease: it is freed when the process that has it ends."""

    def try_to_lease(self) -> bool:
        """Take the pane's lease if it is free. Return whether this process records the pane from now on."""

    def release_lease(self) -> None:
        """Let another process record the pane. What was read is to be in the log by now."""

    def seek(
        self, position: SpoolPosition | None, offset: int | None = None, *, needs_repaint: bool = False
    ) -> None:
        """Read on from ``position``, None for the start; ``offset``: bytes of the stream before it.

        ``needs_repaint``: bytes were lost before it, and no screen was read since.
        """

    def drained_predicate(self) -> Callable[[], bool]:
        """Return what says whether all was read that is recorded now, the end too where it has come."""
