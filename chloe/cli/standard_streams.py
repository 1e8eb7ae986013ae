"""Standard input, output and error of a process that was started without some of them.

Owns that each of the three numbers is open: the next file that is opened would get the number of a missing
one, and what is printed would go into it. Must not know what is read or written.
"""

from __future__ import annotations

import errno
import io
import os
import sys

#: The numbers that were closed when the process began.
closed_at_start: set[int] = set()


class _Closed(io.RawIOBase):
    """A file that takes nothing, and says so once: a second error would only hide what the first says."""

    def __init__(self, number: int, name: str) -> None:
        self._number = number
        self.name = name
        self._has_refused = False

    def fileno(self) -> int:
        """Return the number, which leads nowhere."""
        return self._number

    def isatty(self) -> bool:
        """Say that it is no terminal."""
        return False

    def writable(self) -> bool:
        """Say that it is, until something is written."""
        return True

    def write(self, data: object) -> int:
        """Refuse ``data``."""
        if not self._has_refused:
            self._has_refused = True
            raise OSError(errno.EIO, "standard output is closed")
        return len(data)  # type: ignore[arg-type]


def reopen_missing() -> None:
    """Put ``/dev/null`` where one of the three is closed, and remember which."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            closed_at_start.add(number)
            if os.open(os.devnull, os.O_RDWR) != number:
                return  # No /dev/null, or another thread opens files: nothing better can be done.
            os.set_inheritable(number, True)
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - for as long as we run
    if sys.stdout is None:
        sys.stdout = io.TextIOWrapper(io.BufferedWriter(_Closed(1, "<stdout>")), encoding="utf-8")
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - as above
