"""The double of the engine is asked what a real one is asked, and gives the same facts and refusals."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chloe.config import Config, Paths
from chloe.engine import Change
from chloe.errors import PaneRefused
from chloe.events import commands
from chloe.events.commands import Command
from chloe.events.facts import BackendKind
from chloe.ui.requests import AppEngine
from tests.conftest import Eventually
from tests.panes import open_pane
from tests.ui.conftest import Double
from tests.ui.pilot import open_fake_engine

#: What is asked of a pane that was just opened, and the kinds of facts that its history then has.
SCRIPTS: dict[str, tuple[BackendKind, tuple[type[Command], ...], str]] = {
    "a direct one is ended": ("direct", (commands.Kill,), "Created Died"),
    "a direct one is put away": ("direct", (commands.Close,), "Created Closed Died"),
    "one that ended is put away": ("direct", (commands.Kill, commands.Close), "Created Died Closed"),
    "a tmux one is ended": ("tmux", (commands.Kill,), "Created Died"),
    "it is let go of": ("tmux", (commands.Detach,), "Created Detached"),
    "and taken back": ("tmux", (commands.Detach, commands.Reattach), "Created Detached Reattached"),
    "what is attached stays so": ("tmux", (commands.Reattach,), "Created"),
    "a tmux one is put away": ("tmux", (commands.Close,), "Created Detached Closed"),
    "a detached one is put away": ("tmux", (commands.Detach, commands.Close), "Created Detached Closed"),
    "and reopened": (
        "tmux",
        (commands.Close, commands.Reopen),
        "Created Detached Closed Reopened Reattached",
    ),
}
#: What can't be asked, after what.
REFUSED: dict[str, tuple[BackendKind, tuple[type[Command], ...], type[Command]]] = {
    "to detach a direct one": ("direct", (), commands.Detach),
    "to reopen a direct one": ("direct", (), commands.Reopen),
    "to end what has ended": ("direct", (commands.Kill,), commands.Kill),
    "to close what is closed": ("tmux", (commands.Close,), commands.Close),
    "to attach what has ended": ("tmux", (commands.Kill,), commands.Reattach),
}


@pytest.fixture(params=["double", "real"])
async def engine(request: pytest.FixtureRequest, home: Path) -> AsyncIterator[AppEngine]:
    """An engine whose programs run in memory, and its double."""
    if request.param == "double":
        yield Double()
    else:
        async with open_fake_engine(Config(paths=Paths.under(home))) as real:
            yield real


async def opened(engine: AppEngine, backend: BackendKind, name: str = "") -> str:
    return await open_pane(engine, backend=backend, argv=("sh",), name=name)


async def ask(engine: AppEngine, kind: type[Command], pane: str, eventually: Eventually) -> None:
    """Ask it, and wait for the end of what is ended."""
    await engine.request(kind(pane))  # type: ignore[call-arg]
    if kind is commands.Kill:
        await eventually(lambda: not engine.projections.panes[pane].alive)


def history(engine: AppEngine, pane: str) -> str:
    return " ".join(type(entry.fact).__name__ for entry in engine.projections.history[pane].entries)


@pytest.mark.parametrize("script", SCRIPTS)
async def test_it_gives_the_same_facts(engine: AppEngine, script: str, eventually: Eventually) -> None:
    backend, asked, expected = SCRIPTS[script]
    pane = await opened(engine, backend)
    for kind in asked:
        await ask(engine, kind, pane, eventually)

    # Who closes a pane doesn't wait for its program: which of the two facts is first hangs on chance.
    either = {expected, expected.replace("Closed Died", "Died Closed")}
    await eventually(lambda: history(engine, pane) in either, expected)


@pytest.mark.parametrize("script", REFUSED)
async def test_it_refuses_the_same(engine: AppEngine, script: str, eventually: Eventually) -> None:
    backend, before, refused = REFUSED[script]
    pane = await opened(engine, backend)
    for kind in before:
        await ask(engine, kind, pane, eventually)

    with pytest.raises(PaneRefused):
        await ask(engine, refused, pane, eventually)


async def test_names_tags_and_sizes_are_taken_on_and_told(engine: AppEngine, eventually: Eventually) -> None:
    told: list[Change] = []
    unsubscribe = engine.subscribe(told.append)
    pane = await opened(engine, "direct", name="one")
    shown = engine.projections.panes[pane]
    assert shown.name == "one"
    await engine.request(commands.Rename(pane, "other"))
    await engine.request(commands.Tag(pane, ("a", "b")))
    engine.send(commands.Resize(pane, 30, 90))

    await eventually(lambda: (shown.name, shown.tags) == ("other", ("a", "b")))
    await eventually(lambda: (shown.rows, shown.columns) == (30, 90))
    await eventually(lambda: any(pane in change.panes for change in told))
    unsubscribe()


async def test_there_is_no_pane_that_it_does_not_know(engine: AppEngine) -> None:
    with pytest.raises(PaneRefused):
        await engine.request(commands.Rename("nobody", "name"))
