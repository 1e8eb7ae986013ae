"""A transaction that holds no records, on the writer's connection, between two of the writer's own.

Owns how it begins and ends. Must not know what is done in it. For the connection's thread.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import TypeVar

_R = TypeVar("_R")


def apart(connection: sqlite3.Connection, work: Callable[..., _R], *args: object) -> _R:
    """``work(connection, …)`` in a transaction that doesn't wait for the disk. Raises ``sqlite3.Error``."""
    (synchronous,) = connection.execute("PRAGMA synchronous").fetchone()
    connection.execute("PRAGMA synchronous = NORMAL")
    try:
        connection.execute("BEGIN IMMEDIATE")
        done = work(connection, *args)
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        connection.execute(f"PRAGMA synchronous = {synchronous}")
    return done
