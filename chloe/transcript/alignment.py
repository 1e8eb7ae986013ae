"""The alignment: which line of a frame is which of the frame before.

Owns the comparison of two frames. Must not know when lines are told, but that a line which was told keeps
its entry. A page turn and a scroll must not pass for updates in place, which would overwrite what was told.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from difflib import SequenceMatcher
from itertools import groupby, takewhile

from chloe.transcript.frame import FrameLine
from chloe.transcript.likeness import Likeness, compare, digest, first_word, letters, skeleton
from chloe.transcript.recent import NOBODY, RecentLine, RecentLines

#: Lines of a block that is never the same by chance, and votes by which a shift counts as a scroll.
_SURE_BLOCK = 3
_SURE_VOTES = 3
#: Lines at the beginning of what was painted anew by which its place is known.
_SURE_START = 4
#: Letters of a line that is hardly the same by chance.
_SURE_LETTERS = 4
#: A page has so many lines at the least, and was turned where fewer than this part of them are known, or more
#: than that part of the rows are gone.
_MIN_PAGE = 6
_KNOWN_PART = 0.5
_LOST_PART = 0.6
#: Lines that a page shares with the one before at the most.
_MAX_OVERLAP = 4
#: The most pairs of lines in one gap that are compared with each other.
_MAX_PAIRS = 4000
#: How many lines beside one of numbers are looked at.
_NEAR_ROWS = 2

#: When a line began to look as it does that was told before.
ALWAYS = -(10**18)


class Alignment:
    """Finds each line of ``new`` among ``old``. ``matched`` has the ids of the old lines that were found.

    ``reads``: is given a line with an entry that reads otherwise now. ``rows`` of the screen have ``names``.
    ``vanished``: the old lines were on no frame any more; then only numbers may differ, where the screen was
    ``is_cleared``.
    """

    def __init__(
        self,
        old: list[FrameLine],
        new: list[FrameLine],
        *,
        recent: RecentLines,
        names: list[int],
        alternate: bool,
        reads: Callable[[FrameLine], None],
        vanished: bool = False,
        is_cleared: bool = False,
    ) -> None:
        self.matched: set[int] = set()
        #: Whether the program scrolled by painting.
        self.scrolled = False
        self._recent = recent
        self._rows = len(names)
        self._names = set(names)
        self._alternate = alternate
        self._reads = reads
        self._vanished = vanished
        self._is_cleared = is_cleared
        self._taken: set[int] = set()
        head = new[: 3 * len(old) + 60]
        if vanished:
            head = [line for line in head if line.entry is None]
        same = 0
        for x, y in zip(old, head, strict=False):
            if x.key != y.key or x.panel != y.panel:
                break
            self._take(x, y, "")
            same += 1
        self._old, self._new = old[same:], head[same:]
        if self._old and self._new:
            self._align(old, same)

    def _take(self, x: FrameLine, y: FrameLine, how: Likeness) -> None:
        """Have ``y`` be ``x``; without ``how`` it looks the same."""
        self.matched.add(id(x))
        self._taken.add(id(y))
        if y.entry is None:
            y.entry = x.entry
        y.pinned = x.pinned
        if not how:
            y.since = min(x.since, y.since)
            y.again = x.again
            y.is_settled = x.is_settled and x.text == y.text and y.entry is x.entry
        elif y.entry and how != "edited":
            self._reads(y)

    def _align(self, old: list[FrameLine], same: int) -> None:
        a, b = self._old, self._new
        self._in_a, self._in_b = Counter([x.key for x in a]), Counter([y.key for y in b])
        self._by_name = {(x.panel, x.name): x for x in a}
        self._held = {x.entry.seq for x in old if x.entry}
        gaps: list[tuple[list[FrameLine], list[FrameLine]]] = []
        blocks: list[tuple[list[FrameLine], list[FrameLine]]] = []
        for is_equal, xs, ys in _compare_by_row(a, b) or _compare_by_text(a, b):
            (blocks if is_equal else gaps).append((xs, ys))
        turned = self._is_turned(blocks, same)
        self._accept(blocks, gaps, turned)
        if turned:
            self._find_overlap()
            edges = (0, 1, self._rows - 2, self._rows - 1)
            gaps = [([x for x in a if x.row in edges], [y for y in b if y.row in edges])]
        else:
            self._find_moved()
        self._find_updates(gaps, turned)
        if not turned and not self._vanished and not self.scrolled:
            self._find_sorted()

    # Blocks of lines that look the same.

    def _is_turned(self, blocks: list[tuple[list[FrameLine], list[FrameLine]]], same: int) -> bool:
        """Return whether this is another page: nothing went to the scrollback, and little is known of it."""
        a, b = self._old, self._new
        most = min(len(a), len(b)) + same
        if most < _MIN_PAGE or any(y.row < 0 for y in b):
            return False
        if sum(x.name not in self._names for x in a) > _LOST_PART * len(a):
            return True
        still = 0
        for y in b:
            x = self._by_name.get((y.panel, y.name))
            if (
                x
                and x.key != y.key
                and compare(x.text, y.text, at_cursor=x.at_cursor and y.at_cursor, same_row=True)
            ):
                still += 1
        kept = sum(len(xs) for xs, _ in blocks if len(xs) >= 2 or self._in_a[xs[0].key] == 1)
        return kept + still + same < _KNOWN_PART * most

    def _accept(
        self,
        blocks: list[tuple[list[FrameLine], list[FrameLine]]],
        gaps: list[tuple[list[FrameLine], list[FrameLine]]],
        turned: bool,
    ) -> None:
        """Take the blocks that aren't the same by chance; the others become gaps. Find how far all moved."""
        shifts: Counter[int] = Counter()
        for xs, ys in blocks:
            is_unique = any(
                self._in_a[y.key] == self._in_b[y.key] == 1 and len(letters(y.key)) >= _SURE_LETTERS
                for y in ys
            )
            is_there = xs[0].name == ys[0].name
            if turned:
                is_same = (len(xs) >= 2 and is_unique) or (is_there and ys[0].row in (0, self._rows - 1))
            else:
                is_same = len(xs) >= _SURE_BLOCK or is_unique or is_there
            if is_same:
                for x, y in zip(xs, ys, strict=True):
                    self._take(x, y, "")
                    if y.row >= 0:
                        shifts[y.row - x.row] += 1
            elif not turned:
                gaps.append((xs, ys))
        self._shift, votes = max(shifts.items(), key=lambda found: (found[0] != 0) * found[1], default=(0, 0))
        if not self._shift or votes < _SURE_VOTES:
            return
        self._pin()
        moved = [
            (x.row, y.row)
            for xs, ys in blocks
            for x, y in zip(xs, ys, strict=True)
            if id(y) in self._taken and y.row - x.row == self._shift
        ]
        if moved:
            self.scrolled = True
            self._low = min(map(min, moved))
            self._high = max(map(max, moved))

    def _pin(self) -> None:
        """Note which lines stand below what moved and didn't: a status line, an input."""
        taken = [y for y in self._new if id(y) in self._taken]
        moved = [
            y.row for y in taken if (x := self._by_name.get((y.panel, y.name))) is not None and x.key != y.key
        ]
        low = max(moved, default=max(y.row for y in taken))
        for y in taken:
            x = self._by_name.get((y.panel, y.name))
            if x and x.key == y.key and y.row > low:
                y.is_settled = y.is_settled and y.pinned
                y.pinned = True

    def _find_overlap(self) -> None:
        """Find the lines that two pages share: the last of one are the first of the other."""
        a = [x for x in self._old if x.row < self._rows - 1]
        b = [y for y in self._new if y.row < self._rows - 1]
        for size in range(min(len(a), len(b), _MAX_OVERLAP), 0, -1):
            for xs, ys in ((a[-size:], b[:size]), (a[:size], b[-size:])):
                is_same = all(x.key == y.key for x, y in zip(xs, ys, strict=True))
                if is_same and any(len(letters(y.key)) >= _SURE_LETTERS for y in ys):
                    for x, y in zip(xs, ys, strict=True):
                        if id(x) not in self.matched and id(y) not in self._taken:
                            self._take(x, y, "")
                    return

    def _find_moved(self) -> None:
        """Find the lines that were moved past others."""
        places = defaultdict(list)
        for x in self._old:
            is_unique = self._in_a[x.key] == self._in_b[x.key] == 1
            if is_unique and id(x) not in self.matched and len(letters(x.key)) >= _SURE_LETTERS:
                places[x.panel, x.key].append(x)
        for y in self._new:
            if places and id(y) not in self._taken and places.get((y.panel, y.key)):
                self._take(places[y.panel, y.key].pop(0), y, "")

    # Lines that look otherwise now.

    def _find_updates(self, gaps: list[tuple[list[FrameLine], list[FrameLine]]], turned: bool) -> None:
        """Find lines that were updated: first on the row that they were on, then in the same gap."""
        for same_row in (True,) if turned else (True, False):
            for xs, ys in gaps:
                if len(xs) * len(ys) > _MAX_PAIRS:
                    continue
                open_lines = [x for x in xs if id(x) not in self.matched]
                for y in ys:
                    if id(y) not in self._taken and open_lines:
                        self._find_update(open_lines, y, same_row)

    def _find_update(self, open_lines: list[FrameLine], y: FrameLine, same_row: bool) -> None:
        for x in open_lines:
            if x.panel != y.panel or (same_row and x.name != y.name) or not self._fits(x, y):
                continue
            how = self._compare(x, y, same_row)
            if how:
                self._take(x, y, how)
                open_lines.remove(x)
                return

    def _fits(self, x: FrameLine, y: FrameLine) -> bool:
        """Return whether a scroll that was seen leaves ``x`` where ``y`` is."""
        if not self.scrolled or y.row < 0 or y.row - x.row == self._shift:
            return True
        low, high = self._low, self._high
        is_inside = low <= x.row <= high or low <= y.row <= high
        return not (is_inside or (y.row == high + 1 and self._shift < 0))

    def _compare(self, x: FrameLine, y: FrameLine, same_row: bool) -> Likeness:
        """Return how ``y`` is ``x``, but for what only looks so."""
        at_cursor = x.at_cursor and y.at_cursor
        how = compare(x.text, y.text, at_cursor=at_cursor, same_row=same_row)
        if self._vanished and (how != "number" or not self._is_cleared):
            return ""
        if not how or how == "grown":
            return how
        is_bare = not skeleton(x.text)
        if how == "number" and is_bare and not same_row:
            return ""
        if first_word(x.text) != first_word(y.text) and (not same_row or self._is_sorted(x, y)):
            return ""
        if at_cursor:
            return how
        if len(letters(y.key)) >= _SURE_LETTERS and self._is_told(y):
            return ""
        return "" if is_bare and not self._stands_still(y) else how

    def _is_told(self, y: FrameLine) -> bool:
        """Return whether this was told before, word for word: then it is no other state of a line."""
        return any(
            entry.alternate == self._alternate and entry.seq not in self._held
            for entry in self._recent.find(y.key)
        )

    def _is_sorted(self, x: FrameLine, y: FrameLine) -> bool:
        """Return whether another row begins as one of the two: then it is a table that was sorted anew."""
        old, new = first_word(x.text), first_word(y.text)
        return any(first_word(each.text) == new for each in self._old) or any(
            first_word(each.text) == old for each in self._new
        )

    def _stands_still(self, y: FrameLine) -> bool:
        """Return whether most of what is around a line of numbers is as it was."""
        near = [each for each in self._new if each is not y and abs(each.row - y.row) <= _NEAR_ROWS]
        same = 0
        for each in near:
            before = self._by_name.get((each.panel, each.name))
            same += before is None or before.key == each.key
        return len(near) < 2 or same * 2 >= len(near)

    def _find_sorted(self) -> None:
        """Find rows of a table that was sorted anew: by the same first word, anywhere."""
        rest = defaultdict(list)
        for x in self._old:
            if id(x) not in self.matched and x.row >= 0 and len(letters(first_word(x.text))) >= 2:
                rest[x.panel, first_word(x.text)].append(x)
        for y in self._new if rest else ():
            if id(y) in self._taken or y.row < 0:
                continue
            for x in rest.get((y.panel, first_word(y.text)), ()):
                if id(x) not in self.matched and (how := compare(x.text, y.text)) in ("number", "edited"):
                    self._take(x, y, how)
                    break


def _compare_by_row(
    a: list[FrameLine], b: list[FrameLine]
) -> list[tuple[bool, list[FrameLine], list[FrameLine]]]:
    """Return the stretches of lines that look the same, and of those that don't; nothing where not nearly all
    stand still.
    """
    if len(a) != len(b):
        return []
    same = [x.key == y.key for x, y in zip(a, b, strict=True)]
    if 4 * same.count(False) > len(a) or any(x.name != y.name for x, y in zip(a, b, strict=True)):
        return []
    found = []
    for is_equal, places in groupby(range(len(a)), key=same.__getitem__):
        stretch = list(places)
        start, end = stretch[0], stretch[-1] + 1
        found.append((is_equal, a[start:end], b[start:end]))
    return found


def _compare_by_text(
    a: list[FrameLine], b: list[FrameLine]
) -> Iterator[tuple[bool, list[FrameLine], list[FrameLine]]]:
    """Yield the stretches of lines that look the same, wherever they stand, and what stands in between."""
    matcher = SequenceMatcher(
        None, [(x.panel, x.key) for x in a], [(y.panel, y.key) for y in b], autojunk=False
    )
    for tag, i, i_end, j, j_end in matcher.get_opcodes():
        if tag in ("equal", "replace"):
            yield tag == "equal", a[i:i_end], b[j:j_end]


def _find_start(known: list[int], keys: list[int]) -> tuple[int, int]:
    """Return where in what is ``known`` most of the beginning of ``keys`` stands, and how many of these.

    Few could be there by chance: then it is nowhere.
    """
    start = most = 0
    for place in [place for place, each in enumerate(known) if keys and each == keys[0]]:
        same = sum(
            1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(known[place:], keys, strict=False))
        )
        if same > most:
            start, most = place, same
    return (start, most) if most >= _SURE_START else (0, 0)


def align_told(told: list[RecentLine], new: list[FrameLine], recent: RecentLines) -> None:
    """Find lines that were painted anew from the top among those that were ``told`` last.

    Lines between two that were found are known, too, if as many that were told between these aren't recent
    any more.
    """
    known, keys = [each.digest for each in told], [digest(line.key) for line in new]
    start, same = _find_start(known, keys)
    first = start + same
    matcher = SequenceMatcher(None, known[first:], keys[same:], autojunk=False)
    pairs = [(start + place, place) for place in range(same)]
    for i, j, size in matcher.get_matching_blocks():
        if size >= 2 or (size and told[first + i].has_letters):
            pairs += [(first + i + k, same + j + k) for k in range(size)]
    before, below = -1, 0
    for i, j in pairs:
        new[j].entry = told[i]
        new[j].since = ALWAYS
        told[i].key = new[j].key
        if below < j <= below + recent.count_forgotten(before, told[i].seq):
            for line in new[below:j]:
                line.entry = RecentLine(NOBODY, line.key)
        before, below = told[i].seq, j + 1
