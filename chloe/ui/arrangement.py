"""How the user arranged the panes: the layout of the wall, who has more room, the order, the list.

Owns these choices, and the file ``layout`` in the home that keeps them for the next run; it is input when it
is read. Must not know how a wall is drawn, or when the file is written.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from chloe.events.ids import is_id
from chloe.small_files import read_whole, replace_file
from chloe.ui.tiling import LAYOUTS, Layout

_log = logging.getLogger("chloe.ui")

#: Steps by which a pane may have more room than others, or less; and how much one step is.
MOST_STEPS, LEAST_STEPS = 6, -4
_STEP = 1.5
_STEPS = frozenset(map(str, range(LEAST_STEPS, MOST_STEPS + 1)))
#: Bytes of the file at most, and panes that it tells of.
_LIMIT = 512 * 1024
_MOST_PANES = 4_000


@dataclass(slots=True)
class Arrangement:
    """The choices of one run."""

    layout: Layout = "one"
    has_list: bool = True
    #: Whether the configuration gives the list no room: then each run begins without it.
    begins_without_list: bool = False
    #: How many steps more room a pane has than others, by its id; those that aren't here have none.
    steps: dict[str, int] = field(default_factory=dict)
    #: The panes that were moved, and all that there were then, in the order of the list.
    order: list[str] = field(default_factory=list)
    #: The pane that stays in sight beside the selected one.
    peeked: str | None = None

    def choose_next_layout(self) -> None:
        """Take the next layout; after the last, the first."""
        self.layout = LAYOUTS[(LAYOUTS.index(self.layout) + 1) % len(LAYOUTS)]

    def weigh(self, pane: str) -> float:
        """Return how much a pane weighs where room is shared; most weigh 1."""
        return float(_STEP ** self.steps.get(pane, 0))

    def grow(self, pane: str, by: int) -> None:
        """Give a pane so many steps more room, or less where negative."""
        steps = min(max(self.steps.pop(pane, 0) + by, LEAST_STEPS), MOST_STEPS)
        if steps:
            self.steps[pane] = steps

    def encode(self, panes: Sequence[str]) -> bytes:
        """Return what the file holds of this; ``panes`` are those in use, in the order of the list."""
        in_use = frozenset(panes)
        is_hidden = not self.has_list and not self.begins_without_list
        lines = [f"layout {self.layout}", f"list {'hidden' if is_hidden else 'shown'}"]
        lines += [f"room {pane} {steps}" for pane, steps in self.steps.items() if pane in in_use]
        lines += [f"order {pane}" for pane in panes[:_MOST_PANES] if self.order]
        return "".join(f"{line}\n" for line in lines).encode("ascii")


def load_arrangement(home: Path, *, without_list: bool = False) -> Arrangement:
    """Return what the last run kept; where nothing is known, or it isn't understood, what a first run has.

    ``without_list`` has it begin without the list, whatever the last run had.
    """
    known = _read(home)
    if without_list:
        known.has_list, known.begins_without_list = False, True
    return known


def _read(home: Path) -> Arrangement:
    try:
        text = read_whole(home / "layout", _LIMIT, follow=False).decode("ascii", "replace")
    except OSError:
        return Arrangement()
    known = Arrangement()
    for words in _split(text):
        match words:
            case ["layout", name] if name in LAYOUTS:
                known.layout = name
            case ["list", "hidden"]:
                known.has_list = False
            case ["room", pane, steps] if is_id(pane) and steps in _STEPS:
                known.grow(pane, int(steps))
            case ["order", pane] if is_id(pane):
                known.order.append(pane)
    known.order = list(dict.fromkeys(known.order))
    return known


def _split(text: str) -> Iterator[list[str]]:
    for line in text.split("\n")[: 2 * _MOST_PANES + 2]:
        yield line.split(" ")


def keep_arrangement(home: Path, data: bytes) -> None:
    """Keep what ``Arrangement.encode`` gave; where the home can't be written, don't."""
    try:
        replace_file(home / "layout", data)
    except OSError as error:
        _log.debug("the layout can't be kept: %s", error.strerror)
