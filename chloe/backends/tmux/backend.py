"""The persistent backend: a program whose terminal a holder inside tmux owns.

Owns one pane's spool folder, as seen from this process: the lease, the reading, the typing, the commands
to its session. Must not know the log: its caller says where reading goes on after the lease was taken
(``seek``). The program outlives this object; ``close`` only lets go.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from chloe.backends import descriptors
from chloe.backends.backend import BackendEvent, BytesLost, Exited, LeaseLost, ScreenCaptured, Spec
from chloe.backends.tmux import holder_spec, locks, screen
from chloe.backends.tmux.input_fifo import InputFifo
from chloe.backends.tmux.leases import Leases
from chloe.backends.tmux.liveness import RESTORE_GRACE, START_GRACE, HolderLiveness
from chloe.backends.tmux.program_look import ProgramLook
from chloe.backends.tmux.removal import remove_spool
from chloe.backends.tmux.screen_recovery import ScreenRecovery
from chloe.backends.tmux.server import TmuxServer
from chloe.backends.tmux.session_resizer import SessionResizer
from chloe.backends.tmux.spool import START, SpoolReader
from chloe.config.paths import make_own_folder
from chloe.errors import TmuxUnusable
from chloe.events.facts import SpoolPosition
from chloe.events.ids import session_of
from chloe.tasks import Tasks
from chloe.watch import Watcher

_log = logging.getLogger(__name__)

#: Seconds between two checks of the holder's lock, of which no notice is certain.
_RECHECK_DELAY = 10.0
#: The same right after a file was closed, and how often: the kernel notifies before it frees the lock.
_RECHECK_SOON = 0.002
_SOON_CHECKS = 25
#: Seconds that a holder gets to end once asked.
_KILL_GRACE = 5.0
#: Seconds between two tries of reading what the system refused.
_RETRY_DELAY = 0.5
#: After so many tries nobody waits any more for what can't be read.
_MAX_FAILURES = 10
#: Seconds between two looks for a folder that somebody removed.
_FOLDER_CHECK = 0.1


class TmuxBackend(ProgramLook):
    """One program in one tmux session. See ``Backend`` for the protocol.

    ``folder`` is the pane's spool; its name is the pane's id, whose lease is one of ``leases``. ``spec`` says
    what to start, None where it runs already. To record it: ``wait_for_lease`` (or ``try_to_lease``), ask the
    log for the last position, ``seek``, ``read``. ``pane_cap`` and ``disk_share`` bound what the spool may
    hold. Segments that are damaged are kept in the folder ``damaged``. ``started_at``: when the program was
    started, about, in nanoseconds since 1970; now, where it is started here.
    """

    def __init__(
        self,
        server: TmuxServer,
        spec: Spec | None,
        folder: Path,
        watcher: Watcher,
        leases: Leases,
        tasks: Tasks,
        *,
        pane_cap: int = 1_000_000_000,
        disk_share: float = 0.1,
        damaged: Path | None = None,
        started_at: int | None = None,
    ) -> None:
        self._server = server
        self._spec = spec
        super().__init__(folder)
        self._watcher = watcher
        self._pane_cap = pane_cap
        self._disk_share = disk_share
        self._damaged = damaged
        self._loop = asyncio.get_running_loop()
        self._lease = leases.lease(folder.name)
        self._input = InputFifo(folder / "keys", self._loop)
        self._reader: SpoolReader | None = None
        self._wake = asyncio.Event()
        self._lease.on_lost = self._wake.set
        #: Called when any process typed into the pane, as far as that is noticed.
        self.on_typed: Callable[[], None] = lambda: None
        self._soon_checks = 0
        self._unwatch: Callable[[], None] | None = None
        self._liveness = HolderLiveness(server, self.session, folder, started_at, starts=spec is not None)
        self._unreadable = ""
        #: How often the spool was read to its end, or couldn't be read; what was passed over.
        self._reads = self._failures = 0
        self._skipped = 0
        self._exited: Exited | None = None
        self._recovery = ScreenRecovery(folder.name, self.screen, self._wake.set, self._loop, tasks)
        self._resizer = SessionResizer(server, self.session, tasks, self.has_size, self._input.release)
        self._kill_timer: asyncio.TimerHandle | None = None

    @property
    def session(self) -> str:
        """Return the name of its tmux session."""
        return session_of(self.folder.name)

    @property
    def alive(self) -> bool:
        """Return whether a holder looks after the program."""
        return locks.is_held(self.folder / "lock") is True

    def drained_predicate(self) -> Callable[[], bool]:
        """Return what says whether all that is in the spool now was read, the end too where it has come."""
        reads = self._reads
        with contextlib.suppress(OSError):
            if self._liveness.reason_gone():
                reads += _MAX_FAILURES  # Its end comes, unless it can't be read.
        self._wake.set()
        return lambda: self._exited is not None or self._reads > reads

    async def prepare(self) -> None:
        """Make all that the start needs and take the lease; nothing runs yet.

        Raises as ``start`` does, or ``HomeUnusable`` where no spool may be made.
        """
        assert self._spec is not None, "what runs already is not started"
        encoded = holder_spec.encode_spec(self._spec, pane_cap=self._pane_cap, disk_share=self._disk_share)
        await self._server.require_usable()
        make_own_folder(self.folder.parent)
        try:
            # First of all: what nobody holds and no fact knows is cleared away.
            if not self._lease.take(new=True):
                raise OSError("another Chloe records it")
            self.folder.mkdir(mode=0o700)
        except OSError as error:
            self._lease.release()
            raise holder_spec.spool_error(error) from error
        try:
            holder_spec.fill_spool(self.folder, encoded)
        except OSError as error:
            await self.discard()
            self._lease.release()
            raise holder_spec.spool_error(error) from error
        self.seek(START)

    async def start(self) -> None:
        """Start the program. Raises ``StartFailed`` or ``TmuxUnusable``; then nothing is left behind."""
        if self._reader is None:
            await self.prepare()
        assert self._spec is not None
        self._liveness.postpone(START_GRACE)
        try:
            await self._server.new_session(
                self.session,
                holder_spec.build_command(self.folder),
                rows=self._spec.rows,
                columns=self._spec.columns,
                window=self._spec.name,
            )
        except BaseException:
            # A server that answers late may have started the holder all the same.
            with contextlib.suppress(OSError):
                locks.signal_owner(self.folder / "lock", signal.SIGTERM)
            await self.discard()
            raise

    def try_to_lease(self) -> bool:
        """Take the pane's lease if it is free; True if this process records the pane from now on."""
        try:
            return self._lease.take()
        except OSError as error:
            self._log_unreadable(error)
            return False

    async def wait_for_lease(self) -> None:
        """Wait until this process has the pane's lease: it is freed when the process that has it ends."""
        await self._lease.wait()

    def release_lease(self) -> None:
        """Let another process record the pane. What was read is to be in the log by now."""
        self._lease.release()

    def seek(
        self, position: SpoolPosition | None, offset: int | None = None, *, needs_repaint: bool = False
    ) -> None:
        """Read on from ``position``, None for the start; ``offset``: bytes of the stream before it.

        ``needs_repaint``: bytes were lost before it, and no screen was read since.
        """
        if self._reader is not None:
            self._reader.close()
        self._reader = SpoolReader(self.folder, position or START, offset=offset, quarantine=self._damaged)
        if needs_repaint:
            self._recovery.request()
        self._watch()

    async def read(self) -> Sequence[BackendEvent]:
        """Wait for the next events.

        Raises ``SpoolBroken`` where a newer Chloe wrote them, ``LeaseLost`` where another process has
        the lease: somebody removed it.
        """
        assert self._reader is not None, "seek says where to read on"
        while True:
            # Reading a long spool in one go leaves the loop to the others in between.
            await asyncio.sleep(0)
            self._wake.clear()
            try:
                self._reattach_folder()
                if self._lease.lost:
                    raise LeaseLost(self.folder.name)
                events = self._read(self._reader)
                self._unreadable, self._failures = "", 0
            except OSError as error:
                # No descriptor is free, or the disk fails: neither ends the program, nor its pane.
                self._log_unreadable(error)
                self._failures += 1
                self._reads += self._failures > _MAX_FAILURES
                await asyncio.sleep(_RETRY_DELAY)
                continue
            if events:
                if isinstance(events[-1], Exited):
                    self._exited = events[-1]
                    self._input.discard()
                return events
            if self._reader.unfinished:
                continue
            began = self._reader.position != START
            if self._liveness.is_due() and await self._liveness.inspect(began=began):
                continue
            self._reads += self._liveness.recheck_delay() is None
            if not await self._wait():
                await self._liveness.inspect(began=began)

    def _read(self, reader: SpoolReader) -> list[BackendEvent]:
        # Asked first: what was written before the end is read after it is known.
        gone = self._liveness.reason_gone()
        events = reader.read()
        self._log_skipped(reader)
        if any(isinstance(event, BytesLost) for event in events):
            self._recovery.request()
        if events:
            if isinstance(last := events[-1], Exited) and last.status is None and last.signal is None:
                events[-1] = replace(last, survivor=self._liveness.survivor())
            return events
        if gone and not reader.unfinished:
            if reader.damage:
                gone = f"its end can't be read: {reader.damage}"
            return self._liveness.unrecorded_end(gone, reader.position)
        painted = self._recovery.poll(reader.position, lambda: reader.has_more)
        return [painted] if painted is not None else []

    def _log_skipped(self, reader: SpoolReader) -> None:
        if len(reader.skipped) > self._skipped:
            self._skipped = len(reader.skipped)
            skipped = ", ".join(f"{what} ({count} times)" for what, count in reader.skipped.items())
            _log.warning("the spool of pane %s has what is passed over: %s", self.folder.name, skipped)

    def _log_unreadable(self, error: OSError) -> None:
        descriptors.shortage.note(error)
        if self._unreadable != str(error):
            self._unreadable = str(error)
            _log.warning("pane %s can't be read for the moment: %s", self.folder.name, error)

    def write(self, data: bytes) -> None:
        """Type ``data``, all of it and in order. Never blocks."""
        if self._exited is None:
            self._watch()
            self._input.write(data)

    @property
    def pending_input(self) -> int:
        """Return the bytes that were typed and that the holder hasn't taken yet."""
        return self._input.pending

    @property
    def pending_reason(self) -> str:
        """Return why some of it isn't taken: the way to the holder may be gone."""
        return self._input.pending_reason

    async def flush(self) -> None:
        """Wait until the holder has taken all that was typed, or is gone."""
        await self._input.flush()

    def resize(self, rows: int, columns: int) -> None:
        """Give the terminal this size, the latest of several, before what is typed next. Never blocks."""
        self._input.hold()
        self._resizer.request(rows, columns)

    async def kill(self) -> None:
        """Have the holder hang up, then end the program by force; where there is none, end the session."""
        if self._exited is not None:
            return
        if locks.signal_owner(self.folder / "lock", signal.SIGTERM):
            if self._kill_timer is None:
                self._kill_timer = self._loop.call_later(_KILL_GRACE, self._kill_holder)
            return
        # It is about to start, or it is gone: without the session neither leaves anything behind.
        try:
            await self._server.kill(self.session)
        except TmuxUnusable as error:
            _log.warning("the session of pane %s may still be there: %s", self.folder.name, error)
        self._liveness.inspect_now()
        self._soon_checks = _SOON_CHECKS
        self._wake.set()

    async def acknowledge(self, position: SpoolPosition) -> None:
        """Remove what is committed durably, all up to ``position``; all there is after the end."""
        if self._exited is not None and self._exited.position == position:
            await self.discard()
        elif self._reader is not None:
            try:
                await asyncio.to_thread(self._reader.remove_before, position)
            except OSError as error:
                # No descriptor is free, say: these go together with the next.
                _log.warning("segments of pane %s stay for now: %s", self.folder.name, error)

    async def screen(self) -> ScreenCaptured:
        """Return the screen as tmux has it. Raises ``TmuxUnusable``."""
        values, rows = await self._server.capture(self.session, screen.VARIABLES)
        return ScreenCaptured(*screen.size_of(values), screen.to_ansi(values, rows), time.time_ns())

    async def discard(self) -> None:
        """Remove the spool, whatever is in it: the pane has ended and is in the log, or never started."""
        self._stop_watching()
        if not await asyncio.to_thread(remove_spool, self.folder):
            _log.warning(
                "the spool %s is not needed any more, and stays: other things lie in it", self.folder
            )

    async def close(self) -> None:
        """Let go of everything that this process holds, the lease among it. The program runs on."""
        self._stop_watching()
        self._recovery.close()
        self._input.discard()
        if self._kill_timer is not None:
            self._kill_timer.cancel()
        await self._resizer.close()
        if self._reader is not None:
            self._reader.close()
        self._lease.release()

    def _watch(self) -> None:
        if self._unwatch is None:
            # What can't be watched for the moment is looked at often.
            with contextlib.suppress(OSError):
                self._unwatch = self._watcher.watch(self.folder, self._on_change)

    def _stop_watching(self) -> None:
        if self._unwatch is not None:
            self._unwatch()
            self._unwatch = None

    def _on_change(self, name: str) -> None:
        if name in ("lock", ""):
            self._soon_checks = _SOON_CHECKS
        if name in ("lock", "keys", ""):
            self._input.retry()
        if name == "keys":
            self.on_typed()
        if not name:
            # What is made in place of a removed folder is another one, for a watch as well; it may be there.
            self._stop_watching()
            self._liveness.postpone(RESTORE_GRACE)
        self._wake.set()

    def _reattach_folder(self) -> None:
        """Watch the folder that was made in place of a removed one."""
        if self._unwatch is None:
            self._watch()
            if self._unwatch is not None:
                self._input.retry()

    async def _wait(self) -> bool:
        """Wait for a notice, or until it is time to look again; whether there was a notice."""
        if self._soon_checks:
            self._soon_checks -= 1
        again = _RECHECK_SOON if self._soon_checks else _RECHECK_DELAY if self._unwatch else _FOLDER_CHECK
        again = min(again, self._liveness.recheck_delay() or again)
        try:
            async with asyncio.timeout(again):
                await self._wake.wait()
        except TimeoutError:
            return False
        self._wake.clear()
        return True

    def _kill_holder(self) -> None:
        """End the holder by force: the kernel then ends the program that it hasn't ended in time."""
        try:
            locks.signal_owner(self.folder / "lock", signal.SIGKILL)
        except OSError as error:
            self._log_unreadable(error)
            self._kill_timer = self._loop.call_later(_RETRY_DELAY, self._kill_holder)
