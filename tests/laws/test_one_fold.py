"""Law 2: one fold, two drivers. Law 3: chunking does not matter. Both on the real engine's own log.

The drivers are those of production: the live fold, and the walk through the past, from the pane's beginning
and from its checkpoints.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from chloe.config import Config
from chloe.engine import Engine, open_engine
from chloe.events import facts, screen
from chloe.events.commands import Resize, Write
from chloe.events.facts import BackendKind, Fact, Record
from chloe.events.screens import Screens
from chloe.past.walker import Walker
from chloe.terminal import Modes, Terminal
from tests.panes import open_pane
from tests.replays import replayed

Eventually = Callable[..., Awaitable[None]]

#: Scrolls, colours, cursor movement, wide characters, a region, the alternate screen and back, a title.
_SHOW = r"""
import sys, time
out = sys.stdout.buffer
for number in range(400):
    out.write(b"\x1b[3%dmline %d \xe6\x97\xa5\xe6\x9c\xac\x1b[0m " % (number % 8, number))
    out.write(b"x" * (number % 120) + b"\r\n")
out.write(b"\x1b[2;6r\x1b[2;1H" + b"region\n" * 9 + b"\x1b[r\x1b]2;a title\x07\x1b[10;20H")
out.flush()
out.write(b"\x1b[?1049h\x1b[2J\x1b[Hother screen\x1b[?1049l\x1b[?25l\x1b[?2004hend")
out.flush()
sys.stdin.readline()
"""


@pytest.mark.parametrize("backend", ["direct", "tmux"])
async def test_replaying_the_log_gives_the_live_screen_cell_for_cell(
    backend: BackendKind, config: Config, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen, "CHECKPOINT_BYTES", 3_000)
    async with open_engine(config) as engine:
        pane = await open_pane(engine, backend=backend, argv=(sys.executable, "-c", _SHOW))
        live = await engine.screen(pane)
        await eventually(lambda: "end" in "".join(engine.projections.screens[pane].display))
        engine.send(Resize(pane, 30, 100))
        await eventually(lambda: engine.projections.panes[pane].columns == 100)
        live = engine.projections.screens[pane]
        full = Walker(engine.store, pane)
        await full.until()
        short_cut = Walker(engine.store, pane)
        await short_cut.at()
        for walker in (full, short_cut):
            walked = walker.terminal
            assert walked is not None
            assert walked.snapshot().without_scrollback() == live.snapshot().without_scrollback()
            assert walked.cursor == live.cursor
            assert vars_of(walked.modes) == vars_of(live.modes)
            assert walked.title == live.title
            assert walked.scrollback.total == live.scrollback.total
        assert full.terminal is not None
        assert full.terminal.snapshot() == live.snapshot()
        assert _pages(full.terminal) == _pages(live)
        # What scrolling back gives comes from the log, whatever the live window holds.
        assert await _pages_of_the_log(engine, pane) == _lines(live)
        # A screen that is loaded again, from a checkpoint, goes on as the other would.
        engine.projections.screens.forget(pane)
        loaded = await engine.screen(pane)
        assert loaded.snapshot().without_scrollback() == live.snapshot().without_scrollback()
        engine.send(Write(pane, b"\n"))
        await eventually(lambda: not engine.projections.panes[pane].alive)
        loaded = engine.projections.screens[pane]
        assert (await replayed(engine.store, pane)).snapshot().without_scrollback() == (
            loaded.snapshot().without_scrollback()
        )


def vars_of(modes: Modes) -> dict[str, object]:
    return {name: getattr(modes, name) for name in dir(modes) if not name.startswith("_")}


def _pages(terminal: Terminal) -> list[object]:
    """All of the scrollback as it shows, read a page at a time."""
    height = terminal.scrollback.height
    return [terminal.scrollback.rows(start, min(start + 24, height)) for start in range(0, height, 24)]


def _lines(terminal: Terminal) -> list[object]:
    return list(terminal.scrollback.numbered(0, terminal.scrollback.total, 80))


async def _pages_of_the_log(engine: Engine, pane: str) -> list[object]:
    """All lines that left the screen, read a page at a time from the log."""
    lines: list[object] = []
    while page := (await engine.lines(pane, len(lines), 24, 80)).rows:
        lines += page
    return lines


@pytest.mark.parametrize("seed", range(5))
def test_any_split_of_a_stream_into_records_gives_the_same_screen(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    stream = b"".join(
        b"\x1b[3%dmline %d \xf0\x9f\x9a\x80 e\xcc\x81\x1b[0m\r\n" % (n % 8, n) for n in range(900)
    )
    cuts = sorted(chance.sample(range(1, len(stream)), 300))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    split, whole = _screen(pieces, lambda screens: chance.random() < 0.3), _screen([stream], lambda _: False)
    assert split.snapshot() == whole.snapshot()


def _screen(pieces: list[bytes], settle_now: Callable[[Screens], bool]) -> Terminal:
    screens = Screens(clock=time.monotonic)
    created = facts.Created(backend="direct", argv=("x",), cwd="/", name="x", rows=10, columns=40)
    told: list[Fact] = [created]
    told += [facts.Output(offset=0, length=len(piece), data=piece) for piece in pieces]
    for seq, fact in enumerate(told):
        screens.apply(
            Record(seq=seq, committed_at=0, occurred_at=0, pane="p", instance="i", fact=fact, hash=b"")
        )
        if settle_now(screens):
            screens.settle(0)
    return screens["p"]
