"""The placement: which lines were told before, and which are new.

Owns linking lines of a screen with entries, and telling the others. Must not know how frames are compared.
What a screen shows again is known by its neighbours: it stands beside what it stood beside when it was told.
What follows the newest line is new, whatever it says.
"""

from __future__ import annotations

from collections.abc import Callable

from chloe.transcript.frame import FrameLine
from chloe.transcript.likeness import letters
from chloe.transcript.recent import NOBODY, RecentLine, RecentLines

#: How far apart neighbours of the screen may be in the transcript.
_NEAR = 4
#: Letters of a line that is hardly the same by chance, and of one that never is.
_SURE_LETTERS = 4
_SAFE_LETTERS = 12
#: Lines that are known together.
_LONG_RUN = 4


class Placement:
    """Links those of ``lines`` that are ``due``, by their places, or tells them.

    ``seen``: the lines on the screen. ``rewrapped`` says whether a line was wrapped anew just now.
    """

    def __init__(
        self,
        lines: list[FrameLine],
        due: list[int],
        seen: list[FrameLine],
        *,
        recent: RecentLines,
        alternate: bool,
        rewrapped: Callable[[FrameLine], bool],
        tell: Callable[[FrameLine], RecentLine],
    ) -> None:
        self._lines = lines
        self._due = due
        self._seen = seen
        self._recent = recent
        self._alternate = alternate
        self._rewrapped = rewrapped
        #: Where an entry stands on the screen.
        self._places = {line.entry.seq: place for place, line in enumerate(seen) if line.entry}
        self._shown = set(self._places)
        self._links: dict[int, RecentLine] = {}
        self._wanted: dict[int, list[RecentLine]] = {}
        self._pieces: set[int] = set()
        for place in due:
            self._search(place)
        for run in self._runs():
            self._link(run)
        for place in due:
            self._place(place, tell)

    def _search(self, place: int) -> None:
        """Find the entries that a line may be; else whether it is a piece of what was told."""
        line = self._lines[place]
        self._wanted[place] = []
        if not line.again:
            return
        self._wanted[place] = [
            entry
            for entry in self._recent.find(line.key)
            if entry.alternate == self._alternate
            and (entry.seq not in self._places or entry.panel != line.panel)
        ]
        rewrapped = self._rewrapped(line)
        if not self._wanted[place] and (self._alternate or rewrapped):
            text = letters(line.key)
            is_long = len(text) >= _SURE_LETTERS
            if is_long and not rewrapped:
                text = self._wrapped_text(place, text)
            if is_long and text and self._recent.is_piece(text):
                self._pieces.add(place)

    def _wrapped_text(self, place: int, text: str) -> str:
        """Return ``text`` with that of the line that it goes on from, or else in; empty without any."""
        line = self._lines[place]
        above = self._lines[place - 1] if place else None
        if above is not None and above.is_full and above.panel == line.panel:
            return letters(above.key) + text
        below = self._lines[place + 1] if place + 1 < len(self._lines) else None
        if line.is_full and below is not None and below.panel == line.panel:
            return text + letters(below.key)
        return ""

    def _runs(self) -> list[list[int]]:
        """Return the places of lines without an entry that stand one below the other."""
        runs: list[list[int]] = []
        for place in self._due:
            is_next = runs and runs[-1][-1] == place - 1
            if is_next and self._lines[place].panel == self._lines[place - 1].panel:
                runs[-1].append(place)
            else:
                runs.append([place])
        return runs

    def _linked(self, place: int, panel: int) -> RecentLine | None:
        if 0 <= place < len(self._lines) and self._lines[place].panel == panel:
            return self._lines[place].entry or self._links.get(place)
        return None

    def _link(self, run: list[int]) -> None:
        """Find what lines that stand together were told as."""
        again = [place for place in run if self._lines[place].again]
        if not again:
            return
        grows = self._grows(run)
        self._link_neighbours(run)
        if not grows:
            self._link_pairs(run)
        if len(again) < len(run):
            for place in run:
                if not self._lines[place].again:
                    self._links.pop(place, None)
            return
        heavy = [place for place in run if len(letters(self._lines[place].text)) >= _SURE_LETTERS]
        known = sum(bool(self._wanted[place]) or place in self._pieces for place in heavy)
        is_known = known * 2 > len(heavy)
        for place in run:
            wanted, line = self._wanted[place], self._lines[place]
            if place in self._links or not wanted:
                continue
            is_long = len(letters(line.key)) >= _SAFE_LETTERS
            if len(run) >= _LONG_RUN and not grows:
                is_only = len(wanted) == 1
                is_same = (is_only or is_long) if is_known else is_only and is_long and self._alternate
            else:
                is_same = len(letters(line.text)) >= _SURE_LETTERS and (line.pinned or not grows)
            if is_same:
                self._links[place] = wanted[-1]
        if is_known and not grows:
            self._link_neighbours(run)

    def _grows(self, run: list[int]) -> bool:
        """Return whether these follow the newest line of their panel: then they are new."""
        panel = self._lines[run[0]].panel
        above = self._linked(run[0] - 1, panel)
        if above is None:
            return False
        if above.after == NOBODY:
            return True
        after = self._recent.neighbour(above.after)
        is_below = self._lines is self._seen and self._places.get(above.after, -1) > run[0]
        return after is None or after.pinned or is_below

    def _link_neighbours(self, run: list[int]) -> None:
        """Link what stands beside the line that it stood beside when it was told."""
        panel = self._lines[run[0]].panel
        for step, order in ((-1, run), (1, run[::-1])):
            for place in order:
                if place in self._links or not self._wanted[place]:
                    continue
                beside = self._linked(place + step, panel)
                if beside is None:
                    continue
                near = self._nearest(place, beside, step)
                if near is not None:
                    self._links[place] = near

    def _nearest(self, place: int, beside: RecentLine, step: int) -> RecentLine | None:
        """Return which of the entries that a line may be stood nearest to ``beside`` when it was told, if any
        was near, and if no other line is that.
        """
        linked = {entry.seq for entry in self._links.values()}
        nearest, least = None, _NEAR + 1
        for entry in self._wanted[place]:
            neighbour = entry.before if step < 0 else entry.after
            distance = (beside.seq - entry.seq) * step
            if neighbour == beside.seq and neighbour != NOBODY:
                distance = 0
            if entry.seq not in linked and (distance > 0 or neighbour == beside.seq) and distance < least:
                nearest, least = entry, distance
        return nearest

    def _link_pairs(self, run: list[int]) -> None:
        """Link two lines that stood near each other when they were told."""
        for place in run[:-1]:
            if place in self._links or place + 1 in self._links:
                continue
            for entry in self._wanted[place]:
                near = next(
                    (each for each in self._wanted[place + 1] if 0 < each.seq - entry.seq <= _NEAR), None
                )
                if near is not None:
                    self._links[place], self._links[place + 1] = entry, near
                    break

    def _place(self, place: int, tell: Callable[[FrameLine], RecentLine]) -> None:
        """Give a line its entry: one that was told before, or a new one."""
        line = self._lines[place]
        entry = self._links.get(place)
        if entry is None and place in self._pieces:
            line.entry = RecentLine(NOBODY, line.key, self._alternate, line.panel)
            return
        if entry is None or (entry.seq in self._shown and entry.panel == line.panel):
            entry = tell(line)
            above = self._lines[place - 1] if place else None
            before = above.entry if above is not None and above.panel == line.panel else None
            if before is not None and before.seq != NOBODY:
                self._join(before, entry, place, line.pinned)
        else:
            entry.key = line.key
        line.entry = entry
        self._shown.add(entry.seq)

    def _join(self, before: RecentLine, entry: RecentLine, place: int, pinned: bool) -> None:
        """Make two entries neighbours, unless the upper one keeps the neighbour that it had."""
        entry.before = before.seq
        after = self._recent.neighbour(before.after)
        is_free = after is None or after.pinned or self._places.get(before.after, -1) > place
        if not pinned and is_free:
            entry.after, before.after = before.after, entry.seq
