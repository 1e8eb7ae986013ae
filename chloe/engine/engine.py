"""The engine: what everything that drives Chloe, the app and the commands alike, asks and is told by.

Owns the questions and who answers each. Must not know urwid or click, nor how its parts are wired: see
``opening``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from chloe.actors.states.doing import Doing, find_own_job
from chloe.actors.supervisor import Supervisor
from chloe.actors.unread_spools import UnreadSpool, find_spools_of_unwritten, find_unread_spools
from chloe.backends import descriptors
from chloe.backends.activity import ProcessGroups
from chloe.backends.evidence import ProgramEvidence
from chloe.config import Paths
from chloe.engine.fold import Change, Fold
from chloe.engine.foothold import wait_until_writable
from chloe.engine.log_size import LogSize
from chloe.engine.queues import Queues
from chloe.engine.recording_watch import RecordingWatch
from chloe.errors import LogUnusable, PaneUnknown, ScreenBroken
from chloe.events.commands import Command, Kill, Resize, Type, Write
from chloe.events.projections import Projections
from chloe.store import Store
from chloe.tasks import Tasks

if TYPE_CHECKING:
    from chloe.backends.terminal_input import TerminalInput
    from chloe.engine.doing_watch import DoingWatch
    from chloe.engine.live import LiveFold
    from chloe.events.faults import Fault
    from chloe.events.screens import Screens
    from chloe.past.scrollback import Lines
    from chloe.terminal import Terminal
    from chloe.terminal.colours import Colours


class Engine:
    """One running instance. Made by ``open_engine``; everything here is for the loop's own thread."""

    def __init__(
        self,
        instance: str,
        store: Store,
        projections: Projections,
        fold: Fold,
        live: LiveFold | None,
        supervisor: Supervisor,
        paths: Paths,
        recording_watch: RecordingWatch,
        tasks: Tasks,
        doing_watch: DoingWatch | None,
    ) -> None:
        #: This instance's id, as records and attachments name it.
        self.instance = instance
        #: The state as of the last record folded. Read only.
        self.projections = projections
        self._doing_watch = doing_watch
        #: The log.
        self.store = store
        self._fold = fold
        self._live = live
        self._supervisor = supervisor
        self.paths = paths
        self._recording_watch = recording_watch
        self._tasks = tasks
        #: Returns how many bytes the log has, as of a moment ago.
        self.log_size = LogSize(store, tasks).get

    @property
    def doings(self) -> Mapping[str, Doing]:
        """Return what each pane's program does, by its id, as of a moment ago; empty where nobody looks."""
        return self._doing_watch.doings if self._doing_watch is not None else {}

    @property
    def lost_records_notice(self) -> str | None:
        """Return what the log has lost, where that showed when it was opened."""
        return self.store.loss_notice

    @property
    def trouble(self) -> str | None:
        """Return why the log can't be written at the moment, or what else has to wait; or None."""
        return (
            self.store.trouble
            or descriptors.shortage.error
            or self._tasks.trouble
            or self._recording_watch.trouble
            or None
        )

    def subscribe(self, callback: Callable[[Change], None]) -> Callable[[], None]:
        """Have ``callback`` called, in the loop, with what changed. Returns what ends that."""
        return self._fold.subscribe(callback)

    async def request(self, command: Command) -> str | None:
        """Carry a command out and wait until the projections show it.

        Returns the new pane's id for ``Open``. Raises ``ChloeError`` where it can't be done.
        """
        if self.store.refusal is not None:
            if not isinstance(command, Kill | Write | Type):
                raise LogUnusable(self.store.refusal)
            await self._supervisor.request_unrecorded(command)
            return None
        return await self._supervisor.request(command)

    async def wait_until_writable(self) -> None:
        """Wait until a log that couldn't be written when it was opened can be; else for ever."""
        await wait_until_writable(self.store)

    async def wait_ended(self, pane: str) -> None:
        """Wait until the pane's program is gone, whether or not the log has its end yet."""
        await self._supervisor.ended(pane)

    def send(self, command: Write | Resize) -> None:
        """Pass keys or a size on at once. Raises ``PaneRefused`` where nobody would get them."""
        self._supervisor.send(command)
        if self._live is not None and isinstance(command, Write):
            self._live.give_way(command.pane)

    def inspect_input(self, pane: str) -> TerminalInput | None:
        """Return how the pane's program reads its terminal; None where that can't be seen."""
        return self._supervisor.inspect_input(pane)

    def look(self, pane: str) -> ProgramEvidence | None:
        """Look at what the pane's program does now, at about 0.1 ms; None where nothing can be seen of it."""
        return self._supervisor.look(pane)

    def find_folder(self, pane: str) -> str:
        """Return the folder that the program in front of the pane is in now; "" where that can't be seen."""
        activity = self._supervisor.observe(pane, ProcessGroups())
        return activity.folder if activity is not None else ""

    def find_jobs(self, pane: str) -> tuple[str, ...]:
        """Return the names of what would be lost with the pane's program; () for a shell at its prompt.

        A program that is no shell, or isn't at its prompt, is a job itself.
        """
        activity, evidence = self._supervisor.observe(pane, ProcessGroups()), self._supervisor.look(pane)
        own = find_own_job(self.projections.panes[pane], activity, evidence)
        return own or self._supervisor.find_jobs(pane)

    async def screen(self, pane: str) -> Terminal:
        """Return the pane's terminal, folded from the log where it isn't followed yet.

        Raises ``PaneUnknown``, and ``ScreenBroken`` where it can't be drawn.
        """
        await self._live_fold.show(pane)
        screens = self.projections.screens
        found = screens.get(pane)
        if found is not None:
            return found
        if pane in screens.broken:
            raise ScreenBroken(f"{self.projections.panes[pane].name}: {screens.broken[pane].sentence}")
        raise PaneUnknown(f"there is no pane {pane}")

    def take_colours(self, colours: Colours) -> None:
        """Take note of the colours of the user's terminal: programs are told them, also when it is gone."""
        self._live_fold.take_colours(colours)

    def record_fault(self, pane: str, fault: Fault) -> None:
        """Keep what the emulator failed on elsewhere, in an export for example."""
        self._live_fold.record_fault(pane, fault)

    def screen_failed(self, pane: str, error: Exception) -> None:
        """Give a pane's screen up since showing it raised ``error``; it is in ``screens.broken`` then."""
        self._live_fold.fail(pane, error, "shown")

    async def lines(self, pane: str, first: int, count: int, columns: int) -> Lines:
        """Return ``count`` lines of the pane's past from line ``first`` on, wrapped at ``columns``, from the
        log.

        Lines are numbered as ``Terminal.scrollback`` numbers them. There are fewer where there are no more;
        where the log was pruned, those that are left.
        """
        return await self._live_fold.scrollback.lines(pane, first, count, columns)

    @property
    def _live_fold(self) -> LiveFold:
        assert self._live is not None, "no screens are folded"
        return self._live

    async def ingest_spools(self) -> None:
        """Wait until what the spools hold now, where no other instance records them, is folded."""
        await self._supervisor.drain_spools()
        await self._fold.catch_up()

    def unread(self, pane: str | None = None) -> dict[str, UnreadSpool]:
        """Return what the spool of this pane, or of all, holds that nobody takes in.

        Its recorder is stopped, or the log can't be written.
        """
        panes = self.projections.panes
        find = find_unread_spools if self.store.refusal is None else find_spools_of_unwritten
        return find(self.paths, panes if pane is None else {pane: panes[pane]})

    @property
    def ahead(self) -> Screens:
        """Return the screens that are shown in place of the projections', since their recorder is stopped."""
        return self._live_fold.ahead.screens

    def look_at(self, panes: frozenset[str]) -> None:
        """Take note that these panes are shown, and no others."""
        self._supervisor.gathering.look_at(panes)
        self._live_fold.ahead.look_at(panes)
        if self._doing_watch is not None:
            self._doing_watch.look_at(panes)

    async def hand_over(self) -> None:
        """Let others record the panes: this process is about to be stopped. ``take_again`` ends that."""
        await self._supervisor.handover.release_leases()

    def take_again(self) -> None:
        """Record again what nobody else does."""
        self._supervisor.handover.resume()

    def measure_queues(self) -> Queues:
        """Return how much waits now, and where."""
        uncommitted, tip = self.store.count_waiting()
        return Queues(
            uncommitted_bytes=uncommitted,
            unfolded_records=max(tip - self.projections.seq, 0),
            unfolded_bytes=self._fold.count_unfolded(),
            actors=self._supervisor.measure_queues(),
        )

    async def catch_up(self) -> None:
        """Wait until everything committed by now, by any instance, is folded."""
        await self._fold.catch_up()
