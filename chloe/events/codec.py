"""Facts to what the log keeps, and back.

Owns kind, version, head and body of each fact. Must not know where they are kept. The head is JSON,
pure ASCII (surrogate escapes of odd file names survive as ``\\udcXX``), with sorted keys, so that one
fact has one encoding and one hash. Bytes travel in the body, never in the head. A kind or version
that isn't known here, or a fact that can't be, becomes ``Unknown`` and is encoded again exactly as it was
read.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable
from dataclasses import MISSING
from typing import Any, NamedTuple

from chloe.events import facts, fields
from chloe.events.facts import Fact, Output, Process, Pruned, Repainted, SpoolPosition, Unknown
from chloe.events.ids import is_id, session_of
from chloe.events.traits import names_of


class Encoded(NamedTuple):
    """A fact as the log keeps it. ``body`` is None for a fact that carries no bytes."""

    kind: str
    version: int
    head: str
    body: bytes | None


#: The field that is the body, by kind; ``length`` stays in the head, known without reading the body.
_BODIES: dict[type[Any], str] = {Output: "data", Repainted: "data", Pruned: "state"}

#: Raised when the fields of a kind change their meaning; older versions then get a reading of their own.
_VERSION = 1

_KINDS: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in (
        facts.Created,
        facts.Output,
        facts.Resized,
        facts.TerminalReset,
        facts.Renamed,
        facts.Tagged,
        facts.EscapeAssigned,
        facts.Notified,
        facts.Seen,
        facts.Detached,
        facts.Reattached,
        facts.Died,
        facts.Closed,
        facts.Reopened,
        facts.Restored,
        facts.Gap,
        facts.Repainted,
        facts.Pruned,
        facts.Truncated,
        facts.LossAccepted,
        facts.Checkpointed,
        facts.Salvaged,
    )
}

#: Every kind of fact that this Chloe knows, by the name the log keeps.
KINDS = frozenset(_KINDS)


_pid = fields.number(2, 2**31 - 1)
#: Characters of a boot's id: a UUID.
_MAX_BOOT = 64
_segment = fields.number(0, fields.MAX_SEGMENT)


def _spool(value: object) -> SpoolPosition | None:
    match value:
        case None:
            return None
        case [segment, position]:
            return SpoolPosition(_segment(segment), fields.count(position))
    raise fields.InvalidField


def _process(value: object) -> Process | None:
    match value:
        case None:
            return None
        case [pid, started, boot]:
            return Process(_pid(pid), fields.count(started), fields.text(boot, _MAX_BOOT))
    raise fields.InvalidField


def _ranges(value: object) -> tuple[tuple[int, int], ...]:
    if not isinstance(value, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in value):
        raise fields.InvalidField
    return tuple([(fields.count(first), fields.count(last)) for first, last in value])


def _optional(check: Callable[[object], int]) -> Callable[[object], int | None]:
    return lambda value: None if value is None else check(value)


#: What each field may hold, in whichever kind it stands; as JSON has it in, as the fact has it out.
_CHECKS: dict[str, Callable[[object], object]] = {
    "again": fields.count,
    "argv": fields.argv,
    "attached": fields.flag,
    "backend": fields.kind,
    "bodies": _ranges,
    "columns": fields.count,
    "cwd": fields.text,
    "emulator": fields.text,
    "ended": fields.flag,
    "expected": fields.count,
    "file": fields.text,
    "first": fields.count,
    "found": fields.count,
    "hash": fields.text,
    "instance": fields.identity,
    "kept": fields.count,
    "length": fields.count,
    "line": fields.text,
    "lines": fields.count,
    "lost": fields.count,
    "name": fields.name,
    "offset": fields.count,
    "reason": fields.text,
    "relaunches": fields.identity,
    "rows": fields.count,
    "seq": fields.count,
    "session": fields.text,
    "sha256": fields.text,
    "signal": _optional(fields.number(1, 127)),
    "spool": _spool,
    "survivor": _process,
    "status": _optional(fields.number(0, 255)),
    "tags": fields.tags,
    "text": fields.notice,
    "through": fields.count,
    "title": fields.notice,
    "to_program": fields.flag,
    "traits": fields.traits,
    "user": fields.text,
}

#: Of these facts some are about no pane: their record's pane may be empty.
_OF_NO_PANE = (facts.Pruned, facts.Truncated, facts.LossAccepted, facts.Salvaged)

#: Characters of a head. The longest holds a command, each of whose characters JSON may write as six; others
#: hold a few texts. What a head says in vain would be read as well, and its lists take much memory.
_MAX_HEADS = {"Created": 8 * fields.MAX_ARGV, "Salvaged": 4 * 1024 * 1024}
_MAX_HEAD = 1024 * 1024

#: From so many characters on a ``Created`` is looked at before it is read: an object of a few fields, and in
#: it lists of words.
_LONG_HEAD = 64 * 1024
_WORD = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_PLAIN = re.compile(rf'\{{(?:{_WORD}|[^"\[\]{{}}]|\[(?:{_WORD},?)*+\]){{0,1000}}+\}}').fullmatch

_raw_decode = json.JSONDecoder().raw_decode

#: Most of the log is ``Output``, whose head ``_output_head`` writes.
_COUNT = "(0|[1-9][0-9]{0,17})"
_OUTPUT_HEAD = re.compile(
    rf'\{{"length":{_COUNT},"offset":{_COUNT}(?:,"spool":\[(0|[1-9][0-9]{{0,8}}),{_COUNT}\])?\}}'
).fullmatch


def _head_fields(kind: type[Any]) -> tuple[str, ...]:
    return tuple(f.name for f in dataclasses.fields(kind) if f.name != _BODIES.get(kind))


_FIELDS = {name: _head_fields(kind) for name, kind in _KINDS.items()}
_DEFAULTS = {
    name: {f.name: f.default for f in dataclasses.fields(kind) if f.default is not MISSING}
    for name, kind in _KINDS.items()
}


def encode(fact: Fact) -> Encoded:
    """Return what the log keeps of ``fact``."""
    if type(fact) is Output:
        return Encoded("Output", _VERSION, _output_head(fact), fact.data)
    if isinstance(fact, Unknown):
        return Encoded(fact.kind, fact.version, fact.head, fact.body)
    kind = type(fact).__name__
    defaults = _DEFAULTS[kind]
    values = {
        name: value for name in _FIELDS[kind] if (value := getattr(fact, name)) != defaults.get(name, MISSING)
    }
    head = json.dumps(values, sort_keys=True, separators=(",", ":"), default=names_of)
    return Encoded(kind, _VERSION, head, _body(fact))


def _body(fact: Fact) -> bytes | None:
    match fact:
        case Repainted(data=data):
            return data
        case Pruned(state=state, length=length):
            return state if length else None
    return None


def _output_head(fact: Output) -> str:
    """Write the head as ``json.dumps`` would, at a tenth of the cost: most of the log is Output."""
    if fact.spool is None:
        return f'{{"length":{fact.length},"offset":{fact.offset}}}'
    segment, position = fact.spool
    return f'{{"length":{fact.length},"offset":{fact.offset},"spool":[{segment},{position}]}}'


def decode(kind: str, version: int, head: str, body: bytes | None) -> Fact:
    """Return the fact that was stored; ``Unknown`` where this Chloe can't read it. Never raises.

    ``body`` may be None for a fact that had one (not read, or pruned): the field is then empty. A fact of a
    known kind is ``Unknown`` too where a field isn't what it may be, see ``fields``.
    """
    try:
        if kind == "Output" and version == _VERSION and (stated := _OUTPUT_HEAD(head)):
            fact: Fact | None = _decode_output(body, *stated.groups())
        else:
            fact = _decode_known(kind, version, head, body)
    except (TypeError, ValueError, RecursionError):
        fact = None
    return fact or Unknown(kind=kind, version=version, head=head, body=body)


def decode_record(pane: str, instance: str, kind: str, version: int, head: str, body: bytes | None) -> Fact:
    """Return the fact that a record carries, as ``decode`` does.

    It is ``Unknown`` too where the pane that it is said to be about, or the instance that is said to have
    written it, has no id: such a record opens no row, no path and no session.
    """
    fact = decode(kind, version, head, body)
    if is_id(pane) and is_id(instance):
        if type(fact) is not facts.Created:
            return fact
        if fact.session == (session_of(pane) if fact.traits.runs_in_session else ""):
            return fact
    elif not pane and isinstance(fact, _OF_NO_PANE) and (is_id(instance) or not instance):
        # What makes a damaged log anew is no instance.
        return fact
    return fact if isinstance(fact, Unknown) else Unknown(kind=kind, version=version, head=head, body=body)


def _decode_output(
    body: bytes | None, length_: str, offset_: str, segment: str | None, position: str | None
) -> Output | None:
    length, offset = int(length_), int(offset_)
    if body is not None and len(body) != length:
        return None
    spool = None if segment is None or position is None else SpoolPosition(int(segment), int(position))
    return Output(offset=offset, length=length, data=body or b"", spool=spool)


def _load(head: str) -> object:
    """Read JSON that begins at once, in half the time of ``json.loads``. Raises what that does."""
    value, end = _raw_decode(head)
    # Only blanks may follow.
    return value if end == len(head) else json.loads(head)


def _decode_known(kind: str, version: int, head: str, body: bytes | None) -> Fact | None:
    known = _KINDS.get(kind)
    if known is None or version != _VERSION or len(head) > _MAX_HEADS.get(kind, _MAX_HEAD):
        return None
    if kind == "Created" and len(head) > _LONG_HEAD and not _PLAIN(head):
        return None
    stated = _load(head)
    if not isinstance(stated, dict):
        return None
    values: dict[str, Any] = {name: _CHECKS[name](value) for name, value in stated.items() if name in _CHECKS}
    if len(values) != len(stated):
        return None
    if "rows" in values:
        fields.check_size(values["rows"], values.get("columns"))
    if "offset" in values and "length" in values:
        fields.check_span(values["offset"], values["length"])
    if known in _BODIES:
        if body is not None and len(body) != values.get("length", 0):
            return None
        values[_BODIES[known]] = body or b""
    elif body is not None:
        return None
    fact: Fact = known(**values)
    return fact
