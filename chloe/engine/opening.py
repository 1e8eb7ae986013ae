"""Opening an engine: wires store, actors, backends and projections; starts and stops them in order.

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

from chloe.actors.launcher import Launcher
from chloe.actors.missing_spools import MissingSpools
from chloe.actors.scope import RECORDING, Scope
from chloe.actors.supervisor import Supervisor
from chloe.actors.unread_spools import find_unread_spools
from chloe.backends import descriptors
from chloe.backends.tmux import Leases
from chloe.config import Config
from chloe.engine.engine import Engine
from chloe.engine.fold import Change, Fold
from chloe.engine.foothold import open_foothold
from chloe.engine.patience import give_up_on
from chloe.engine.recording_watch import RecordingWatch
from chloe.events.panes import Panes
from chloe.events.projections import Projections
from chloe.store import Store
from chloe.tasks import EndlessGroup
from chloe.waits import Waits
from chloe.watch import Watcher

_log = logging.getLogger(__name__)

#: Seconds after which a thread that waits for the interpreter gets it.
_SWITCH = 0.0005


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
        doing_watch = None
        if live is not None and scope.stays:
            # A command needs neither it nor the time that importing it takes.
            from chloe.engine.doing_watch import DoingWatch

            screens_of_all = projections.screens
            doing_watch = DoingWatch(
                projections.panes,
                supervisor.observe,
                fold.publish,
                lambda pane: pane in screens_of_all and screens_of_all.drawn(pane).modes.alternate_screen,
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
            doing_watch,
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
        if live is not None and doing_watch is not None:
            from chloe.actors.ended_closer import EndedCloser
            from chloe.actors.tmux_health import watch_tmux_health
            from chloe.events.commands import Close

            stack.callback(fold.subscribe(doing_watch.on_change))
            group.create_task(doing_watch.run(), name="watch what programs do")
            closer = EndedCloser(
                projections.panes,
                config.panes.on_exit,
                config.panes.grace,
                lambda pane: supervisor.request(Close(pane)),
            )
            stack.callback(fold.subscribe(lambda change: closer.on_change(change.panes)))
            group.create_task(closer.run(), name="close what has ended")
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
