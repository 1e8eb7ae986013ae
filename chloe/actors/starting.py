"""Starting a pane: from what is asked to a program that runs and is in the log.

Owns the order of the two, which hangs on whether the program outlives Chloe. Must not know actors: who looks
after the program is its caller's.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import replace

from chloe.actors.launcher import Launcher, choose_name, explain_failure, name_after
from chloe.actors.preconditions import fit_name, fit_tags
from chloe.backends.backend import Backend, Spec
from chloe.errors import ChloeError
from chloe.events import facts
from chloe.events.commands import Open, Relaunch
from chloe.events.ids import session_of
from chloe.events.panes import Pane, Panes
from chloe.events.tags import HIDDEN, change_tags


class Starter:
    """Starts panes. ``record(pane, *facts)`` puts facts into the log, and waits until ``panes`` show them."""

    def __init__(self, launcher: Launcher, panes: Panes, record: Callable[..., Awaitable[None]]) -> None:
        self._launcher = launcher
        self._panes = panes
        self._record = record

    async def relaunch(self, ended: Pane, command: Relaunch) -> tuple[str, Backend]:
        """Start the command of an ended pane again, in its folder; as ``start`` does."""
        again = Open(
            backend=ended.backend,
            argv=ended.argv,
            cwd=ended.cwd,
            tags=change_tags(ended.tags, remove=(HIDDEN,)),
            rows=command.rows,
            columns=command.columns,
            attached=command.attached,
        )
        return await self.start(again, wanted=ended.name, relaunches=ended.id)

    async def start(self, command: Open, *, wanted: str = "", relaunches: str = "") -> tuple[str, Backend]:
        """Start what is asked for. Return the new pane's id, and what runs its program.

        Where ``command`` has no name, the pane is called as ``wanted``, or much like it. Raises
        ``ChloeError``; then nothing runs.
        """
        pane = str(uuid.uuid4())
        traits = self._launcher.traits(command.backend)
        spec = self._launcher.make_spec(pane, command)
        asked = fit_name(command.name) if command.name.strip() else ""
        wanted = wanted or name_after(spec.argv)
        created = facts.Created(
            backend=command.backend,
            argv=spec.argv,
            cwd=spec.cwd,
            name=asked
            or choose_name(wanted, (each for each in self._panes.values() if each.id != relaunches)),
            tags=fit_tags(command.tags),
            rows=spec.rows,
            columns=spec.columns,
            attached=command.attached,
            session=session_of(pane) if traits.runs_in_session else "",
            traits=traits,
            relaunches=relaunches,
        )
        spec = replace(spec, name=created.name)
        backend = self._launcher.create(command.backend, spec)
        start = self._record_and_start if traits.recorded_before_start else self._start_and_record
        await start(backend, spec, created)
        if not asked:
            await self._make_name_unique(pane)
        return pane, backend

    async def _make_name_unique(self, pane: str) -> None:
        """Choose another name where somebody else's pane got the same one meanwhile.

        The pane that was called so first, by the order of the log, keeps the name.
        """
        mine, others = self._panes[pane], [other for other in self._panes.values() if other.id != pane]
        while any(
            other.name == mine.name and other.alive and other.named_by < mine.named_by for other in others
        ):
            await self._record(pane, facts.Renamed(name=choose_name(mine.name, others)))
            others = [other for other in self._panes.values() if other.id != pane]

    async def _start_and_record(self, backend: Backend, spec: Spec, created: facts.Created) -> None:
        """Start a program, then record it: what ends with Chloe needn't wait for the log."""
        await explain_failure(backend.start(), spec)
        try:
            await self._record(spec.pane, created)
        except BaseException:
            await backend.kill()
            await backend.close()
            raise

    async def _record_and_start(self, backend: Backend, spec: Spec, created: facts.Created) -> None:
        """Record a program, then start it: what outlives Chloe must be in the log before it runs."""
        await explain_failure(backend.prepare(), spec)
        await self._record(spec.pane, created)
        try:
            await explain_failure(backend.start(), spec)
        except ChloeError as error:
            died = facts.Died(status=None, signal=None, reason=f"could not start: {error}")
            await self._record(spec.pane, died, facts.Closed())
            await backend.close()
            raise
