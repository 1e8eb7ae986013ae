"""Law 5 on a rough machine: stopped at any moment, short of descriptors, without a holder, without its -shm.

Chloes are killed meanwhile as in ``test_kills``; what must hold in the end is the same. Where a holder was
killed, the kernel took with it what it still held: what is there is a beginning, and its end says so.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from chloe.events import facts
from tests.hostile.judging import statuses

#: What panes do at first, and what those do that follow them.
FIRST = ("slow", "slow", "flood", "bytes", "brief", "burst")
NEXT = ("brief", "burst", "slow", "bytes")
SHORT = 10


def a_command(world: Any, *words: str) -> subprocess.Popen[bytes]:
    """``chloe`` with these words, whatever becomes of it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TMUX")} | {
        "CHLOE_HOME": str(world.config.paths.home),
        "CHLOE_TMUX_SOCKET": world.config.tmux.socket_name,
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    asked = [sys.executable, "-m", "chloe", *words]
    return subprocess.Popen(asked, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def replacements(world: Any) -> tuple[str, ...]:
    """As many new programs as have ended, whichever way."""
    running = sum(copy.end is None and str(copy.path) not in world.cut for copy in world.copies)
    return tuple(world.chance.choices(NEXT, k=min(3, 8 - running))) if running < 8 else ()


@pytest.mark.timeout(1200)
async def test_stopped_and_continued_at_any_moment_nothing_is_lost_and_nothing_is_there_twice(
    world: Any, kills: int | None
) -> None:
    chance = world.chance
    chloes = [world.start(*FIRST)]
    await world.said(chloes[0])
    chloes.append(world.start())
    commands: list[subprocess.Popen[bytes]] = []
    try:
        for _ in range(kills or SHORT):
            stopped: list[subprocess.Popen[Any]] = chance.sample([*chloes, *commands], k=1)
            for process in stopped:
                process.send_signal(signal.SIGSTOP)
            commands.append(
                a_command(world, *chance.choice((("ls",), ("replay",), ("verify",), ("doctor",))))
            )
            await asyncio.sleep(chance.uniform(0.02, 0.8))
            if chance.random() < 0.3:
                killed = chloes.pop(chance.randrange(2))
                world.kill(killed)
                chloes.append(world.start(*replacements(world)))
            for process in stopped:
                process.send_signal(signal.SIGCONT)
            commands = [command for command in commands if command.poll() is None]
            await asyncio.sleep(chance.uniform(0.0, 0.3))
    finally:
        for command in commands:
            command.send_signal(signal.SIGCONT)
            await asyncio.to_thread(command.wait)
    await world.check()


@pytest.mark.timeout(1200)
async def test_with_few_descriptors_each_byte_is_there_once_and_no_living_pane_is_called_dead(
    world: Any, kills: int | None
) -> None:
    chance = world.chance
    opener = world.start(*FIRST)
    await world.said(opener)
    world.kill(opener)
    for _ in range(kills or SHORT):
        chloe = world.start(descriptors=chance.choice((12, 24, 32, 40, 48, 64, 80, 100, 128, 256)))
        await asyncio.sleep(chance.uniform(0.2, 1.5))
        # One that can't go on says why, and is not a fault of Chloe's.
        assert chloe.poll() in (None, *statuses() - {70}), f"seed {world.seed}: ended with {chloe.poll()}"
        if chance.random() < 0.5 and chloe.poll() is None:
            chloe.stdin.close()
            with suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(chloe.wait, 20)
        if chloe.poll() is None:
            world.kill(chloe)
    await world.check()


@pytest.mark.timeout(1200)
async def test_holders_killed_at_any_moment_leave_a_beginning_and_an_end_that_says_what_it_lacks(
    world: Any, kills: int | None
) -> None:
    chance = world.chance
    chloe = world.start(*FIRST)
    await world.said(chloe)
    for _ in range(kills or SHORT):
        await asyncio.sleep(chance.uniform(0.05, 0.6))
        world.kill_a_holder()
        if chance.random() < 0.5:
            await asyncio.sleep(chance.uniform(0, 0.1))
            world.kill(chloe)
            world.kill_a_holder()
            chloe = world.start(*replacements(world))
        elif new := replacements(world):
            world.chloes[-1].stdin.close()
            await asyncio.to_thread(chloe.wait, 30)
            chloe = world.start(*new)
    assert world.cut, "some holder was killed while its program ran"
    await world.check()


@pytest.mark.timeout(1200)
async def test_without_its_shm_file_nothing_is_lost_and_what_is_told_stays(
    world: Any, kills: int | None
) -> None:
    chance = world.chance
    database = world.config.paths.database
    chloes = [world.start(*FIRST)]
    said = await world.said(chloes[0])
    chloes.append(world.start("slow"))
    names: dict[str, str] = {}
    for turn in range(kills or SHORT):
        await asyncio.sleep(chance.uniform(0.05, 0.5))
        database.with_name(f"{database.name}-shm").unlink(missing_ok=True)
        pane = chance.choice(said["opened"])
        renamed = a_command(world, "rename", pane, f"named in turn {turn}")
        status = await asyncio.to_thread(renamed.wait)
        if status == 0:
            names[pane] = f"named in turn {turn}"
        if chance.random() < 0.3:
            world.kill(chloes.pop(chance.randrange(2)))
            chloes.append(world.start(*replacements(world)))
    assert names, "some of what was said was taken"
    async with world.settled() as engine:
        for pane, name in names.items():
            told = [record.fact async for record in engine.store.read(pane=pane, kinds=("Renamed",))]
            assert facts.Renamed(name=name) in told, (
                f"seed {world.seed}: {name!r} vanished, with exit status 0"
            )
    await world.check()
