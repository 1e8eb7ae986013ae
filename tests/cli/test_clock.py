"""A clock that was set back and forward: order is ``seq``, and nothing that tells of times is confused."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest

from chloe.config import Paths
from chloe.events import facts
from chloe.events.facts import Entry
from chloe.store import Store
from tests.cli.conftest import Chloe
from tests.ids import id_of

PANE = "00000000-0000-4000-8000-000000000000"
HOUR = 3_600_000_000_000


@pytest.fixture
async def log(home: Path) -> None:
    """A pane that was made in the future, printed in the past, and ended before it began."""
    Paths.under(home).prepare()
    now = time.time_ns()
    clock = iter([now, now + HOUR, now - HOUR, now, now - 2 * HOUR, now])
    store = await Store.open(home / "log.db", instance=id_of("one"), now=lambda: next(clock, now))
    created = facts.Created(backend="direct", argv=("x",), cwd="/", name="clock", rows=24, columns=80)
    happened: list[tuple[facts.Fact, int]] = [
        (created, now + HOUR),
        (facts.Output(offset=0, length=6, data=b"first\n"), now - 30 * HOUR),
        (facts.Resized(rows=30, columns=90, offset=6), now + 50 * HOUR),
        (facts.Output(offset=6, length=7, data=b"second\n"), now - HOUR),
        (facts.Died(status=0, signal=None, reason=""), now - 40 * HOUR),
    ]
    for fact, occurred_at in happened:
        await store.append([Entry(PANE, fact, occurred_at)])
    await store.close()


def test_everything_is_told_in_order_and_no_time_is_negative(log: None, chloe: Chloe, tmp_path: Path) -> None:
    told = [json.loads(line) for line in chloe("replay", "--json").stdout.splitlines()]
    assert [each["seq"] for each in told] == sorted(each["seq"] for each in told)
    assert [each["kind"] for each in told][-1] == "Died"
    assert chloe("export-log", "clock", "--format", "raw").stdout == b"first\nsecond\n"
    assert chloe("export-log", "clock", "--format", "text").stdout.split() == [b"first", b"second"]
    for words in (("ls", "--all"), ("replay",), ("replay", "clock")):
        said = chloe(*words).stdout.decode()
        assert "clock" in said
        assert not re.search(r"(?<![\w-])-\d", said), said
    assert b"the chain holds" in chloe("verify").stdout


async def test_the_time_of_a_commit_never_goes_back(log: None, home: Path) -> None:
    store = await Store.open(home / "log.db", instance=id_of("two"))
    times = [record.committed_at async for record in store.read(bodies=False)]
    assert times == sorted(times)
    await store.close()
