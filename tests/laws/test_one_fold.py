"""Law 2: one fold, two drivers. Law 3: chunking does not matter. Both on the real engine's own log."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from chloe.config import Config
from chloe.engine import open_engine
from chloe.events import facts
from chloe.events.commands import Open, Resize
from chloe.events.facts import BackendKind, Fact, Record
from chloe.events.screens import Screens
from chloe.terminal import Terminal
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
    backend: BackendKind, config: Config, eventually: Eventually
) -> None:
    async with open_engine(config) as engine:
        pane = await engine.request(Open(backend=backend, argv=(sys.executable, "-c", _SHOW)))
        assert pane is not None
        live = await engine.screen(pane)
        await eventually(lambda: "end" in "".join(engine.projections.screens[pane].display))
        engine.send(Resize(pane, 30, 100))
        await eventually(lambda: engine.projections.panes[pane].columns == 100)
        live = engine.projections.screens[pane]
        walked = await replayed(engine.store, pane)
        assert walked.snapshot() == live.snapshot()
        assert _paged(walked) == _paged(live)


def _paged(terminal: Terminal) -> list[object]:
    """All of the scrollback, read a page at a time."""
    height = terminal.scrollback.height
    return [terminal.scrollback.rows(start, min(start + 24, height)) for start in range(0, height, 24)]


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
