"""What the user hasn't seen yet: output, bells and ends of panes.

Owns how much that is, by what the log says was seen, by any Chloe, and by what this one knows before the log
has it. Must not know how it is shown, or when a pane counts as seen (``seen``).
"""

from __future__ import annotations

from chloe.events.facts import LEFT
from chloe.events.panes import Pane


class Unread:
    """What the user has seen."""

    def __init__(self, instance: str) -> None:
        self._instance = instance
        #: The panes that the user looks at.
        self._shown: frozenset[str] = frozenset()
        #: What was seen here, as a ``Seen`` says it: all there is where the log can't be written.
        self._seen: dict[str, tuple[int, bool]] = {}

    def look_at(self, panes: frozenset[str]) -> bool:
        """Take note that the user looks at these panes, and no others. Return whether that is new."""
        is_new = panes != self._shown
        self._shown = panes
        return is_new

    def is_shown(self, pane: Pane) -> bool:
        """Return whether the user looks at the pane."""
        return pane.id in self._shown

    def mark_seen(self, pane: str, offset: int, *, ended: bool) -> None:
        """Take note that the user saw what the pane printed before ``offset``, and whether it has ended."""
        self._seen[pane] = offset, ended

    def count(self, pane: Pane) -> int:
        """Return the bytes that it printed since it was last seen."""
        if self.is_shown(pane) and not self._is_detached(pane):
            return 0
        return max(pane.output_bytes - max(pane.seen_to, self._seen_here(pane)), 0)

    def has_rung(self, pane: Pane) -> bool:
        """Return whether its program rang or notified since the pane was last seen."""
        return not self.is_shown(pane) and pane.has_rung(self._seen_here(pane))

    def has_ended(self, pane: Pane) -> bool:
        """Return whether its program ended since it was last seen, and not since its Chloe did."""
        if pane.died is None or pane.died.reason in LEFT or self.is_shown(pane):
            return False
        return not (pane.is_end_seen or self._seen.get(pane.id, (0, False))[1])

    def wants(self, pane: Pane) -> bool:
        """Return whether the pane wants the user: it rang or ended since it was last seen."""
        return self.has_rung(pane) or self.has_ended(pane)

    def _seen_here(self, pane: Pane) -> int:
        """Return what it had printed when it was last seen here."""
        return self._seen.get(pane.id, (0, False))[0]

    def _is_detached(self, pane: Pane) -> bool:
        return pane.alive and pane.traits.can_detach and self._instance not in pane.attached
