"""Three Chloes on one home: how soon each shows what another records, and how soon a killed one is replaced.

A, B and C are processes of their own; B is this one. What B and C note is the clock when their fold has
come to something; what is compared with it is the record's own time. All share this machine's clock.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.engine import until
from benchmarks.measure import gate, percentile, show
from chloe.config import Config, Paths, TmuxSettings
from chloe.engine import Change, Engine, open_engine
from chloe.events import facts
from chloe.events.commands import Command, Kill, Open, Rename, Tag, Write
from chloe.events.facts import Record

PRINTS = 200
CHANGES = 100
ROUNDS = 5
#: Seconds after which something that should happen is taken not to.
DEADLINE = 20.0

#: Prints now and then, so that a commit comes at any point between two looks at the log.
_NOW_AND_THEN = f"""
import random, sys, time
print("ready", flush=True)
sys.stdin.readline()
for count in range({PRINTS}):
    time.sleep(random.uniform(0.005, 0.03))
    print("print", count, flush=True)
print("done", flush=True)
sys.stdin.readline()
"""

_ON_AND_ON = """
import time
while True:
    print("on", flush=True)
    time.sleep(0.01)
"""


class Standing(NamedTuple):
    """How a pane stands in an instance's fold."""

    printed: int
    name: str
    tags: tuple[str, ...]


#: The standings of a pane in an instance, in order, each with the clock when it was come to.
Noted = list[tuple[int, Standing]]


def main() -> bool:
    """Print the figures; False where a gate was missed."""
    return asyncio.run(_all())


async def _all() -> bool:
    home = Path(tempfile.mkdtemp(prefix="chloe-bench-"))
    socket = f"chloe-bench-{uuid.uuid4().hex[:12]}"
    config = Config(paths=Paths.under(home), tmux=TmuxSettings(socket_name=socket))
    try:
        async with open_engine(config) as b, _beside(config) as c:
            notes = Notes(b)
            async with _beside(config) as a:
                kept = [await _prints(a, b, c, notes), await _changes(a, b, c, notes)]
            kept.append(await _kills(config, b))
            return all(kept)
    finally:
        subprocess.run(["tmux", "-L", socket, "kill-server"], capture_output=True)
        shutil.rmtree(home, ignore_errors=True)


# A Chloe in a process of its own.


class Notes:
    """When an instance's fold came to what."""

    def __init__(self, engine: Engine) -> None:
        self._panes = engine.projections.panes
        self.noted: dict[str, Noted] = {}
        engine.subscribe(self._told)

    def _told(self, change: Change) -> None:
        now = time.time_ns()
        for id in change.panes & self._panes.keys():
            pane = self._panes[id]
            standing = Standing(pane.output_bytes, pane.name, pane.tags)
            noted = self.noted.setdefault(id, [])
            if not noted or noted[-1][1] != standing:
                noted.append((now, standing))


class Beside:
    """A Chloe in another process, as it is driven from here."""

    def __init__(self, config: Config) -> None:
        #: Its id, once it has started.
        self.instance = ""
        spawn = multiprocessing.get_context("spawn")
        self._ours, theirs = spawn.Pipe()
        self.process: BaseProcess = spawn.Process(target=_chloe, args=(config, theirs), daemon=True)
        self.process.start()
        theirs.close()

    async def started(self) -> None:
        """Wait until it runs."""
        self.instance = await self._answer()

    async def ask(self, command: Command) -> str | None:
        """As ``Engine.ask``."""
        self._ours.send(command)
        answer: str | None = await self._answer()
        return answer

    async def noted(self, pane: str) -> Noted:
        """What it noted of a pane so far."""
        self._ours.send(pane)
        answer: Noted = await self._answer()
        return answer

    async def _answer(self) -> Any:
        if not await asyncio.to_thread(self._ours.poll, DEADLINE):
            raise TimeoutError("the Chloe in another process doesn't answer")
        return self._ours.recv()

    async def close(self) -> None:
        """Let it quit, if it lives."""
        self._ours.close()
        await asyncio.to_thread(self.process.join, DEADLINE)
        self.process.kill()
        await asyncio.to_thread(self.process.join)


@asynccontextmanager
async def _beside(config: Config) -> AsyncIterator[Beside]:
    beside = Beside(config)
    try:
        await beside.started()
        yield beside
    finally:
        await beside.close()


def _chloe(config: Config, driver: Connection) -> None:
    asyncio.run(_driven(config, driver))


async def _driven(config: Config, driver: Connection) -> None:
    """Carry out commands, and tell what was noted of a pane, until the driver hangs up."""
    async with open_engine(config) as engine:
        notes = Notes(engine)
        driver.send(engine.instance)
        while True:
            try:
                asked = await asyncio.to_thread(driver.recv)
            except EOFError:
                return
            driver.send(notes.noted.get(asked, []) if isinstance(asked, str) else await engine.request(asked))


# What A records, until B and C have folded it.


async def _prints(a: Beside, b: Engine, c: Beside, notes: Notes) -> bool:
    print(f"{PRINTS} prints in a tmux pane that A records:")
    argv = (sys.executable, "-I", "-S", "-c", _NOW_AND_THEN)
    pane = await _opened(a, b, Open(backend="tmux", argv=argv))
    await _until(b, lambda: b.projections.panes[pane].output_bytes > 0)
    before = (await b.store.head()).seq
    await a.ask(Write(pane, b"\n"))
    records: list[Record] = []
    while not _done(records):
        await asyncio.sleep(0.2)
        records = [record async for record in b.store.read(pane=pane, kinds=("Output",), after=before)]
    assert {record.instance for record in records} == {a.instance}, "A is not the one that records"
    assert len(records) >= PRINTS / 2, "prints came together, so most of them were not measured"
    await _until(b, lambda: b.projections.panes[pane].output_bytes >= _end(records[-1]))
    kept = []
    for name, noted in {"B": notes.noted[pane], "C": await _noted(c, pane, _end(records[-1]))}.items():
        when = [_first(noted, partial(_reached, _end(record))) for record in records]
        committed = [(at - record.committed_at) / 1e9 for at, record in zip(when, records, strict=True)]
        show(f"committed by A, folded in {name}", committed)
        show(f"printed, folded in {name}", _since_made(when, records))
        kept.append(
            gate(f"committed by A, folded in {name}, p50 in ms", percentile(committed, 50) * 1e3, most=20)
        )
    await a.ask(Kill(pane))
    return all(kept)


async def _changes(a: Beside, b: Engine, c: Beside, notes: Notes) -> bool:
    print(f"{CHANGES} new names and as many tags, given in A:")
    pane = await _opened(a, b, Open(backend="tmux", argv=("cat",)))
    for count in range(CHANGES):
        await a.ask(Rename(pane, f"name {count}"))
        await asyncio.sleep(random.uniform(0.005, 0.03))
        await a.ask(Tag(pane, (f"tag {count}",)))
        await asyncio.sleep(random.uniform(0.005, 0.03))
    await b.catch_up()
    renamed = [record async for record in b.store.read(pane=pane, kinds=("Renamed",))]
    tagged = [record async for record in b.store.read(pane=pane, kinds=("Tagged",))]
    assert len(renamed) == len(tagged) == CHANGES
    await asyncio.sleep(1)  # C follows by itself.
    kept = []
    for name, noted in {"B": notes.noted[pane], "C": await c.noted(pane)}.items():
        for what, records in {"a name": renamed, "a tag": tagged}.items():
            when = [_first(noted, partial(_has, record.fact)) for record in records]
            seconds = _since_made(when, records)
            show(f"{what} given in A, folded in {name}", seconds)
            kept.append(gate(f"{what}, folded in {name}, p50 in ms", percentile(seconds, 50) * 1e3, most=20))
    await a.ask(Kill(pane))
    return all(kept)


def _has(fact: facts.Fact, standing: Standing) -> bool:
    """Whether that is what the fact said."""
    if isinstance(fact, facts.Renamed):
        return standing.name == fact.name
    assert isinstance(fact, facts.Tagged)
    return standing.tags == fact.tags


def _reached(printed: int, standing: Standing) -> bool:
    """Whether that much had been printed."""
    return standing.printed >= printed


def _done(records: Sequence[Record]) -> bool:
    """Whether the program has printed all."""
    ends = [record.fact.data for record in records[-3:] if isinstance(record.fact, facts.Output)]
    return b"done" in b"".join(ends)


def _end(record: Record) -> int:
    """The offset after what the record says was printed."""
    assert isinstance(record.fact, facts.Output)
    return record.fact.offset + record.fact.length


def _first(noted: Noted, holds: Callable[[Standing], bool]) -> int:
    """The clock when it came to hold."""
    return next(at for at, standing in noted if holds(standing))


def _since_made(when: Sequence[int], records: Sequence[Record]) -> list[float]:
    """Seconds from when each happened."""
    return [(at - record.occurred_at) / 1e9 for at, record in zip(when, records, strict=True)]


async def _noted(c: Beside, pane: str, printed: int) -> Noted:
    """What C noted of the pane, once it has come so far."""
    async with asyncio.timeout(DEADLINE):
        while not (noted := await c.noted(pane)) or noted[-1][1].printed < printed:
            await asyncio.sleep(0.1)
    return noted


async def _opened(a: Beside, b: Engine, command: Open) -> str:
    """Open a pane in A; its id, once B knows of it."""
    pane = await a.ask(command)
    assert pane is not None
    await _until(b, lambda: pane in b.projections.panes)
    return pane


async def _until(engine: Engine, holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE):
        await until(engine, holds)


# A is killed.


async def _kills(config: Config, b: Engine) -> bool:
    print(f"A is killed with -9 while its panes print, {ROUNDS} times:")
    over: list[float] = []
    ended: list[float] = []
    for _ in range(ROUNDS):
        async with _beside(config) as a:
            await _kill(a, b, over, ended)
    show("until another's record of its tmux pane", over)
    show("until its direct pane is said to have ended", ended)
    return all(
        [
            gate("recording taken over, the slowest, in s", max(over), most=1),
            gate("direct pane spoken for, the slowest, in s", max(ended), most=1),
        ]
    )


async def _kill(a: Beside, b: Engine, over: list[float], ended: list[float]) -> None:
    panes = b.projections.panes
    argv = (sys.executable, "-I", "-S", "-c", _ON_AND_ON)
    tmux = await _opened(a, b, Open(backend="tmux", argv=argv))
    direct = await _opened(a, b, Open(backend="direct", argv=argv))
    await _until(b, lambda: panes[tmux].output_bytes > 100 and panes[direct].output_bytes > 100)
    killed = time.time_ns()
    a.process.kill()
    await _until(b, lambda: not panes[direct].alive)
    assert panes[direct].outcome == "chloe ended"
    async with asyncio.timeout(DEADLINE):
        while not (anew := [each async for each in _others(b, tmux, a.instance)]):
            await asyncio.sleep(0.05)
    died = [record async for record in b.store.read(pane=direct, kinds=("Died",))]
    over.append((anew[0].committed_at - killed) / 1e9)
    ended.append((died[0].committed_at - killed) / 1e9)
    await b.request(Kill(tmux))


async def _others(b: Engine, pane: str, instance: str) -> AsyncIterator[Record]:
    """What other instances recorded of the pane's output."""
    async for record in b.store.read(pane=pane, kinds=("Output",), bodies=False):
        if record.instance != instance:
            yield record


if __name__ == "__main__":
    main()
