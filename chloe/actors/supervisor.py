"""The supervisor: owns every pane actor, restores panes, and carries commands out.

Owns the tasks of the actors, what becomes of a pane whose actor fails, and which command may be asked
of which pane. Must not know how facts are folded or shown; it reads the panes projection and waits for
it where it must not act on old news. How a program is started is ``starting``'s.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from chloe.actors import ingestion
from chloe.actors.cleanup import remove_stale_spools
from chloe.actors.departed import facts_at_quitting
from chloe.actors.failure import RETRY_DELAY, retry_or_record_death
from chloe.actors.gathering import Gathering
from chloe.actors.handover import Handover
from chloe.actors.ingestion import RunningActor
from chloe.actors.instance_reaper import InstanceReaper
from chloe.actors.launcher import Launcher
from chloe.actors.log_fold import LogFold
from chloe.actors.pane import Begin, Log, PaneActor
from chloe.actors.plain_commands import fact_of_command
from chloe.actors.preconditions import why_not
from chloe.actors.presence import Presence
from chloe.actors.queues import ActorQueues
from chloe.actors.scope import Scope
from chloe.actors.starting import Starter
from chloe.actors.survivors import describe_vanished, end_survivor
from chloe.actors.unrecorded import carry_out
from chloe.backends.activity import Activity, ProcessGroups
from chloe.backends.backend import Backend, PersistentBackend
from chloe.backends.evidence import ProgramEvidence
from chloe.backends.terminal_input import TerminalInput
from chloe.errors import PaneRefused
from chloe.events import commands, facts
from chloe.events.facts import Entry, Fact, Record, SpoolPosition
from chloe.events.panes import Pane, Panes
from chloe.waits import Waits, poll_until

#: Seconds that the end of programs, and then the last words in the log, may take.
_GOODBYE = 3.0


class Supervisor:
    """Owns the actors of one instance. The ``fold`` keeps ``panes`` as of the end of the ``log``."""

    def __init__(
        self,
        group: asyncio.TaskGroup,
        *,
        instance: str,
        log: Log,
        panes: Panes,
        presence: Presence,
        launcher: Launcher,
        fold: LogFold,
        scope: Scope,
        waits: Waits,
    ) -> None:
        self._group = group
        self._scope = scope
        self._waits = waits
        self._instance = instance
        self._log = log
        self._panes = panes
        self._presence = presence
        self._launcher = launcher
        self._fold = fold
        self._running: dict[str, RunningActor] = {}
        #: Panes that have something to be ingested, where none is recorded from then on.
        self._due: list[str] = []
        self._stopping = False
        #: What may only be closed once all that was read from it is committed.
        self._held: list[Backend] = []
        #: When the panes' output is committed.
        self.gathering = Gathering(launcher.floods)
        self.handover = Handover(self._running, launcher.leases)
        self._starter = Starter(launcher, panes, self._record)
        #: Records what departed instances left unsaid.
        self.reaper = InstanceReaper(instance, panes, presence, fold.catch_up, self.append)

    # What happened ---------------------------------------------------------------------------------

    async def append(self, *entries: Entry) -> None:
        """Put facts into the log and wait until the projections show them."""
        if entries:
            records = await self._log.append(entries)
            await self._fold.wait_for(records[-1].seq)

    async def _record(self, pane: str, *happened: Fact) -> None:
        now = time.time_ns()
        await self.append(*(Entry(pane, fact, now) for fact in happened))

    def on_record(self, record: Record) -> None:
        """Follow what was printed, and what another instance did, once its record is folded."""
        self._launcher.floods.on_printed(record.pane)
        if record.instance == self._instance or self._stopping:
            return
        match record.fact:
            case facts.Created() | facts.Reopened() if self._scope.stays:
                pane = self._panes[record.pane]
                if self._can_adopt(pane) and pane.id not in self._running and pane.alive:
                    self._adopt(pane)
            case facts.Died():
                running = self._running.get(record.pane)
                if running is not None and not running.actor.recording.is_set():
                    running.task.cancel()

    def is_recording(self, pane: str) -> bool:
        """Return whether this instance is the one that records the pane."""
        running = self._running.get(pane)
        return running is not None and running.actor.recording.is_set()

    def look(self, pane: str) -> ProgramEvidence | None:
        """Look at what a pane's program does now; None where nothing can be seen of it."""
        running = self._running.get(pane)
        return running.backend.look() if running is not None else None

    def observe(self, pane: str, groups: ProcessGroups) -> Activity | None:
        """Look at what the processes in front of a pane do now; None where nothing can be seen of them."""
        running = self._running.get(pane)
        return running.backend.observe(groups) if running is not None else None

    def find_jobs(self, pane: str) -> tuple[str, ...]:
        """Return the names of what a pane's program started that has its terminal."""
        running = self._running.get(pane)
        return running.backend.find_jobs() if running is not None else ()

    def on_drawn(self, pane: str, offset: int) -> None:
        """Take note that all of a pane's stream before ``offset`` is drawn."""
        running = self._running.get(pane)
        if running is not None:
            running.actor.folded(offset)

    def send_reply(self, pane: str, replies: bytes) -> None:
        """Give a program what its terminal answers, unless what it runs on answers itself."""
        running = self._running.get(pane)
        if running is not None and not self._panes[pane].traits.answers_itself:
            running.actor.mailbox.send(commands.Write(pane, replies))

    def measure_queues(self) -> dict[str, ActorQueues]:
        """Return how much waits in each actor, by its pane."""
        return {pane: running.actor.measure_queues() for pane, running in self._running.items()}

    # Actors ----------------------------------------------------------------------------------------

    def _supervise(self, pane: str, backend: Backend, begin: Begin | None = None) -> RunningActor:
        actor = PaneActor(pane, backend, self._log, self.gathering, begin=begin)
        task = self._group.create_task(self._run_actor(actor, backend), name=f"pane {actor.pane}")
        running = self._running[actor.pane] = RunningActor(actor, backend, task)

        def forget(_task: asyncio.Task[None]) -> None:
            # A task that is cancelled before it begins runs none of its code, not even its end.
            if self._running.get(actor.pane) is running:
                del self._running[actor.pane]

        task.add_done_callback(forget)
        return running

    async def _run_actor(self, actor: PaneActor, backend: Backend) -> None:
        """Run an actor to its end. Law 7: it dies aloud and alone."""
        pane = actor.pane
        again = False
        try:
            try:
                await actor.run()
            except Exception as error:
                again = await retry_or_record_death(pane, backend, error, self._record)
        finally:
            self._running.pop(pane, None)
            if backend not in self._held:
                await backend.close()
        if again:
            await asyncio.sleep(RETRY_DELAY)
            if pane not in self._running and self._panes[pane].alive and not self._stopping:
                self._adopt(self._panes[pane])

    def _adopt(self, pane: Pane) -> RunningActor:
        """Look after a pane that runs already."""
        return self._follow(pane.id, self._launcher.adopt(pane))

    def _can_adopt(self, pane: Pane) -> bool:
        """Return whether the pane outlives who made it, and is of a kind that this Chloe can adopt."""
        return pane.traits.outlives_chloe and self._launcher.can_adopt(pane.backend)

    def _follow(self, pane: str, backend: PersistentBackend) -> RunningActor:
        return self._supervise(pane, backend, lambda: self._take_over(pane, backend))

    async def _take_over(self, pane: str, backend: PersistentBackend) -> int:
        """Wait for the lease, then go on where the log ends. Return the stream's offset there."""
        await backend.wait_for_lease()
        await self._fold.catch_up()
        state = self._panes[pane]
        backend.seek(state.spool, state.output_bytes, needs_repaint=state.needs_repaint)
        return state.output_bytes

    # Start and stop --------------------------------------------------------------------------------

    async def restore(self) -> None:
        """Take back what runs, and say what ended with nobody there to say it."""
        await self.reaper.reap_at_start()
        left = self._launcher.list_panes_with_spool()
        candidates = [
            (pane, pane.id in left)
            for pane in map(self._panes.__getitem__, self._scope.of(self._panes))
            if self._can_adopt(pane) and (pane.alive or pane.id in left)
        ]
        # A spool that isn't there any more may be so since another instance has just said its end.
        await self._fold.catch_up()
        for pane, has_spool in candidates:
            if pane.id in self._running:
                continue
            if pane.alive and has_spool:
                self._resume(pane)
            elif pane.alive and await self._launcher.session_exists(pane.id) is not False:
                # Somebody removed its spool: its holder makes it again. Or tmux can't say.
                self._resume(pane)
            elif pane.alive:
                await self._record(pane.id, *describe_vanished(pane))
            elif has_spool and self._launcher.outlives_its_actor(pane):
                await self._record(pane.id, facts.Reopened())
                self._resume(pane)
        if self._scope.chosen is None:
            await self._remove_stale_spools()

    def _resume(self, pane: Pane) -> None:
        if self._scope.stays:
            self._adopt(pane)
        elif self._launcher.has_unread_output(pane):
            self._due.append(pane.id)

    async def _remove_stale_spools(self) -> None:
        spools, leases = self._launcher.spools, self._launcher.leases
        await remove_stale_spools(spools, leases, self._panes, self._running, self._fold.catch_up)

    async def reap_departed_instances(self) -> None:
        """Speak for instances as they go, and clear away what they left, for ever."""
        await self.reaper.run(self._remove_stale_spools)

    async def drain_spools(self) -> None:
        """Wait until what the spools hold now is in the log; for what other instances record, for a moment.

        Where the scope doesn't stay, a few at a time, each released before the next.
        """
        for running in list(self._running.values()):
            await ingestion.ingest(running)
        elsewhere = await ingestion.run_bounded(self._due, self._ingest_and_release)
        await ingestion.wait_for_recorders(elsewhere, self._panes, self._fold.catch_up)

    async def _ingest_and_release(self, pane: str) -> SpoolPosition | None:
        """Ingest a pane's spool; where another instance does so, return how far it will come."""
        if pane in self._running:
            return None
        running = self._adopt(self._panes[pane])
        end = None if await ingestion.ingest(running) else self._launcher.find_spool_end(pane)
        await ingestion.release(running, self._log, self._held)
        return end

    async def stop(self) -> None:
        """Let go of every pane: programs that outlive Chloe run on, others are ended, and the log says so.

        While the log can't be written this gives up after a while; the next instance says the rest.
        """
        self._stopping = True
        ending = [pane for pane in self._running if not self._panes[pane].traits.outlives_chloe]
        goodbye = facts_at_quitting(self._panes, ending, self._instance)
        with suppress(TimeoutError):
            async with asyncio.timeout(_GOODBYE):
                recorded = [run for pane, run in self._running.items() if not self._panes[pane].alive]
                await ingestion.end_programs([self._running[pane] for pane in ending], recorded)
        left = list(self._running.values())
        # A lease that is given back while a commit is under way lets the next recorder read the same again.
        self._held = [running.backend for running in left]
        for running in left:
            running.task.cancel()
        if left:
            await asyncio.wait([running.task for running in left])
        with suppress(TimeoutError):
            async with asyncio.timeout(0 if self._waits.has_given_up else _GOODBYE):
                # Commits keep their order: with these, all that was read before is in the log.
                await self._log.append(goodbye, durable=not goodbye and bool(left))
            await self.release_all()

    async def release_all(self) -> None:
        """Let go of what ``stop`` had to keep: the log is closed, and nothing comes into it any more."""
        while self._held:
            await self._held.pop().close()

    # Commands --------------------------------------------------------------------------------------

    async def request(self, command: commands.Command) -> str | None:
        """Carry a command out. Answers ``Open`` with the pane's id. Raises ``ChloeError``."""
        if isinstance(command, commands.Open):
            return await self._open(command)
        pane = self._panes.get(command.pane)
        if pane is None:
            raise PaneRefused(f"there is no pane {command.pane}")
        if not self._is_needed(command, pane):
            return None
        match command:
            case commands.Kill() if pane.died is not None:
                await end_survivor(pane)
            case commands.Write() | commands.Type():
                await self._type(pane, command)
            case commands.Resize() | commands.Kill():
                await self._find_running(pane).actor.mailbox.request(command)
            case commands.Relaunch():
                return await self._relaunch(pane, command)
            case commands.ResetTerminal():
                await self._record(pane.id, self._launcher.reset_terminal(pane))
            case commands.Rename():
                await self._record(pane.id, fact_of_command(command, self._instance))
                await self._launcher.name_window(pane, pane.name)
            case commands.Close():
                await self._close(pane)
            case commands.Restore():
                await self._record(pane.id, facts.Reopened() if pane.alive else facts.Restored())
            case commands.Reopen():
                again = (facts.Reopened(),) if pane.closed else ()
                await self._record(pane.id, *again, facts.Reattached(instance=self._instance))
            case _:
                await self._record(pane.id, fact_of_command(command, self._instance))
        return None

    async def request_unrecorded(self, command: commands.Kill | commands.Write | commands.Type) -> None:
        """End a program, or type into it, where the log can't be written. Raises ``ChloeError``."""
        pane = self._panes[command.pane]
        if self._is_needed(command, pane):
            await carry_out(command, pane, self._launcher, self._waits)

    async def ended(self, pane: str) -> None:
        """Wait until the pane's program is gone, whether or not the log has its end yet."""
        await poll_until(lambda: not self._launcher.is_running(pane))

    def send(self, command: commands.Write | commands.Resize) -> None:
        """Pass keys or a size on at once, without waiting. Raises ``PaneRefused``."""
        pane = self._panes[command.pane]
        if self._is_needed(command, pane):
            self._find_running(pane).actor.mailbox.send(command)
            if isinstance(command, commands.Write):
                self._launcher.floods.begin(pane.id)

    def _is_needed(self, command: commands.Command, pane: Pane) -> bool:
        """Return whether there is something to do. Raises ``PaneRefused`` for what can't be asked."""
        refusal = why_not(command, pane, self._instance, self._presence.describe)
        if refusal is not None and not refusal.is_so:
            raise PaneRefused(str(refusal))
        return refusal is None

    async def _open(self, command: commands.Open) -> str:
        return await self._look_after(*await self._starter.start(command))

    async def _relaunch(self, ended: Pane, command: commands.Relaunch) -> str:
        pane, backend = await self._starter.relaunch(ended, command)
        if not ended.closed:
            await self._record(ended.id, facts.Closed())
        return await self._look_after(pane, backend)

    async def _look_after(self, pane: str, backend: Backend) -> str:
        """Look after a program that was started, as far as this instance does. Return the pane's id."""
        if not isinstance(backend, PersistentBackend):
            self._supervise(pane, backend)
        elif self._scope.stays:
            self._follow(pane, backend)
        else:
            await backend.close()
        return pane

    async def _close(self, pane: Pane) -> None:
        if not pane.traits.outlives_chloe and pane.alive:
            await self._find_running(pane).actor.mailbox.request(commands.Kill(pane.id))
        attached = pane.alive and self._instance in pane.attached and pane.traits.can_detach
        let_go = (facts.Detached(instance=self._instance, reason="closed"),) if attached else ()
        await self._record(pane.id, *let_go, facts.Closed())

    async def _type(self, pane: Pane, command: commands.Write | commands.Type) -> None:
        """Type into a program, and wait until that is on its way: who asks for it may end right after."""
        if pane.id not in self._running and pane.traits.takes_input_from_others and not self._scope.stays:
            await carry_out(command, pane, self._launcher, self._waits)
            return
        await self._find_running(pane).deliver(command, pane.name, self._waits)

    def inspect_input(self, pane: str) -> TerminalInput | None:
        """Return how the pane's program reads its terminal; None where that can't be seen."""
        running = self._running.get(pane)
        return running.backend.inspect_input() if running else self._launcher.inspect_input(self._panes[pane])

    def _find_running(self, pane: Pane) -> RunningActor:
        if pane.id in self._running:
            return self._running[pane.id]
        if pane.traits.outlives_chloe and not self._scope.stays:
            return self._adopt(pane)  # It runs on without us, and is nothing that we have to look after.
        raise PaneRefused(f"{pane.name} can't be reached: its session is not looked after; try again")
