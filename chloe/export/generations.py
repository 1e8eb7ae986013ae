"""Generations: what a program painted, hid, and painted anew, told once.

Owns holding lines back until it is known whether the program tells them again. Must not know terminals, nor
where the lines go.

Theory: a program that clears screen and scrollback (ED 2, ED 3) either begins something new, as ``clear``
does in a shell; then what it hid is told as well. Or it paints all of what it has to say anew, as coding
agents do; then only the last time counts. It does so where the new lines begin as the hidden ones did.
"""

from __future__ import annotations

from collections.abc import Iterable

#: Lines that are held back at the most, so that memory is bounded.
MAX_HELD = 50_000
#: Lines at the beginning by which a generation is known again.
_FIRST = 5_000


class _Generation:
    """What was told since the last time that all was hidden.

    ``first``: its first lines that aren't blank. ``held``: those that aren't handed on. ``passed``: how many
    were before them. ``known``: how many the generation before had handed on.
    """

    def __init__(self) -> None:
        self.first: list[str] = []
        self.held: list[str] = []
        self.passed = 0
        self.known = 0

    def add(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.held.append(line)
            if line and len(self.first) < _FIRST:
                self.first.append(line)

    def pass_on(self, count: int) -> list[str]:
        """Return the first ``count`` of those held, but for what is known already."""
        passed = self.held[max(self.known - self.passed, 0) : count]
        del self.held[:count]
        self.passed += count
        return passed


class Generations:
    """Takes lines in, oldest first, and hands on those that stay."""

    def __init__(self) -> None:
        self._hidden: _Generation | None = None
        self._current = _Generation()

    def add(self, lines: list[str]) -> list[str]:
        """Take lines in; return those to be handed on now."""
        current = self._current
        current.add(lines)
        if len(current.held) <= MAX_HELD:
            return []
        hidden = self._hidden
        is_told_again = hidden is not None and current.first == hidden.first[: len(current.first)]
        return self._settle(is_told_again) + current.pass_on(len(current.held) // 2)

    def hide(self) -> list[str]:
        """Note that the program hid all that was taken in; return the lines to be handed on now."""
        if self._is_broken_off():
            self._current = _Generation()
            return []
        told = self._settle()
        self._hidden, self._current = self._current, _Generation()
        return told

    def _is_broken_off(self) -> bool:
        """Return whether what was taken in is nothing, or just the beginning of what was hidden."""
        first = self._current.first
        if self._hidden is None:
            return not first
        known = self._hidden.first
        return len(first) < len(known) and first == known[: len(first)]

    def hide_more(self, lines: list[str]) -> None:
        """Take in lines that were hidden with those before."""
        if self._hidden is None:
            self._hidden = _Generation()
        self._hidden.add(lines)

    def end(self) -> list[str]:
        """Return all lines that are left, and begin anew."""
        told = self._settle() + self._current.pass_on(len(self._current.held))
        self._current = _Generation()
        return told

    def _settle(self, is_told_again: bool = False) -> list[str]:
        """Return the hidden lines that aren't told again; of those that are, let go."""
        hidden, self._hidden = self._hidden, None
        if hidden is None:
            return []
        if is_told_again or _begins_as(self._current.first, hidden.first):
            self._current.known = max(hidden.known, hidden.passed)
            return []
        return hidden.pass_on(len(hidden.held))


def _begins_as(lines: list[str], hidden: list[str]) -> bool:
    """Return whether ``lines`` begin as at least half of what was ``hidden``."""
    same = 0
    for one, other in zip(lines, hidden, strict=False):
        if one != other:
            break
        same += 1
    return 2 * same >= len(hidden)
