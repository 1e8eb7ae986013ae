"""Bringing an older log up to date, alone with it.

Owns that no other Chloe has the log open meanwhile: an older one would go on writing in the form that it
knows. Must not know what the steps are.
"""

from __future__ import annotations

import random
import sqlite3
import time
from pathlib import Path

import chloe
from chloe.errors import LogUnusable
from chloe.store.connection import is_busy
from chloe.store.log_lock import RETRY_DELAY, LogLock
from chloe.store.schema import find_older_version, migrate

#: Seconds after which another Chloe that has the log open isn't one of this version that has just started.
_PATIENCE = 1.0


def migrate_alone(connection: sqlite3.Connection, path: Path, guard: LogLock) -> None:
    """Make the database at ``path`` ready for this Chloe, as ``migrate`` does; an older log, alone with it.

    Raises ``LogUnusable``, naming who else has it open, and whatever ``migrate`` does.
    """
    deadline = time.monotonic() + _PATIENCE
    while version := _find_older_version(connection, deadline):
        if guard.try_exclusive():
            break
        if time.monotonic() > deadline:
            sharer = guard.find_sharer() or "another process"
            raise LogUnusable(
                f"{path} has version {version}, which has to be brought up to date for Chloe "
                f"{chloe.__version__}, and an older Chloe has it open: {sharer}; end that, then try again"
            )
        # Of several that start at once one has to be first: a share would keep the others from it.
        guard.release()
        time.sleep(RETRY_DELAY * random.uniform(0.5, 2))  # noqa: S311 - no secret.
    else:
        guard.share()
    try:
        migrate(connection, path)
    finally:
        guard.share()


def _find_older_version(connection: sqlite3.Connection, deadline: float) -> int:
    while True:
        try:
            return find_older_version(connection)
        except sqlite3.OperationalError as error:
            # Another instance is making the same file.
            if not is_busy(error) or time.monotonic() > deadline:
                raise
            time.sleep(RETRY_DELAY)
