"""Where errors go besides the screen, and what is told when somebody debugs: a log file.

Owns the handler while the app or a command runs, its levels, and the report of what keeps the loop. Must
not know what is written. A log file that can't be written is no reason to stop, and none to write over the
screen.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import logging
import os
from collections.abc import Iterator
from logging.handlers import RotatingFileHandler
from pathlib import Path

from chloe.formatting.text import escape_unsafe
from chloe.small_files import open_regular

#: Bytes after which a new file begins; one old one is kept.
_LIMIT = 1_000_000
#: Seconds that one step may keep the loop before it is reported (law 8).
SLOW_STEP = 0.01


@contextlib.contextmanager
def log_to(path: Path, *, debug: bool = False) -> Iterator[None]:
    """Log into the file at ``path``, inside, and never to the terminal.

    From Chloe that is everything from INFO on, with ``debug`` from DEBUG on; from others (asyncio, Python's
    own warnings) warnings.
    """
    handler: logging.Handler
    try:
        handler = _Quiet(path, maxBytes=_LIMIT, backupCount=1, encoding="utf-8", errors="backslashreplace")
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(_Printable("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"))
    root, ours = logging.getLogger(), logging.getLogger("chloe")
    level = ours.level
    root.addHandler(handler)
    ours.setLevel(logging.DEBUG if debug else logging.INFO)
    logging.captureWarnings(True)
    try:
        yield
    finally:
        logging.captureWarnings(False)
        ours.setLevel(level)
        root.removeHandler(handler)
        # A full disk may refuse the last lines, too: they are lost.
        with contextlib.suppress(OSError):
            handler.close()


def open_log(path: Path) -> int:
    """Open the log file at its end, made where it isn't there, for its owner only; return its descriptor.

    Raises ``OSError`` for anything but a regular file of the user's own: a pipe would make Chloe wait, and a
    link would have her write into a file that isn't hers.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    descriptor = open_regular(path, flags, follow=False, owners=(os.geteuid(),))
    try:
        os.fchmod(descriptor, 0o600)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def report_slow_steps() -> None:
    """Have the running loop log each step that keeps it for longer than ``SLOW_STEP``."""
    loop = asyncio.get_running_loop()
    loop.set_debug(True)
    loop.slow_callback_duration = SLOW_STEP


class _Printable(logging.Formatter):
    """A format of lines that may be shown by any pager: what a program made up is spelled out."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's lines, each printable."""
        return "\n".join(map(escape_unsafe, super().format(record).split("\n")))


class _Quiet(RotatingFileHandler):
    """A handler that doesn't complain on stderr, where the screen is."""

    def _open(self) -> io.TextIOWrapper:
        descriptor = open_log(Path(self.baseFilename))
        return io.TextIOWrapper(os.fdopen(descriptor, "ab"), encoding=self.encoding, errors=self.errors)

    def handleError(self, record: logging.LogRecord) -> None:
        """Leave the line out."""
