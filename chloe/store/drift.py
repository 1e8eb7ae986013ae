"""Whether a log's schema is the one that Chloe makes, word by word.

Owns the comparison and what follows for reading. Must not know what the tables are for.

A database that came from elsewhere may hold anything: a trigger that drops every ``Died``, a view in place of
a table, an index that shows some of the rows. SQL on it does what its schema says. So the whole of
``sqlite_schema`` has to be ours; where it isn't, nothing is written. It is still read where the tables and
indexes that our queries name are ours: triggers don't run then, and what no query names isn't touched.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from hashlib import sha256
from itertools import islice
from pathlib import Path

from chloe.errors import LogLocked
from chloe.formatting.text import escape_unsafe
from chloe.quick import dataclass
from chloe.store.connection import check_files, guard, is_busy
from chloe.store.migrations import migrations, statements
from chloe.store.untouched import open_untouched

#: The digest of the newest schema (``tests/store/test_drift.py`` says what it has to be). It saves making a
#: schema at each start to compare with; where it differs, that is done.
NEWEST = "96b0c72fdcbd53c43c6d72af83026b02424d16725371cf33e2f1785a71c69396"

#: May be missing: they are derived, and made again. Nothing else that is derived goes into the log's
#: database, whose schema is compared word by word: it gets a file of its own.
DERIVED = frozenset({b"checkpoint", b"checkpoint_position"})

#: As bytes, so that it doesn't matter what stands there; and no more than a schema worth reading has.
_OBJECTS = (
    "SELECT CAST(coalesce(type, '') AS BLOB), CAST(coalesce(name, '') AS BLOB), "
    "CAST(coalesce(tbl_name, '') AS BLOB), CAST(sql AS BLOB) FROM sqlite_schema"
)
_MAX_OBJECTS = 1000

#: What is said of each in the log's header, by pragma: rows that aren't UTF-8 wouldn't be found in damage.
_HEADER = {"encoding": "UTF-8", "auto_vacuum": 2}

#: How many names a sentence has, and how long they are in it.
_NAMED = 5
_LONGEST = 40

_Object = tuple[bytes, bytes, bytes, bytes | None]


@dataclass(frozen=True, slots=True)
class Drift:
    """What differs, by name and made safe to show; and whether the log can be read all the same."""

    names: tuple[str, ...]
    readable: bool
    #: Whether the log has the form of a development version before 0.1.0.
    outdated: bool = False

    def __str__(self) -> str:
        more = len(self.names) - _NAMED
        return ", ".join(self.names[:_NAMED]) + (f" and {more} more" if more > 0 else "")

    def refusal(self, path: Path) -> str:
        """Say why the log at ``path`` isn't written to, or read, and the way out."""
        if self.outdated:
            return explain_outdated(path)
        what = "is only read, nothing is written to it" if self.readable else "can't be read as a log"
        return (
            f"{path} isn't as Chloe makes a log ({self}): it came from elsewhere or was changed, so it {what}"
            "; `chloe recover` makes it anew of its records and keeps this one beside it"
        )


def find_drift(connection: sqlite3.Connection, version: int) -> Drift | None:
    """Compare the schema in ``connection`` with the one of ``version``; None where nothing differs.

    Raises ``sqlite3.Error``.
    """
    with closing(connection.execute(_OBJECTS)) as rows:
        present: list[_Object] = list(islice(rows, _MAX_OBJECTS))
    wrong = [
        name for name, right in _HEADER.items() if connection.execute(f"PRAGMA {name}").fetchone()[0] != right
    ]
    if not wrong and digest(present) == NEWEST:
        return None
    ours = _made(version)
    extra = set(present) - ours
    missing = ours - set(present)
    if {name for _, name, _, _ in missing} == DERIVED and not any(
        DERIVED & {name.lower(), table.lower()} for _, name, table, _ in extra
    ):
        missing = set()
    doubled = len(present) != len(set(present))
    # What stands behind the last that was looked at may be anything.
    is_complete = len(present) < _MAX_OBJECTS
    if not (extra or missing or wrong or doubled):
        return None
    names = {name for _, name, _, _ in extra | missing}
    return Drift(
        outdated=any(name == b"record" and b" made_at " in (sql or b"") for _, name, _, sql in present),
        names=tuple(wrong) + tuple(sorted(_named(name) for name in names)) + ("twice the same",) * doubled,
        readable=is_complete and not wrong and not doubled and _is_readable(ours, extra, missing),
    )


def explain_outdated(path: Path) -> str:
    """Say that the log at ``path`` is in a form of before 0.1.0, and the way out."""
    return (
        f"{path} was written by a development version before 0.1.0, whose logs this Chloe can't read; "
        f"move {path.parent} away, or name another folder in CHLOE_HOME"
    )


def _is_readable(ours: Iterable[_Object], extra: Iterable[_Object], missing: Iterable[_Object]) -> bool:
    """Return whether what differs is nothing that a query of ours could come upon."""
    read = {name for kind, name, _, _ in ours if kind != b"trigger"}
    if any(kind != b"trigger" for kind, _, _, _ in missing):
        return False
    return all(
        kind == b"trigger" or (name.lower() not in read and table.lower() not in read)
        for kind, name, table, _ in extra
    )


def digest(objects: Iterable[_Object]) -> str:
    """Return a hash over all of a schema, in hex, whatever the order of its rows."""
    hashed = sha256()
    for row in sorted(objects, key=lambda row: [part or b"" for part in row]):
        for part in row:
            hashed.update(b"-" if part is None else b"%d:%s" % (len(part), part))
    return hashed.hexdigest()


def objects(connection: sqlite3.Connection) -> list[_Object]:
    """Return the rows of a schema, as they are compared."""
    return connection.execute(_OBJECTS).fetchall()


def _made(version: int) -> set[_Object]:
    """Return the objects that the migrations make, up to ``version``."""
    with closing(sqlite3.connect(":memory:")) as fresh:
        for step in migrations():
            if step.version <= version:
                for statement in statements(step.sql):
                    fresh.execute(statement)
        return set(objects(fresh))


def _named(name: bytes) -> str:
    text = escape_unsafe(name.decode("utf-8", "replace"))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def inspect_drift(path: Path, newest: int, application: int) -> Drift | None:
    """Compare the schema of a log that nobody has open here; None also where that can't be told yet.

    Nothing is written, nor is what others left in the -wal file copied. Raises ``LogLocked`` at once where
    another program has it for itself alone, ``LogUnusable`` for what is no file.
    """
    check_files(path)
    try:
        with closing(open_untouched(path, timeout=0)) as connection:
            guard(connection)
            (whose,) = connection.execute("PRAGMA application_id").fetchone()
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if whose != application or not 0 < version <= newest:
                return None
            return find_drift(connection, version)
    except sqlite3.Error as error:
        if is_busy(error):
            raise LogLocked(f"{path} is locked by another program; end that, then try again") from error
        # An opening for work meets the same error, and reports it.
        return None
