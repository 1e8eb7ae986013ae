"""The fast backend: a program on a PTY that this process owns, and that ends with it.

Owns the terminal's descriptor: every read, write and size goes through here, without blocking, and
so does the order of what happened. ``spawn`` starts the program, ``reaper`` waits for its end. Must
not know who reads, and what the bytes mean.

Output is taken from the kernel ahead of the reader, up to ``READ_LIMIT``; then the terminal is left
alone, fills up, and the program waits. So memory is bounded and no byte is ever dropped.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from chloe.backends.backend import READ_LIMIT, BackendEvent, Exited, OutputRead, SizeChanged, Spec
from chloe.backends.evidence import Group, ProgramEvidence, look
from chloe.backends.flood_pause import FloodPause
from chloe.backends.observed import ObservedProgram
from chloe.backends.pty_writer import PtyWriter
from chloe.backends.reaper import Reaper
from chloe.backends.spawn import close_terminal, set_size, spawn
from chloe.backends.terminal_input import TerminalInput, find_process, inspect_terminal
from chloe.errors import StartFailed
from chloe.events.facts import Process, SpoolPosition

#: What one read(2) asks for. The kernel hands out 4 KB of a terminal at the most (N_TTY_BUF_SIZE).
READ_SIZE = 8192

#: How long one call may go on reading, in seconds: the loop is kept from its other work meanwhile, and a key
#: in another pane needs some ten turns of the loop before its echo is seen.
MAX_READ_TIME = 0.0005

#: More than the kernel can hold of a terminal's output (8 KB in flight, 4 KB in the line discipline),
#: so that all of it is taken before a size changes.
KERNEL_BUFFER = 64 * 1024

#: How long a terminal that background children keep open may be silent, in seconds, after its program ended.
QUIET = 0.1

#: How long they may go on printing altogether, in seconds: no terminal window stays open for them either.
LINGER = 2.0

#: How long a program that was hung up may take before it is ended by force, in seconds.
GRACE = 1.0

#: struct winsize has 16 bits for each (tty_ioctl(4)).
MAX_CELLS = 0xFFFF


class DirectBackend(ObservedProgram):
    """One program on a PTY of this process. See ``Backend`` for the protocol."""

    def __init__(self, spec: Spec, floods: FloodPause | None = None) -> None:
        self._spec = spec
        self._floods = floods or FloodPause()
        self._loop: asyncio.AbstractEventLoop
        self._process: Any = None
        self._reaper: Reaper
        self._fd = -1
        self._device = ""
        self._size = (spec.rows, spec.columns)
        #: The terminal held open by us while the living program has closed it, as it may open it again.
        self._slave: int | None = None

        self._events: deque[BackendEvent] = deque()
        self._chunk: list[bytes] = []
        self._chunk_at = 0
        self._chunk_size = 0
        #: Bytes taken from the kernel and not handed out yet.
        self._buffered = 0
        self._reading = False
        self._waiter: asyncio.Future[None] | None = None

        self._writer = PtyWriter()
        self._group: Group | None = None
        self._program: Process | None = None

        self._reaped = asyncio.Event()
        self._exited: Exited | None = None
        self._finished = False
        self._killed = False
        self._quiet_timer: asyncio.TimerHandle | None = None
        self._linger_timer: asyncio.TimerHandle | None = None
        self._kill_timer: asyncio.TimerHandle | None = None

    @property
    def pid(self) -> int:
        """Return the program's process id; for measurements and tests."""
        return int(self._process.pid)

    async def prepare(self) -> None:
        """Need nothing before the start."""

    async def start(self) -> None:
        """Start the program. Raises ``StartFailed``, naming folder, command and way out."""
        self._loop = asyncio.get_running_loop()
        self._process, self._device = spawn(self._spec)
        self._fd = self._process.fd
        try:
            self._reaper = Reaper(self._process.pid, self._on_exit, self._loop)
            self._start_reading()
        except (OSError, RuntimeError) as error:
            self._abandon()
            text = (error.strerror if isinstance(error, OSError) else None) or str(error)
            raise StartFailed(
                f"Can't look after {self._spec.argv[0]!r}: {text.lower()}. "
                "Close some panes, or raise the limit (ulimit -n, ulimit -u)."
            ) from error
        self._writer.open(self._fd, self._loop)

    def _abandon(self) -> None:
        """End a program that can't be looked after, as if it had never been started."""
        self._stop_reading()
        with contextlib.suppress(OSError):
            os.killpg(self._process.pid, signal.SIGKILL)
        with contextlib.suppress(OSError):
            os.waitpid(self._process.pid, 0)
        self._fd = -1
        close_terminal(self._process)

    # What the program prints.

    async def read(self) -> Sequence[BackendEvent]:
        """Wait for the next events. Raises ``EOFError`` once ``Exited`` has been handed out."""
        while not self._events and not self._chunk:
            if self._finished:
                raise EOFError(f"the program of pane {self._spec.pane} has ended")
            self._waiter = self._loop.create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        self._flush_chunk()
        taken: list[BackendEvent] = []
        length = 0
        while self._events:
            first = self._events[0]
            if isinstance(first, OutputRead):
                if taken and length + len(first.data) > READ_LIMIT:
                    break
                length += len(first.data)
            taken.append(self._events.popleft())
        self._buffered -= length
        self._start_reading()
        return taken

    def _start_reading(self) -> None:
        """Wait for output again, where there is room for it and a terminal to have it from."""
        if not self._reading and self._fd >= 0 and self._buffered < READ_LIMIT:
            self._reading = True
            self._loop.add_reader(self._fd, self._on_readable)
            self._restart_quiet_timer()

    def _stop_reading(self) -> None:
        if self._reading:
            self._reading = False
            self._loop.remove_reader(self._fd)

    def _on_readable(self) -> None:
        if self._floods.is_due(self._buffered, self._start_reading):
            self._stop_reading()
        elif self._read_available(READ_LIMIT):
            self._restart_quiet_timer()
        if self._buffered >= READ_LIMIT:
            self._stop_reading()

    def _read_available(self, limit: int) -> int:
        """Take what the kernel has, for a moment and up to ``limit`` bytes ahead; how many there were."""
        before = self._buffered
        until = time.monotonic() + MAX_READ_TIME
        while self._buffered < limit:
            try:
                data = os.read(self._fd, READ_SIZE)
            except BlockingIOError:
                break
            except OSError:  # EIO: nobody has the terminal open any more.
                data = b""
            if not data:
                self._on_hangup()
                break
            if not self._chunk:
                self._chunk_at = time.time_ns()
            self._chunk.append(data)
            self._chunk_size += len(data)
            self._buffered += len(data)
            if self._chunk_size > READ_LIMIT - READ_SIZE:
                self._flush_chunk()
            if time.monotonic() > until:
                break
        taken = self._buffered - before
        if taken:
            self._wake()
        return taken

    def _flush_chunk(self) -> None:
        """Make one event of the pieces read so far."""
        if self._chunk:
            self._events.append(OutputRead(b"".join(self._chunk), self._chunk_at))
            self._chunk.clear()
            self._chunk_size = 0

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _on_hangup(self) -> None:
        """Stop reading: every descriptor of the terminal is closed but ours."""
        if self._exited is not None:
            self._finish()
            return
        self._stop_reading()
        if self._slave is None:
            # The program lives and may open /dev/tty again. Until then our own descriptor keeps the
            # terminal from being readable for nothing, for ever.
            with contextlib.suppress(OSError):
                self._slave = os.open(self._device, os.O_RDWR | os.O_NOCTTY)
                self._start_reading()

    # What is typed, and the size.

    def write(self, data: bytes) -> None:
        """Type ``data``; what the terminal doesn't take yet waits here."""
        self._writer.write(data)

    def inspect_input(self) -> TerminalInput | None:
        """Return how the program reads its terminal; None once that is closed."""
        return inspect_terminal(self._device) if self._fd >= 0 else None

    @property
    def pending_input(self) -> int:
        """Return the bytes that were typed and that the terminal hasn't taken yet."""
        return self._writer.pending

    #: Why some of it isn't taken.
    pending_reason = "its program doesn't read"

    async def flush(self) -> None:
        """Wait until the terminal has taken all that was typed, or is gone."""
        await self._writer.flush()

    def resize(self, rows: int, columns: int) -> None:
        """Give the terminal this size. What was printed before is taken first, so the order is true."""
        size = (min(max(rows, 1), MAX_CELLS), min(max(columns, 1), MAX_CELLS))
        if size == self._size or self._finished:
            return
        self._size = size
        if self._fd >= 0:
            self._read_available(READ_LIMIT + KERNEL_BUFFER)
        if self._fd >= 0:
            set_size(self._fd, *size)
        self._flush_chunk()
        self._events.append(SizeChanged(*size, time.time_ns()))
        self._wake()

    # What it is doing.

    def look(self) -> ProgramEvidence | None:
        """Look at what the program does now; None once it is gone."""
        if self._fd < 0 or self._exited is not None:
            return None
        pid = self.pid
        self._group = self._group or Group(pid)
        return look(self._fd, self._device, self._foreground(), self._group, pid)

    def _find_program(self) -> Process | None:
        if self._fd < 0 or self._exited is not None:
            return None
        self._program = self._program or find_process(self.pid)
        return self._program

    # The end.

    def _on_exit(self, status: int | None) -> None:
        """Take the status of the program, which is reaped. What it printed last is still in the terminal."""
        self._reaped.set()
        code = None if status is None else os.waitstatus_to_exitcode(status)
        self._process.terminated, self._process.status = True, status
        if code is None:
            self._exited = Exited(None, None, "somebody else took the exit status", time.time_ns())
        elif code >= 0:
            self._process.exitstatus = code
            self._exited = Exited(code, None, "", time.time_ns())
        else:
            self._process.signalstatus = -code
            self._exited = Exited(None, -code, "", time.time_ns())
        if self._fd < 0:
            self._finish()
            return
        self._close_slave()
        if self._killed:
            self._force_finish()
            return
        self._linger_timer = self._loop.call_later(LINGER, self._force_finish)
        if self._reading:
            self._restart_quiet_timer()
        else:
            self._start_reading()

    def _force_finish(self) -> None:
        """Take what the program itself can have left in the terminal, and wait for nobody any more."""
        if not self._finished and self._fd >= 0:
            self._read_available(self._buffered + KERNEL_BUFFER)
        self._finish()

    def _restart_quiet_timer(self) -> None:
        """Wait, after the end, for the terminal to close, or until those who keep it open fall silent."""
        if self._exited is None or self._finished:
            return
        if self._quiet_timer is not None:
            self._quiet_timer.cancel()
        self._quiet_timer = self._loop.call_later(QUIET, self._on_quiet)

    def _on_quiet(self) -> None:
        self._quiet_timer = None
        if self._reading and not self._read_available(READ_LIMIT):
            self._finish()
        elif self._reading:
            self._restart_quiet_timer()

    def _finish(self) -> None:
        """Let go of the terminal, and say how it ended: nothing follows."""
        if self._finished:
            return
        assert self._exited is not None
        self._finished = True
        self._close_terminal()
        for timer in (self._quiet_timer, self._linger_timer, self._kill_timer):
            if timer is not None:
                timer.cancel()
        self._flush_chunk()
        # Its last words are read after its end, yet stand before it.
        last_output_at = max(self._exited.occurred_at, self._chunk_at)
        self._events.append(replace(self._exited, occurred_at=last_output_at))
        self._wake()

    def _close_terminal(self) -> None:
        if self._fd >= 0:
            self._stop_reading()
            self._writer.close()
            self._fd = -1
            close_terminal(self._process)
        self._close_slave()

    def _close_slave(self) -> None:
        if self._slave is not None:
            os.close(self._slave)
            self._slave = None

    async def kill(self) -> None:
        """Hang up as a closing terminal does, and end by force what has not ended after ``GRACE``."""
        if self._process is None or self._finished:
            return
        self._killed = True
        if self._exited is not None:  # Only its background children still have the terminal.
            self._finish()
        elif self._kill_timer is None:
            self._signal(signal.SIGHUP)
            self._signal(signal.SIGCONT)  # A stopped one has to wake up to end.
            self._kill_timer = self._loop.call_later(GRACE, self._signal, signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        """Send it to the program and to what is in the foreground of its terminal."""
        group = self._foreground()
        if self._reaper.signal(number) and group:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(group, number)

    def _foreground(self) -> int:
        """Return the process group in the terminal's foreground, 0 where it is of another session."""
        with contextlib.suppress(OSError):
            group = os.tcgetpgrp(self._fd)
            if group > 1 and os.getsid(group) == self._process.pid:
                return group
        return 0

    async def acknowledge(self, position: SpoolPosition) -> None:
        """Do nothing: nothing is held outside the log."""

    async def close(self) -> None:
        """End the program, as ``kill`` does, and wait for it. A second call does nothing."""
        if self._process is None or self._finished:
            return
        try:
            await self.kill()
            self._close_terminal()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._reaped.wait(), 2 * GRACE)
        finally:
            if self._exited is None:  # In a system call that can't be interrupted, or we were cancelled.
                self._reaper.signal(signal.SIGKILL)
                self._exited = Exited(None, None, "closed", time.time_ns())
            self._finish()
