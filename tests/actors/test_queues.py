"""What waits in an actor is counted where it waits."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest

from chloe.actors import gathering
from chloe.actors.gathering import Gathering
from chloe.actors.pane import PaneActor
from chloe.actors.queues import ActorQueues
from chloe.backends.backend import Spec
from chloe.backends.fake import FakeBackend
from chloe.events.commands import Write
from chloe.events.facts import Entry, Record
from tests.ids import id_of

Eventually = Callable[..., Awaitable[None]]


class _Full:
    """A log that can't be written."""

    async def append(self, entries: Sequence[Entry], *, durable: bool = False) -> list[Record]:
        await asyncio.Event().wait()
        return []


class _Unread(FakeBackend):
    """A program that reads nothing of what is typed."""

    @property
    def pending_input(self) -> int:
        return len(self.typed)


async def test_commands_and_bytes_are_counted_while_they_wait(
    eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "_ATTENTION", 0.0)
    spec = Spec(pane=id_of("one"), argv=("silent",), cwd="/", environment={}, rows=24, columns=80)
    backend = _Unread(spec, lambda _: lambda _: None)
    actor = PaneActor(id_of("one"), backend, _Full(), Gathering())
    assert actor.measure_queues() == ActorQueues(0, 0, 0)
    for _ in range(3):
        actor.mailbox.send(Write(id_of("one"), b"ls\n"))
    assert actor.measure_queues() == ActorQueues(commands=3, gathered_bytes=0, input_bytes=0)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(actor.run())
        await eventually(lambda: actor.measure_queues() == ActorQueues(0, 0, input_bytes=9))
        backend.prints(b"a" * 100)
        await eventually(lambda: actor._pending._committing)
        backend.prints(b"b" * 70)
        await eventually(lambda: actor.measure_queues() == ActorQueues(0, gathered_bytes=70, input_bytes=9))
        running.cancel()
