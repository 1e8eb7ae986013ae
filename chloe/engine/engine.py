"""The engine: wires store, actors, backends and projections; starts and stops them in order.

Owns the lifetimes: what is started last is stopped first. Must not know urwid or click. Everything that
drives Chloe, the app and the commands alike, does so through ``open_engine``.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import time
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from chloe.actors.launcher import Launcher
from chloe.actors.missing_spools import MissingSpools
from chloe.actors.scope import RECORDING, Scope
from chloe.actors.supervisor import Supervisor
from chloe.actors.unread_spools import UnreadSpool, find_spools_of_unwritten, find_unread_spools
from chloe.backends import descriptors
from chloe.backends.evidence import ProgramEvidence
from chloe.backends.tmux import Leases
from chloe.config import Config, Paths
from chloe.engine.fold import Change, Fold
from chloe.engine.foothold import open_foothold, wait_until_writable
from chloe.engine.log_size import LogSize
from chloe.engine.patience import give_up_on
from chloe.engine.recording_watch import RecordingWatch
from chloe.errors import LogUnusable, PaneUnknown, ScreenBroken
from chloe.events.commands import Command, Kill, Resize, Type, Write
from chloe.events.panes import Panes
from chloe.events.projections import Projections
from chloe.store import Store
from chloe.tasks import EndlessGroup, Tasks
from chloe.waits import Waits
from chloe.watch import Watcher

if TYPE_CHECKING:
    from chloe.backends.terminal_input import TerminalInput
    from chloe.engine.live import LiveFold
    from chloe.events.faults import Fault
    from chloe.events.screens import Screens
    from chloe.past.scrollback import Lines
    from chloe.terminal import Terminal
    from chloe.terminal.colours import Colours

_log = logging.getLogger(__name__)

#: Seconds after which a thread that waits for the interpreter gets it.
_SWITCH = 0.0005


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
    ) -> None:
        #: This instance's id, as records and attachments name it.
        self.instance = instance
        #: The state as of the last record folded. Read only.
        self.projections = projections
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
    def lost_records_notice(self) -> str | None:
        """What the log has lost, where that showed when it was opened."""
        return self.store.loss_notice

    @property
    def trouble(self) -> str | None:
        """Why the log can't be written at the moment, or what else has to wait; or None."""
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

    def inspect_input(self, pane: str) -> TerminalInput | None:
        """Return how the pane's program reads its terminal; None where that can't be seen."""
        return self._supervisor.inspect_input(pane)

    def look(self, pane: str) -> ProgramEvidence | None:
        """Look at what the pane's program does now, at about 0.1 ms; None where nothing can be seen of it."""
        return self._supervisor.look(pane)

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
        """The screens that are shown in place of the projections', since their recorder is stopped."""
        return self._live_fold.ahead.screens

    def look_at(self, panes: frozenset[str]) -> None:
        """Take note that these panes are shown, and no others."""
        self._supervisor.gathering.look_at(panes)
        self._live_fold.ahead.look_at(panes)

    async def hand_over(self) -> None:
        """Let others record the panes: this process is about to be stopped. ``take_again`` ends that."""
        await self._supervisor.handover.release_leases()

    def take_again(self) -> None:
        """Record again what nobody else does."""
        self._supervisor.handover.resume()

    async def catch_up(self) -> None:
        """Wait until everything committed by now, by any instance, is folded."""
        await self._fold.catch_up()


@asynccontextmanager
async def open_engine(
    config: Config,
    *,
    screens: bool = True,
    scope: Scope = RECORDING,
    waits: Waits | None = None,
    needs_log: bool = True,
    unwritable: str = "",
    make_launcher: Callable[[Config, Watcher, Leases, Mapping[str, str], Waits], Launcher] = Launcher,
) -> AsyncIterator[Engine]:
    """Open an engine, from the migration to the last goodbye in the log.

    ``screens=False`` folds no screens, for commands that show none. ``scope`` says which panes it looks
    after. ``waits`` hears what is waited for; one that doesn't stay gives up where that takes too long.
    One that doesn't ``needs_log`` to be written gives that up at once; ``unwritable`` is a reason to write
    nothing from the beginning. ``make_launcher`` makes what starts programs.

    Raises ``HomeUnusable``, ``LogUnusable`` or ``WaitedTooLong``. A failure inside (not of a pane: those die
    alone) ends the body with an error.
    """
    config.paths.prepare(must_be_writable=False)
    # SQLite lets go of the interpreter at each step: with Python's 5 ms a commit beside a busy loop takes 20.
    sys.setswitchinterval(_SWITCH)
    descriptors.raise_limit()
    instance = str(uuid.uuid4())
    waits = waits or Waits(_log.warning)
    async with AsyncExitStack() as stack:
        watcher = Watcher()
        stack.callback(watcher.close)
        leases = Leases(config.paths.leases, watcher)
        stack.callback(leases.close)
        after_the_log = await stack.enter_async_context(AsyncExitStack())
        # A command asks for the end of the log where it matters, and needs no notice of it.
        followed = watcher if scope.stays else None
        store, presence = await stack.enter_async_context(
            open_foothold(config, instance, followed, waits, unwritable)
        )
        projections = Projections(config.terminal.scrollback, clock=time.monotonic, panes_only=not screens)
        launcher = make_launcher(config, watcher, leases, os.environ, waits)
        stack.callback(launcher.close)
        stack.push_async_callback(launcher.tasks.close)
        before_the_tasks = await stack.enter_async_context(AsyncExitStack())
        group = await stack.enter_async_context(EndlessGroup())
        live = None
        if screens:
            from chloe.engine.fault_files import FaultFiles
            from chloe.engine.live import LiveFold
            from chloe.engine.user_colours import UserColours
            from chloe.terminal.colours import FILE as COLOURS_FILE

            faults = FaultFiles(config.paths.home / "damaged")
            fold: Fold
            fold = live = LiveFold(
                store,
                projections,
                scrollback=config.terminal.scrollback,
                faults=faults,
                colours=UserColours(config.paths.home / COLOURS_FILE),
                clock=time.monotonic,
            )
            group.create_task(faults.run(), name="keep faults")
            if scope.stays:
                waits.report = lambda sentence: fold.publish(Change(messages=(sentence,)))
            before_the_tasks.push_async_callback(faults.write)
        else:
            fold = Fold(store, projections)
        supervisor = Supervisor(
            group,
            instance=instance,
            log=store,
            panes=projections.panes,
            presence=presence,
            launcher=launcher,
            fold=fold,
            scope=scope,
            waits=waits,
        )
        fold.connect(supervisor)
        stack.callback(store.subscribe(lambda trouble: _publish(fold, trouble)))
        launcher.tasks.on_trouble = lambda trouble: _publish(fold, trouble)
        stack.callback(_report_shortage(fold))
        if scope.leaves_out != "none" and live is None:
            await fold.load_present(
                launcher.list_panes_with_spool(), scope.is_clear, alive=scope.leaves_out == "ended"
            )
        else:
            await fold.load()
        group.create_task(fold.follow(), name="follow")
        if live is not None:
            group.create_task(live.draw(), name="draw")
            group.create_task(live.write_checkpoints(), name="keep")
        if not scope.stays and store.refusal is None:
            group.create_task(give_up_on(store, waits, needs_log=needs_log), name="give up on the log")
        after_the_log.push_async_callback(supervisor.release_all)
        stack.push_async_callback(supervisor.stop)
        missing = MissingSpools(config.paths.spool, launcher.list_panes_with_spool, launcher.session_exists)
        recording_watch = RecordingWatch(
            lambda: find_unread_spools(config.paths, projections.panes),
            lambda: supervisor.handover.is_waiting,
            live.ahead.set_stopped if live is not None else lambda _: None,
            lambda said: _publish(fold, said),
            lambda: missing.find(projections.panes.values()),
        )
        engine = Engine(
            instance,
            store,
            projections,
            fold,
            live,
            supervisor,
            config.paths,
            recording_watch,
            launcher.tasks,
        )
        if store.refusal is not None:
            # Nothing of what happens can be recorded: what runs is left to itself, in its spools.
            yield engine
            return
        if scope.stays:
            # Before the first look: an instance may let go of its lock right after that.
            stack.callback(presence.watch(watcher, supervisor.reaper.on_instances_changed))
        await supervisor.restore()
        if scope.stays:
            group.create_task(supervisor.reap_departed_instances(), name="reap departed instances")
        if live is not None and scope.stays:
            from chloe.actors.tmux_health import watch_tmux_health

            group.create_task(live.fold_background(), name="fold unseen")
            group.create_task(_keep_pruned(config, store, projections.panes), name="tend the log")
            group.create_task(
                watch_tmux_health(
                    lambda: any(
                        pane.traits.runs_in_session and pane.alive for pane in projections.panes.values()
                    ),
                    launcher.find_tmux_error,
                    lambda news: fold.publish(Change(messages=(news,))),
                ),
                name="pulse of tmux",
            )
            group.create_task(recording_watch.run(), name="look for stopped recorders")
            group.create_task(live.ahead.run(), name="read ahead of the log")
        yield engine


def _publish(fold: Fold, trouble: str | None) -> None:
    """Have what shows the trouble drawn anew, and ``trouble`` told where there is one."""
    fold.publish(Change(messages=(trouble,) if trouble else ()))


def _report_shortage(fold: Fold) -> Callable[[], None]:
    """Have it shown while descriptors, say, are short. Returns what ends that."""
    loop = asyncio.get_running_loop()
    shortage = descriptors.shortage

    def tell() -> None:
        _publish(fold, shortage.error)
        # The log itself may be what lacks them.
        descriptors.reserve.spend()
        loop.call_later(descriptors.SHORTAGE_DURATION, check)

    def check() -> None:
        if shortage.error:
            loop.call_later(descriptors.SHORTAGE_DURATION, check)
            return
        descriptors.reserve.fill()
        fold.publish(Change())

    descriptors.reserve.fill()

    def begun() -> None:
        loop.call_soon_threadsafe(tell)

    return shortage.subscribe(begun)


async def _keep_pruned(config: Config, store: Store, panes: Panes) -> None:
    """Finish what a killed prune left, and prune what the configuration says."""
    from chloe.pruning import RetentionPolicy, run_retention

    conditions = RetentionPolicy(
        older_than=config.log.prune_older_than or None, over=config.log.prune_over or None
    )
    await run_retention(store, panes, conditions, scrollback=config.terminal.scrollback)
