"""A key's echo is seen before a flood in another pane is drawn, and no flood waits for an echo for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from chloe.backends import flood_pause
from chloe.engine import Engine, live
from chloe.events.commands import Write
from chloe.terminal import TitleChanged
from tests.panes import open_pane

Eventually = Callable[..., Awaitable[None]]

#: What has to be drawn, some hundred slices of it, and what says that all of it was.
_REPAINTS = b"\x1b[5;5Hrow\x1b[7mreverse\x1b[m" * 8_000 + b"\x1b]2;all\a"


class Trio:
    """A pane that echoes, one that never says anything, and one that prints a flood once it is told to."""

    def __init__(self, engine: Engine, eventually: Eventually, flood: Path) -> None:
        self._engine = engine
        self._eventually = eventually
        flood.write_bytes(_REPAINTS)
        self._flood = f"stty -echo; printf ready; read -r _; exec cat '{flood}' /dev/tty"
        self.is_drawn = asyncio.Event()

    async def start(self) -> Trio:
        self.echoing = await self._open("stty raw -echo; printf ready; exec cat")
        self.deaf = await self._open("stty -echo; printf ready; exec tail -f /dev/null")
        self.loud = await self._open(self._flood)
        self._engine.subscribe(
            lambda change: self.is_drawn.set() if (self.loud, TitleChanged("all")) in change.notices else None
        )
        return self

    async def _open(self, script: str) -> str:
        pane = await open_pane(self._engine, backend="direct", argv=("sh", "-c", script))
        screens = self._engine.projections.screens
        await self._eventually(lambda: screens.drawn(pane).display[0].rstrip() == "ready", script)
        return pane


async def test_an_echo_is_seen_before_a_flood_is_drawn(
    engine: Engine, eventually: Eventually, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    panes = await Trio(engine, eventually, tmp_path / "flood").start()
    # As long as it takes, so that the machine's speed doesn't matter.
    monkeypatch.setattr(live, "_ECHO_SECONDS", 600.0)
    screens = engine.projections.screens
    engine.send(Write(panes.loud, b"\n"))
    engine.send(Write(panes.deaf, b"x"))
    await eventually(lambda: screens.pending_bytes(panes.loud) > len(_REPAINTS) / 2, "the flood waits")
    waiting: list[int] = []
    engine.subscribe(
        lambda change: (
            waiting.append(screens.pending_bytes(panes.loud))
            if screens.drawn(panes.echoing).display[0].rstrip() == "readyx"
            else None
        )
    )
    engine.send(Write(panes.echoing, b"x"))
    await eventually(lambda: waiting, "the echo")
    assert waiting[0] > len(_REPAINTS) / 2
    await eventually(panes.is_drawn.is_set, "the flood is drawn")


async def test_a_flood_is_drawn_though_keys_get_no_echo(
    engine: Engine, eventually: Eventually, tmp_path: Path
) -> None:
    panes = await Trio(engine, eventually, tmp_path / "flood").start()
    engine.send(Write(panes.loud, b"\n"))
    async with asyncio.timeout(20):
        while not panes.is_drawn.is_set():
            engine.send(Write(panes.deaf, b"x"))
            await asyncio.sleep(0.001)


async def test_floods_stay_unread_from_a_key_to_its_echo(
    engine: Engine, eventually: Eventually, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    panes = await Trio(engine, eventually, tmp_path / "flood").start()
    monkeypatch.setattr(flood_pause, "LONGEST", 600.0)
    floods = engine._supervisor._launcher.floods
    read_on = asyncio.Event()
    engine.send(Write(panes.echoing, b"x"))
    assert floods.is_due(len(_REPAINTS), read_on.set)
    await eventually(read_on.is_set, "the echo was folded")
