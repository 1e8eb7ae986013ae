"""What each pane's program does, kept current: when it is looked at, and what real ones are seen to do."""

from __future__ import annotations

import os
import shlex
import sys
import time
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path
from typing import Literal

import pytest

from chloe.actors.states.doing import Doing
from chloe.backends.activity import Activity, Call, ProcessGroups
from chloe.backends.evidence import ProgramEvidence
from chloe.backends.kinds import TRAITS
from chloe.engine import Engine
from chloe.engine.doing_watch import FIRST_WAIT, LAST_WAIT, SETTLED, SHOWN_WAIT, DoingWatch
from chloe.engine.fold import Change
from chloe.events import facts
from chloe.events.commands import Write
from chloe.events.facts import BackendKind, Fact, Record
from chloe.events.panes import Panes
from chloe.terminal import Notice, PromptMark
from tests.ids import id_of
from tests.panes import open_pane

Eventually = Callable[..., Awaitable[None]]
Kind = Literal["prompt", "input", "output", "finished"]
PANE, OTHER, ME = id_of("pane"), id_of("other"), id_of("me")


class Watched:
    """A watch over panes in memory, at a time of its own."""

    def __init__(self, *names: str) -> None:
        self.panes = Panes()
        self.now = 1000.0
        self.call: Call = "reads"
        self.front, self.is_own, self.is_raw = "cat", False, False
        #: What was looked at, and what was published.
        self.looked: list[str] = []
        self.published: list[Change] = []
        self.has_whole_screen = False
        self.watch = DoingWatch(
            self.panes,
            self._observe,
            self.published.append,
            lambda _: self.has_whole_screen,
            lambda: self.now,
        )
        for name in names or (PANE,):
            self.happens(
                name,
                facts.Created(
                    backend="direct",
                    argv=("bash",),
                    cwd="/",
                    name=name,
                    rows=24,
                    columns=80,
                    traits=TRAITS["direct"],
                ),
            )

    def _observe(self, pane: str, groups: ProcessGroups) -> Activity | None:
        self.looked.append(pane)
        evidence = ProgramEvidence(
            is_raw=self.is_raw,
            echoes=not self.is_raw,
            program="bash",
            front=self.front,
            is_own_group=self.is_own,
        )
        calls = frozenset({self.call})
        own, others = (calls, frozenset()) if self.is_own else (frozenset(), calls)
        return Activity(evidence=evidence, words=("bash",), own=own, others=others, folder="/in")

    def happens(self, pane: str, fact: Fact, *notices: tuple[str, Notice]) -> None:
        self.panes.apply(Record(1, 1, 1, pane, ME, fact, b""))
        self.watch.on_change(Change(frozenset({pane}), notices=notices))

    def prints(self, count: int = 1, *marks: Kind) -> None:
        offset = self.panes[PANE].output_bytes
        output = facts.Output(offset=offset, length=count, data=b"x" * count)
        self.happens(PANE, output, *((PANE, PromptMark(kind)) for kind in marks))

    async def looks_within(self, seconds: float, step: float = 0.05) -> list[float]:
        """Let time pass; when, from now on, there was a look."""
        began, times = self.now, []
        while self.now < began + seconds - step / 2:
            self.now += step
            before = len(self.looked)
            await self.watch.look()
            times += [round(self.now - began, 2)] * (len(self.looked) > before)
        return times

    @property
    def doing(self) -> Doing:
        return self.watch.doings[PANE]

    @property
    def state(self) -> str:
        return self.doing.state


async def test_a_pane_is_looked_at_soon_after_its_last_byte() -> None:
    watched = Watched()
    await watched.looks_within(60)
    for _ in range(5):
        watched.prints()
        assert await watched.looks_within(0.1) == []
    (look,) = await watched.looks_within(0.25)
    assert look + 1e-6 >= SETTLED - 0.1 and look <= SETTLED


async def test_one_that_goes_on_printing_is_looked_at_all_the_same() -> None:
    watched = Watched()
    looks = []
    for _ in range(30):
        watched.prints()
        looks += await watched.looks_within(0.1)
    assert 2 <= len(looks) <= 4


async def test_while_nothing_changes_it_is_looked_at_ever_more_rarely() -> None:
    watched = Watched()
    times = await watched.looks_within(100)
    gaps = [after - before for before, after in pairwise(times)]
    assert gaps[0] <= FIRST_WAIT + 0.05
    assert sum(before > after + 0.1 for before, after in pairwise(gaps)) <= 1
    assert LAST_WAIT / 2 <= gaps[-1] <= LAST_WAIT
    assert len(times) <= 25


async def test_what_changes_is_published_once_and_looked_at_often_again() -> None:
    watched = Watched()
    await watched.looks_within(60)
    assert watched.state == "waits for a line"
    assert watched.published == [Change(frozenset({PANE}))]
    watched.call = "sleeps"
    times = await watched.looks_within(LAST_WAIT + 1)
    assert watched.state == "works"
    assert watched.published[1:] == [Change(frozenset({PANE}))]
    assert len(times) > 2


async def test_a_state_is_known_since_it_was_first_seen() -> None:
    watched = Watched()
    watched.call = "runs"
    before = time.time_ns()
    await watched.looks_within(1)
    first = watched.doing
    assert before <= first.since <= time.time_ns()
    watched.prints()
    await watched.looks_within(20)
    assert watched.doing == first
    assert (first.program, first.folder) == ("cat", "/in")


async def test_an_ended_one_is_known_at_once_and_looked_at_no_more() -> None:
    watched = Watched()
    await watched.looks_within(1)
    watched.looked.clear()
    watched.happens(PANE, facts.Died(status=101, signal=None, reason=""))
    assert watched.state == "failed"
    assert await watched.looks_within(30) == []


async def test_idle_panes_are_looked_at_together() -> None:
    watched = Watched(*(id_of(f"pane {number}") for number in range(50)))
    await watched.looks_within(60)
    watched.looked.clear()
    times = await watched.looks_within(LAST_WAIT)
    assert len(watched.looked) <= 100
    assert len(times) <= 2


async def test_one_that_shows_is_looked_at_again_within_a_second_and_others_are_not() -> None:
    watched = Watched()
    await watched.looks_within(60)
    watched.watch.look_at(frozenset({PANE}))
    times = await watched.looks_within(20)
    gaps = [after - before for before, after in pairwise(times)]
    assert times[0] <= SETTLED + 0.05
    assert SHOWN_WAIT / 2 <= max(gaps) <= SHOWN_WAIT + 0.05
    watched.watch.look_at(frozenset({OTHER}))
    assert len(await watched.looks_within(60)) < 15


async def test_a_shell_behind_another_program_is_at_its_prompt_or_works_by_its_marks() -> None:
    watched = Watched()
    watched.call, watched.front, watched.is_raw = "polls", "ssh", True
    watched.prints(10, "prompt", "input")
    await watched.looks_within(0.2)
    assert (watched.state, watched.doing.evidence) == ("at the prompt", "ssh marked its prompt (OSC 133)")
    # What is typed is printed, too.
    watched.prints(4)
    await watched.looks_within(10)
    assert watched.state == "at the prompt"
    watched.prints(2, "output")
    await watched.looks_within(10)
    assert watched.state == "works"
    # A remote editor is no command that works.
    watched.has_whole_screen = True
    await watched.looks_within(20)
    assert watched.state == "quiet"
    watched.has_whole_screen = False
    watched.prints(9, "finished", "prompt", "input")
    await watched.looks_within(1)
    assert watched.state == "at the prompt"


async def test_a_mark_holds_only_for_who_was_in_front_and_never_against_what_is_certain() -> None:
    watched = Watched()
    watched.call, watched.front, watched.is_raw = "polls", "ssh", True
    watched.prints(10, "prompt")
    await watched.looks_within(0.2)
    watched.prints(1)
    watched.front = "vim"
    await watched.looks_within(60)
    assert watched.state == "quiet"
    watched.front, watched.call = "ssh", "runs"
    await watched.looks_within(60)
    assert watched.state == "works"
    watched.call, watched.is_raw = "reads", False
    await watched.looks_within(60)
    assert watched.state == "waits for a line"
    # What a file printed that was shown: nobody was seen at the prompt of it.
    watched.call, watched.front, watched.is_raw = "polls", "less", True
    watched.prints(5, "output")
    await watched.looks_within(60)
    assert watched.state == "quiet"


# Real ones -------------------------------------------------------------------------------------------


@pytest.mark.skipif(not os.path.exists("/proc/self/syscall"), reason="no /proc, or an older one")
@pytest.mark.parametrize("backend", ["direct", "tmux"])
async def test_a_real_pane_is_seen_at_its_prompt_waiting_working_and_ended(
    backend: BackendKind, engine: Engine, eventually: Eventually, tmp_path: Path
) -> None:
    pane = await open_pane(engine, backend=backend, argv=("bash", "--norc"), cwd=str(tmp_path))
    changes: list[Change] = []
    engine.subscribe(changes.append)

    async def does(state: str, program: str = "bash") -> None:
        def is_so() -> bool:
            found = engine.doings.get(pane)
            return found is not None and (found.state, found.program) == (state, program)

        await eventually(is_so, f"{state}: {engine.doings.get(pane)}")

    await does("at the prompt")
    assert engine.doings[pane].folder == str(tmp_path)
    engine.send(Write(pane, b"mkdir in; cd in; cat\n"))
    await does("waits for a line", "cat")
    assert engine.doings[pane].folder == str(tmp_path / "in")
    engine.send(Write(pane, b"\x04"))
    await does("at the prompt")
    python = shlex.quote(sys.executable)
    engine.send(Write(pane, f"{python} -c 'import getpass; getpass.getpass()'\n".encode()))
    await does("waits for a password", Path(sys.executable).name[:15])
    engine.send(Write(pane, b"\n"))
    await does("at the prompt")
    engine.send(Write(pane, b"sleep 1000\n"))
    await does("works", "sleep")
    engine.send(Write(pane, b"\x03"))
    await does("at the prompt")
    engine.send(Write(pane, b"exit 3\n"))
    await eventually(lambda: engine.doings[pane].state == "failed", f"{engine.doings[pane]}")
    assert any(pane in change.panes for change in changes)
