"""Two and three Chloes at once: each sees what the others do, each types, one records; another takes over."""

# ruff: noqa: B023 (what a lambda awaits is awaited in the same turn)

from __future__ import annotations

import os
from contextlib import AsyncExitStack
from typing import Any

import pytest

from chloe.engine import Engine, open_engine
from chloe.errors import PaneRefused
from chloe.events import facts
from chloe.events.commands import Close, Kill, Open, Rename, Tag, Write


async def test_each_of_three_sees_the_others_panes_names_tags_and_output(world: Any) -> None:
    async with AsyncExitStack() as stack:
        engines = [await stack.enter_async_context(open_engine(world.config)) for _ in range(3)]
        cat = ("sh", "-c", "stty -echo; echo ready; exec cat")
        opened: Any = [await engine.request(Open(backend="tmux", argv=cat)) for engine in engines]
        direct: Any = [await engine.request(Open(backend="direct", argv=cat)) for engine in engines]
        for engine in engines:
            panes = engine.projections.panes
            await world.until(lambda: {*opened, *direct} <= panes.keys(), "each sees all panes")
        for turn, engine in enumerate(engines):
            pane, other = opened[turn], opened[(turn + 1) % 3]
            await engine.request(Rename(other, f"named by {turn}"))
            await engine.request(Tag(pane, (f"tag {turn}", "all")))
            for each in opened:
                await engine.request(Write(each, f"typed by {turn}\n".encode()))
            await engine.request(Write(direct[turn], f"only by {turn}\n".encode()))
        for engine in engines:
            for turn in range(3):
                known = engine.projections.panes[opened[turn]]
                await world.until(
                    lambda: (
                        (known.name, known.tags) == (f"named by {(turn - 1) % 3}", (f"tag {turn}", "all"))
                    ),
                    "each sees names and tags",
                )
                await shows(world, engine, opened[turn], *(f"typed by {each}" for each in range(3)))
                await shows(world, engine, direct[turn], f"only by {turn}")
        for turn, engine in enumerate(engines):
            for other in range(3):
                if other != turn:
                    with pytest.raises(PaneRefused, match=f"direct pane of .*process id {os.getpid()}"):
                        await engine.request(Write(direct[other], b"x"))
                    with pytest.raises(PaneRefused, match="direct pane"):
                        engine.send(Write(direct[other], b"x"))
        await engines[0].request(Close(opened[0]))
        await engines[1].request(Kill(opened[2]))
        for engine in engines:
            panes = engine.projections.panes
            await world.until(lambda: panes[opened[0]].closed, "each sees what is closed")
            await world.until(lambda: not panes[opened[2]].alive, "each sees what has ended")
        first = [engine.projections.panes for engine in engines]
        await world.until(lambda: first[0] == first[1] == first[2], "all three have the same state")


async def shows(world: Any, engine: Engine, pane: str, *texts: str) -> None:
    """Wait until the pane's screen shows the texts there, live."""
    screen = await engine.screen(pane)
    await world.until(
        lambda: all(text in "\n".join(engine.projections.screens[pane].display) for text in texts),
        f"{texts} on the screen\n{screen.display}",
    )


async def test_when_one_is_killed_another_records_on_and_says_what_became_of_its_direct_panes(
    world: Any,
) -> None:
    direct = [("direct", world.printer("slow", kept=False)) for _ in range(2)]
    chloe = world.start("slow", "flood", "bytes", panes=direct)
    said = await world.said(chloe)
    async with (
        open_engine(world.config, screens=False) as second,
        open_engine(world.config, screens=False) as third,
    ):
        panes = second.projections.panes
        before = {pane: panes[pane].output_bytes for pane in said["opened"]}
        for pane in said["opened"]:
            await world.until(
                lambda: panes[pane].output_bytes > before[pane], "others follow what it records"
            )
        world.kill(chloe)
        before = {pane: panes[pane].output_bytes for pane in said["opened"]}
        for pane in said["opened"][:2]:
            for engine in (second, third):
                known = engine.projections.panes[pane]
                await world.until(lambda: known.outcome == "chloe ended", "its direct panes are spoken for")
        for pane in said["opened"][2:]:
            await world.until(lambda: panes[pane].output_bytes > before[pane], "another records on")
            await world.until(lambda: said["instance"] not in panes[pane].attached, "its hold is let go")
        for pane in said["opened"]:
            ends = [
                record.fact
                async for record in second.store.read(pane=pane, kinds=("Died", "Detached", "Closed"))
            ]
            expected = [facts.Died, facts.Closed] if pane in said["opened"][:2] else [facts.Detached]
            assert [type(fact) for fact in ends] == expected
    await world.check()


async def test_one_that_quits_while_its_commits_are_under_way_leaves_nothing_twice(world: Any) -> None:
    slow = {"at": "chloe.store.appending:Appender.commit", "seconds": 0.2}
    chloe = world.start("flood", "bytes", "slow", slow=slow)
    said = await world.said(chloe)
    async with open_engine(world.config, screens=False) as engine:
        panes = engine.projections.panes
        await world.until(lambda: all(panes[pane].output_bytes for pane in said["opened"]), "it records")
        chloe.stdin.close()
        before = {pane: panes[pane].output_bytes for pane in said["opened"]}
        await world.until(lambda: chloe.poll() is not None, "a Chloe that quits is gone")
        for pane in said["opened"]:
            await world.until(lambda: panes[pane].output_bytes > before[pane], "the other records on")
    await world.check()
