"""Start and stop: what is back, what is said of what ended, and that the log tells it."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from chloe.actors.presence import Presence
from chloe.actors.supervisor import Supervisor
from chloe.backends.tmux.spool_status import has_holder
from chloe.config import Config
from chloe.engine import Engine, open_engine
from chloe.events import facts
from chloe.events.commands import Close, Open, Reattach, Write
from chloe.events.facts import Entry
from chloe.store import Store
from tests.ids import id_of
from tests.panes import open_pane

Eventually = Callable[..., Awaitable[None]]
CAT = ("sh", "-c", "printf ready; exec cat")


async def test_a_tmux_pane_is_back_detached_with_all_it_printed_meanwhile(
    config: Config, eventually: Eventually, tmp_path: Path
) -> None:
    go, said = tmp_path / "go", tmp_path / "said"
    script = (
        f"printf before; until [ -e {go} ]; do sleep 0.01; done; printf meanwhile; touch {said}; exec cat"
    )
    async with open_engine(config) as engine:
        pane = await open_pane(engine, backend="tmux", argv=("sh", "-c", script))
        await eventually(lambda: engine.projections.panes[pane].output_bytes == 6)
    closed_at = time.time_ns()
    go.touch()
    await eventually(said.exists)
    opened_at = time.time_ns()
    async with open_engine(config) as engine:
        known = engine.projections.panes[pane]
        assert known.attached == set()
        await eventually(lambda: known.output_bytes == len("beforemeanwhile"))
        assert known.unseen_bytes(engine.instance) == known.output_bytes, "this instance never showed it"
        await engine.request(Reattach(pane))
        assert (await engine.screen(pane)).display[0].rstrip() == "beforemeanwhile"
        output = [r async for r in engine.store.read(pane=pane, kinds=("Output",))]
        assert closed_at < output[-1].occurred_at < opened_at, "when it happened, not when it was taken in"
        told = [r.fact async for r in engine.store.read(pane=pane, kinds=("Detached", "Reattached"))]
        assert [type(fact) for fact in told] == [facts.Detached, facts.Reattached]
        engine.send(Write(pane, b"and on\n"))
        await eventually(lambda: "and on" in "".join(engine.projections.screens[pane].display))


async def test_what_ended_meanwhile_is_dead_with_its_status_and_time(
    config: Config, eventually: Eventually, tmp_path: Path
) -> None:
    go, folder = tmp_path / "go", config.paths.spool
    script = f"until [ -e {go} ]; do sleep 0.01; done; echo last words; exit 5"
    async with open_engine(config) as engine:
        pane = await open_pane(engine, backend="tmux", argv=("sh", "-c", script))
    go.touch()
    await eventually(lambda: (folder / pane / "lock").exists() and not has_holder(folder / pane))
    before = time.time_ns()
    async with open_engine(config) as engine:
        known = engine.projections.panes[pane]
        await eventually(lambda: not known.alive)
        assert known.outcome == "exit 5"
        assert known.died_at < before
        assert not known.closed, "it is to be seen, not to be looked for"
        await eventually(lambda: not (folder / pane).exists(), "nothing is left of it outside the log")


async def test_a_session_killed_by_hand_is_dead(
    engine: Engine, config: Config, eventually: Eventually
) -> None:
    pane = await open_pane(engine, backend="tmux", argv=CAT)
    await eventually(lambda: engine.projections.panes[pane].output_bytes == 5)
    by_hand = ["tmux", "-L", config.tmux.socket_name, "kill-session", "-t", f"chloe-{pane}"]
    await asyncio.to_thread(subprocess.run, by_hand, check=True)
    known = engine.projections.panes[pane]
    await eventually(lambda: not known.alive)
    assert known.died is not None
    assert known.died.signal == 1


async def test_quitting_ends_direct_programs_and_says_so(config: Config) -> None:
    async with open_engine(config) as engine:
        pane = await open_pane(engine, backend="direct", argv=CAT)
    async with open_engine(config) as engine:
        known = engine.projections.panes[pane]
        assert (known.alive, known.closed, known.outcome) == (False, True, "chloe ended")


async def test_an_instance_that_ends_while_another_starts_is_spoken_for(
    config: Config, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, pane = id_of("owner"), id_of("pane")
    created = facts.Created(backend="direct", argv=("sh",), cwd="/", name="sh", rows=24, columns=80)
    config.paths.prepare()
    store = await Store.open(config.paths.database, instance=owner)
    await store.append([Entry(pane, created, time.time_ns())])
    await store.close()
    # It is killed, and the kernel has yet to close its files when the other looks.
    dying = Presence(config.paths.instances, owner)
    restore = Supervisor.restore

    async def restore_then_dies(supervisor: Supervisor) -> None:
        await restore(supervisor)
        os.close(dying._fd)

    monkeypatch.setattr(Supervisor, "restore", restore_then_dies)
    async with open_engine(config) as engine:
        await eventually(lambda: engine.projections.panes[pane].died is not None)


async def test_a_closed_pane_stays_closed_over_a_restart_and_is_recorded_on(
    config: Config, eventually: Eventually
) -> None:
    async with open_engine(config) as engine:
        pane = await open_pane(engine, backend="tmux", argv=CAT)
        await engine.request(Close(pane))
    async with open_engine(config) as engine:
        known = engine.projections.panes[pane]
        assert known.closed
        printed = known.output_bytes
        await engine.request(Write(pane, b"hello\n"))
        await eventually(lambda: known.output_bytes > printed)


async def test_a_headless_engine_takes_in_what_waits_and_goes(config: Config, tmp_path: Path) -> None:
    async with open_engine(config, screens=False) as engine:
        pane = await open_pane(
            engine, backend="tmux", argv=("sh", "-c", "seq 1 20000; exec cat"), attached=False
        )
    size = sum(len(f"{number}\r\n") for number in range(1, 20001))
    for _ in range(100):
        async with open_engine(config, screens=False) as engine:
            await engine.ingest_spools()
            if engine.projections.panes[pane].output_bytes == size:
                break
    else:
        raise AssertionError("not all of it was taken in")
    with closing(sqlite3.connect(config.paths.database)) as log:
        (stored,) = log.execute("SELECT sum(length(bytes)) FROM body").fetchone()
    assert stored < size / 2, "it is compressed as what is recorded while it is printed"


async def test_a_hundred_panes_that_burst_and_exit_at_once_are_whole(
    config: Config, eventually: Eventually
) -> None:
    """Every byte and every exit status: what tmux alone loses in most cases."""
    burst = "i=0; while [ $i -lt 400 ]; do echo $1 $i; i=$((i+1)); done; exit $1"
    async with open_engine(config, screens=False) as engine:
        panes = [
            await engine.request(Open(backend="tmux", argv=("sh", "-c", burst, "sh", str(number))))
            for number in range(100)
        ]
        known = [engine.projections.panes[pane or ""] for pane in panes]
        await eventually(lambda: not any(pane.alive for pane in known), seconds=60)
        assert [pane.outcome for pane in known] == [f"exit {number}" for number in range(100)]
        for number, pane in enumerate(known):
            output = [r.fact.data async for r in engine.store.read(pane=pane.id, kinds=("Output",))]  # type: ignore[union-attr]
            expected = b"".join(b"%d %d\r\n" % (number, line) for line in range(400))
            assert b"".join(output) == expected


async def test_what_a_full_spool_dropped_is_a_gap_of_that_size_and_the_screen_is_right(
    config: Config, eventually: Eventually, tmp_path: Path
) -> None:
    go, said = tmp_path / "go", tmp_path / "said"
    wait = f"until [ -e {go} ]; do sleep 0.01; done"
    script = f"{wait}; seq 1 300000; printf '\\033[2J\\033[Hthe last screen'; touch {said}; exec cat"
    capped = replace(config, spool=replace(config.spool, pane_cap=200_000))
    async with open_engine(capped) as engine:
        pane = await open_pane(engine, backend="tmux", argv=("sh", "-c", script))
    go.touch()
    await eventually(said.exists)
    async with open_engine(capped) as engine:
        known = engine.projections.panes[pane]
        printed = sum(len(f"{n}\r\n") for n in range(1, 300_001)) + len("\x1b[2J\x1b[Hthe last screen")
        await eventually(lambda: known.output_bytes == printed)
        assert known.lost_bytes > 0
        await eventually(lambda: "Repainted" in _turns(engine, pane), "tmux is asked for the screen")
        assert (await engine.screen(pane)).display[0].rstrip() == "the last screen"
        logged = [r.fact async for r in engine.store.read(pane=pane, kinds=("Output",))]
        assert (
            sum(fact.length for fact in logged if isinstance(fact, facts.Output)) + known.lost_bytes
            == printed
        )


def _turns(engine: Engine, pane: str) -> list[str]:
    return [type(turn.fact).__name__ for turn in engine.projections.history[pane].entries]
