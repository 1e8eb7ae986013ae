"""What is done to homes: by chance for a seed, and crafted, one for each attack that once worked.

Owns the list. Must not know what is run over a home afterwards.
"""

from __future__ import annotations

import json
import random
import sqlite3
from contextlib import closing, suppress
from functools import partial
from typing import Any

from tests.hostile import forging, frames, places, records, series, streams
from tests.hostile.homes import BYSTANDER, Case, fresh_id
from tests.hostile.trials import Spoil

#: Each with how often it is taken.
_WAYS: tuple[tuple[Spoil, int], ...] = (
    (places.flip, 6),
    (forging.forge, 10),
    (frames.forge, 6),
    (frames.a_stray, 2),
    (places.replace, 6),
    (places.heads, 2),
    (places.settings, 2),
    (places.an_instance, 1),
    (places.a_holder, 2),
)


def by_chance(chance: random.Random) -> list[Spoil]:
    """One, two or three of the ways; what needs whole files to work on comes before what spoils files."""
    ways, often = zip(*_WAYS, strict=True)
    chosen: list[Spoil] = chance.choices(ways, often, k=chance.choice((1, 1, 2, 3)))
    return sorted(chosen, key=lambda way: (way is places.replace, way is places.flip))


def _called(pane: str, case: Case, _chance: random.Random, **changed: Any) -> str:
    """A live pane of this id, first in the list."""
    pane = pane.format(outside=case.outside, unread=case.panes["unread"], bystander=BYSTANDER)
    case.named.append(pane)
    with records.unguarded(case.log) as connection:
        records.append(connection, pane, "Created", records.created(case, pane, **changed))
        records.append(connection, pane, "Output", '{"length":5,"offset":0}', b"hello")
    return f"a pane called {pane!r}"


def _said(kind: str, head: str, case: Case, _chance: random.Random, body: bytes | None = None) -> str:
    """A record of this kind and head, of a pane of good form."""
    pane = fresh_id()
    case.named.append(pane)
    with records.unguarded(case.log) as connection:
        if kind != "Created":
            records.append(connection, pane, "Created", records.created(case, pane))
        records.append(connection, pane, kind, head, body)
    return f"a {kind} that says {head[:60]!r}"


def _printed(data: bytes, ended: bool, case: Case, _chance: random.Random) -> str:
    """A pane, first in the list, that printed this."""
    pane = fresh_id()
    case.named.append(pane)
    with records.unguarded(case.log) as connection:
        records.append(connection, pane, "Created", records.created(case, pane))
        records.append(connection, pane, "Output", json.dumps({"length": len(data), "offset": 0}), data)
        if ended:
            records.append(connection, pane, "Died", '{"status":0,"signal":null,"reason":""}')
    return f"output {data[:40]!r}"


def _framed(payload: bytes, kind: int, at: int, case: Case, _chance: random.Random) -> str:
    """One more frame behind what an honest pane's spool holds."""
    path = case.spool("orphan") / "0.seg"
    with path.open("ab") as file:
        file.write(frames.frame(kind, payload, at))
    return f"a frame {payload[:40]!r}"


def _placed(name: str, kind: str, case: Case, chance: random.Random) -> str:
    """This kind of thing stands in the place of that file."""
    spool = case.spool("unread")
    path = spool / name.removeprefix("spool/") if name.startswith("spool/") else case.home / name
    return places.replace(case, chance, path, kind)


def _scheming(sql: str, case: Case, _chance: random.Random) -> str:
    """Something more in the schema."""
    with closing(sqlite3.connect(case.log, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS more (bytes BLOB)")
        # Some of them can't be made with every SQLite.
        with suppress(sqlite3.Error):
            connection.execute(sql)
    return sql


def _headed(line: str, case: Case, _chance: random.Random) -> str:
    """``head`` says this."""
    (case.home / "head").write_text(line)
    return f"head: {line[:50]!r}"


def _sized(case: Case, chance: random.Random, seed: int) -> str:
    with records.unguarded(case.log) as connection:
        return records.a_size(case, random.Random(seed), connection)


def _bodied(case: Case, chance: random.Random, seed: int) -> str:
    with records.unguarded(case.log) as connection:
        return records.odd_bodies(case, random.Random(seed), connection)


def _in_series(way: str, case: Case, chance: random.Random) -> str:
    with records.unguarded(case.log) as connection:
        return series.odd_series(case, chance, connection, way)


_IDS = {
    "folder": "{outside}/kept",
    "up": "../../outside/kept",
    "the home": "..",
    "every spool": "",
    "this folder": ".",
    "another spool": "../spool/{unread}",
    "below a spool": "{unread}/../../../outside/kept",
    "a reset": "\x1bc",
    "a title": "\x1b]2;owned\x07",
    "bidi": "\u202eevil",
    "tags": "\U000e0041\U000e0042",
    "long": "x" * 100_000,
    "another session": BYSTANDER,
}
_PLACES = ("fifo", "zero", "folder", "outside", "dangling", "loop", "huge", "socket")
_FILES = (
    "log.db",
    "log.db-wal",
    "log.db-shm",
    "head",
    "config.toml",
    "heads",
    "log.lock",
    "chloe.log",
    "spool/0.seg",
    "spool/lock",
    "spool/lease",
    "spool/spec.json",
    "spool/keys",
    "instances/00000000-0000-4000-8000-000000000000.lock",
)

#: Every attack by a name of its own.
CRAFTED: dict[str, list[Spoil]] = {
    "nothing": [],
    **{f"id: {name}": [partial(_called, pane)] for name, pane in _IDS.items()},
    "session of somebody else": [partial(_called, "11111111-1111-4111-8111-111111111111", session=BYSTANDER)],
    "name and tags": [
        partial(
            _said,
            "Created",
            json.dumps(
                {
                    "backend": "tmux",
                    "argv": list(streams.TEXTS),
                    "cwd": "".join(streams.TEXTS),
                    "name": "".join(streams.TEXTS),
                    "rows": 24,
                    "columns": 80,
                    "tags": list(streams.TEXTS),
                    "session": "".join(streams.TEXTS),
                }
            ),
        )
    ],
    **{f"head {number}": [partial(_said, "Renamed", head)] for number, head in enumerate(streams.HEADS)},
    **{f"size {number}": [partial(_sized, seed=number)] for number in range(12)},
    **{f"body {number}": [partial(_bodied, seed=number)] for number in range(8)},
    **{
        f"series {way}": [partial(_in_series, way)]
        for way in ("loop", "in turns", "each another", "bomb", "stuffed")
    },
    **{
        f"output {number}{' of an ended pane' * ended}": [partial(_printed, data, ended)]
        for number, data in enumerate(streams.OUTPUT)
        for ended in (False, True)
    },
    "wait status": [partial(_framed, (0x7F7F7F).to_bytes(4, "little"), ord("x"), 1)],
    "exit without payload": [partial(_framed, b"", ord("x"), 1)],
    "size without payload": [partial(_framed, b"", ord("s"), 1)],
    "gap without payload": [partial(_framed, b"", ord("g"), 1)],
    "header without payload": [partial(_framed, b"", ord("h"), 1)],
    "gap of 2^64-1": [partial(_framed, b"\xff" * 8, ord("g"), 1)],
    "size of nothing": [partial(_framed, bytes(8), ord("s"), 1)],
    "time of 2^64-1": [partial(_framed, b"late", ord("o"), 2**64 - 1)],
    "unknown kind": [partial(_framed, b"what", 200, 1)],
    "kind 0": [partial(_framed, b"what", 0, 1)],
    "head of 2^64": [partial(_headed, f"2026-01-01T00:00:00Z {2**64} {'ab' * 32}")],
    "head of 5000 digits": [partial(_headed, f"x {'9' * 5000} {'ab' * 32}")],
    **{f"{name}: {kind}": [partial(_placed, name, kind)] for name in _FILES for kind in _PLACES},
    **{f"schema {number}": [partial(_scheming, sql)] for number, sql in enumerate(forging.SCHEMAS[:7])},
}


def is_drawn(name: str) -> bool:
    """Whether this one is about what the app shows, and not about files that every command opens alike."""
    return name.startswith(("id", "session", "name", "size", "output", "wait", "exit", "gap", "time"))
