"""Pages of the log are bounded by all that a record holds: its text as well as its body."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from chloe.events.facts import Closed, Entry, Fact, Record, Renamed, Unknown
from chloe.store import Store
from chloe.store import reading as pages
from chloe.store.reading import RecordQuery
from tests.ids import id_of

Opener = Callable[..., Awaitable[Store]]

PANE = id_of("pane")
#: What a stranger's log may hold of a kind that has no body.
LONG = [Unknown(kind="Renamed", version=1, head="x" * 400_000, body=None)] * 30
SHORT = [Renamed(name=str(number)) for number in range(600)]


def weight(facts: list[Fact]) -> int:
    return sum(len(fact.head) for fact in facts if isinstance(fact, Unknown))


@pytest.mark.parametrize("how", ["records", "outline"])
@pytest.mark.parametrize("facts", [LONG, SHORT + LONG + SHORT], ids=["long", "among short ones"])
async def test_no_more_text_is_held_at_once_than_a_page_may_have(
    opened: Opener, path: Path, monkeypatch: pytest.MonkeyPatch, how: str, facts: list[Fact]
) -> None:
    store = await opened()
    records = await store.append([Entry(PANE, fact, 1) for fact in facts])
    name = "page" if how == "records" else "by_seq"
    real = getattr(pages, name)
    weights = []

    def weighed(*arguments: object) -> tuple[list[object], int]:
        found: tuple[list[object], int] = real(*arguments)
        weights.append(weight([record.fact for record in found[0]]))  # type: ignore[attr-defined]
        return found

    monkeypatch.setattr(pages, name, weighed)

    found = store.read() if how == "records" else store.read_outline()
    seqs = [record.seq async for record in found]

    assert seqs == [record.seq for record in records]
    assert sum(weights) == weight(facts)
    assert max(weights) < pages.PAGE_BYTES + 400_000


@pytest.mark.parametrize(
    ("query", "matches"),
    [
        (RecordQuery(), True),
        (RecordQuery(pane="one", kinds=frozenset({"Closed"}), since=100, until=101), True),
        (RecordQuery(pane="other"), False),
        (RecordQuery(kinds=frozenset({"Died"})), False),
        (RecordQuery(since=101), False),
        (RecordQuery(until=100), False),
    ],
)
def test_a_record_beside_the_log_is_asked_for_as_one_in_it(query: RecordQuery, matches: bool) -> None:
    assert query.matches(Record(1, 200, 100, "one", "instance", Closed(), b"")) is matches
