"""Panes whose program has ended are closed as the configuration or their tag wants it, after a grace."""

from __future__ import annotations

import asyncio
import time

import pytest

from chloe.actors.ended_closer import EndedCloser, is_to_be_closed
from chloe.backends.kinds import TRAITS
from chloe.errors import PaneRefused
from chloe.events import facts
from chloe.events.facts import Fact, Record
from chloe.events.panes import Panes
from tests.ids import id_of

NOW = time.time_ns()
WELL = facts.Died(status=0, signal=None, reason="")
BADLY = facts.Died(status=1, signal=None, reason="")
KILLED = facts.Died(status=None, signal=9, reason="")


class Log:
    """Panes, and what was closed of them."""

    def __init__(self) -> None:
        self.panes = Panes()
        self.closed: list[str] = []
        self.fails = False
        self.done = asyncio.Event()

    def happen(self, pane: str, fact: Fact, at: int = NOW) -> None:
        self.panes.apply(Record(1, at, at, id_of(pane), id_of("me"), fact, b""))

    def make(self, pane: str, *then: Fact, tags: tuple[str, ...] = (), at: int = NOW) -> None:
        traits = TRAITS["tmux"]
        created = facts.Created(
            backend="tmux", argv=("sh",), cwd="/", name=pane, rows=5, columns=9, tags=tags, traits=traits
        )
        for fact in (created, *then):
            self.happen(pane, fact, at)

    async def close(self, pane: str) -> None:
        if self.fails:
            raise PaneRefused("the disk is full")
        self.closed.append(self.panes[pane].name)
        self.happen(pane, facts.Closed())
        self.done.set()


@pytest.mark.parametrize(
    ("tag", "default", "died", "is_closed"),
    [
        ("", "keep", WELL, False),
        ("", "close", BADLY, True),
        ("", "close-on-success", WELL, True),
        ("", "close-on-success", BADLY, False),
        ("", "close-on-success", KILLED, False),
        ("on-exit=keep", "close", WELL, False),
        ("on-exit=close", "keep", KILLED, True),
        ("on-exit=close-on-success", "keep", WELL, True),
        # An older Chloe, or a newer one, may have tags that mean nothing here.
        ("on-exit=whatever", "keep", WELL, False),
        ("on-exit=close", "keep", None, False),
    ],
)
async def test_the_tag_goes_before_the_configuration(
    tag: str, default: str, died: facts.Died | None, is_closed: bool
) -> None:
    log = Log()
    log.make("p", *([died] if died else []), tags=(tag,) if tag else ())
    assert is_to_be_closed(log.panes[id_of("p")], default) is is_closed
    await EndedCloser(log.panes, default, 0, log.close).close_due(log.panes.values())
    assert log.closed == (["p"] if is_closed else [])


async def test_what_ended_long_ago_is_closed_at_once_and_the_rest_after_its_grace() -> None:
    log = Log()
    log.make("long ago", WELL, at=NOW - 3600 * 10**9)
    log.make("just now", WELL, at=time.time_ns())
    # By a clock that was set back since.
    log.make("in the future", WELL, at=NOW + 3600 * 10**9)
    closer = EndedCloser(log.panes, "close", 100, log.close)
    wait = await closer.close_due(log.panes.values())
    assert log.closed == ["long ago"]
    assert wait is not None
    assert 0 < wait <= 100


async def test_what_its_user_took_back_stays_until_it_runs_and_ends_anew() -> None:
    log = Log()
    log.make("p", WELL, facts.Closed(), facts.Restored())
    closer = EndedCloser(log.panes, "close", 0, log.close)
    assert await closer.close_due(log.panes.values()) is None
    assert log.closed == []
    log.happen("p", facts.Reopened())
    log.happen("p", WELL)
    await closer.close_due(log.panes.values())
    assert log.closed == ["p"]


async def test_an_end_wakes_it_and_output_does_not() -> None:
    log = Log()
    log.make("p")
    closer = EndedCloser(log.panes, "close", 0, log.close)
    looked: list[int] = []
    close_due = closer.close_due

    async def count(panes: object) -> float | None:
        looked.append(1)
        return await close_due(panes)  # type: ignore[arg-type]

    closer.close_due = count  # type: ignore[method-assign]
    task = asyncio.get_running_loop().create_task(closer.run())
    for _ in range(100):
        closer.on_change({id_of("p")})
        await asyncio.sleep(0)
    assert len(looked) == 1
    log.happen("p", WELL)
    closer.on_change({id_of("p")})
    async with asyncio.timeout(10):
        await log.done.wait()
    assert log.closed == ["p"]
    task.cancel()


async def test_where_the_log_can_t_be_written_it_is_tried_again() -> None:
    log = Log()
    log.make("p", WELL)
    log.fails = True
    closer = EndedCloser(log.panes, "close", 0, log.close)
    assert await closer.close_due(log.panes.values())
    log.fails = False
    assert await closer.close_due(log.panes.values()) is None
    assert log.closed == ["p"]
