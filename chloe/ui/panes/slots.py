"""The slots of the last frame: which panes are on the screen, where, and how.

Owns the answers to "is it shown", "how large" and "what is at this place" for however many slots there are.
Must not know views, or what follows from being shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chloe.ui.view import Slot


class Slots:
    """Where panes show, in the rows and columns of the window."""

    def __init__(self) -> None:
        self._slots: tuple[Slot, ...] = ()

    def __iter__(self) -> Iterator[Slot]:
        return iter(self._slots)

    def show(self, slots: Sequence[Slot]) -> None:
        """Take over what was drawn."""
        self._slots = tuple(slots)

    def find_live(self, pane: str) -> list[Slot]:
        """Return the slots that show this pane as it runs."""
        return [slot for slot in self._slots if slot.is_live and slot.pane == pane]

    def find_focused(self, typing_into: str | None) -> Slot | None:
        """Return the slot that keys mean: that of the pane with the keyboard, else the first."""
        shown = self.find_live(typing_into) if typing_into is not None else []
        return next(iter(shown or self._slots), None)

    def find_at(self, column: int, row: int) -> Slot | None:
        """Return the slot at a place of the window; None where there is none, or something covers it."""
        return next((slot for slot in self._slots if slot.contains(column, row)), None)

    def scroll_to_bottom(self, pane: str) -> None:
        """Show this pane's screen as it is now, wherever it shows."""
        for slot in self.find_live(pane):
            slot.view.scroll_to_bottom()

    @property
    def is_scrolled(self) -> bool:
        """Return whether somewhere something else shows than the screen as it is now."""
        return any(slot.view.scrolled is not None for slot in self._slots)

    @property
    def is_waiting(self) -> bool:
        """Return whether a program's unfinished frame is held back somewhere."""
        return any(slot.view.is_waiting for slot in self._slots)
