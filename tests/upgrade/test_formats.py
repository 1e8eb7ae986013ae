"""``docs/formats.md`` says enough: what a reader that knows nothing else reads is what Chloe reads."""

from __future__ import annotations

import ast
import json
import sqlite3
import sys
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pyte
import pytest
import zstandard

from chloe.events.codec import encode
from chloe.store import Store
from tests.ids import id_of
from tests.upgrade import reader
from tests.upgrade.conftest import KeptHome


def test_the_reader_knows_nothing_of_chloe() -> None:
    tree = ast.parse(Path(reader.__file__).read_text())
    imported = {
        alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    } | {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported - {"zstandard"} <= set(sys.stdlib_module_names) | {"collections.abc"}


async def test_the_reader_finds_what_chloe_finds(fresh: KeptHome) -> None:
    # All of it, while the files are as they were left.
    records = list(reader.read_log(fresh.home))
    spool = list(reader.read_spool(fresh.home / "spool" / fresh.pane("left")))
    assert reader.known_head(fresh.home) == (records[-1].seq, records[-1].hash)
    for name, digest in fresh.expected["printed"].items():
        if name not in ("left", "old"):
            assert sha256(reader.stream(records, fresh.pane(name))).hexdigest() == digest
    printed = b"".join(frame.payload for frame in spool if frame.kind == "o")
    assert sha256(printed).hexdigest() == fresh.expected["printed"]["left"]
    assert spool[-1].kind == "x"
    assert [pane for pane, _, _ in reader.checkpoints(fresh.home, records)]
    (kept,) = [
        each for each in records if each.kind == "Pruned" and each.body and each.pane == fresh.pane("cut")
    ]
    rows, columns, lines, drawn = reader.keyframe(kept)
    # Any terminal draws it.
    screen = pyte.Screen(columns, rows)
    pyte.ByteStream(screen).feed(drawn)
    assert [row.rstrip() for row in screen.display] == ["one", "two", ""]
    assert (rows, columns, lines) == (3, 20, 1), "the lines above it that it prints aren't counted"
    codecs = _codecs(fresh.home)
    store = await Store.open(fresh.home / "log.db", instance=id_of("another"))
    try:
        read = [record async for record in store.read(up_to=records[-1].seq)]
    finally:
        await store.close()
    assert len(read) == len(records)
    for ours, theirs in zip(read, records, strict=True):
        kind, version, head, body = encode(ours.fact)
        assert (ours.seq, ours.committed_at, ours.occurred_at, ours.hash) == (
            theirs.seq,
            theirs.committed_at,
            theirs.occurred_at,
            theirs.hash,
        )
        assert (ours.pane, ours.instance, kind, version) == (
            theirs.pane,
            theirs.instance,
            theirs.kind,
            theirs.version,
        )
        assert json.loads(head) == theirs.head
        assert (body or b"") == (theirs.body or b"")
    assert codecs == {0, 1, 2}


def _codecs(home: Path) -> set[int]:
    with closing(sqlite3.connect(home / "log.db")) as log:
        return {codec for (codec,) in log.execute("SELECT DISTINCT codec FROM body")}


async def test_the_reader_finds_a_change_and_says_what_is_newer(fresh: KeptHome) -> None:
    with closing(sqlite3.connect(fresh.home / "log.db", isolation_level=None)) as log:
        triggers = log.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            log.execute(f"DROP TRIGGER {name}")
        # In the middle of a series.
        (seq, whole) = log.execute("SELECT max(seq), bytes FROM body WHERE codec = 2").fetchone()
        log.execute("UPDATE body SET bytes = ? WHERE seq = ?", (whole[:-1] + b"?", seq))
    with pytest.raises((reader.NotAsDescribed, zstandard.ZstdError)):
        list(reader.read_log(fresh.home))
    with closing(sqlite3.connect(fresh.home / "log.db", isolation_level=None)) as log:
        log.execute("UPDATE body SET codec = 99 WHERE seq = ?", (seq,))
        with pytest.raises(reader.Newer, match="codec 99"):
            list(reader.read_log(fresh.home))
        log.execute("PRAGMA user_version = 2")
    with pytest.raises(reader.Newer, match="version 2"):
        list(reader.read_log(fresh.home))
    segment = fresh.home / "spool" / fresh.pane("left") / "0.seg"
    whole = segment.read_bytes()
    segment.write_bytes(whole[:-3] + bytes([whole[-3] ^ 1]) + whole[-2:])
    with pytest.raises(reader.NotAsDescribed, match="damage"):
        list(reader.read_spool(segment.parent))
