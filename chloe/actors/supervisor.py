"""The supervisor: owns every pane actor, restores panes, and carries commands out.

Owns the tasks of the actors, what becomes of a pane whose actor fails, and which command may be asked
of which pane. Must not know how facts are folded or shown; it reads the panes projection and waits for
it where it must not act on old news.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from chloe.actors.clearing import clear_away
from chloe.actors.failing import AGAIN, is_tried_again
from chloe.actors.gone import Gone
from chloe.actors.handing_over import Handover
from chloe.actors.last_words import CHLOE_ENDED
from chloe.actors.pane import Log, PaneActor
from chloe.actors.preconditions import fit_name, fit_tags, why_not
from chloe.actors.presence import Presence
from chloe.actors.programs import Programs, free_name, in_words
from chloe.actors.scope import Scope
from chloe.actors.survivors import end_survivor
from chloe.actors.taking_in import Cared, end, flush, in_turns, leave, take_in, type_into
from chloe.backends.backend import Backend, Spec
from chloe.errors import ChloeError, PaneRefused
from chloe.events import commands, facts
from chloe.events.commands import Command
from chloe.events.facts import Entry, Fact, Record
from chloe.events.ids import session_of
from chloe.events.panes import Pane, Panes
from chloe.waits import Waits, until

if TYPE_CHECKING:
    from chloe.backends.tmux import TmuxBackend

#: Seconds that the end of direct programs, and then the last words in the log, may take.
_GOODBYE = 3.0


class Supervisor:
    """Owns the actors of one instance.

    ``folded(seq)`` waits until the projections show that record; ``caught_up()`` until they show all
    that is committed, by any instance.
    """

    def __init__(
        self,
        group: asyncio.TaskGroup,
        *,
        instance: str,
        log: Log,
        panes: Panes,
        presence: Presence,
        programs: Programs,
        folded: Callable[[int], Awaitable[None]],
        caught_up: Callable[[], Awaitable[None]],
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
        self._programs = programs
        self._folded = folded
        self._caught_up = caught_up
        self._cared: dict[str, Cared] = {}
        #: Panes that have something to be taken in, where none is recorded from then on.
        self._due: list[str] = []
        self._stopping = False
        #: What may only be let go of once all that was read from it is committed.
        self._held: list[Backend] = []
        self.handover = Handover(self._cared, programs.leases)
        #: Speaks for instances that ended without a word.
        self.gone = Gone(instance, panes, presence, caught_up, self.say)

    # What happened ---------------------------------------------------------------------------------

    async def say(self, *entries: Entry) -> None:
        """Put facts into the log and wait until the projections show them."""
        if entries:
            records = await self._log.append(entries)
            await self._folded(records[-1].seq)

    async def _tell_of(self, pane: str, *happened: Fact) -> None:
        now = time.time_ns()
        await self.say(*(Entry(pane, fact, now) for fact in happened))

    def heard(self, record: Record) -> None:
        """A record was folded; what another instance did may be for us to follow."""
        if record.instance == self._instance or self._stopping:
            return
        match record.fact:
            case facts.Created(backend="tmux") | facts.Reopened() if self._scope.stays:
                pane = self._panes[record.pane]
                if pane.backend == "tmux" and pane.id not in self._cared and pane.alive:
                    self._adopt(pane)
            case facts.Died():
                cared = self._cared.get(record.pane)
                if cared is not None and not cared.actor.recording.is_set():
                    cared.task.cancel()

    def records(self, pane: str) -> bool:
        """Whether this instance is the one that records the pane."""
        cared = self._cared.get(pane)
        return cared is not None and cared.actor.recording.is_set()

    def drawn(self, pane: str, offset: int) -> None:
        """All of a pane's stream before ``offset`` is drawn."""
        cared = self._cared.get(pane)
        if cared is not None:
            cared.actor.folded(offset)

    def answer(self, pane: str, replies: bytes) -> None:
        """Give a program what its terminal answers. Only our direct panes: tmux answers for its own."""
        cared = self._cared.get(pane)
        if cared is not None and self._panes[pane].backend == "direct":
            cared.actor.mailbox.tell(commands.Write(pane, replies))

    # Actors ----------------------------------------------------------------------------------------

    def _care(self, actor: PaneActor, backend: Backend) -> Cared:
        task = self._group.create_task(self._look_after(actor, backend), name=f"pane {actor.pane}")
        cared = self._cared[actor.pane] = Cared(actor, backend, task)

        def forget(_task: asyncio.Task[None]) -> None:
            # A task that is cancelled before it begins runs none of its code, not even its end.
            if self._cared.get(actor.pane) is cared:
                del self._cared[actor.pane]

        task.add_done_callback(forget)
        return cared

    async def _look_after(self, actor: PaneActor, backend: Backend) -> None:
        """Run an actor to its end. Law 7: it dies aloud and alone."""
        pane = actor.pane
        again = False
        try:
            try:
                await actor.run()
            except Exception as error:
                again = await is_tried_again(pane, backend, error, self._tell_of)
        finally:
            self._cared.pop(pane, None)
            if backend not in self._held:
                await backend.close()
        if again:
            await asyncio.sleep(AGAIN)
            if pane not in self._cared and self._panes[pane].alive and not self._stopping:
                self._adopt(self._panes[pane])

    def _adopt(self, pane: Pane) -> Cared:
        """Look after a tmux-backed pane that runs already."""
        backend = self._programs.adopted(pane.id)
        actor = PaneActor(pane.id, backend, self._log, begin=lambda: self._take_over(pane.id, backend))
        return self._care(actor, backend)

    async def _take_over(self, pane: str, backend: TmuxBackend) -> int:
        """Wait for the lease, then go on where the log ends, whoever wrote it so far."""
        await backend.wait_for_lease()
        await self._caught_up()
        known = self._panes[pane]
        backend.seek(known.spool, known.printed, needs_repaint=known.unpainted)
        return known.printed

    # Start and stop --------------------------------------------------------------------------------

    async def restore(self) -> None:
        """Take back what runs, and say what ended with nobody there to say it."""
        await self.gone.speak_at_start()
        left = self._programs.left()
        known = [
            (pane, pane.id in left)
            for pane in map(self._panes.__getitem__, self._scope.of(self._panes))
            if pane.backend == "tmux" and (pane.alive or pane.id in left)
        ]
        # A spool that isn't there any more may be so since another instance has just said its end.
        await self._caught_up()
        for pane, found in known:
            if pane.id in self._cared:
                continue
            if pane.alive and found:
                self._take_back(pane)
            elif pane.alive and await self._programs.in_tmux(pane.id) is not False:
                # Somebody removed its spool: its holder makes it again. Or tmux can't say.
                self._take_back(pane)
            elif pane.alive:
                await self._tell_of(
                    pane.id, facts.Died(status=None, signal=None, reason="its session and its spool are gone")
                )
            elif found and self._programs.goes_on(pane):
                await self._tell_of(pane.id, facts.Reopened())
                self._take_back(pane)
        if self._scope.chosen is None:
            await self._clear_away()

    def _take_back(self, pane: Pane) -> None:
        if self._scope.stays:
            self._adopt(pane)
        elif self._programs.has_news(pane):
            self._due.append(pane.id)

    async def _clear_away(self) -> None:
        programs = self._programs
        await clear_away(programs.spools, programs.leases, self._panes, self._cared, self._caught_up)

    async def mind_the_gone(self) -> None:
        """Speak for instances as they go, and clear away what they left, for ever."""
        await self.gone.mind(self._clear_away)

    async def taken_in(self) -> None:
        """Wait until what the spools hold now, where no other instance records them, is in the log.

        Where the scope doesn't stay, a few at a time, each let go of before the next.
        """
        for cared in list(self._cared.values()):
            await take_in(cared)
        await in_turns(self._due, self._take_in_and_leave)

    async def _take_in_and_leave(self, pane: str) -> None:
        if pane not in self._cared:
            cared = self._adopt(self._panes[pane])
            await take_in(cared)
            await leave(cared, self._log, self._held)

    async def stop(self) -> None:
        """Let go of every pane: tmux-backed programs run on, direct ones are ended, and the log says so.

        While the log can't be written this gives up after a while; the next instance says the rest.
        """
        self._stopping = True
        now = time.time_ns()
        shown = [pane for pane in self._panes.values() if self._instance in pane.attached and pane.alive]
        direct = [pane for pane in self._cared if self._panes[pane].backend == "direct"]
        goodbye = [
            Entry(pane.id, facts.Detached(instance=self._instance, reason="quit"), now)
            for pane in shown
            if pane.backend == "tmux"
        ]
        goodbye += [Entry(pane, facts.Closed(), now) for pane in direct if not self._panes[pane].closed]
        with suppress(TimeoutError):
            async with asyncio.timeout(_GOODBYE):
                await end([self._cared[pane] for pane in direct], CHLOE_ENDED)
        left = list(self._cared.values())
        # A lease that is given back while a commit is under way lets the next recorder read the same again.
        self._held = [cared.backend for cared in left]
        for cared in left:
            cared.task.cancel()
        if left:
            await asyncio.wait([cared.task for cared in left])
        with suppress(TimeoutError):
            async with asyncio.timeout(0 if self._waits.gave_up else _GOODBYE):
                # Commits keep their order: with these, all that was read before is in the log.
                await self._log.append(goodbye, durable=not goodbye and bool(left))
            await self.let_go()

    async def let_go(self) -> None:
        """Let go of what ``stop`` had to keep: the log is closed, and nothing comes into it any more."""
        while self._held:
            await self._held.pop().close()

    # Commands --------------------------------------------------------------------------------------

    async def ask(self, command: Command) -> str | None:
        """Carry a command out. Answers ``Open`` with the pane's id. Raises ``ChloeError``."""
        if isinstance(command, commands.Open):
            return await self._open(command)
        pane = self._panes.get(command.pane)
        if pane is None:
            raise PaneRefused(f"there is no pane {command.pane}")
        if not self._has_to_be_done(command, pane):
            return None
        match command:
            case commands.Kill() if pane.died is not None:
                await end_survivor(pane)
            case commands.Write() | commands.Resize() | commands.Kill():
                await self._of_its_program(pane, command)
            case commands.Rename(name=name):
                await self._tell_of(pane.id, facts.Renamed(name=fit_name(name)))
            case commands.Tag(tags=tags):
                await self._tell_of(pane.id, facts.Tagged(tags=fit_tags(tags)))
            case commands.Detach(reason=reason):
                await self._tell_of(pane.id, facts.Detached(instance=self._instance, reason=reason))
            case commands.Reattach():
                await self._tell_of(pane.id, facts.Reattached(instance=self._instance))
            case commands.Close():
                await self._close(pane)
            case commands.Reopen():
                again = (facts.Reopened(),) if pane.closed else ()
                await self._tell_of(pane.id, *again, facts.Reattached(instance=self._instance))
        return None

    async def ended(self, pane: str) -> None:
        """Wait until the pane's program is gone, whether or not the log has its end yet."""
        await until(lambda: not self._programs.runs(pane))

    def tell(self, command: commands.Write | commands.Resize) -> None:
        """Pass keys or a size on at once, without waiting. Raises ``PaneRefused``."""
        pane = self._panes[command.pane]
        if self._has_to_be_done(command, pane):
            self._actor_of(pane).mailbox.tell(command)

    def _has_to_be_done(self, command: Command, pane: Pane) -> bool:
        """Whether there is something to do. Raises ``PaneRefused`` for what can't be asked of the pane."""
        refusal = why_not(command, pane, self._instance, self._presence.describe)
        if refusal is not None and not refusal.is_so:
            raise PaneRefused(str(refusal))
        return refusal is None

    async def _open(self, command: commands.Open) -> str:
        pane = str(uuid.uuid4())
        spec = self._programs.spec(pane, command)
        created = facts.Created(
            backend=command.backend,
            argv=spec.argv,
            cwd=spec.cwd,
            name=fit_name(command.name) if command.name.strip() else free_name(spec, self._panes),
            tags=fit_tags(command.tags),
            rows=spec.rows,
            columns=spec.columns,
            attached=command.attached,
            session=session_of(pane) if command.backend == "tmux" else "",
        )
        if command.backend == "direct":
            await self._open_direct(spec, created)
        else:
            await self._open_tmux(spec, created)
        return pane

    async def _open_direct(self, spec: Spec, created: facts.Created) -> None:
        # A direct program dies with us, so it may start before the log knows it; a tmux one may not.
        backend = self._programs.direct(spec)
        await in_words(backend.start(), spec)
        try:
            await self._tell_of(spec.pane, created)
        except BaseException:
            await backend.close()
            raise
        self._care(PaneActor(spec.pane, backend, self._log, begin=_from_the_start), backend)

    async def _open_tmux(self, spec: Spec, created: facts.Created) -> None:
        backend = self._programs.tmux(spec)
        await in_words(backend.prepare(), spec)
        await self._tell_of(spec.pane, created)
        try:
            await in_words(backend.start(), spec)
        except ChloeError as error:
            died = facts.Died(status=None, signal=None, reason=f"could not start: {error}")
            await self._tell_of(spec.pane, died, facts.Closed())
            await backend.close()
            raise
        if not self._scope.stays:
            await backend.close()
            return
        actor = PaneActor(spec.pane, backend, self._log, begin=lambda: self._take_over(spec.pane, backend))
        self._care(actor, backend)

    async def _close(self, pane: Pane) -> None:
        if pane.backend == "direct" and pane.alive:
            await self._actor_of(pane).mailbox.ask(commands.Kill(pane.id))
        attached = pane.alive and self._instance in pane.attached and pane.backend == "tmux"
        let_go = (facts.Detached(instance=self._instance, reason="closed"),) if attached else ()
        await self._tell_of(pane.id, *let_go, facts.Closed())

    async def _of_its_program(
        self, pane: Pane, command: commands.Write | commands.Resize | commands.Kill
    ) -> None:
        if isinstance(command, commands.Write) and pane.id not in self._cared and self._may_let_go(pane):
            await type_into(self._programs.adopted(pane.id), pane.name, command.data, self._waits)
            return
        await self._actor_of(pane).mailbox.ask(command)
        # Who asks for keys to be typed may end right after: they must not end with him.
        if isinstance(command, commands.Write) and (cared := self._cared.get(pane.id)):
            await flush(cared.backend, pane.name, len(command.data), self._waits)

    def _may_let_go(self, pane: Pane) -> bool:
        """Say whether the pane runs in tmux, and is nothing that we have to look after."""
        return pane.can_detach and not self._scope.stays

    def _actor_of(self, pane: Pane) -> PaneActor:
        cared = self._cared.get(pane.id)
        if cared is not None:
            return cared.actor
        if self._may_let_go(pane):
            return self._adopt(pane).actor
        raise PaneRefused(f"{pane.name} can't be reached: its session is not looked after; try again")


async def _from_the_start() -> int:
    return 0
