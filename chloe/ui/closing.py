"""What a user may do to put panes away, one or many, and to take the last of that back.

Owns the questions before something is lost, and what was put away last. Must not know which key asks for
what.
"""

from __future__ import annotations

from collections.abc import Sequence, Set

from chloe.events import commands, facts
from chloe.events.commands import Command
from chloe.events.panes import Pane
from chloe.ui.many import Many, count, name
from chloe.ui.panes.pane_input import PaneInput
from chloe.ui.requests import AppEngine, Requests
from chloe.ui.stack import Stack
from chloe.ui.state import AppState


class Closing(Many):
    """The actions that put panes away."""

    def __init__(
        self, state: AppState, stack: Stack, requests: Requests, pane_input: PaneInput, engine: AppEngine
    ) -> None:
        super().__init__(state, stack, requests, pane_input)
        self._engine = engine
        #: What takes back what was put away, by what was put away together, the latest last.
        self._undone_by: list[list[Command]] = []
        #: What happened up to this record happened before this run.
        self._begins_after = state.projections.history.seq

    def close(self) -> None:
        """Put the pane away; asked first where that ends more than a shell at its prompt."""
        panes = self._panes
        if len(panes) > 1:
            self._close_many()
            return
        pane = panes[0]
        jobs = self._find_jobs(pane)
        if jobs:
            more = f" and {len(jobs) - 3} more" if len(jobs) > 3 else ""
            verb = "run" if len(jobs) > 1 else "runs"
            question = f"{', '.join(jobs[:3])}{more} {verb} in {pane.name}. End it?"
            self._confirm("Close", question, lambda: self._close(pane))
        else:
            self._close(pane)

    def _find_jobs(self, pane: Pane) -> Sequence[str]:
        """Return what would be lost with the pane, besides a shell at its prompt."""
        return self._engine.find_jobs(pane.id) if _is_tied(pane) else ()

    def _close(self, pane: Pane) -> None:
        runs_on = pane.traits.outlives_chloe and pane.alive
        undone_by = self._undo_of(pane)

        def closed(_: str | None) -> None:
            self._undone_by.append([undone_by])
            self._notify(f"{pane.name} runs on; History has it" if runs_on else f"{pane.name} is in History")

        self._state.selection.unmark()
        self._requests.request(commands.Close(pane.id), closed)

    def _undo_of(self, pane: Pane) -> Command:
        """Return what takes it back that the pane is put away: it is attached if it was."""
        is_attached = self._state.selection.instance in pane.attached and pane.traits.outlives_chloe
        return commands.Reopen(pane.id) if pane.alive and is_attached else commands.Restore(pane.id)

    def _close_many(self) -> None:
        panes, _ = self._divide(commands.Close)
        doomed = [pane for pane in panes if _is_tied(pane)]
        busy = sum(bool(self._find_jobs(pane)) for pane in doomed)
        parts = [
            f"{count(doomed)} end with what runs in them"
            if busy
            else f"{count(doomed)} end"
            if doomed
            else "",
            f"{len(running)} run on in the background"
            if (running := [pane for pane in panes if pane.alive and pane not in doomed])
            else "",
            f"{len(ended)} have ended" if (ended := [pane for pane in panes if not pane.alive]) else "",
        ]
        lost = "; ".join(part for part in parts if part)
        self._confirm("Close", f"Close {name(panes)}? {lost}.", lambda: self._close_all(panes))

    def _close_all(self, panes: Sequence[Pane]) -> None:
        undone_by = {pane.id: self._undo_of(pane) for pane in panes}

        def closed(done: Sequence[Command]) -> None:
            ids = [command.pane for command in done if isinstance(command, commands.Close)]
            self._undone_by.append([undone_by[pane] for pane in ids])

        self._do([commands.Close(pane.id) for pane in panes], "closed", closed)

    def close_ended(self) -> None:
        """Put all panes away whose program has ended; nothing is lost, and History has them."""
        self._close_all(self._find_ended())

    def _find_ended(self) -> list[Pane]:
        return [pane for pane in self._state.selection.panes if not pane.alive]

    def why_not_close_ended(self) -> str:
        """Return why there is nothing to put away."""
        return "" if self._find_ended() else "No pane has ended"

    # Taking it back ---------------------------------------------------------------------------------

    def undo_close(self) -> None:
        """Take back what was put away last; a program that ended with it stays ended."""
        wanted = self._undone_by.pop()
        last = wanted[-1]

        def restored(done: Sequence[Command]) -> None:
            if last in done and isinstance(last, commands.Reopen | commands.Restore):
                self._state.selection.select(last.pane)

        self._do(wanted, "restored", restored)

    def why_not_undo_close(self) -> str:
        """Return why nothing can be taken back: what is there again meanwhile, or was relaunched, isn't."""
        panes = self._state.projections.panes
        replaced = {pane.relaunches for pane in panes.values()}
        while self._undone_by:
            self._undone_by[-1] = [
                command
                for command in self._undone_by[-1]
                if isinstance(command, commands.Reopen | commands.Restore)
                and panes[command.pane].closed
                and command.pane not in replaced
            ]
            if self._undone_by[-1]:
                return ""
            self._undone_by.pop()
        if (pane := self._find_closed_by_itself(replaced)) is not None:
            self._undone_by.append([commands.Restore(pane)])
            return ""
        return "Nothing was put away that could be taken back; History has all that ran"

    def _find_closed_by_itself(self, replaced: Set[str]) -> str | None:
        """Return the pane that was closed last during this run, by whomever, and isn't ``replaced``."""
        history = self._state.projections.history
        closed = [
            (entry.seq, pane.id)
            for pane in self._state.projections.panes.values()
            if pane.closed and pane.id not in replaced
            for entry in history[pane.id].entries
            if isinstance(entry.fact, facts.Closed) and entry.seq > self._begins_after
        ]
        return max(closed)[1] if closed else None


def _is_tied(pane: Pane) -> bool:
    """Return whether the pane's program ends when it is put away."""
    return pane.alive and not pane.traits.outlives_chloe
