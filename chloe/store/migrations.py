"""The numbered SQL files that make the log's schema.

Owns migrations/ and how a script is cut into statements. Must not know what the tables are for, nor what
database they are run on.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from importlib.abc import Traversable
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import chloe
from chloe.errors import LogUnusable


class Migration(NamedTuple):
    """One numbered step of the schema."""

    version: int
    sql: str


def migrations() -> list[Migration]:
    """Return all steps in order: from the wheel, where they are in the package, or from a checkout."""
    folder: Traversable = files("chloe") / "migrations"
    if not folder.is_dir():
        folder = Path(str(chloe.__file__)).resolve().parent.parent / "migrations"
    steps = [
        Migration(int(file.name.split("_")[0]), file.read_text(encoding="utf-8"))
        for file in folder.iterdir()
        if file.name.endswith(".sql")
    ]
    return sorted(steps)


def statements(sql: str) -> Iterator[str]:
    """Yield a script's statements, triggers in one piece. ``executescript`` would commit what is open."""
    pending = ""
    for line in sql.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
    if pending.strip():
        raise LogUnusable(f"a migration ends inside a statement: {pending.strip()[:60]}")
