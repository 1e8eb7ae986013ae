"""The persistent backend: a program whose terminal a holder inside tmux owns.

Owns one pane's spool folder, as seen from this process: the lease, the reading, the typing, the
commands to its session. Must not know the log: where reading goes on after the lease was taken is
told by whoever does (``follow``). The program outlives this object; ``close`` only lets go.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from chloe.backends.backend import Exited, Happening, Lost, Painted, RecorderChanged, Spec
from chloe.backends.tmux import holding, locks, screen
from chloe.backends.tmux.ending import RESTORE_GRACE, START_GRACE, Ending
from chloe.backends.tmux.keys import Keys
from chloe.backends.tmux.locks import Lease
from chloe.backends.tmux.repainting import Repainting
from chloe.backends.tmux.server import PREFIX, TmuxServer
from chloe.backends.tmux.spool import START, SpoolReader
from chloe.errors import StartFailed, TmuxUnusable
from chloe.events.facts import SpoolPosition
from chloe.watch import Watcher

_log = logging.getLogger(__name__)

#: Seconds between two looks at what no notice tells of for sure: the holder's lock, the lease.
_LOOK_AGAIN = 10.0
#: The same right after a file was closed: the kernel tells of it before it gives the lock back.
_LOOK_SOON = 0.002
_SOON = 25
#: Seconds that a holder gets to end once asked.
_KILL_GRACE = 5.0
#: Seconds between two tries of a resize that tmux refused, and of reading what the system refused.
_RESIZE_AGAIN, _READ_AGAIN = 1.0, 0.5
#: Seconds between two looks for a folder that somebody removed.
_LOOK_FOR_FOLDER = 0.1
#: Seconds that a new lease is left to the instance which had the one that somebody removed.
_FIRST_PICK = 1.0


class TmuxBackend:
    """One program in one tmux session. See ``Backend`` for the protocol.

    ``folder`` is the pane's spool; its name is the pane's id. ``spec`` says what to start, None where
    it runs already. To record it: ``lease`` (or ``try_lease``), ask the log for the last position,
    ``follow``, ``read``. ``pane_cap`` and ``disk_share`` bound what the spool may hold. Segments that are
    damaged are kept in the folder ``damaged``.
    """

    def __init__(
        self,
        server: TmuxServer,
        spec: Spec | None,
        folder: Path,
        watcher: Watcher,
        *,
        pane_cap: int = 1_000_000_000,
        disk_share: float = 0.1,
        damaged: Path | None = None,
    ) -> None:
        self._server = server
        self._spec = spec
        #: The pane's spool.
        self.folder = folder
        self._watcher = watcher
        self._pane_cap = pane_cap
        self._disk_share = disk_share
        self._damaged = damaged
        self._loop = asyncio.get_running_loop()
        self._lease = Lease(folder / "lease")
        self._keys = Keys(folder / "keys", self._loop)
        self._reader: SpoolReader | None = None
        self._woken = asyncio.Event()
        self._look_soon = 0
        self._unwatch: Callable[[], None] | None = None
        #: The folder, or the lease in it, may be another one than before.
        self._replaced = False
        self._ending = Ending(server, self.session, folder, starts=spec is not None)
        self._unreadable = ""
        self._exited: Exited | None = None
        self._repainting = Repainting(folder.name, self.screen, self._woken.set, self._loop)
        self._wanted_size: tuple[int, int] | None = None
        self._resizing: asyncio.Task[None] | None = None
        self._force: asyncio.TimerHandle | None = None

    @property
    def session(self) -> str:
        """The name of its tmux session."""
        return PREFIX + self.folder.name

    @property
    def alive(self) -> bool:
        """A holder looks after the program."""
        return locks.held(self.folder / "lock") is True

    def reached(self) -> Callable[[], bool]:
        """What says whether all has been read that is in the spool now, the end too where it has come."""
        end = SpoolReader(self.folder).end
        ended = bool(self._ending.why())

        def reached() -> bool:
            if self._exited is not None or ended or self._reader is None:
                return self._exited is not None
            # A full disk may have torn the last frame just then: what is taken back is never read.
            return self._reader.position >= end or self._reader.position >= SpoolReader(self.folder).end

        return reached

    async def prepare(self) -> None:
        """Make all that the start needs and take the lease; nothing runs yet. Raises as ``start`` does."""
        assert self._spec is not None, "what runs already is not started"
        told = holding.spec_json(self._spec, pane_cap=self._pane_cap, disk_share=self._disk_share)
        await self._server.check()
        try:
            self.folder.parent.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.folder.parent.mkdir(mode=0o700, exist_ok=True)
            self.folder.mkdir(mode=0o700)
        except OSError as error:
            raise self._no_spool(error) from error
        try:
            # First of all: what nobody holds and no fact knows is cleared away.
            if not self._lease.take():
                raise OSError("another Chloe cleared it away")
            (self.folder / "spec.json").touch(mode=0o600)
            (self.folder / "spec.json").write_text(told, "ascii")
            os.mkfifo(self.folder / "keys", 0o600)
        except OSError as error:
            await self.discard()
            raise self._no_spool(error) from error
        self.follow(START)

    async def start(self) -> None:
        """Start the program. Raises ``StartFailed`` or ``TmuxUnusable``; then nothing is left behind."""
        if self._reader is None:
            await self.prepare()
        assert self._spec is not None
        self._ending.wait(START_GRACE)
        try:
            await self._server.new_session(
                self.session, holding.command(self.folder), rows=self._spec.rows, columns=self._spec.columns
            )
        except BaseException:
            # A server that answers late may have started the holder all the same.
            locks.send(self.folder / "lock", signal.SIGTERM)
            await self.discard()
            raise

    def _no_spool(self, error: OSError) -> StartFailed:
        return StartFailed(f"No spool for the pane: {error}. Make room, or look at the home.")

    def try_lease(self) -> bool:
        """Take the pane's lease if it is free; True if this process records the pane from now on."""
        return self._lease.take()

    async def lease(self) -> None:
        """Wait until this process has the pane's lease: it is freed when the process that has it ends."""
        if self._lease.take():
            return
        self._watch()
        while not self._take_lease():
            await self._wait()
            self._find_again()
            if self._lease.removed:
                # Who had it has the first pick: he knows best where to go on.
                await asyncio.sleep(_FIRST_PICK)

    def _take_lease(self) -> bool:
        try:
            return self._lease.take()
        except OSError as error:
            self._say_unreadable(error)
            return False

    def follow(
        self, position: SpoolPosition | None, offset: int | None = None, *, unpainted: bool = False
    ) -> None:
        """Read on from ``position``, None for the start; ``offset``: bytes of the stream before it.

        ``unpainted``: bytes were lost before it, and no screen was read since.
        """
        if self._reader is not None:
            self._reader.close()
        self._reader = SpoolReader(self.folder, position or START, offset=offset, aside=self._damaged)
        if unpainted:
            self._repainting.want()
        self._watch()

    async def read(self) -> Sequence[Happening]:
        """Wait for the next happenings.

        Raises ``SpoolBroken`` where a newer Chloe wrote them, ``RecorderChanged`` where another process has
        the lease: somebody removed it.
        """
        assert self._reader is not None, "follow says where to read on"
        while True:
            # Whoever reads a long spool in one go leaves the loop to the others in between.
            await asyncio.sleep(0)
            self._woken.clear()
            try:
                self._find_again()
                happenings = self._read(self._reader)
                self._unreadable = ""
            except OSError as error:
                # No descriptor is free, or the disk fails: neither ends the program, nor its pane.
                self._say_unreadable(error)
                await asyncio.sleep(_READ_AGAIN)
                continue
            if happenings:
                if isinstance(happenings[-1], Exited):
                    self._exited = happenings[-1]
                    self._keys.forget()
                return happenings
            if not await self._wait():
                await self._ending.look(began=self._reader.position != START)

    def _read(self, reader: SpoolReader) -> list[Happening]:
        # Asked first: what was written before the end is read after it is known.
        gone = self._ending.why()
        happenings = reader.read()
        if any(isinstance(happening, Lost) for happening in happenings):
            self._repainting.want()
        if not happenings and gone:
            if reader.damage:
                gone = f"its end can't be read: {reader.damage}"
            return [Exited(None, None, gone, time.time_ns(), reader.position)]
        if not happenings:
            painted = self._repainting.take(reader.position, lambda: reader.behind)
            return [painted] if painted is not None else []
        return happenings

    def _say_unreadable(self, error: OSError) -> None:
        if self._unreadable != str(error):
            self._unreadable = str(error)
            _log.warning("pane %s can't be read for the moment: %s", self.folder.name, error)

    def write(self, data: bytes) -> None:
        """Type ``data``, all of it and in order. Never blocks."""
        if self._exited is None:
            self._watch()
            self._keys.write(data)

    @property
    def untaken(self) -> int:
        """Bytes that were typed and that the holder hasn't taken yet."""
        return self._keys.kept

    async def flush(self) -> None:
        """Wait until the holder has taken all that was typed, or is gone."""
        await self._keys.flush()

    def resize(self, rows: int, columns: int) -> None:
        """Give the terminal this size, the latest where several are asked for meanwhile. Never blocks."""
        self._wanted_size = rows, columns
        if self._resizing is None or self._resizing.done():
            self._resizing = self._loop.create_task(self._resize(), name=f"resize {self.session}")

    async def kill(self) -> None:
        """Have the holder hang up, then end the program by force; where there is none, end the session."""
        if self._exited is not None:
            return
        if locks.send(self.folder / "lock", signal.SIGTERM):
            if self._force is None:
                self._force = self._loop.call_later(_KILL_GRACE, self._kill_holder)
            return
        # It is about to start, or it is gone: without the session neither leaves anything behind.
        try:
            await self._server.kill(self.session)
        except TmuxUnusable as error:
            _log.warning("the session of pane %s may still be there: %s", self.folder.name, error)
        self._ending.hurry()
        self._look_soon = _SOON
        self._woken.set()

    async def release(self, position: SpoolPosition) -> None:
        """All up to ``position`` is committed durably: what holds it here may go, all of it after the end."""
        if self._exited is not None and self._exited.position == position:
            await self.discard()
        elif self._reader is not None:
            try:
                await asyncio.to_thread(self._reader.release, position)
            except OSError as error:
                # No descriptor is free, say: these go together with the next.
                _log.warning("segments of pane %s stay for now: %s", self.folder.name, error)

    async def screen(self) -> Painted:
        """The screen as tmux has it. Raises ``TmuxUnusable``."""
        values, rows = await self._server.show(self.session, screen.VARIABLES)
        return Painted(*screen.size(values), screen.drawn(values, rows), time.time_ns())

    async def discard(self) -> None:
        """Remove the spool, whatever is in it: the pane has ended and is in the log, or never started."""
        self._stop_watching()
        await asyncio.to_thread(_remove, self.folder)

    async def close(self) -> None:
        """Let go of everything that this process holds, the lease among it. The program runs on."""
        self._stop_watching()
        self._repainting.close()
        self._keys.forget()
        if self._force is not None:
            self._force.cancel()
        if self._resizing is not None:
            self._resizing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._resizing
        if self._reader is not None:
            self._reader.close()
        self._lease.give_back()

    def _watch(self) -> None:
        if self._unwatch is None:
            with contextlib.suppress(FileNotFoundError):
                self._unwatch = self._watcher.watch(self.folder, self._told)

    def _stop_watching(self) -> None:
        if self._unwatch is not None:
            self._unwatch()
            self._unwatch = None

    def _told(self, name: str) -> None:
        if name in ("lock", "lease", ""):
            self._look_soon = _SOON
        if name in ("lease", ""):
            self._replaced = True
        if name in ("lock", "keys", ""):
            self._keys.retry()
        if not name:
            # What is made in place of a removed folder is another one, for a watch as well; it may be there.
            self._stop_watching()
            self._ending.wait(RESTORE_GRACE)
        self._woken.set()

    def _find_again(self) -> None:
        """Watch the folder that was made in place of a removed one, and have the lease there as well."""
        if self._unwatch is None:
            self._watch()
            if self._unwatch is None:
                return
            self._keys.retry()
            self._replaced = True
        if self._replaced and self.folder.exists():
            self._replaced = False
            if self._lease.held and not self._lease.renew():
                raise RecorderChanged(self.folder.name)

    async def _wait(self) -> bool:
        """Wait for a notice, or until it is time to look again; whether there was a notice."""
        if self._look_soon:
            self._look_soon -= 1
        again = _LOOK_SOON if self._look_soon else _LOOK_AGAIN if self._unwatch else _LOOK_FOR_FOLDER
        try:
            async with asyncio.timeout(again):
                await self._woken.wait()
        except TimeoutError:
            return False
        self._woken.clear()
        return True

    async def _resize(self) -> None:
        told = ""
        while self._wanted_size is not None:
            size, self._wanted_size = self._wanted_size, None
            try:
                await self._server.resize(self.session, *size)
            except TmuxUnusable as error:
                if told != str(error):
                    told = str(error)
                    _log.warning("pane %s keeps its size for now: %s", self.folder.name, error)
                self._wanted_size = self._wanted_size or size
                await asyncio.sleep(_RESIZE_AGAIN)

    def _kill_holder(self) -> None:
        """The holder hasn't ended the program in time: the kernel does, once the holder is gone."""
        locks.send(self.folder / "lock", signal.SIGKILL)


def running(folder: Path) -> bool:
    """Whether a holder looks after a program in this spool."""
    return locks.held(folder / "lock") is True


def _remove(folder: Path) -> None:
    """Remove a spool with all that is in it, as far as that goes without a free descriptor as well."""
    for name in ("spec.json", "keys", "lease"):
        with contextlib.suppress(OSError):
            (folder / name).unlink()
    try:
        folder.rmdir()
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)
