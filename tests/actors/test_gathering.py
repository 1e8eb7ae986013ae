"""Gathering: what nobody looks at shares commits, and what somebody waits for doesn't wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from chloe.actors import gathering
from chloe.actors.gathering import MAX_GATHERED, Gathering
from chloe.actors.pane import PaneActor
from chloe.backends.backend import Spec
from chloe.backends.fake import FakeBackend
from chloe.events.commands import Resize, Write
from chloe.events.facts import Output
from chloe.store import Store
from tests.ids import id_of

Eventually = Callable[..., Awaitable[None]]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(tmp_path / "home" / "log.db", instance=id_of("one"))
    yield opened
    await opened.close()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what may wait do so for an hour: whatever is committed was committed for another reason."""
    monkeypatch.setattr(gathering, "MAX_DELAY", 3600.0)


@pytest.fixture(autouse=True)
def unattended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have panes that were just started be as those that nobody typed into for long."""
    monkeypatch.setattr(gathering, "_ATTENTION", 0.0)


class _Panes:
    """Actors of programs that are played, on one log."""

    def __init__(self, log: Store, group: asyncio.TaskGroup) -> None:
        self.log = log
        self.gathering = Gathering()
        self._group = group
        self._tasks: list[asyncio.Task[None]] = []

    def open(self, name: str) -> tuple[FakeBackend, PaneActor]:
        spec = Spec(pane=id_of(name), argv=("silent",), cwd="/", environment={}, rows=24, columns=80)
        backend = FakeBackend(spec, lambda _: lambda _: None)
        actor = PaneActor(id_of(name), backend, self.log, self.gathering)
        self._tasks.append(self._group.create_task(actor.run()))
        return backend, actor

    def close(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def printed(self, name: str) -> bytes:
        return b"".join(
            [
                record.fact.data
                async for record in self.log.read(pane=id_of(name))
                if isinstance(record.fact, Output)
            ]
        )


@pytest.fixture
async def panes(store: Store) -> AsyncIterator[_Panes]:
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        made = _Panes(store, group)
        yield made
        made.close()


async def _committed(panes: _Panes, name: str, data: bytes) -> None:
    """Wait until the log has this of a pane."""
    async for _ in panes.log.follow(0):
        if await panes.printed(name) == data:
            return


async def test_panes_that_nobody_looks_at_share_commits(panes: _Panes) -> None:
    names = [f"pane {number}" for number in range(20)]
    backends = [panes.open(name)[0] for name in names]
    for number, backend in enumerate(backends):
        backend.prints(b"a line of %d" % number)
    for number, name in enumerate(names):
        await _committed(panes, name, b"a line of %d" % number)
    moments = {record.committed_at async for record in panes.log.read(kinds=["Output"])}
    assert len(moments) == 1


async def test_what_is_printed_in_pieces_is_gathered_in_order(panes: _Panes, eventually: Eventually) -> None:
    backend, actor = panes.open("chatty")
    for number in range(50):
        backend.prints(b"%d " % number)
        await eventually(lambda: not backend._events)
    await _committed(panes, "chatty", b"".join(b"%d " % number for number in range(50)))
    offsets = [record.fact.offset async for record in panes.log.read() if isinstance(record.fact, Output)]
    assert offsets == sorted(offsets)
    assert not actor.has_uncommitted


@pytest.mark.usefixtures("patient")
async def test_a_pane_that_is_shown_waits_for_none_that_isnt(panes: _Panes, eventually: Eventually) -> None:
    hidden, actor = panes.open("hidden")
    shown, _ = panes.open("shown")
    panes.gathering.look_at(frozenset({id_of("shown")}))
    hidden.prints(b"unseen")
    await eventually(lambda: actor.has_uncommitted)
    shown.prints(b"seen")
    await _committed(panes, "shown", b"seen")
    assert await panes.printed("hidden") == b""
    panes.gathering.look_at(frozenset({id_of("hidden")}))
    await _committed(panes, "hidden", b"unseen")
    hidden.prints(b", and seen")
    await _committed(panes, "hidden", b"unseen, and seen")


@pytest.mark.usefixtures("patient")
async def test_a_key_is_followed_by_what_is_printed(
    panes: _Panes, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "_ATTENTION", 3600.0)
    backend, actor = panes.open("typed into")
    await eventually(actor.recording.is_set)
    actor._pending._attended_until = 0.0
    backend.prints(b"before")
    await eventually(lambda: actor.has_uncommitted)
    actor.mailbox.send(Write(id_of("typed into"), b"x"))
    await _committed(panes, "typed into", b"before")
    backend.prints(b" and after")
    await _committed(panes, "typed into", b"before and after")


@pytest.mark.usefixtures("patient")
async def test_a_program_that_was_just_started_is_attended(
    panes: _Panes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "_ATTENTION", 3600.0)
    backend, _ = panes.open("new")
    backend.prints(b"$ ")
    await _committed(panes, "new", b"$ ")


@pytest.mark.usefixtures("patient")
async def test_as_much_as_is_gathered_is_committed(panes: _Panes) -> None:
    backend, _ = panes.open("loud")
    line = b"x" * 1000
    lines = MAX_GATHERED // len(line) + 1
    for _ in range(lines):
        backend.prints(line)
    await _committed(panes, "loud", line * lines)


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("ends", [False, True], ids=["a size", "an end"])
async def test_what_is_no_output_takes_along_what_was_printed_before(
    panes: _Panes, eventually: Eventually, ends: bool
) -> None:
    backend, actor = panes.open("sized")
    backend.prints(b"before")
    await eventually(lambda: actor.has_uncommitted)
    if ends:
        backend.exits()
    else:
        actor.mailbox.send(Resize(id_of("sized"), 30, 100))
    await _committed(panes, "sized", b"before")
    kinds = [type(record.fact).__name__ async for record in panes.log.read()]
    assert kinds == ["Output", "Died" if ends else "Resized"]


@pytest.mark.usefixtures("patient")
async def test_who_asks_for_the_log_waits_for_no_more_to_gather(
    panes: _Panes, eventually: Eventually
) -> None:
    backend, actor = panes.open("asked")
    backend.prints(b"asked for")
    await eventually(lambda: actor.has_uncommitted)
    await actor.wait_until_ingested(lambda: not backend._events)
    assert await panes.printed("asked") == b"asked for"


@pytest.mark.usefixtures("patient")
async def test_who_is_to_record_from_now_on_finds_it_in_the_log(
    panes: _Panes, eventually: Eventually
) -> None:
    backend, actor = panes.open("handed over")
    backend.prints(b"the old recorder's")
    await eventually(lambda: actor.has_uncommitted)
    released: list[bytes] = []
    await actor.hand_over(lambda: released.append(b"")).wait()
    assert released
    assert await panes.printed("handed over") == b"the old recorder's"
