"""Facts to what the log keeps, and back.

Owns kind, version, head and body of each fact. Must not know where they are kept. The head is JSON,
pure ASCII (surrogate escapes of odd file names survive as ``\\udcXX``), with sorted keys, so that one
fact has one encoding and one hash. Bytes travel in the body, never in the head. A kind or version
that isn't known here becomes ``Unknown`` and is encoded again exactly as it was read.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import MISSING, fields
from typing import Any, NamedTuple

from chloe.events import facts
from chloe.events.facts import Fact, Output, Process, Pruned, Repainted, SpoolPosition, Unknown


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
        facts.Renamed,
        facts.Tagged,
        facts.Detached,
        facts.Reattached,
        facts.Died,
        facts.Closed,
        facts.Reopened,
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


def _tuple(value: object) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise TypeError("not a list")
    return tuple(value)


def _spool(value: object) -> SpoolPosition | None:
    return None if value is None else SpoolPosition(*_tuple(value))


def _ranges(value: object) -> tuple[tuple[Any, Any], ...]:
    return tuple((first, last) for first, last in _tuple(value))


def _process(value: object) -> Process | None:
    return None if value is None else Process(*_tuple(value))


#: How a field that JSON can't carry as it is comes back.
_READ: dict[str, Callable[[object], object]] = {
    "argv": _tuple,
    "tags": _tuple,
    "spool": _spool,
    "survivor": _process,
    "bodies": _ranges,
}


def _kept(kind: type[Any]) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind) if f.name != _BODIES.get(kind))


_FIELDS = {name: _kept(kind) for name, kind in _KINDS.items()}
_DEFAULTS = {
    name: {f.name: f.default for f in fields(kind) if f.default is not MISSING}
    for name, kind in _KINDS.items()
}


def encode(fact: Fact) -> Encoded:
    """What the log keeps of ``fact``."""
    if type(fact) is Output:
        return Encoded("Output", _VERSION, _output_head(fact), fact.data)
    if isinstance(fact, Unknown):
        return Encoded(fact.kind, fact.version, fact.head, fact.body)
    kind = type(fact).__name__
    defaults = _DEFAULTS[kind]
    values = {
        name: value for name in _FIELDS[kind] if (value := getattr(fact, name)) != defaults.get(name, MISSING)
    }
    head = json.dumps(values, sort_keys=True, separators=(",", ":"))
    return Encoded(kind, _VERSION, head, _body(fact))


def _body(fact: Fact) -> bytes | None:
    match fact:
        case Repainted(data=data):
            return data
        case Pruned(state=state, length=length):
            return state if length else None
    return None


def _output_head(fact: Output) -> str:
    """As ``json.dumps`` would write it, at a tenth of the cost: most of the log is Output."""
    if fact.spool is None:
        return f'{{"length":{fact.length},"offset":{fact.offset}}}'
    segment, position = fact.spool
    return f'{{"length":{fact.length},"offset":{fact.offset},"spool":[{segment},{position}]}}'


def decode(kind: str, version: int, head: str, body: bytes | None) -> Fact:
    """The fact that was stored; ``Unknown`` where this Chloe can't read it. Never raises on a log's content.

    ``body`` may be None for a fact that had one (not read, or pruned): the field is then empty.
    """
    known = _KINDS.get(kind)
    if known is None or version != _VERSION:
        return Unknown(kind=kind, version=version, head=head, body=body)
    try:
        values = json.loads(head)
        for name, read in _READ.items():
            if name in values:
                values[name] = read(values[name])
        if known in _BODIES:
            values[_BODIES[known]] = body or b""
        fact: Fact = known(**values)
    except (TypeError, ValueError):
        return Unknown(kind=kind, version=version, head=head, body=body)
    return fact
