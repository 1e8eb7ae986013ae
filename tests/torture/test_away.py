"""Chloe is away: closed for a while, stopped, or never back before the spool is full.

What was printed and what ended meanwhile has its own times, and what the caps dropped is told to the byte.
"""

# ruff: noqa: B023 (what a lambda awaits is awaited in the same turn)

from __future__ import annotations

import asyncio
import shutil
import signal
import time
from dataclasses import replace
from typing import Any

import pytest

from chloe.engine import open_engine
from chloe.events import facts
from chloe.events.commands import Open


async def test_what_ended_while_chloe_was_closed_has_its_status_and_its_time(world: Any) -> None:
    chloe = world.start("brief", "burst", "slow", "bytes", "brief", "burst", "flood")
    said = await world.said(chloe)
    chloe.stdin.close()
    await world.until(lambda: chloe.poll() is not None, "a Chloe that quits is gone")
    quit_at = time.time_ns()
    ending = [0, 1, 4, 5]
    await world.until(
        lambda: all(world.copies[number].end for number in ending), "the brief programs have ended"
    )
    await world.until(
        lambda: not any(world.runs(said["opened"][number]) for number in ending), "so have holders"
    )
    world.stop.touch()
    await world.until(lambda: all(copy.end for copy in world.copies), "all programs have ended")
    await world.until(lambda: not any(map(world.runs, said["opened"])), "so have all holders")
    back_at = time.time_ns()
    await world.check()
    async with open_engine(world.config, screens=False) as engine:
        meanwhile = 0
        async for record in engine.store.read(kinds=("Output", "Died"), bodies=False):
            assert record.occurred_at < back_at, f"seed {world.seed}: {record} has the time of the return"
            meanwhile += record.occurred_at > quit_at
        assert meanwhile, "something happened while nobody was there"


async def test_an_actor_that_failed_and_a_program_that_ended_since_lose_nothing(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chloe.backends.tmux import TmuxBackend

    async def fail(_backend: TmuxBackend) -> None:
        raise RuntimeError("for this test")

    with monkeypatch.context() as patched:
        patched.setattr(TmuxBackend, "read", fail)
        async with open_engine(world.config, screens=False) as engine:
            pane: Any = await engine.request(Open(backend="tmux", argv=tuple(world.printer("slow"))))
            panes = engine.projections.panes
            await world.until(lambda: not panes[pane].alive, "the actor has failed")
            assert "for this test" in panes[pane].outcome
    await world.until(lambda: world.copies[0].times, "the program prints on")
    world.stop.touch()
    await world.until(lambda: not world.runs(pane), "the program has ended")
    async with open_engine(world.config, screens=False) as engine:
        await engine.ingest_spools()
        logged = [record.fact.data async for record in engine.store.read(pane=pane, kinds=("Output",))]  # type: ignore[union-attr]
        assert b"".join(logged) == world.copies[0].data
        status, _ = world.copies[0].end
        known: Any = engine.projections.panes[pane].died
        assert (known.status if status >= 0 else -known.signal) == status
        assert not world.spools()


async def test_what_a_stopped_chloe_would_have_taken_in_is_not_dropped_whatever_the_cap(world: Any) -> None:
    cap = 1_000_000
    world.config = replace(world.config, spool=replace(world.config.spool, pane_cap=cap))
    chloe = world.start("runaway", "runaway", spool={"pane_cap": cap})
    said = await world.said(chloe)
    chloe.send_signal(signal.SIGSTOP)
    world.go.touch()
    await world.until(lambda: world.spooled() > 2 * 0.8 * cap, "the spools fill up")
    chloe.send_signal(signal.SIGCONT)
    async with open_engine(world.config) as engine:
        for pane, copy in zip(said["opened"], world.copies, strict=True):
            await world.until(lambda: copy.drawn, "the programs go on")
            await world.until(
                lambda: engine.projections.panes[pane].output_bytes == len(copy.data), "all is told"
            )
            assert not engine.projections.panes[pane].lost_bytes
    await world.check()


@pytest.mark.parametrize("away", ["closed", "killed"])
@pytest.mark.parametrize("bound", ["pane_cap", "disk_share"])
async def test_runaway_output_stays_under_its_caps_and_what_was_dropped_is_told_to_the_byte(
    world: Any, away: str, bound: str
) -> None:
    cap = 1_000_000
    free = shutil.disk_usage(world.config.paths.home.parent).free
    spool = {"pane_cap": cap} if bound == "pane_cap" else {"disk_share": 3 * cap / free}
    world.config = replace(world.config, spool=replace(world.config.spool, **spool))
    chloe = world.start("runaway", "runaway", "runaway", spool=spool)
    said = await world.said(chloe)
    if away == "killed":
        world.kill(chloe)
    else:
        chloe.stdin.close()
        await world.until(lambda: chloe.poll() is not None, "a Chloe that quits is gone")
    world.go.touch()
    # Each holder looks at the whole disk after a megabyte of its own, and ends the frame that it is at.
    bounds = 3 * (cap + 100_000) if bound == "pane_cap" else 3 * cap + 3 * 1_200_000
    largest = 0

    def run_away() -> bool:
        nonlocal largest
        largest = max(largest, world.spooled())
        return all(copy.drawn for copy in world.copies)

    await world.until(run_away, "every program has printed its megabytes and drawn its last screen")
    assert largest <= bounds, f"seed {world.seed}: the spools held {largest} bytes"
    async with open_engine(world.config) as engine:
        panes = engine.projections.panes
        for pane, copy in zip(said["opened"], world.copies, strict=True):
            total = len(copy.data)
            await world.until(lambda: panes[pane].output_bytes == total, "all is told")
            await world.until(lambda: panes[pane].lost_bytes, "a gap is told")
            await repainted(world, engine, pane)
            shown = [row.rstrip() for row in (await engine.screen(pane)).display]
            assert shown == await world.captured(pane), (
                f"seed {world.seed}: {pane} shows another screen than tmux"
            )
    await world.check(lossless=False)


async def repainted(world: Any, engine: Any, pane: str) -> None:
    """Wait until the last gap is followed by a screen from tmux."""

    async def last() -> object:
        found = [record.fact async for record in engine.store.read(pane=pane, kinds=("Gap", "Repainted"))]
        return found[-1] if found else None

    async with asyncio.timeout(20):
        while not isinstance(await last(), facts.Repainted):
            await asyncio.sleep(0.01)
    await engine.catch_up()


async def test_a_gap_whose_recorder_was_killed_before_it_could_ask_tmux_gets_its_screen(world: Any) -> None:
    spool = {"pane_cap": 300_000}
    world.config = replace(world.config, spool=replace(world.config.spool, **spool))
    chloe = world.start("runaway", spool=spool)
    (pane,) = (await world.said(chloe))["opened"]
    world.kill(chloe)
    world.go.touch()
    await world.until(lambda: world.copies[0].drawn, "the program has drawn its last screen")
    reached = world.folder / "reached"
    fault = {"at": "chloe.backends.tmux.backend:TmuxBackend.screen", "when": "before", "nth": 1}
    chloe = world.start(spool=spool, fault=fault | {"reached": str(reached)})
    await world.until(lambda: chloe.poll() is not None, "a Chloe dies before it asks tmux")
    assert reached.exists()
    async with open_engine(world.config) as engine:
        await repainted(world, engine, pane)
        shown = [row.rstrip() for row in (await engine.screen(pane)).display]
        assert shown == await world.captured(pane)
    await world.check(lossless=False)
