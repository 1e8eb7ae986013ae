"""The supervisor: owns every pane actor, restores panes, and carries commands out.

Owns the tasks of the actors, what becomes of a pane whose actor fails, and which command may be asked
of which pane. Must not know how facts are folded or shown; it reads the panes projection and waits for
it where it must not act on old news.
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass

from chloe.actors.clearing import clear_away
from chloe.actors.last_words import CHLOE_ENDED, last_words
from chloe.actors.pane import Log, PaneActor
from chloe.actors.preconditions import why_not
from chloe.actors.presence import Presence
from chloe.actors.programs import Programs, free_name
from chloe.backends.backend import Backend, Spec
from chloe.backends.tmux import TmuxBackend
from chloe.errors import ChloeError, PaneRefused, UsageError
from chloe.events import commands, facts
from chloe.events.commands import Command
from chloe.events.facts import Entry, Fact, Record
from chloe.events.panes import Pane, Panes

_log = logging.getLogger(__name__)

#: Seconds until what the system refused for the moment is tried again.
_AGAIN = 1.0

#: Seconds that the end of direct programs, and then the last words in the log, may take.
_GOODBYE = 3.0


@dataclass(slots=True)
class Cared:
    """One pane that this instance looks after."""

    actor: PaneActor
    backend: Backend
    task: asyncio.Task[None]


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
    ) -> None:
        self._group = group
        self._instance = instance
        self._log = log
        self._panes = panes
        self._presence = presence
        self._programs = programs
        self._folded = folded
        self._caught_up = caught_up
        self._cared: dict[str, Cared] = {}
        self._stopping = False
        #: What may only be let go of once all that was read from it is committed.
        self._held: list[Backend] = []
        self._gone = asyncio.Event()

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
            case facts.Created(backend="tmux") | facts.Reopened():
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

    def _care(self, actor: PaneActor, backend: Backend) -> None:
        task = self._group.create_task(self._look_after(actor, backend), name=f"pane {actor.pane}")
        self._cared[actor.pane] = Cared(actor, backend, task)

    async def _look_after(self, actor: PaneActor, backend: Backend) -> None:
        """Run an actor to its end. Law 7: it dies aloud and alone."""
        pane = actor.pane
        try:
            try:
                await actor.run()
            except Exception as error:
                reason = f"its actor failed: {_root(error)}"
                _log.exception("pane %s: %s", pane, reason)
                await self._tell_of(pane, facts.Died(status=None, signal=None, reason=reason))
        finally:
            self._cared.pop(pane, None)
            if backend not in self._held:
                await backend.close()

    def _adopt(self, pane: Pane) -> None:
        """Look after a tmux-backed pane that runs already."""
        backend = self._programs.adopted(pane.id)
        actor = PaneActor(pane.id, backend, self._log, begin=lambda: self._take_over(pane.id, backend))
        self._care(actor, backend)

    async def _take_over(self, pane: str, backend: TmuxBackend) -> int:
        """Wait for the lease, then go on where the log ends, whoever wrote it so far."""
        await backend.lease()
        await self._caught_up()
        known = self._panes[pane]
        backend.follow(known.spool, known.printed, unpainted=known.unpainted)
        return known.printed

    # Start and stop --------------------------------------------------------------------------------

    async def restore(self) -> None:
        """Take back what runs, and say what ended with nobody there to say it."""
        await self.speak_for_the_gone()
        known = [
            (pane, self._programs.left(pane.id)) for pane in self._panes.values() if pane.backend == "tmux"
        ]
        # A spool that isn't there any more may be so since another instance has just said its end.
        await self._caught_up()
        for pane, found in known:
            if pane.id in self._cared:
                continue
            if pane.alive and found:
                self._adopt(pane)
            elif pane.alive and await self._programs.in_tmux(pane.id):
                self._adopt(pane)  # Somebody removed its spool: its holder makes it again.
            elif pane.alive:
                await self._tell_of(
                    pane.id, facts.Died(status=None, signal=None, reason="its session and its spool are gone")
                )
            elif found and self._programs.goes_on(pane):
                await self._tell_of(pane.id, facts.Reopened())
                self._adopt(pane)
        await self._clear_away()

    async def _clear_away(self) -> None:
        await clear_away(self._programs.spools, self._panes, self._cared, self._caught_up)

    async def speak_for_the_gone(self) -> None:
        """Say for instances that ended without a word what became of what they held."""
        held = [pane for pane in self._panes.values() if pane.alive]
        others = {pane.owner for pane in held if pane.backend == "direct"}.union(
            *(pane.attached for pane in held if pane.backend == "tmux")
        )
        others.discard(self._instance)
        for other in others:
            with self._presence.speaking_for(other) as ours:
                if ours:
                    await self._caught_up()
                    await self.say(*last_words(self._panes.values(), other))

    def look_around(self) -> None:
        """An instance may have come or gone."""
        self._gone.set()

    async def mind_the_gone(self) -> None:
        """Speak for instances as they go, for ever."""
        while True:
            await self._gone.wait()
            self._gone.clear()
            try:
                await self.speak_for_the_gone()
                await self._clear_away()
            except OSError as error:
                _log.warning("whether other instances live can't be seen for the moment: %s", error)
                asyncio.get_running_loop().call_later(_AGAIN, self._gone.set)

    async def taken_in(self) -> None:
        """Wait until what the spools hold now, where no other instance records them, is in the log."""
        for cared in list(self._cared.values()):
            if isinstance(cared.backend, TmuxBackend) and cared.backend.try_lease():
                taken_in = self._group.create_task(cared.actor.taken_in(cared.backend.reached()))
                # However it ends, nothing more of it is taken in then.
                await asyncio.wait((taken_in, cared.task), return_when=asyncio.FIRST_COMPLETED)
                taken_in.cancel()

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
                await self._end(direct)
        left = list(self._cared.values())
        # A lease that is given back while a commit is under way lets the next recorder read the same again.
        self._held = [cared.backend for cared in left]
        for cared in left:
            cared.task.cancel()
        if left:
            await asyncio.wait([cared.task for cared in left])
        with suppress(TimeoutError):
            async with asyncio.timeout(_GOODBYE):
                # Commits keep their order: with these, all that was read before is in the log.
                await self._log.append(goodbye, durable=not goodbye and bool(left))
            await self.let_go()

    async def let_go(self) -> None:
        """Let go of what ``stop`` had to keep: the log is closed, and nothing comes into it any more."""
        while self._held:
            await self._held.pop().close()

    async def _end(self, direct: Iterable[str]) -> None:
        """End direct panes' programs and wait until the log has their last words."""
        ending = [self._cared[pane] for pane in direct]
        for cared in ending:
            cared.actor.farewell = CHLOE_ENDED
            await cared.backend.kill()
        if ending:
            await asyncio.wait([cared.task for cared in ending])

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
            case commands.Write() | commands.Resize() | commands.Kill():
                await self._of_its_program(pane, command)
            case commands.Rename(name=name):
                if not name.strip():
                    raise UsageError("a pane's name can't be empty")
                await self._tell_of(pane.id, facts.Renamed(name=name.strip()))
            case commands.Tag(tags=tags):
                await self._tell_of(pane.id, facts.Tagged(tags=tags))
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
            name=command.name.strip() or free_name(spec, self._panes),
            tags=command.tags,
            rows=spec.rows,
            columns=spec.columns,
            attached=command.attached,
            session=f"chloe-{pane}" if command.backend == "tmux" else "",
        )
        if command.backend == "direct":
            await self._open_direct(spec, created)
        else:
            await self._open_tmux(spec, created)
        return pane

    async def _open_direct(self, spec: Spec, created: facts.Created) -> None:
        # A direct program dies with us, so it may start before the log knows it; a tmux one may not.
        backend = self._programs.direct(spec)
        await backend.start()
        try:
            await self._tell_of(spec.pane, created)
        except BaseException:
            await backend.close()
            raise
        self._care(PaneActor(spec.pane, backend, self._log, begin=_from_the_start), backend)

    async def _open_tmux(self, spec: Spec, created: facts.Created) -> None:
        backend = self._programs.tmux(spec)
        await backend.prepare()
        await self._tell_of(spec.pane, created)
        try:
            await backend.start()
        except ChloeError as error:
            died = facts.Died(status=None, signal=None, reason=f"could not start: {error}")
            await self._tell_of(spec.pane, died, facts.Closed())
            await backend.close()
            raise
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
        await self._actor_of(pane).mailbox.ask(command)
        # Who asks for keys to be typed may end right after: they must not end with him.
        if isinstance(command, commands.Write) and (cared := self._cared.get(pane.id)):
            await cared.backend.flush()

    def _actor_of(self, pane: Pane) -> PaneActor:
        cared = self._cared.get(pane.id)
        if cared is None:
            raise PaneRefused(f"{pane.name} can't be reached: its session is not looked after; try again")
        return cared.actor


async def _from_the_start() -> int:
    return 0


def _root(error: BaseException) -> str:
    """What went wrong at the bottom of a group of errors."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"
