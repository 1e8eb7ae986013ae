"""Logs as somebody would write them who knows the format: the chain is right, what it says is not.

Owns the ways into ``log.db`` past its triggers, and what is put there. Must not know what becomes of it.
"""

from __future__ import annotations

import hashlib
import json
import random
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from chloe.events import facts
from chloe.events.codec import encode
from chloe.events.traits import NAMES, Traits
from chloe.store.chain import GENESIS, link
from chloe.terminal import EMULATOR
from tests.hostile import streams
from tests.hostile.homes import BYSTANDER, Case, fresh_id


@contextmanager
def unguarded(log: Path) -> Iterator[sqlite3.Connection]:
    """A log, open to be changed: without its triggers, which are back afterwards."""
    with closing(sqlite3.connect(log, isolation_level=None)) as connection:
        kept = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        connection.execute("BEGIN IMMEDIATE")
        for name, _ in kept:
            connection.execute(f'DROP TRIGGER "{name}"')
        yield connection
        for _, sql in kept:
            connection.execute(sql)
        connection.execute("COMMIT")


def append(
    connection: sqlite3.Connection,
    pane: str | bytes,
    kind: str,
    head: str | bytes,
    body: bytes | None = None,
    *,
    version: int = 1,
    instance: str = "",
    committed_at: int | None = None,
    occurred_at: int | None = None,
    stored: tuple[int, bytes] | None = None,
    digest: bytes | None = None,
) -> int:
    """Add one record, chained as the writer would; its seq. ``stored``: codec and bytes, else as they are."""
    last = "SELECT seq, committed_at, hash FROM record ORDER BY seq DESC LIMIT 1"
    seq, before, previous = connection.execute(last).fetchone() or (0, 0, GENESIS)
    committed_at = max(before, time.time_ns()) if committed_at is None else committed_at
    occurred_at = committed_at if occurred_at is None else occurred_at
    if digest is None and body is not None:
        digest = hashlib.sha256(body).digest()
    instance = instance or fresh_id()
    words = [_bytes(each) for each in (pane, instance, kind, head)]
    chained = link(
        previous, seq + 1, committed_at, occurred_at, words[0], words[1], words[2], version, words[3], digest
    )
    # As text whatever the bytes are.
    connection.execute(
        "INSERT INTO record "
        "(seq, committed_at, occurred_at, pane, instance, kind, version, head, body_sha256, hash) "
        "VALUES (?, ?, ?, CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), ?, CAST(? AS TEXT), ?, ?)",
        (
            seq + 1,
            committed_at,
            occurred_at,
            words[0],
            words[1],
            words[2],
            version,
            words[3],
            digest,
            chained,
        ),
    )
    if digest is not None:
        codec, raw = stored or (0, body or b"")
        connection.execute("INSERT INTO body (seq, codec, bytes) VALUES (?, ?, ?)", (seq + 1, codec, raw))
    return int(seq) + 1


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")


def created(case: Case, pane: str, **changed: Any) -> str:
    """The head of a ``Created`` of a tmux pane."""
    values = {
        "backend": "tmux",
        "argv": ["sh"],
        "cwd": "/",
        "name": "of a hostile log",
        "rows": 24,
        "columns": 80,
        "session": f"chloe-{pane}",
        "traits": list(NAMES),
    }
    return json.dumps(values | changed)


def plausible(case: Case, chance: random.Random) -> list[tuple[str, str, bytes | None]]:
    """One record of each kind, as it might be: kind, head, body."""
    printed = streams.an_output(chance)
    size = len(printed)
    position = facts.SpoolPosition(chance.choice((0, 1, 2**40)), chance.choice((0, 100, 2**40)))
    made: Sequence[facts.Fact] = (
        facts.Created(
            backend=chance.choice(("tmux", "direct")),
            argv=("sh", streams.TEXTS[0]),
            cwd=str(case.outside),
            name="x",
            rows=24,
            columns=80,
            session=chance.choice((BYSTANDER, "chloe-x", "")),
            traits=chance.choice((Traits(), Traits(**dict.fromkeys(NAMES, True)))),
            relaunches=chance.choice((fresh_id(), "")),
        ),
        facts.Output(offset=0, length=size, data=printed, spool=chance.choice((None, position))),
        facts.Resized(rows=30, columns=100, offset=0, spool=position),
        facts.Renamed(name="x"),
        facts.Tagged(tags=("a", "b")),
        facts.TerminalReset(),
        facts.EscapeAssigned(to_program=True),
        facts.Notified(offset=chance.choice((size, 2**62)), title="t", text=chance.choice(("", "x"))),
        facts.Seen(offset=chance.choice((0, 2**62)), ended=True),
        facts.Detached(instance=fresh_id(), reason="asked"),
        facts.Reattached(instance=fresh_id()),
        facts.Died(status=0, signal=None, reason="", spool=position),
        facts.Closed(),
        facts.Reopened(),
        facts.Restored(),
        facts.Gap(offset=0, length=chance.choice((1, 2**40)), reason="r", spool=position),
        facts.Repainted(rows=24, columns=80, offset=0, length=size, data=printed),
        facts.Pruned(
            first=1, through=2, reason="r", offset=5, lines=7, length=20, state=b"24 80 5\n" + printed
        ),
        facts.Truncated(expected=10, hash="00" * 32, found=5, reason="r"),
        facts.LossAccepted(user="x", through=9, expected=10, found=5, line="5 00"),
        facts.Checkpointed(seq=3, offset=size, lines=1, emulator=EMULATOR, length=9, sha256="00" * 32),
        facts.Salvaged(file="log.db", kept=1, again=2, lost=3, reason="r", bodies=((1, 2),)),
    )
    return [(each.kind, each.head, each.body) for each in map(encode, made)]


def a_stranger(case: Case, chance: random.Random, connection: sqlite3.Connection) -> str:
    """Records of a pane whose id isn't one; the id."""
    pane = chance.choice(streams.ids(case.outside, chance.choice(list(case.panes.values()))))
    case.named.append(pane)
    changed: dict[str, Any] = {}
    if chance.random() < 0.5:
        changed["session"] = chance.choice((BYSTANDER, "", f"={BYSTANDER}:", pane, streams.a_text(chance)))
    append(connection, pane, "Created", created(case, pane, **changed), committed_at=None)
    if chance.random() < 0.7:
        append(connection, pane, "Output", '{"length":5,"offset":0}', b"hello")
    if chance.random() < 0.5:
        append(connection, pane, "Died", '{"status":0,"signal":null,"reason":""}')
    if chance.random() < 0.3:
        append(connection, pane, "Closed", "{}")
    return f"a pane called {pane[:60]!r}"


def odd_records(case: Case, chance: random.Random, connection: sqlite3.Connection) -> str:
    """Records of honest panes, of a new one or of none, each with something wrong in it."""
    told = []
    new = fresh_id()
    append(connection, new, "Created", created(case, new))
    for _ in range(chance.randrange(1, 8)):
        kind, head, body = chance.choice(plausible(case, chance))
        pane = chance.choice((new, new, "", *case.panes.values()))
        wrong = chance.choice(
            ("head", "head", "head", "nothing", "time", "kind", "version", "body", "instance")
        )
        extra: dict[str, Any] = {}
        if wrong == "head":
            head = streams.a_head(chance, head)
        elif wrong == "time":
            extra["occurred_at"] = chance.choice(streams.TIMES)
            if chance.random() < 0.3:
                extra["committed_at"] = chance.choice(streams.TIMES)
        elif wrong == "kind":
            kind = chance.choice((*streams.TEXTS, kind.lower(), "Encrypted"))
        elif wrong == "version":
            extra["version"] = chance.choice((0, -1, 2, 2**31, 2**63 - 1))
        elif wrong == "body":
            body = chance.choice((None, b"", streams.an_output(chance)))
        elif wrong == "instance":
            extra["instance"] = chance.choice(streams.ids(case.outside, pane or new))
        append(connection, pane, kind, head, body, **extra)
        told.append(f"{kind[:20]!r} with a wrong {wrong}")
    case.named.append(new)
    return "; ".join(told)


def odd_output(case: Case, chance: random.Random, connection: sqlite3.Connection) -> str:
    """A pane, of good form and first in the list, whose output is hostile."""
    pane = fresh_id()
    rows, columns = chance.choice(((24, 80), (1, 1), (2, 300), (200, 2)))
    append(connection, pane, "Created", created(case, pane, rows=rows, columns=columns))
    offset = 0
    for _ in range(chance.randrange(1, 5)):
        data = streams.an_output(chance)
        append(connection, pane, "Output", json.dumps({"length": len(data), "offset": offset}), data)
        offset += len(data)
        if chance.random() < 0.4:
            size = {"rows": chance.choice((1, 24, 500)), "columns": chance.choice((1, 80, 1000))}
            append(connection, pane, "Resized", json.dumps(size | {"offset": offset}))
    if chance.random() < 0.6:
        append(connection, pane, "Died", '{"status":0,"signal":null,"reason":""}')
    case.named.append(pane)
    return f"{offset} bytes of hostile output"


def odd_bodies(case: Case, chance: random.Random, connection: sqlite3.Connection) -> str:
    """Bodies that aren't what the record says, or far more."""
    pane = fresh_id()
    append(connection, pane, "Created", created(case, pane))
    case.named.append(pane)
    manner = chance.choice(("bomb", "repainted", "state", "no body", "wrong hash", "no frame"))
    length = chance.choice((5, streams.BOMB))
    head = json.dumps({"length": length, "offset": 0})
    zeros = zeros_digest()
    match manner:
        case "bomb":
            append(connection, pane, "Output", head, stored=(1, streams.bomb()), digest=zeros)
        case "repainted":
            head = json.dumps({"rows": 24, "columns": 80, "offset": 0, "length": length})
            append(connection, pane, "Repainted", head, stored=(1, streams.bomb()), digest=zeros)
        case "state":
            head = json.dumps({"first": 1, "through": 1, "reason": "r", "length": length})
            append(connection, pane, "Pruned", head, stored=(1, streams.bomb()), digest=zeros)
        case "no body":
            seq = append(connection, pane, "Output", head, b"hello")
            connection.execute("DELETE FROM body WHERE seq = ?", (seq,))
        case "wrong hash":
            append(connection, pane, "Output", head, b"hello", digest=bytes(32))
        case "no frame":
            append(connection, pane, "Output", head, b"hello", stored=(1, streams.bomb()[:100]))
    case.honest = manner not in ("no body", "wrong hash", "no frame")
    return f"a body: {manner}"


_digests: list[bytes] = []


def zeros_digest() -> bytes:
    """The hash of what the bomb unpacks to."""
    if not _digests:
        hashed = hashlib.sha256()
        piece = bytes(10_000_000)
        for _ in range(streams.BOMB // len(piece)):
            hashed.update(piece)
        _digests.append(hashed.digest())
    return _digests[0]


def no_text(case: Case, chance: random.Random, connection: sqlite3.Connection) -> str:
    """Columns whose text isn't UTF-8."""
    where = chance.choice(("pane", "kind", "head", "instance"))
    pane = fresh_id()
    bad = b"\xff\xfe" + pane.encode()
    append(
        connection,
        bad if where == "pane" else pane,
        "Created" if where != "kind" else "Cr\udce4",
        bad if where == "head" else created(case, pane),
        instance="\udcff" if where == "instance" else "",
    )
    return f"a {where} that isn't UTF-8"


def a_size(case: Case, chance: random.Random, connection: sqlite3.Connection) -> str:
    """Terminals of sizes that nobody has."""
    pane = fresh_id()
    size = chance.choice(
        ((10**6, 10**6), (10**6, 80), (24, 10**6), (0, 0), (-1, 80), (2**31, 2**31), (65535, 65535))
    )
    head = created(case, pane, rows=size[0], columns=size[1])
    manner = chance.choice(("created", "resized", "repainted", "pruned"))
    if manner == "created":
        append(connection, pane, "Created", head)
    else:
        append(connection, pane, "Created", created(case, pane))
    said = {"rows": size[0], "columns": size[1], "offset": 0}
    if manner == "resized":
        append(connection, pane, "Resized", json.dumps(said))
    elif manner == "repainted":
        append(connection, pane, "Repainted", json.dumps(said | {"length": 1}), b"x")
    elif manner == "pruned":
        state = b"%d %d %d\nx" % (*(abs(each) for each in size), 10**17)
        told = {"first": 1, "through": 1, "reason": "", "offset": 0, "lines": 2**62, "length": len(state)}
        append(connection, pane, "Pruned", json.dumps(told), state)
    append(connection, pane, "Output", '{"length":5,"offset":0}', b"hello")
    case.named.append(pane)
    return f"a terminal of {size} by {manner}"
