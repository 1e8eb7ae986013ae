"""Law 5: kill -9 loses nothing. Law 9: one recorder a pane.

The short form; every pane's program keeps a copy of what it wrote, and the log must equal it.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from chloe.config import Config
from chloe.engine import Engine, open_engine
from chloe.events import facts
from chloe.export.raw import encode_raw
from chloe.past.stream import Missing

Eventually = Callable[..., Awaitable[None]]
StartChloe = Callable[..., tuple[Any, dict[str, Any]]]

#: Prints numbered lines, now and then a burst, until a file appears; keeps its own copy beside it.
_PRINTER = r"""
import os, random, sys, time
import termios
name, stop = sys.argv[1:]
settings = termios.tcgetattr(1)
settings[1] &= ~termios.OPOST
settings[3] &= ~termios.ECHO  # Random bytes may ask the terminal something; its answer isn't ours.
termios.tcsetattr(1, termios.TCSANOW, settings)
chance = random.Random(name)
copy = open(name, "wb", buffering=0)
number = 0
while not os.path.exists(stop):
    lines = 2000 if chance.random() < 0.02 else 3
    data = b"".join(b"%d the quick brown fox\r\n" % n for n in range(number, number + lines))
    if chance.random() < 0.2:
        data += chance.randbytes(200)
    number += lines
    copy.write(data)
    while data:
        data = data[os.write(1, data):]
    time.sleep(0.004)
"""

KILLS = 20
PANES = 4


async def test_killed_at_any_moment_nothing_is_lost_and_nothing_is_there_twice(
    config: Config, start_chloe: StartChloe, tmp_path: Path, eventually: Eventually
) -> None:
    stop = tmp_path / "stop"
    copies = [tmp_path / f"copy{number}" for number in range(PANES)]
    printers = [("tmux", (sys.executable, "-c", _PRINTER, str(copy), str(stop))) for copy in copies]
    chloe, said = await asyncio.to_thread(start_chloe, *printers)
    chance = random.Random(5)
    for _ in range(KILLS):
        # The moments are random on purpose; some fall into the start itself.
        await asyncio.sleep(chance.uniform(0.1, 1.0))
        chloe.send_signal(signal.SIGKILL)
        chloe.wait()
        chloe, _ = start_chloe(wait=False)
    assert chloe.stdout is not None
    await asyncio.to_thread(chloe.stdout.readline)
    chloe.kill()
    chloe.wait()
    stop.touch()
    async with open_engine(config, screens=False) as engine:
        panes = engine.projections.panes
        await eventually(lambda: not any(panes[pane].alive for pane in said["opened"]))
        for pane, copy in zip(said["opened"], copies, strict=True):
            assert await _logged(engine, pane) == copy.read_bytes()
            assert panes[pane].outcome == "exit 0"
        assert (await engine.store.verify()).bad is None


async def _logged(engine: Engine, pane: str) -> bytes:
    pieces = []
    async for piece in encode_raw(engine.store, pane):
        assert not isinstance(piece, Missing), piece
        pieces.append(piece)
    return b"".join(pieces)


async def test_a_direct_pane_of_a_killed_chloe_has_a_clean_prefix_and_is_said_to_have_ended(
    config: Config, start_chloe: StartChloe, tmp_path: Path, eventually: Eventually
) -> None:
    copy = tmp_path / "copy"
    program = (sys.executable, "-c", _PRINTER, str(copy), str(tmp_path / "stop"))
    chloe, said = await asyncio.to_thread(start_chloe, ("direct", program))
    pane = said["opened"][0]
    await eventually(lambda: copy.exists() and copy.stat().st_size > 100_000)
    chloe.send_signal(signal.SIGKILL)
    chloe.wait()
    async with open_engine(config, screens=False) as engine:
        found = engine.projections.panes[pane]
        assert (found.alive, found.closed, found.outcome) == (False, True, "chloe ended")
        logged = await _logged(engine, pane)
        assert logged
        assert copy.read_bytes().startswith(logged)


async def test_of_two_chloes_one_records_and_the_other_takes_over(
    config: Config, start_chloe: StartChloe, tmp_path: Path, eventually: Eventually
) -> None:
    copy, stop = tmp_path / "copy", tmp_path / "stop"
    program = (sys.executable, "-c", _PRINTER, str(copy), str(stop))
    first, said = await asyncio.to_thread(start_chloe, ("tmux", program))
    pane = said["opened"][0]
    async with open_engine(config, screens=False) as engine:
        panes = engine.projections.panes
        printed = panes[pane].output_bytes
        await eventually(
            lambda: panes[pane].output_bytes > printed, "the second follows what the first records"
        )
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        await eventually(lambda: said["instance"] not in panes[pane].attached, "the first is spoken for")
        printed = panes[pane].output_bytes
        await eventually(
            lambda: panes[pane].output_bytes > printed, "the second has taken the recording over"
        )
        stop.touch()
        await eventually(lambda: not panes[pane].alive)
        assert await _logged(engine, pane) == copy.read_bytes()
        recorders = [
            record.instance async for record in engine.store.read(pane=pane, kinds=("Output",), bodies=False)
        ]
        assert sorted(recorders, key=[said["instance"], engine.instance].index) == recorders
        ends = [record async for record in engine.store.read(pane=pane, kinds=("Died", "Detached"))]
        assert sum(isinstance(record.fact, facts.Died) for record in ends) == 1
        assert sum(isinstance(record.fact, facts.Detached) for record in ends) == 1
