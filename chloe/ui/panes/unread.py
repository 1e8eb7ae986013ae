"""What the user hasn't seen yet: output of panes that aren't shown, and bells.

Owns how far each pane was seen in this run. Must not know how that is shown.
"""

from __future__ import annotations

from chloe.events.panes import Pane


class Unread:
    """What one user has seen."""

    def __init__(self, instance: str) -> None:
        self._instance = instance
        #: What each pane had printed when it was seen last, and when this run first knew of it.
        self._seen: dict[str, int] = {}
        self._known: dict[str, int] = {}
        self._rang: set[str] = set()
        self._ended: set[str] = set()

    def mark_read(self, pane: Pane) -> None:
        """Take note that the pane is on the screen as it is now."""
        self._seen[pane.id] = pane.output_bytes
        self._rang.discard(pane.id)
        self._ended.discard(pane.id)

    def track(self, pane: Pane) -> None:
        """Count from now on, if the pane is ours: what it printed before is no news."""
        self._known.setdefault(pane.id, pane.output_bytes)

    def mark_bell(self, pane: Pane) -> None:
        """Take note that the pane's bell sounded while it wasn't shown."""
        self._rang.add(pane.id)

    def has_rung(self, pane: Pane) -> bool:
        """Return whether its bell sounded since it was last seen."""
        return pane.id in self._rang

    def mark_end(self, pane: Pane) -> None:
        """Take note that the pane's program ended while it wasn't shown."""
        self._ended.add(pane.id)

    def wants(self, pane: Pane) -> bool:
        """Return whether the pane wants the user: it rang or ended since it was last seen."""
        return pane.id in self._rang or pane.id in self._ended

    def count(self, pane: Pane) -> int:
        """Return the bytes that it printed since it was last seen, or since this instance let go of it."""
        if self._instance in pane.attached or not pane.traits.can_detach:
            since = self._known.get(pane.id, self._seen.get(pane.id, pane.output_bytes))
        else:
            # A new instance counts from where the last one let go.
            since = pane.detached_at.get(self._instance, max(pane.detached_at.values(), default=0))
        return max(pane.output_bytes - max(since, self._seen.get(pane.id, 0)), 0)
