"""When a pane is seen, and how often the log is told.

Owns the rule: a pane is seen once it was shown for half a second, or has the keyboard; running past it
doesn't count, nor does a window that has lost the focus. The log is told of a pane once in two seconds at the
most, and of what is left to tell at the end of the run. Must not know what a pane looks like.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from chloe.events.commands import MarkSeen
from chloe.events.panes import Pane
from chloe.ui.panes.unread import Unread

#: Seconds for which a pane shows before it is seen, and between two facts of one pane at the least.
_SHOWN_LONG_ENOUGH = 0.5
_INTERVAL = 2.0


class SeenLog(Protocol):
    """What keeps that something was seen."""

    def mark_seen(self, command: MarkSeen) -> None:
        """Have the log say it, if it can be written."""


@dataclass(slots=True)
class _Look:
    """One pane that is shown: since when, as of the last frame; and when its next fact is due."""

    since: float
    pane: Pane
    is_seen: bool = False
    offset: int = 0
    ended: bool = False


class SeenWatch:
    """Sees what one user sees."""

    def __init__(self, unread: Unread, log: SeenLog, clock: Callable[[], float]) -> None:
        self._unread = unread
        self._log = log
        self._clock = clock
        self._looks: dict[str, _Look] = {}
        #: Of the panes that show no more, what the log hasn't been told yet.
        self._left: dict[str, _Look] = {}
        self._recorded_at: dict[str, float] = {}
        self._has_focus = True

    @property
    def has_focus(self) -> bool:
        """Return whether the window has the focus, as far as its terminal says."""
        return self._has_focus

    def focus(self, gained: bool) -> None:
        """Take note that the window has the focus, or has lost it."""
        self._has_focus = gained

    def see(self, shown: Iterable[Pane], typing_into: str | None) -> tuple[bool, float | None]:
        """Take note of the panes that the last frame shows as they are now, and of the one with the keyboard.

        Return whether what there is to see beside them is another now, and in how many seconds to ask again.
        """
        now = self._clock()
        panes = {pane.id: pane for pane in shown} if self._has_focus else {}
        for id in self._looks.keys() - panes.keys():
            if (gone := self._looks.pop(id)).is_seen:
                self._left[id] = gone
        is_new = self._unread.look_at(frozenset(panes))
        waits = []
        for id, pane in panes.items():
            look = self._looks.get(id)
            if look is None:
                look = self._looks[id] = _Look(now, pane)
            left = look.since + _SHOWN_LONG_ENOUGH - now
            if id != typing_into and not look.is_seen and left > 0:
                waits.append(left)
                continue
            look.is_seen = True
            look.pane, look.offset, look.ended = pane, pane.output_bytes, not pane.alive
            self._unread.mark_seen(id, look.offset, ended=look.ended)
            waits.append(self._record(look))
        for id, look in list(self._left.items()):
            waits.append(wait := self._record(look))
            if not wait:
                del self._left[id]
        return is_new, min(filter(None, waits), default=None)

    def leave(self) -> list[MarkSeen]:
        """Return what the log shall have at the end of the run."""
        looks = self._left | {id: look for id, look in self._looks.items() if look.is_seen}
        return [
            MarkSeen(look.pane.id, look.offset, look.ended) for look in looks.values() if not _is_known(look)
        ]

    def _record(self, look: _Look) -> float:
        """Have the log say what was seen, unless it does. Return in how many seconds it may; 0 for now."""
        if _is_known(look):
            return 0.0
        now, pane = self._clock(), look.pane.id
        wait = self._recorded_at.get(pane, now - _INTERVAL) + _INTERVAL - now
        if wait > 0:
            return wait
        self._recorded_at[pane] = now
        self._log.mark_seen(MarkSeen(pane, look.offset, look.ended))
        return 0.0


def _is_known(look: _Look) -> bool:
    """Return whether the log has what was seen."""
    pane = look.pane
    return pane.seen_bytes is not None and (
        pane.seen_bytes >= look.offset and (pane.is_end_seen or not look.ended)
    )
