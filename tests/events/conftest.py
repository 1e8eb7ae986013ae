"""Records made by hand, for projections that never ask where records come from."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest

from chloe.backends.kinds import TRAITS
from chloe.events.facts import Created, Fact, Output, Record

MakeRecord = Callable[..., Record]


@pytest.fixture
def record() -> MakeRecord:
    """A function that gives each fact the next seq; pane and instance may be named."""
    numbers = count(1)

    def make(fact: Fact, *, pane: str = "p1", instance: str = "i1", occurred_at: int | None = None) -> Record:
        seq = next(numbers)
        when = seq * 1000 if occurred_at is None else occurred_at
        return Record(
            seq=seq, committed_at=when, occurred_at=when, pane=pane, instance=instance, fact=fact, hash=b""
        )

    return make


@pytest.fixture
def created() -> Callable[..., Created]:
    def make(**changed: object) -> Created:
        values: dict[str, object] = {
            "backend": "tmux",
            "argv": ("sh",),
            "cwd": "/",
            "name": "build",
            "rows": 5,
            "columns": 20,
            "traits": TRAITS["tmux"],
        }
        return Created(**(values | changed))  # type: ignore[arg-type]

    return make


@pytest.fixture
def output() -> Callable[[bytes, int], Output]:
    def make(data: bytes, offset: int = 0) -> Output:
        return Output(offset=offset, length=len(data), data=data)

    return make
