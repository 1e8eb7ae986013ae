"""Law 5, the long form: Chloe is killed at any moment while ten panes print, end and are followed by others.

The moments are random on purpose; some fall into the start itself.
"""

from __future__ import annotations

import asyncio
import signal
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from chloe.config import Config, Paths, TmuxSettings
from chloe.terminal import Terminal

#: What ten panes do at first, and what those do that follow them.
FIRST = ("slow", "slow", "slow", "flood", "flood", "bytes", "bytes", "brief", "brief", "burst")
NEXT = ("brief", "burst", "slow", "bytes")
SHORT = 18


@pytest.mark.timeout(1200)
async def test_killed_at_any_moment_nothing_is_lost_and_nothing_is_there_twice(
    world: Any, kills: int | None
) -> None:
    chance = world.chance
    chloe = world.start(*FIRST)
    await world.said(chloe)
    for _ in range(kills or SHORT):
        await asyncio.sleep(chance.uniform(0.05, 1.0))
        world.kill(chloe)
        chloe = world.start(*replacements(world))
    await world.said(chloe)
    await world.check()


@pytest.mark.timeout(1200)
async def test_three_at_once_of_which_any_is_killed_at_any_moment(world: Any, kills: int | None) -> None:
    chance = world.chance
    chloes = [world.start(*FIRST[1:7:2])]
    await world.said(chloes[0])
    chloes += [world.start("slow"), world.start("brief")]
    for _ in range(kills or SHORT):
        await asyncio.sleep(chance.uniform(0.02, 0.5))
        killed = chloes.pop(chance.randrange(3))
        if chance.random() < 0.2:  # One that quits meanwhile.
            killed.stdin.close()
            await asyncio.sleep(chance.uniform(0, 0.05))
        else:
            world.kill(killed)
        chloes.append(world.start(*replacements(world)))
    await world.check()


@pytest.mark.timeout(1200)
async def test_the_app_killed_in_its_terminal_loses_nothing(
    make_world: Any, start_app: Any, tmp_path: Path, tmux_socket: str, kills: int | None
) -> None:
    world = make_world(
        Config(paths=Paths.under(tmp_path / "home"), tmux=TmuxSettings(socket_name=tmux_socket))
    )
    chance = world.chance
    opener = world.start(*FIRST)
    await world.said(opener)
    world.kill(opener)
    for turn in range(kills // 4 if kills else 4):
        app = start_app()
        if turn % 2:
            await asyncio.to_thread(app.pump, chance.uniform(0.2, 1.0))
        else:
            await asyncio.to_thread(app.wait_for, "Instances")
            app.send(chance.choice(("t", "c", "down", "a", "enter")))
            await asyncio.to_thread(app.pump, chance.uniform(0.0, 0.5))
        app.kill(signal.SIGKILL)
        app.wait_for_end()
    await world.check()


@pytest.mark.timeout(1200)
async def test_killed_while_it_prunes_only_that_is_gone_and_screens_are_what_they_were(
    world: Any, kills: int | None
) -> None:
    chance = world.chance
    often = {
        "chloe.events.screen:CHECKPOINT_BYTES": 20_000,
        "chloe.engine.live:_BACKGROUND_BYTES": 20_000,
        "chloe.store.pruning:_BODY_BATCH": 4,
    }
    chloe = world.start(*FIRST[2:8], prunes=True, values=often)
    await world.said(chloe)
    for _ in range(kills or SHORT // 2):
        await asyncio.sleep(chance.uniform(0.2, 2.0))
        world.kill(chloe)
        chloe = world.start(*replacements(world), prunes=True, values=often)
    # On a busy machine all that was cut may have ended, and been pruned wholly, by now; or none of them lived
    # long enough to come to it, and the last one has all of it before it.
    path = world.config.paths.database
    await world.until(lambda: has_kept_screens(path), "the beginning of one that runs is pruned", 300)
    async with world.settled() as engine:
        cut = 0
        for pane in engine.projections.panes.values():
            copy = next(each for each in world.copies if str(each.path) in pane.argv)
            start = await engine.store.find_fold_start(pane.id)
            if not start.state:
                continue  # Nothing of it was pruned, or all of it since it had ended.
            cut += 1
            whole = Terminal(pane.rows, pane.columns)
            whole.feed(copy.data)
            assert (await engine.screen(pane.id)).display == whole.display, f"seed {world.seed}, {copy.path}"
        assert cut, "of some that ran the beginning was pruned"
        await engine.store.finish_pruning()
    await world.check()


def has_kept_screens(path: Path) -> bool:
    """Whether the log has a screen from which the fold of a pruned pane begins."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as log:
        found = log.execute("SELECT 1 FROM record JOIN body USING (seq) WHERE kind = 'Pruned' LIMIT 1")
        return found.fetchone() is not None


def replacements(world: Any) -> tuple[str, ...]:
    """As many new programs as have ended, and now and then one of them at once more."""
    running = sum(copy.end is None for copy in world.copies)
    return tuple(world.chance.choices(NEXT, k=min(3, 10 - running))) if running < 10 else ()
