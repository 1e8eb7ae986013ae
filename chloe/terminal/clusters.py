"""Clusters: what stands in one cell and is more than one code point.

Owns the table from such a text to one stand-in character, so that a row has one character a cell.
Must not know rows or widths. The stand-ins are plane 16 of Unicode (private use); where a program
prints one of those itself, it gets a stand-in too.
"""

from __future__ import annotations

import re

from chloe.terminal.pens import next_limit

_FIRST = 0x100000
_LAST = 0x10FFFD
_STAND_INS = re.compile("[\U00100000-\U0010ffff]")
#: Code points in one cell at the most; a longer pile of marks is cut.
MAX_CODE_POINTS = 24


def needs_stand_in(char: str) -> bool:
    """Return whether a program's own character could be taken for a stand-in."""
    return char >= "\U00100000"


class ClusterTable:
    """The clusters of one terminal and their stand-ins; bounded, see ``PenTable`` for how.

    Unused ones are looked for before the last are taken: stand-ins are lacking only where the screens, with
    the line that goes on on them, have tens of thousands of different clusters.
    """

    FIRST_LIMIT = 1024

    __slots__ = ("_free", "_limit", "_next", "_stand_ins", "_texts")

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._stand_ins: dict[str, str] = {}
        self._free: list[str] = []
        self._next = _FIRST
        self._limit = self.FIRST_LIMIT

    def stand_in(self, text: str) -> str:
        """Return the character that stands for ``text``; the replacement character where all are taken."""
        text = text[:MAX_CODE_POINTS]
        known = self._stand_ins.get(text)
        if known is None:
            if self._free:
                known = self._free.pop()
            elif self._next <= _LAST:
                known = chr(self._next)
                self._next += 1
            else:
                return "\ufffd"
            self._stand_ins[text] = known
            self._texts[known] = text
        return known

    def text(self, cell: str) -> str:
        """Return what stands in a cell: the cluster behind a stand-in, or the character itself."""
        return self._texts.get(cell, cell)

    def read(self, cells: str) -> str:
        """Return a cell string with each stand-in replaced by its cluster."""
        if not self._texts or cells.isascii():
            return cells
        return _STAND_INS.sub(lambda match: self._texts.get(match[0], "\ufffd"), cells)

    def stand_ins(self, cells: str) -> set[str]:
        """Return the stand-ins in ``cells``."""
        return set() if cells.isascii() else set(_STAND_INS.findall(cells))

    def dump(self, cells: str) -> dict[str, str]:
        """Return each stand-in in ``cells`` with its cluster, for ``load``."""
        return {cell: self._texts[cell] for cell in self.stand_ins(cells) if cell in self._texts}

    def load(self, dumped: dict[str, str]) -> None:
        """Give the stand-ins that another table gave. This one must not have given any yet."""
        self._texts = dict(dumped)
        self._stand_ins = {text: cell for cell, text in dumped.items()}
        self._next = ord(max(dumped, default=chr(_FIRST - 1))) + 1
        self._free = [chr(code) for code in range(_FIRST, self._next) if chr(code) not in dumped]

    def knows(self, cell: str) -> bool:
        """Return whether ``cell`` is a character, or stands for a cluster that is known."""
        return cell < chr(_FIRST) or cell in self._texts

    @property
    def is_full(self) -> bool:
        """Return whether it is time to ``keep`` only what is in use."""
        return len(self._texts) > self._limit

    def keep(self, used: set[str]) -> None:
        """Forget every cluster whose stand-in isn't among those ``used``."""
        self._free += [cell for cell in self._texts if cell not in used]
        self._texts = {cell: text for cell, text in self._texts.items() if cell in used}
        self._stand_ins = {text: cell for cell, text in self._texts.items()}
        self._limit = next_limit(len(self._texts), self.FIRST_LIMIT, _LAST - _FIRST + 1)
