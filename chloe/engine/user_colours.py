"""The user's colours: what the user's terminal said, kept in the home for who answers when it is gone.

Owns the file ``colours``: holders answer programs by it with no Chloe alive, and so do other instances. It is
input: whatever stands in it is checked. Must not know how a terminal is asked.
"""

from __future__ import annotations

import logging
import time
from pathlib import Path

from chloe.small_files import read_whole, replace_file
from chloe.terminal.colours import LIMIT, Colours

_log = logging.getLogger(__name__)

#: Seconds for which the file isn't looked at again.
_FRESH = 0.2


class UserColours:
    """The colours of the user's terminal: those that it said to this instance, else those in the file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._said: Colours | None = None
        self._read = Colours()
        self._read_at = -_FRESH

    @property
    def current(self) -> Colours:
        """Return the colours to answer by."""
        if self._said is not None:
            return self._said
        now = time.monotonic()
        if now - self._read_at >= _FRESH:
            self._read_at = now
            self._read = self._read_file()
        return self._read

    def take(self, colours: Colours) -> bool:
        """Take note of what the terminal said, and keep it; whether it is something else than before.

        Where the home can't be written, what was kept before stays.
        """
        is_other = colours != self.current
        self._said = colours
        if colours != self._read_file():
            try:
                replace_file(self._path, colours.dump())
            except OSError as error:
                _log.warning("the terminal's colours can't be kept in %s: %s", self._path, error.strerror)
        return is_other

    def _read_file(self) -> Colours:
        try:
            return Colours.parse(read_whole(self._path, LIMIT, follow=False))
        except OSError:
            return Colours()
