"""A transaction that holds no records, on the writer's connection, between two of the writer's own.

Owns how it begins and ends. Must not know what is done in it. For the connection's thread.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from chloe.store.appending import Appender

_R = TypeVar("_R")


def side_transaction(
    connection: sqlite3.Connection, appender: Appender, work: Callable[..., _R], *args: object
) -> _R:
    """Run ``work(connection, …)`` in a transaction that doesn't wait for the disk.

    Raises ``sqlite3.Error``, or ``LogMoved`` where the log's files aren't those that ``appender`` writes to.
    """
    with async_commit(connection), appender.exclusive():
        connection.execute("BEGIN IMMEDIATE")
        try:
            appender.check_in_place()
            done = work(connection, *args)
            connection.execute("COMMIT")
            appender.check_index_in_place()
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
    return done


@contextmanager
def async_commit(connection: sqlite3.Connection) -> Iterator[None]:
    """Have commits inside not wait for the disk, whatever the writer asked for last."""
    (synchronous,) = connection.execute("PRAGMA synchronous").fetchone()
    connection.execute("PRAGMA synchronous = NORMAL")
    try:
        yield
    finally:
        connection.execute(f"PRAGMA synchronous = {synchronous}")
