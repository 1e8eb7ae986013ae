"""Faults of a spool: folders that somebody removed, segments that were damaged.

What is missing is told exactly, and recording goes on.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from chloe.config import Config
from chloe.engine import Engine, open_engine
from chloe.events import facts
from chloe.events.commands import Kill
from tests.engine.counting import counted, counting, gone, tmux_screen

Eventually = Callable[..., Awaitable[None]]
SmallDisk = Callable[[Path, str], Path]
HeldStill = Callable[[int], AbstractContextManager[None]]

pytestmark = pytest.mark.usefixtures("nothing_is_left", "checks_often")


# Removed folders -----------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["folder", "spool", "keys", "lock", "leases", "0.seg"])
async def test_what_somebody_removes_of_a_running_spool_comes_back_and_nothing_is_lost_of_what_was_read(
    what: str, config: Config, eventually: Eventually
) -> None:
    async with open_engine(config) as engine, open_engine(config) as second:
        pane = await counting(engine, eventually)
        folder = config.paths.spool / pane.id
        if what == "folder":
            shutil.rmtree(folder)
        elif what == "spool":
            shutil.rmtree(config.paths.spool)
        else:
            (config.paths.home / what if what == "leases" else folder / what).unlink()
        pane.count(3000)
        await pane.counted()
        await pane.lost()
        if what != "0.seg":
            await eventually((folder / "keys").is_fifo)
        lost = await pane.lost()
        pane.count(500)
        await pane.counted()
        assert await pane.lost() == lost, "it is recorded as before"
        await eventually(lambda: second.projections.panes[pane.id].output_bytes == len(counted(3000, 500)))
        await pane.end()


async def test_a_spool_that_is_removed_while_no_chloe_runs_is_a_gap_of_that_size_and_a_right_screen(
    config: Config, eventually: Eventually
) -> None:
    async with open_engine(config) as engine:
        pane = await counting(engine, eventually)
    (config.paths.spool / pane.id / "keys").write_bytes(b"1000\n")
    await eventually(lambda: tmux_screen(config, pane.id)[0] == "the screen after 1000")
    shutil.rmtree(config.paths.spool)
    async with open_engine(config) as engine:
        pane.engine = engine
        assert engine.projections.panes[pane.id].alive, "tmux has its session"
        pane.numbers.append(1000)
        await pane.counted()
        assert await pane.lost() == len(counted(1000)) - len(b"ready")
        await pane.end()


# Damage --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lengths", [False, True], ids=["a byte of output", "a length"])
async def test_damage_costs_what_can_not_be_read_and_the_damaged_file_is_kept(
    lengths: bool, config: Config, eventually: Eventually
) -> None:
    async with open_engine(config) as engine:
        pane = await counting(engine, eventually)
    folder = config.paths.spool / pane.id
    (folder / "keys").write_bytes(b"1000\n")
    await eventually(lambda: tmux_screen(config, pane.id)[0] == "the screen after 1000")
    contents = bytearray((folder / "0.seg").read_bytes())
    at = contents.index(b"1\r\n2\r\n")
    contents[at - 6 if lengths else at] ^= 0xFF
    (folder / "0.seg").write_bytes(contents)
    async with open_engine(config) as engine:
        pane.engine = engine
        pane.numbers.append(1000)
        await pane.counted()
        assert 0 < await pane.lost() <= len(counted(1000)) - len(b"ready")
        kept = list((config.paths.home / "damaged").iterdir())
        assert [path.read_bytes()[: len(contents)] for path in kept] == [contents]
        gaps = [record.fact async for record in engine.store.read(pane=pane.id, kinds=("Gap",))]
        assert isinstance(gaps[0], facts.Gap)
        assert str(kept[0]) in gaps[0].reason
        lost = await pane.lost()
        pane.count(500)
        await pane.counted()
        assert await pane.lost() == lost, "it is recorded as before"
        await pane.end()


async def test_damage_at_the_very_end_is_told_where_the_end_should_be(
    config: Config, eventually: Eventually
) -> None:
    async with open_engine(config) as engine:
        pane = await counting(engine, eventually)
    folder = config.paths.spool / pane.id
    (folder / "keys").write_bytes(b"x7\n")
    await eventually(lambda: not _held(folder / "lock"))
    contents = bytearray((folder / "0.seg").read_bytes())
    contents[-1] ^= 1
    (folder / "0.seg").write_bytes(contents)
    async with open_engine(config) as engine:
        known = engine.projections.panes[pane.id]
        await eventually(lambda: not known.alive)
        await gone(engine, pane.id, eventually)
        assert "damaged" in known.outcome
        assert str(config.paths.home / "damaged") in known.outcome


def _held(path: Path) -> bool:
    return subprocess.run(["flock", "-n", str(path), "true"], capture_output=True).returncode != 0


async def test_a_pane_that_is_killed_after_a_fault_leaves_nothing(
    engine: Engine, config: Config, eventually: Eventually
) -> None:
    pane = await counting(engine, eventually)
    shutil.rmtree(config.paths.spool)
    await engine.request(Kill(pane.id))
    await eventually(lambda: not engine.projections.panes[pane.id].alive)
    await gone(engine, pane.id, eventually)


async def test_the_home_removed_under_a_running_chloe_comes_back_with_all_it_held(
    config: Config, eventually: Eventually
) -> None:
    async with open_engine(config) as engine:
        pane = await counting(engine, eventually)
        direct = await counting(engine, eventually, "direct")
        pane.count(500)
        await pane.counted()
        shutil.rmtree(config.paths.home)
        for each in (pane, direct):
            each.count(2000)
            await each.counted()
        assert await direct.lost() == 0
        lost = await pane.lost()
        await eventually(lambda: engine.trouble is None)
        pane.count(700)
        await pane.counted()
        assert await pane.lost() == lost, "it is recorded as before"
        another = await counting(engine, eventually)
        await another.end()
        assert (await engine.store.verify()).intact
        instance = engine.instance
    async with open_engine(config) as engine:
        known = engine.projections.panes[pane.id]
        assert known.alive
        assert instance not in known.attached
        pane.engine = engine
        await pane.end()
        assert not engine.projections.panes[direct.id].alive
