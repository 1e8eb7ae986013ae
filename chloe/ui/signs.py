"""The signs of the list: how a pane is there, what its program does, and what is new of it.

Owns the table: each sign with its style and what it means; the list, the help and the line over a pane read
it. What is normal has no sign: a shell at its prompt, a program that is quiet, a live direct pane. Must not
know where a sign stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chloe.engine import Doing
from chloe.events.panes import Pane
from chloe.quick import dataclass
from chloe.ui.glyphs import Glyphs


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign: which of the ``Glyphs``, in which style, and what it means, as a sentence."""

    glyph: str
    style: str
    means: str

    def draw(self, glyphs: Glyphs) -> str:
        """Return what is drawn."""
        return str(getattr(glyphs, self.glyph))


ATTACHED = Sign("attached", "list", "Attached to its tmux session.")
DETACHED = Sign("detached", "list", "Detached: it runs on in the background.")
ENDED = Sign("ended", "list", "Ended.")
WORKS = Sign("works", "works", "Its program works, or prints.")
WAITS = Sign("waits", "waits", "Its program waits for a line, a password or a key.")
ENDED_WELL = Sign("ended_well", "ended well", "Its program ended with status 0.")
FAILED = Sign("failed", "failed", "It failed: its exit status or signal stands there.")
BELL = Sign("bell", "bell", "Its bell rang.")

SIGNS: Sequence[Sign] = (ATTACHED, DETACHED, ENDED, WORKS, WAITS, ENDED_WELL, FAILED, BELL)

#: The signs of what a program does; a state that isn't here has none.
BY_STATE: Mapping[str, Sign] = {
    "works": WORKS,
    "waits for a line": WAITS,
    "waits for a password": WAITS,
    "waits for a key": WAITS,
    "ended well": ENDED_WELL,
    "failed": FAILED,
}


def find_indicator(pane: Pane, *, is_attached: bool) -> Sign | None:
    """Return how a pane is there for this instance; None for a live one that can't be let go of."""
    if not pane.alive:
        return ENDED
    if not pane.traits.can_detach:
        return None
    return ATTACHED if is_attached else DETACHED


def find_sign(doing: Doing | None) -> Sign | None:
    """Return the sign of what a program does; None where that is normal, or not known."""
    return BY_STATE.get(doing.state) if doing is not None else None
