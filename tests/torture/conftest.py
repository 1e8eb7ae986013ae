"""What the torture shares: panes whose programs keep their own copy, and what must hold at the end.

``CHLOE_TORTURE_SEED`` and ``CHLOE_TORTURE_KILLS`` are set by ``make torture``; without them a short form
runs, the same each time.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from bisect import bisect_right
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

import chloe as package
from chloe.backends.tmux.spool_status import has_holder as holds
from chloe.config import Config
from chloe.engine import Engine, open_engine
from chloe.events import facts
from chloe.events.commands import Kill
from chloe.events.panes import Pane
from chloe.past.stream import pruned_seqs
from tests.torture.spools import spooled_through

ROOM = Path(__file__).parent
#: Seconds after which something that should happen is taken not to.
DEADLINE = 30.0

SEED = int(os.environ.get("CHLOE_TORTURE_SEED", "1"))
KILLS = os.environ.get("CHLOE_TORTURE_KILLS")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """A failure says how it is repeated."""
    outcome: Any = yield
    report = outcome.get_result()
    if report.failed and ROOM in item.path.parents:
        report.sections.append(("to repeat it", f"make torture SEED={SEED} N=1   (this test: {item.name})"))


class Copy:
    """What a pane's program itself says of what it printed."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def data(self) -> bytes:
        """Every byte, or none where the program never ran."""
        return self.path.read_bytes() if self.path.exists() else b""

    @property
    def times(self) -> list[tuple[int, int]]:
        """How many bytes there were, and when they had been written, in nanoseconds since 1970."""
        path = self.path.with_name(f"{self.path.name}.times")
        lines = path.read_text().splitlines() if path.exists() else []
        return [(int(size), int(at)) for size, at in (line.split() for line in lines)]

    @property
    def drawn(self) -> bool:
        """A ``runaway`` one has drawn its last screen."""
        return self.path.with_name(f"{self.path.name}.drawn").exists()

    @property
    def end(self) -> tuple[int, int] | None:
        """The exit status (minus a signal's number), and when it was about to end."""
        path = self.path.with_name(f"{self.path.name}.end")
        if not path.exists():
            return None
        status, at = path.read_text().split()
        return int(status), int(at)


class World:
    """Panes that print, and the Chloes that come and go around them."""

    def __init__(self, config: Config, folder: Path, seed: int) -> None:
        self.config = config
        self.seed = seed
        self.chance = random.Random(seed)
        self.folder = folder
        self.stop, self.go = folder / "stop", folder / "go"
        #: Of the programs in tmux panes, and of those in direct ones.
        self.copies: list[Copy] = []
        self.direct: list[Copy] = []
        #: Of those whose holder was killed, by path: how many bytes of the stream had come into its spool.
        #: The kernel may have held the last of what they printed.
        self.cut: dict[str, int] = {}
        self.chloes: list[subprocess.Popen[str]] = []

    def printer(self, manner: str, *, kept: bool = True) -> list[str]:
        """The command line of one more program of this manner; ``kept`` where a tmux pane will run it."""
        copies = self.copies if kept else self.direct
        copy = Copy(self.folder / f"{'copy' if kept else 'direct'}{len(copies)}")
        copies.append(copy)
        seed = f"{self.seed}-{len(copies)}"
        return [
            sys.executable,
            "-I",
            "-S",
            str(ROOM / "printer.py"),
            str(copy.path),
            str(self.stop),
            seed,
            manner,
        ]

    def start(self, *manners: str, **told: Any) -> subprocess.Popen[str]:
        """A headless Chloe that opens a tmux pane for each of ``manners``. ``told``: see ``driver``."""
        told |= {"home": str(self.config.paths.home), "socket": self.config.tmux.socket_name}
        told["panes"] = told.get("panes", []) + [("tmux", self.printer(manner)) for manner in manners]
        process = subprocess.Popen(
            [sys.executable, str(ROOM / "driver.py"), json.dumps(told)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(Path(package.__file__).parents[1])},
        )
        self.chloes.append(process)
        return process

    async def said(self, chloe: subprocess.Popen[str]) -> dict[str, Any]:
        """Wait until a Chloe has opened its panes; its instance, and their ids."""
        assert chloe.stdout is not None
        async with asyncio.timeout(DEADLINE):
            line = await asyncio.to_thread(chloe.stdout.readline)
        assert line, "the Chloe ended before its panes were open"
        said: dict[str, Any] = json.loads(line)
        return said

    def kill(self, chloe: subprocess.Popen[str]) -> None:
        """kill -9."""
        chloe.send_signal(signal.SIGKILL)
        chloe.wait(DEADLINE)
        for pipe in (chloe.stdin, chloe.stdout):
            if pipe is not None:
                pipe.close()

    async def until(
        self,
        holds: Callable[[], object],
        what: str,
        seconds: float = DEADLINE,
        *,
        progress: Callable[[], int] = int,
    ) -> None:
        """Wait until something holds; fails with what was awaited, so long after the last ``progress``."""
        deadline, before = 0.0, -1
        while not holds():
            if (now := progress()) != before:
                deadline, before = time.monotonic() + seconds, now
            if time.monotonic() > deadline:
                pytest.fail(f"seed {self.seed}: never came true within {seconds} s: {what}")
            await asyncio.sleep(0.005)

    @asynccontextmanager
    async def settled(self) -> AsyncIterator[Engine]:
        """Let all programs end, and one last Chloe take in what there is; its engine."""
        for chloe in self.chloes:
            if chloe.poll() is None:
                self.kill(chloe)
        self.stop.touch()
        async with open_engine(self.config) as engine:
            panes = engine.projections.panes
            for pane in list(panes.values()):
                if pane.alive and not _prints(pane):
                    await engine.request(Kill(pane.id))

            def ended() -> bool:
                return not any(pane.alive for pane in panes.values()) and not self.spools()

            def ingested() -> int:
                return sum(pane.output_bytes for pane in panes.values())

            try:
                # Hundreds of megabytes may wait, where none lived long enough to take them in.
                await self.until(ended, "every pane has ended and no spool is left", progress=ingested)
            finally:
                print("alive:", [pane for pane in panes.values() if pane.alive], "spools:", self.spools())
            yield engine

    def runs(self, pane: str) -> bool:
        """Whether a holder looks after the pane."""
        return holds(self.config.paths.spool / pane)

    def kill_a_holder(self) -> bool:
        """kill -9 of one holder, by chance; whether there was one whose program runs."""
        locks = sorted(self.config.paths.spool.glob("*/lock"))
        self.chance.shuffle(locks)
        for lock in locks:
            with suppress(OSError, ValueError, IndexError):
                holder = int(lock.read_text().split()[0])
                children = Path(f"/proc/{holder}/task/{holder}/children").read_text().split()
                line = Path(f"/proc/{children[0]}/cmdline").read_bytes().split(b"\0")
                if self.runs(lock.parent.name) and str(ROOM / "printer.py").encode() in line:
                    self.cut[path := os.fsdecode(line[4])] = 0
                    os.kill(holder, signal.SIGSTOP)
                    try:
                        self.cut[path] = spooled_through(lock.parent)
                    finally:
                        os.kill(holder, signal.SIGKILL)
                    return True
        return False

    def spooled(self) -> int:
        """Bytes in all spools."""
        total = 0
        with suppress(FileNotFoundError):  # What is just being removed makes it less, which no bound minds.
            for path in self.config.paths.spool.glob("*/*.seg"):
                total += path.stat().st_size
        return total

    async def captured(self, pane: str) -> list[str]:
        """The rows of the pane's screen as tmux has them."""
        tmux = ["tmux", "-u", "-L", self.config.tmux.socket_name]
        asked = [*tmux, "capture-pane", "-p", "-t", f"=chloe-{pane}:"]
        captured = await asyncio.to_thread(subprocess.run, asked, capture_output=True, check=True)
        return [row.rstrip() for row in captured.stdout.decode().split("\n")[:-1]]

    def spools(self) -> list[str]:
        """The panes that have a spool, with what is in it."""
        found = []
        for folder in self.config.paths.spool.glob("*"):
            with suppress(FileNotFoundError):  # It is just being removed.
                found.append(f"{folder.name} {sorted(os.listdir(folder))}")
        return found

    async def check(self, *, lossless: bool = True) -> None:
        """All that must hold, whatever happened: every byte once and in order, every end, the whole chain."""
        async with self.settled() as engine:
            panes = {pane.argv[4]: pane for pane in engine.projections.panes.values() if _prints(pane)}
            for copy in self.copies:
                pane = panes.pop(str(copy.path), None)
                if pane is None:
                    assert not copy.data, f"seed {self.seed}: {copy.path} ran and the log doesn't know of it"
                    continue
                where = f"seed {self.seed}, pane {pane.id}, {copy.path.name}"
                if str(copy.path) in self.cut and pane.died and pane.died.reason:
                    await check_cut(engine, pane.id, copy, self.cut[str(copy.path)], where)
                    continue
                await check_stream(engine, pane.id, copy, where, lossless=lossless)
                await check_end(engine, pane.id, copy, where)
            for copy in self.direct:
                pane = panes.pop(str(copy.path), None)
                if pane is not None:
                    await check_prefix(engine, pane.id, copy, f"seed {self.seed}, {copy.path.name}")
            assert not panes
            verdict = await engine.store.verify()
            assert verdict.bad is None, f"seed {self.seed}: {verdict}"
        await self.until(lambda: not self.strays(), "no process of the panes is left")
        left = self.strays()
        assert not left, left

    def strays(self) -> list[str]:
        """Processes that still know of this world: programs and holders."""
        known = (str(self.folder).encode(), str(self.config.paths.home).encode())
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                line = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if int(entry.name) != os.getpid() and any(b"\0" + each in line for each in known):
                found.append(line.replace(b"\0", b" ").decode(errors="replace"))
        return found

    def close(self) -> None:
        """End what still runs."""
        self.stop.touch()
        for chloe in self.chloes:
            if chloe.poll() is None:
                self.kill(chloe)


async def check_stream(engine: Engine, pane: str, copy: Copy, where: str, *, lossless: bool) -> None:
    """The log has the program's bytes: each once, in order, each gap of the exact size, none too early."""
    printed = copy.data
    times = copy.times
    sizes = [size for size, _ in times]
    offset = 0
    pruned = await pruned_seqs(engine.store, pane)
    async for record in engine.store.read(pane=pane, kinds=("Output", "Gap")):
        fact = record.fact
        assert isinstance(fact, facts.Output | facts.Gap)
        assert fact.offset == offset, f"{where}: {fact.offset} comes after {offset}"
        assert fact.length
        if isinstance(fact, facts.Output):
            same = printed[offset : offset + fact.length] == fact.data
            assert same or (record.seq in pruned and not fact.data), (
                f"{where}: other bytes at {offset}, record {record.seq}"
            )
            before = bisect_right(sizes, offset)
            if before:
                assert record.occurred_at >= times[before - 1][1], f"{where}: {offset} has too early a time"
        else:
            assert not lossless, f"{where}: {fact}"
        offset += fact.length
    assert offset == len(printed), f"{where}: {offset} bytes of {len(printed)}"


async def check_prefix(engine: Engine, pane: str, copy: Copy, where: str) -> None:
    """What a direct program printed until its Chloe was killed, and that it ended with it."""
    pieces = [record.fact async for record in engine.store.read(pane=pane, kinds=("Output",))]
    logged = b"".join(fact.data for fact in pieces if isinstance(fact, facts.Output))
    assert copy.data.startswith(logged), f"{where}: no prefix"
    assert engine.projections.panes[pane].outcome == "chloe ended", where


async def check_cut(engine: Engine, pane: str, copy: Copy, spooled: int, where: str) -> None:
    """What a program printed until its holder was killed, each byte once, and an end that says so.

    All ``spooled`` bytes that had reached its spool are there.
    """
    pieces = [record.fact async for record in engine.store.read(pane=pane, kinds=("Output", "Gap"))]
    # The last may be a gap of a length that nobody knows.
    gap = pieces.pop() if pieces and isinstance(pieces[-1], facts.Gap) else None
    assert all(isinstance(fact, facts.Output) for fact in pieces), f"{where}: {pieces}"
    logged = b"".join(fact.data for fact in pieces if isinstance(fact, facts.Output))
    assert copy.data.startswith(logged), f"{where}: no prefix"
    assert len(logged) >= spooled, f"{where}: {len(logged)} bytes of {spooled} that were spooled"
    died = [record.fact async for record in engine.store.read(pane=pane, kinds=("Died",))]
    assert len(died) == 1, f"{where}: {died}"
    assert isinstance(died[0], facts.Died)
    told = gap.length == 0 if isinstance(gap, facts.Gap) else "missing" in died[0].reason
    assert told, f"{where}: {gap}, {died[0]} don't say that bytes may be missing"


async def check_end(engine: Engine, pane: str, copy: Copy, where: str) -> None:
    """The log has the program's end, once."""
    died = [record async for record in engine.store.read(pane=pane, kinds=("Died",))]
    assert len(died) == 1, f"{where}: {died}"
    fact = died[0].fact
    assert isinstance(fact, facts.Died)
    if copy.end is None:
        assert not copy.data and fact.reason, f"{where}: {fact}, and the program never said that it ends"
        return
    status, at = copy.end
    expected = (status, None) if status >= 0 else (None, -status)
    assert (fact.status, fact.signal) == expected, f"{where}: {fact} where {status} was its end"
    assert not fact.reason, f"{where}: {fact}"
    assert died[0].occurred_at >= at, f"{where}: it died before its end"


def _prints(pane: Pane) -> bool:
    """Whether one of the world's programs runs in it, and not a shell that somebody opened."""
    return str(ROOM / "printer.py") in pane.argv


@pytest.fixture
def kills() -> int | None:
    """How many kills ``make torture`` wants; None in the short form."""
    return int(KILLS) if KILLS else None


@pytest.fixture
def make_world(tmp_path: Path) -> Iterator[Callable[[Config], World]]:
    """Make a world of a Chloe with these settings."""
    folder = tmp_path / "world"
    folder.mkdir()
    worlds: list[World] = []

    def make(config: Config) -> World:
        worlds.append(World(config, folder, SEED))
        return worlds[-1]

    yield make
    for world in worlds:
        world.close()


@pytest.fixture
def world(make_world: Callable[[Config], World], config: Config) -> World:
    """A world of its own."""
    return make_world(config)


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last Chloe waits less long for a session that never came."""
    monkeypatch.setattr("chloe.backends.tmux.liveness.START_GRACE", 2.0)
    monkeypatch.setattr("chloe.backends.tmux.backend._RECHECK_DELAY", 0.5)
