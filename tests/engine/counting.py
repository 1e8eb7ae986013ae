"""A pane that counts as far as it is told, and a look at what the log has of that."""

from __future__ import annotations

import subprocess
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from pathlib import Path

from chloe.config import Config
from chloe.engine import Engine
from chloe.events import facts
from chloe.events.commands import Write
from chloe.events.facts import BackendKind
from tests.panes import open_pane

Eventually = Callable[..., Awaitable[None]]
SmallDisk = Callable[[Path, str], Path]
HeldStill = Callable[[int], AbstractContextManager[None]]
#: Counts as far as it is told and shows a last screen; a line that is no number is its exit status.
COUNTS = (
    "sh",
    "-c",
    "stty -echo; printf ready; while read n; do case $n in x*) exit ${n#x};; esac; seq 1 $n; "
    r"printf '\033[2J\033[Hthe screen after %s' $n; done",
)


def counted(*numbers: int) -> bytes:
    stream = b"ready"
    for number in numbers:
        stream += b"".join(b"%d\r\n" % each for each in range(1, number + 1))
        stream += b"\x1b[2J\x1b[Hthe screen after %d" % number
    return stream


class Counting:
    """A pane that counts, and all that it was told to count to."""

    def __init__(self, engine: Engine, pane: str, eventually: Eventually) -> None:
        self.engine = engine
        self.id = pane
        self._eventually = eventually
        self.numbers: list[int] = []

    def count(self, number: int) -> None:
        self.numbers.append(number)
        self.engine.send(Write(self.id, b"%d\n" % number))

    async def counted(self) -> None:
        """Wait until all of it is in the log, or is said to be missing, and the screen is the right one."""
        stream = counted(*self.numbers)
        known = self.engine.projections.panes[self.id]
        await self._eventually(lambda: known.output_bytes == len(stream), "all is told of")
        await self.engine.screen(self.id)
        if self.numbers:
            shown = f"the screen after {self.numbers[-1]}"
            screens = self.engine.projections.screens
            await self._eventually(lambda: screens[self.id].display[0].rstrip() == shown, shown)

    async def lost(self) -> int:
        """How many bytes are missing; what isn't stands at its place in the stream."""
        stream, offset, lost = counted(*self.numbers), 0, 0
        async for record in self.engine.store.read(pane=self.id, kinds=("Output", "Gap")):
            assert isinstance(record.fact, facts.Output | facts.Gap)
            assert record.fact.offset == offset
            if isinstance(record.fact, facts.Output):
                assert stream[offset : offset + record.fact.length] == record.fact.data
            else:
                assert record.fact.reason
                lost += record.fact.length
            offset += record.fact.length
        assert offset == len(stream)
        return lost

    async def end(self) -> None:
        """Have it exit with a status, and see that this is told."""
        self.engine.send(Write(self.id, b"x7\n"))
        known = self.engine.projections.panes[self.id]
        await self._eventually(lambda: not known.alive, "the end")
        assert known.outcome == "exit 7"
        await gone(self.engine, self.id, self._eventually)


async def gone(engine: Engine, pane: str, eventually: Eventually) -> None:
    """Wait until what an ended pane held outside the log is removed; quitting meanwhile would leave it."""
    folder = engine.store.path.parent / "spool" / pane
    await eventually(lambda: not folder.exists(), "its spool is removed")


async def counting(engine: Engine, eventually: Eventually, backend: BackendKind = "tmux") -> Counting:
    pane = await open_pane(engine, backend=backend, argv=COUNTS)
    made = Counting(engine, pane, eventually)
    await made.counted()
    return made


async def kinds(engine: Engine, pane: str) -> list[str]:
    return [type(record.fact).__name__ async for record in engine.store.read(pane=pane, bodies=False)]


def tmux_screen(config: Config, pane: str) -> list[str]:
    asked = ["tmux", "-L", config.tmux.socket_name, "capture-pane", "-p", "-t", f"=chloe-{pane}:"]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.splitlines()
