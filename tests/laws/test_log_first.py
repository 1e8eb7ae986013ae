"""Law 1: log first, then show. Law 7: an actor dies aloud and alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable

import pytest

from chloe.backends.direct import DirectBackend
from chloe.config import Config
from chloe.engine import Engine
from chloe.events.commands import Close, Open, Rename, Write
from tests.panes import open_pane

Eventually = Callable[..., Awaitable[None]]
CAT = ("sh", "-c", "printf ready; exec cat")


async def test_nothing_is_shown_that_is_not_committed(
    engine: Engine, config: Config, eventually: Eventually
) -> None:
    pane = await open_pane(engine, backend="direct", argv=CAT)
    screens = engine.projections.screens
    await eventually(lambda: screens[pane].display[0].startswith("ready"))
    other = sqlite3.connect(config.paths.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    engine.send(Write(pane, b"keys still pass\n"))
    await eventually(lambda: engine.trouble, "the app is told why the log can't be written")
    assert screens[pane].display[0].rstrip() == "ready"
    other.execute("ROLLBACK")
    other.close()
    await eventually(lambda: "keys still pass" in screens[pane].display[1], "it goes on by itself")
    assert engine.trouble is None


async def test_an_actor_that_fails_dies_aloud_and_the_others_live(
    engine: Engine, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    doomed = await engine.request(Open(backend="direct", argv=CAT))
    other = await engine.request(Open(backend="direct", argv=CAT))
    assert doomed is not None
    assert other is not None

    def fail(self: DirectBackend, data: bytes) -> None:
        if data == b"now":
            raise RuntimeError("the sky fell")
        written(self, data)

    written = DirectBackend.write
    monkeypatch.setattr(DirectBackend, "write", fail)
    engine.send(Write(doomed, b"now"))
    panes = engine.projections.panes
    await eventually(lambda: not panes[doomed].alive)
    assert "the sky fell" in panes[doomed].outcome
    engine.send(Write(other, b"still here\n"))
    screen = engine.projections.screens
    await eventually(lambda: "still here" in "".join(screen[other].display))
    await engine.request(Rename(doomed, "was"))
    await engine.request(Close(doomed))
    assert panes[doomed].closed
