"""The modes that matter to who types, as the program asked for them, in a file beside the segments.

Owns the form of the file. Must not know what the modes are. Loaded by the holder, which runs alone: only the
standard library, and little of it.

A Chloe that types reads them there, and needn't fold what was printed. The file is written in place, since
taking another one's place would have the folder looked at; it holds one line twice, padded, so that a reader
that comes meanwhile sees that it did.
"""

from __future__ import annotations

import posix as os

#: Its name, and bytes of a line: more than all modes take.
NAME, WIDTH = "modes", 95


class ModesFile:
    """The file ``modes`` of the spool ``folder``, from the first ``publish`` on."""

    def __init__(self, folder: str) -> None:
        self._path = f"{folder}/{NAME}"
        self._fd = -1
        self._published = ""

    def publish(self, modes: str) -> None:
        """Have the file hold these words, if it doesn't. Where it can't, there is none."""
        if modes == self._published:
            return
        self._published = modes
        try:
            if self._fd < 0 or not os.fstat(self._fd).st_nlink:
                self._open()
            os.pwrite(self._fd, 2 * (modes.ljust(WIDTH)[:WIDTH] + "\n").encode("ascii"), 0)
        except OSError:
            self._remove()

    def _open(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
        flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        self._fd = os.open(self._path, flags, 0o600)

    def _remove(self) -> None:
        """Leave no file that says what was so before; the next change tries again."""
        try:
            os.unlink(self._path)
        except OSError:
            return
