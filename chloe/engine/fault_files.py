"""What the emulator failed on, kept as files in the home's ``damaged`` folder.

Owns their names, form and number: ``{pane}-{offset}.fold``, 0600, what was done and the traceback, an empty
line, ``bytes:``, and the bytes of the stream as they are. To mend the emulator no more is needed. Must not
know how a fault came about, nor who else is told.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import re
from collections import deque
from pathlib import Path

from chloe.events.faults import Fault

#: Files for one pane, and in all: a program that breaks its screen over and over fills no disk.
_MAX_OF_PANE = 4
_MAX = 64

_PANE = re.compile(r"[0-9a-f-]{1,64}")
_log = logging.getLogger(__name__)


class FaultFiles:
    """Faults on their way into files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._waiting: deque[tuple[str, Fault]] = deque(maxlen=_MAX)
        self._came = asyncio.Event()

    def keep(self, pane: str, fault: Fault) -> None:
        """Have a fault written, and log it."""
        _log.error("pane %s: %s\n%s", pane, fault.sentence, fault.report)
        self._waiting.append((pane, fault))
        self._came.set()

    async def run(self) -> None:
        """Write what there is, for ever."""
        while True:
            self._came.clear()
            await self.write()
            await self._came.wait()

    async def write(self) -> None:
        """Write what there is now."""
        while self._waiting:
            pane, fault = self._waiting.popleft()
            try:
                await asyncio.to_thread(write, self._folder, pane, fault)
            except OSError as error:
                _log.warning("what pane %s's screen failed on can't be kept: %s", pane, error)


def write(folder: Path, pane: str, fault: Fault) -> None:
    """Write one fault, unless it is there already or there are enough. Raises ``OSError``."""
    name = pane if _PANE.fullmatch(pane) else "unknown"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink():
        raise NotADirectoryError(errno.ENOTDIR, "it is a link, not a folder", str(folder))
    kept = [entry.name for entry in folder.iterdir() if entry.name.endswith(".fold")]
    if len(kept) >= _MAX or sum(kept_name.startswith(f"{name}-") for kept_name in kept) >= _MAX_OF_PANE:
        return
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0)
    try:
        file = os.open(folder / f"{name}-{fault.offset}.fold", flags, 0o600)
    except FileExistsError:
        return
    heading = f"{fault.doing}: {fault.sentence}\n\n{fault.report}\n\nbytes:\n"
    with os.fdopen(file, "wb") as opened:
        opened.write(heading.encode("utf-8", "backslashreplace") + fault.data)
