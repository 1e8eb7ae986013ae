"""Law 8: the loop never blocks for more than 10 ms.

Counted is the work of each step that the loop takes, at a price: the clock by which slices end stands still
but for that work. So a step is the same length on every machine, and one that draws, loads or reads too much
is too long on each. ``benchmarks.loop`` measures the steps by the processor's time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import wraps
from types import SimpleNamespace
from typing import Any

import pytest

from chloe.config import Config
from chloe.engine import open_engine
from chloe.events.projections import Projections
from chloe.events.screens import Screens
from chloe.export.text import encode_text
from chloe.past.checkpointing import CheckpointWriter
from chloe.past.walker import Walker
from chloe.terminal import EMULATOR, Terminal
from chloe.terminal.scrollback import Scrollback
from tests.engine.recorder import recorder, stop
from tests.floods import diet, diet_when_told, numbers
from tests.panes import open_pane

Eventually = Callable[..., Awaitable[None]]

LIMIT = 0.010
#: Seconds for a byte that is drawn, for one of a flood, and for a character that is handed out as text: the
#: slowest of them were measured.
_DRAWN, _PASSED, _READ = 6e-7, 1e-8, 1e-8
#: Seconds for a row that is handed out with its looks, for a record that is taken in, and for a terminal's
#: state that is made, and loaded.
_ROW, _RECORD, _DUMP, _LOAD = 1e-5, 3e-6, 1e-3, 2e-3


class Work:
    """What the loop has done: seconds at the prices above, in all and in the longest step."""

    def __init__(self) -> None:
        self.done = 0.0
        self.longest = 0.0
        self.steps = 0

    def clock(self) -> float:
        return self.done

    def begin(self) -> None:
        """Count steps from now on only."""
        self.longest, self.steps = 0.0, 0

    def assert_short(self, least: int) -> None:
        """Hold each step to the limit; that at least so many did some of the work shows that it was seen."""
        assert self.longest <= LIMIT
        assert self.steps >= least

    def run(self, run: Callable[[asyncio.Handle], None], handle: asyncio.Handle) -> None:
        before = self.done
        run(handle)
        self.steps += self.done > before
        self.longest = max(self.longest, self.done - before)


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    """Have the clock of every slice tell the work that was done, and count it by steps of the loop."""
    done = Work()

    def priced(owner: Any, name: str, price: Callable[..., float]) -> None:
        method = getattr(owner, name)

        @wraps(method)
        def wrapped(*arguments: Any, **named: Any) -> Any:
            came = method(*arguments, **named)
            done.done += price(came, *arguments)
            return came

        monkeypatch.setattr(owner, name, wrapped)

    def read(lines: list[str], *_: object) -> float:
        return _READ * sum(len(line) + 1 for line in lines)

    def drawn(_: None, terminal: Terminal, data: bytes) -> float:
        return len(data) * (_PASSED if terminal.is_skippable(data[:4096]) else _DRAWN)

    priced(Terminal, "feed", drawn)
    priced(Terminal, "dump", lambda *_: _DUMP)
    priced(Terminal, "load", lambda *_: _LOAD)
    priced(Terminal, "lines_on_screen", read)
    priced(Scrollback, "drain", read)
    priced(Scrollback, "numbered", lambda rows, *_: _ROW * len(rows))
    priced(Projections, "apply", lambda *_: _RECORD)
    priced(Screens, "apply", lambda *_: _RECORD)
    monkeypatch.setattr("chloe.engine.opening.time", SimpleNamespace(monotonic=done.clock))
    walker = Walker.__init__.__kwdefaults__
    assert walker is not None
    monkeypatch.setitem(walker, "clock", done.clock)
    run = asyncio.Handle._run
    monkeypatch.setattr(asyncio.Handle, "_run", lambda handle: done.run(run, handle))
    return done


@pytest.mark.parametrize("argv", [diet(150), numbers(700_000)])
async def test_a_flood_is_folded_and_its_past_walked_in_short_steps(
    argv: tuple[str, ...], work: Work, config: Config, eventually: Eventually
) -> None:
    async with open_engine(config) as engine:
        pane = await open_pane(engine, backend="direct", argv=argv)
        panes, screens = engine.projections.panes, engine.projections.screens
        await eventually(lambda: not panes[pane].alive and not screens.pending_bytes(pane), seconds=100)
        work.assert_short(8)
        work.begin()
        await Walker(engine.store, pane, checkpoints=CheckpointWriter(engine.store)).until()
        work.assert_short(8)
        work.begin()
        await Walker(engine.store, pane).at()
        await engine.lines(pane, 0, 24, 80)
        work.assert_short(2)
        work.begin()
        async for _ in encode_text(engine.store, pane, lambda _fault: None):
            pass
        work.assert_short(8)


async def test_what_a_stopped_recorder_left_is_drawn_in_short_steps(
    work: Work, config: Config, eventually: Eventually
) -> None:
    with recorder(config, diet_when_told(150)) as (process, pane):
        async with open_engine(config) as engine:
            await engine.screen(pane)
            known = engine.projections.panes[pane]
            stop(process)
            work.begin()
            engine.look_at(frozenset({pane}))
            (config.paths.spool / pane / "keys").write_bytes(b"\n")
            shown = "the end"
            await eventually(
                lambda: pane in engine.ahead and engine.ahead.drawn(pane).display[0].strip() == shown,
                seconds=60,
            )
            work.assert_short(8)
            # Law 1: what is folded is what the log has, and nothing else is in it.
            assert known.output_bytes == len("ready")
            assert engine.projections.screens[pane].display[0].strip() == "ready"
            assert not await engine.store.list_checkpoints(pane, emulator=EMULATOR)
            engine.look_at(frozenset())
            await eventually(lambda: pane not in engine.ahead, "nobody looks at it any more")
