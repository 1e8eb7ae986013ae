"""The ways to change a log that somebody knows who wrote Chloe: its records, its checkpoints, its schema.

Owns what is forged of checkpoints and of the schema, and which way chance takes. Must not know what becomes
of it. What a record may say is in ``records``.
"""

from __future__ import annotations

import hashlib
import json
import random
import sqlite3
from contextlib import closing

from chloe.terminal import EMULATOR, Terminal
from tests.hostile import records, series, streams
from tests.hostile.homes import Case
from tests.hostile.records import append, unguarded, zeros_digest


def a_checkpoint(case: Case, chance: random.Random, connection: sqlite3.Connection) -> str:
    """Checkpoints that nobody kept: forged, rubbish, bombs; most with a fact in the chain that fits them."""
    told = []
    (last,) = connection.execute("SELECT max(seq) FROM record").fetchone()
    for _ in range(chance.randrange(1, 4)):
        pane = chance.choice(list(case.panes.values()))
        seq, lines = chance.choice((1, last, last + 1, 2**62)), chance.choice((0, 10, 2**62))
        manner = chance.choice(("rubbish", "bomb", "deep", "forged", "flipped", "flipped"))
        state = _state(manner, chance)
        described = {
            "seq": seq,
            "offset": chance.choice((0, 10, 2**62)),
            "lines": lines,
            "emulator": EMULATOR,
            "length": len(state),
            "sha256": hashlib.sha256(state).hexdigest(),
        }
        if manner == "bomb":
            described |= {"length": streams.BOMB, "sha256": zeros_digest().hex()}
        record_seq = (
            append(connection, pane, "Checkpointed", json.dumps(described)) if chance.random() < 0.8 else 1
        )
        stored = b"\x01" + streams.bomb() if manner == "bomb" else b"\x00" + state
        connection.execute(
            "INSERT OR REPLACE INTO checkpoint (pane, seq, record_seq, lines, emulator, state) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (pane, seq, record_seq, lines, EMULATOR, stored),
        )
        told.append(manner)
    return f"checkpoints: {', '.join(told)}"


def _state(manner: str, chance: random.Random) -> bytes:
    """A terminal's state as nobody kept it."""
    if manner == "rubbish":
        return chance.randbytes(500)
    if manner == "deep":
        return b"[" * 100_000
    terminal = Terminal(24, 80)
    terminal.feed(b"what nobody printed\r\n" * 100)
    state = bytearray(terminal.dump())
    if manner == "flipped":
        for _ in range(chance.choice((1, 3, 30))):
            state[chance.randrange(len(state))] ^= 1 << chance.randrange(8)
    return bytes(state)


#: Things in the schema that are not ours.
SCHEMAS = (
    "CREATE TRIGGER quiet BEFORE INSERT ON record WHEN NEW.kind = 'Died' BEGIN SELECT RAISE(IGNORE); END",
    "CREATE TRIGGER eats AFTER INSERT ON record BEGIN DELETE FROM checkpoint; END",
    "CREATE TRIGGER grows AFTER INSERT ON body BEGIN "
    "INSERT INTO more WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 10000) "
    "SELECT randomblob(1000) FROM n; END",
    "CREATE VIEW others AS SELECT load_extension('/tmp/x.so')",
    "CREATE TABLE kept (x TEXT DEFAULT (writefile('/tmp/x', 'y')))",
    "CREATE INDEX costly ON record (hex(randomblob(10)))",
    "CREATE INDEX extra ON record (instance)",
    "CREATE TEMP TRIGGER nothing AFTER INSERT ON record BEGIN SELECT 1; END",
    "DROP TRIGGER record_update",
    "DROP TRIGGER body_delete",
    "DROP INDEX record_pane",
    "DROP TABLE checkpoint",
    "ALTER TABLE record ADD COLUMN more TEXT",
    "ALTER TABLE record RENAME COLUMN occurred_at TO happened_at",
    "PRAGMA user_version = 999",
    "PRAGMA user_version = -1",
    "PRAGMA user_version = 0",
    "PRAGMA application_id = 7",
    "PRAGMA schema_version = 1",
)


def a_schema(case: Case, chance: random.Random) -> str:
    """The schema isn't ours any more."""
    told = []
    with closing(sqlite3.connect(case.log, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS more (bytes BLOB)")
        for sql in chance.sample(SCHEMAS, chance.choice((1, 1, 2))):
            try:
                connection.execute(sql)
                told.append(sql[:50])
            except sqlite3.Error as error:
                told.append(f"({error})")
    return f"schema: {'; '.join(told)}"


#: Every way to change what the log says.
WAYS = (
    records.a_stranger,
    records.odd_records,
    records.odd_output,
    records.odd_bodies,
    series.odd_series,
    records.no_text,
    records.a_size,
    a_checkpoint,
)


def forge(case: Case, chance: random.Random) -> str:
    """One of the ways, the chain and the triggers as they should be afterwards."""
    if chance.random() < 0.12:
        return a_schema(case, chance)
    way = chance.choice(WAYS)
    with unguarded(case.log) as connection:
        told = way(case, chance, connection)
    if chance.random() < 0.5:
        # Or it would be said that the log goes on behind its last known head, and nothing else.
        (case.home / "head").unlink(missing_ok=True)
    return told
