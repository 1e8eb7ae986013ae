"""Programs on each backend, started for a test, read with a deadline, and gone afterwards."""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path

import pytest

from chloe.backends import reaper
from chloe.backends import spawn as spawning
from chloe.backends.backend import READ_LIMIT, Backend, BackendEvent, Exited, OutputRead, SizeChanged, Spec
from chloe.backends.direct import DirectBackend
from chloe.backends.environment import build_environment
from chloe.backends.fake import FakeBackend, FakePersistentBackend
from chloe.backends.tmux import Leases, TmuxBackend, TmuxServer
from chloe.tasks import Tasks
from chloe.watch import Watcher

#: What a program sees, so that no test depends on who runs it.
BASE = {"PATH": os.environ.get("PATH", os.defpath), "HOME": "/", "LANG": "C.UTF-8", "PS1": "$ "}

DEADLINE = 30


class Session:
    """A started program and all that was read of it."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.events: list[BackendEvent] = []
        self._searched = 0

    @property
    def output(self) -> bytes:
        """All that was printed so far."""
        return b"".join(each.data for each in self.events if isinstance(each, OutputRead))

    @property
    def sizes(self) -> list[tuple[int, int]]:
        """Rows and columns as they stood in the stream."""
        return [(each.rows, each.columns) for each in self.events if isinstance(each, SizeChanged)]

    def type(self, text: str) -> None:
        """Type a text; a newline is the Enter key."""
        self.backend.write(text.replace("\n", "\r").encode())

    async def read(self) -> None:
        """Read once."""
        async with asyncio.timeout(DEADLINE):
            events = await self.backend.read()
        assert events
        assert sum(len(each.data) for each in events if isinstance(each, OutputRead)) <= READ_LIMIT
        self.events += events

    async def until(self, wanted: bytes) -> bytes:
        """Read until this was printed after what was last waited for; what came before it."""
        while (found := self.output.find(wanted, self._searched)) < 0:
            assert not self._ended, f"ended with {self.events[-1]} before {wanted!r}: {self.output!r}"
            await self.read()
        before = self.output[self._searched : found]
        self._searched = found + len(wanted)
        return before

    async def end(self) -> Exited:
        """Read to the end."""
        while not self._ended:
            await self.read()
        last = self.events[-1]
        assert isinstance(last, Exited)
        return last

    @property
    def _ended(self) -> bool:
        return bool(self.events) and isinstance(self.events[-1], Exited)


Start = Callable[..., Awaitable[Session]]


def spec(
    *argv: str, cwd: str = "/", extra: Mapping[str, str] | None = None, rows: int = 24, columns: int = 80
) -> Spec:
    """What to start; a shell where no arguments are given."""
    pane = str(uuid.uuid4())
    return Spec(
        pane=pane,
        argv=argv or ("/bin/sh",),
        cwd=cwd,
        environment={**build_environment(BASE, pane=pane), **(extra or {})},
        rows=rows,
        columns=columns,
    )


@pytest.fixture
async def make(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> AsyncIterator[Callable[[Spec], Backend]]:
    """Makes backends of the kind the test is about: a fake, direct, forked or tmux."""
    if kind == "fake":
        yield FakeBackend
    elif kind == "persistent fake":
        yield FakePersistentBackend
    elif kind == "tmux":
        server = TmuxServer(request.getfixturevalue("tmux_socket"))
        watcher = Watcher()
        leases = Leases(tmp_path / "leases", watcher)
        tasks = Tasks()
        yield lambda spec: TmuxBackend(server, spec, tmp_path / spec.pane, watcher, leases, tasks)
        await tasks.close()
        leases.close()
        watcher.close()
        server.close()
    else:
        if kind == "forked":  # A platform without a usable posix_spawn and without pidfds.
            monkeypatch.setattr(spawning, "_opening_makes_controlling", lambda: False)
            monkeypatch.setattr(reaper, "_pidfd", lambda pid: None)
        yield DirectBackend


@pytest.fixture
async def start(make: Callable[[Spec], Backend]) -> AsyncIterator[Start]:
    """Starts programs on the kind of backend the test is about."""
    sessions = []

    async def started(*argv: str, **differing: object) -> Session:
        session = Session(make(spec(*argv, **differing)))  # type: ignore[arg-type]
        sessions.append(session)
        await session.backend.start()
        return session

    yield started
    for session in sessions:
        await session.backend.kill()
        await session.backend.close()
