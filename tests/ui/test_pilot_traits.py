"""Panes of a kind that nobody knew, in the app: each trait both ways, whatever the others are."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from chloe.actors.presence import Presence
from chloe.actors.scope import named
from chloe.backends import kinds
from chloe.backends.backend import Backend, Spec
from chloe.backends.fake import FakeBackend, FakePersistentBackend
from chloe.engine import open_engine
from chloe.errors import PaneRefused, StartFailed
from chloe.events import commands, facts
from chloe.events.facts import Entry
from chloe.events.ids import session_of
from chloe.events.traits import Traits
from chloe.store import Store
from tests.ui.pilot import FakeLauncher

if TYPE_CHECKING:
    from chloe.events.panes import Pane
    from tests.ui.pilot import Pilot

GLASS = "glass"
#: What the program of a pane may print and be told: who it is (DA1).
QUESTION, ANSWERED = b"\x1b[c", b"\x1b[?"


async def opened(pilot: Pilot, traits: Traits, monkeypatch: pytest.MonkeyPatch) -> Pane:
    """A pane of the kind, which is selected."""
    monkeypatch.setitem(kinds.TRAITS, GLASS, traits)
    pane = await pilot.engine.request(commands.Open(backend=GLASS, argv=("sh",), name="the-pane"))
    assert pane is not None
    await pilot.sees("the-pane", "$")
    assert pilot.panes[pane].backend == GLASS
    return pilot.panes[pane]


class Other:
    """Another Chloe on the same log, which made a pane of the kind."""

    def __init__(self, pilot: Pilot, traits: Traits, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(kinds.TRAITS, GLASS, traits)
        self.instance, self.pane = str(uuid.uuid4()), str(uuid.uuid4())
        self._pilot = pilot
        self._traits = traits
        self._presence = Presence(pilot.config.paths.instances, self.instance)

    async def record(self, *happened: facts.Fact) -> None:
        store = await Store.open(self._pilot.config.paths.database, instance=self.instance)
        await store.append([Entry(self.pane, fact, time.time_ns()) for fact in happened])
        await store.close()

    async def opens(self) -> FakeBackend:
        spec = Spec(pane=self.pane, argv=("sh",), cwd="/", environment={}, rows=22, columns=59)
        make = FakePersistentBackend if self._traits.outlives_chloe else FakeBackend
        backend = self._pilot.launcher.backends[self.pane] = make(spec)
        created = facts.Created(
            backend=GLASS, argv=("sh",), cwd="/", name="theirs", rows=22, columns=59, traits=self._traits
        )
        await self.record(created)
        await self._pilot.sees("theirs")
        return backend

    def close(self) -> None:
        self._presence.close()


@pytest.mark.parametrize("can_detach", [True, False])
async def test_what_outlives_chloe_is_put_away_and_runs_on(
    pilot: Pilot, monkeypatch: pytest.MonkeyPatch, can_detach: bool
) -> None:
    pane = await opened(pilot, Traits(outlives_chloe=True, can_detach=can_detach), monkeypatch)
    pilot.press("x")
    await pilot.sees("the-pane runs on; History has it", "No panes yet")
    pilot.press("tab")
    await pilot.sees("the-pane", "still runs")
    pilot.press("a")
    await pilot.sees("Instances 1", "the-pane")
    pilot.press("1", "q")
    assert await pilot.land() == 0
    assert pane.alive
    assert not pilot.program(pane).killed


@pytest.mark.parametrize("can_detach", [True, False])
async def test_what_does_not_outlive_chloe_ends_when_it_is_put_away_and_with_chloe(
    pilot: Pilot, monkeypatch: pytest.MonkeyPatch, can_detach: bool
) -> None:
    first = await opened(pilot, Traits(can_detach=can_detach), monkeypatch)
    pilot.press("x")
    await pilot.sees("the-pane is in History", "No panes yet")
    assert pilot.program(first).killed
    pilot.press("tab")
    await pilot.sees("the-pane", "SIGHUP")
    pilot.press("a")
    await pilot.sees("the-pane has ended (SIGHUP); Enter shows its last screen")
    pilot.press("tab")
    second = await opened(pilot, Traits(can_detach=can_detach), monkeypatch)
    pilot.press("q")
    await pilot.sees("Quit?", "the-pane")
    pilot.press("y")
    assert await pilot.land() == 0
    assert second.died is not None
    assert second.died.reason == "chloe ended"


@pytest.mark.parametrize("outlives", [True, False])
async def test_what_can_be_detached_is_let_go_of_and_taken_back(
    pilot: Pilot, monkeypatch: pytest.MonkeyPatch, outlives: bool
) -> None:
    pane = await opened(pilot, Traits(can_detach=True, outlives_chloe=outlives), monkeypatch)
    await pilot.sees("[📎] the-pane")
    pilot.press("d")
    await pilot.sees("[💤] the-pane")
    pilot.press("a")
    await pilot.sees("[📎] the-pane")
    assert pilot.engine.instance in pane.attached
    pilot.press("q")
    if not outlives:
        await pilot.sees("Quit?")
        pilot.press("y")
    assert await pilot.land() == 0
    assert not pane.attached


@pytest.mark.parametrize(
    ("outlives", "reason"),
    [(True, "a glass pane, which is always attached"), (False, "a glass pane: it can't run without Chloe")],
)
async def test_what_cannot_be_detached_says_why_and_has_no_sign(
    pilot: Pilot, monkeypatch: pytest.MonkeyPatch, outlives: bool, reason: str
) -> None:
    pane = await opened(pilot, Traits(outlives_chloe=outlives), monkeypatch)
    pilot.press("d")
    await pilot.sees(reason)
    assert "[📎]" not in pilot.text
    pilot.press("a")
    await pilot.sees("the-pane is a glass pane, which is always attached")
    assert not pilot.requested.of(commands.Detach)
    assert not pilot.requested.of(commands.Reattach)
    assert pilot.engine.instance in pane.attached


@pytest.mark.parametrize("is_shared", [True, False])
async def test_only_what_takes_input_from_others_is_typed_into_from_here(
    pilot: Pilot, monkeypatch: pytest.MonkeyPatch, is_shared: bool
) -> None:
    other = Other(pilot, Traits(outlives_chloe=True, takes_input_from_others=is_shared), monkeypatch)
    program = await other.opens()
    pilot.press("enter")
    if is_shared:
        await pilot.sees("keyboard: theirs")
        pilot.press("k")
        await pilot.until(lambda: program.typed == b"k")
    else:
        await pilot.sees("theirs is a glass pane of another Chloe: only there can it be typed into")
        assert not program.typed
        assert not pilot.requested.of(commands.Write)
    other.close()


@pytest.mark.parametrize("is_shared", [True, False])
async def test_a_command_types_only_into_what_takes_input_from_others(
    pilot: Pilot, monkeypatch: pytest.MonkeyPatch, is_shared: bool
) -> None:
    traits = Traits(outlives_chloe=True, takes_input_from_others=is_shared)
    pane = await opened(pilot, traits, monkeypatch)

    def make_launcher(*given: Any) -> FakeLauncher:
        launcher = FakeLauncher(*given)
        launcher.backends = pilot.launcher.backends
        return launcher

    scope = named("the-pane")
    async with open_engine(pilot.config, screens=False, scope=scope, make_launcher=make_launcher) as command:
        if is_shared:
            await command.request(commands.Write(pane.id, b"k"))
            assert pilot.program(pane).typed == b"k"
        else:
            with pytest.raises(PaneRefused, match="only there can it be typed into"):
                await command.request(commands.Write(pane.id, b"k"))
            assert not pilot.program(pane).typed


@pytest.mark.parametrize("itself", [True, False])
async def test_chloe_answers_what_does_not_answer_itself(
    pilot: Pilot, monkeypatch: pytest.MonkeyPatch, itself: bool
) -> None:
    pane = await opened(pilot, Traits(answers_itself=itself), monkeypatch)
    program = pilot.program(pane)
    program.prints(QUESTION + b"asked")
    await pilot.sees("asked")
    if itself:
        # What was answered would have come before this, which is sent behind it.
        await pilot.engine.request(commands.Write(pane.id, b"typed"))
        assert program.typed == b"typed"
    else:
        await pilot.until(lambda: program.typed.startswith(ANSWERED))


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("outlives", [True, False])
async def test_a_program_starts_before_or_after_its_pane_is_in_the_log(
    pilot: Pilot, monkeypatch: pytest.MonkeyPatch, first: bool, outlives: bool
) -> None:
    known: list[bool] = []
    start = FakeBackend.start

    async def noted(self: FakeBackend) -> None:
        known.append(self.spec.pane in pilot.panes)
        await start(self)

    monkeypatch.setattr(FakeBackend, "start", noted)
    await opened(pilot, Traits(recorded_before_start=first, outlives_chloe=outlives), monkeypatch)
    assert known == [first]


@pytest.mark.parametrize("first", [True, False])
async def test_a_program_that_does_not_start_is_told_and_leaves_nothing_running(
    pilot: Pilot, monkeypatch: pytest.MonkeyPatch, first: bool
) -> None:
    async def refuse(self: FakeBackend) -> None:
        raise OSError(28, "No space left")

    monkeypatch.setattr(FakeBackend, "start", refuse)
    monkeypatch.setitem(kinds.TRAITS, GLASS, Traits(recorded_before_start=first))
    with pytest.raises(StartFailed, match="no space left"):
        await pilot.engine.request(commands.Open(backend=GLASS, argv=("sh",)))
    assert [(pane.alive, pane.closed) for pane in pilot.panes.values()] == ([(False, True)] if first else [])


@pytest.mark.parametrize("own", [True, False])
async def test_what_has_a_size_of_its_own_keeps_it_while_others_show_it(
    pilot: Pilot, monkeypatch: pytest.MonkeyPatch, own: bool
) -> None:
    pane = await opened(pilot, Traits(has_own_size=own, outlives_chloe=True, can_detach=True), monkeypatch)
    other = Other(pilot, pane.traits, monkeypatch)
    other.pane = pane.id
    await other.record(facts.Reattached(instance=other.instance), facts.Resized(rows=9, columns=30, offset=0))
    await pilot.until(lambda: len(pane.attached) == 2)
    pilot.requested.commands.clear()
    pilot.tty.resize(30, 100)
    await pilot.until(lambda: len(pilot.lines) == 30 and "the-pane" in pilot.text)
    if own:
        assert not pilot.requested.of(commands.Resize)
        pilot.press("enter", "k")
    await pilot.until(lambda: pilot.requested.of(commands.Resize))
    other.close()


@pytest.mark.parametrize("in_session", [True, False])
async def test_what_runs_in_a_session_is_said_to(
    pilot: Pilot, monkeypatch: pytest.MonkeyPatch, in_session: bool
) -> None:
    pane = await opened(pilot, Traits(outlives_chloe=True, runs_in_session=in_session), monkeypatch)
    assert pane.session == (session_of(pane.id) if in_session else "")


async def test_a_kind_that_is_not_known_is_refused_and_one_of_the_log_left_alone(
    pilot: Pilot, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(StartFailed, match="Can't start a glass pane: this Chloe knows direct, tmux"):
        await pilot.engine.request(commands.Open(backend=GLASS, argv=("sh",)))
    other = Other(pilot, Traits(outlives_chloe=True, takes_input_from_others=True), monkeypatch)
    monkeypatch.delitem(kinds.TRAITS, GLASS)
    await other.opens()
    with pytest.raises(PaneRefused, match="theirs can't be reached"):
        await pilot.engine.request(commands.Kill(other.pane))
    assert pilot.panes[other.pane].alive
    other.close()


async def test_a_backend_is_what_its_traits_say(pilot: Pilot, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Backend] = []
    for outlives in (True, False):
        pane = await opened(pilot, Traits(outlives_chloe=outlives), monkeypatch)
        made.append(pilot.program(pane))
        await pilot.engine.request(commands.Close(pane.id))
    assert [type(backend) for backend in made] == [FakePersistentBackend, FakeBackend]
