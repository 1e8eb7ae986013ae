"""The pause of floods: a key's echo comes first, and floods go on behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from chloe.backends import flood_pause
from chloe.backends.backend import READ_LIMIT, Spec
from chloe.backends.direct import DirectBackend
from chloe.backends.flood_pause import FloodPause

Eventually = Callable[..., Awaitable[None]]

MUCH = 64 * 1024


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pause ends by an echo alone."""
    monkeypatch.setattr(flood_pause, "LONGEST", 60.0)


async def test_a_pause_ends_with_what_its_pane_prints(endless: None) -> None:
    floods, resumed = FloodPause(), []
    assert not floods.is_due(MUCH, lambda: resumed.append("before"))
    floods.begin("typed into")
    assert floods.is_due(MUCH, lambda: resumed.append("flood"))
    floods.on_printed("another")
    assert floods.is_due(MUCH, lambda: resumed.append("another flood"))
    floods.on_printed("typed into")
    assert sorted(resumed) == ["another flood", "flood"]
    assert not floods.is_due(MUCH, lambda: resumed.append("behind"))
    await floods.wait()


async def test_a_pause_is_for_the_pane_that_was_typed_into_last(endless: None) -> None:
    floods = FloodPause()
    floods.begin("one")
    floods.begin("two")
    floods.on_printed("one")
    assert floods.is_due(MUCH, lambda: None)
    floods.on_printed("two")
    assert not floods.is_due(MUCH, lambda: None)


async def test_what_prints_little_is_read_on(endless: None) -> None:
    floods = FloodPause()
    floods.begin("typed into")
    assert not floods.is_due(4096, lambda: None)


async def test_a_key_without_an_echo_holds_floods_for_a_moment_and_not_twice_in_a_row() -> None:
    floods = FloodPause()
    floods.begin("typed into")
    assert floods.is_due(MUCH, lambda: None)
    await floods.wait()
    floods.begin("typed into")
    assert not floods.is_due(MUCH, lambda: None)


async def test_a_flooded_terminal_is_left_alone_meanwhile(endless: None, eventually: Eventually) -> None:
    floods = FloodPause()
    path = {"PATH": "/usr/bin:/bin"}
    spec = Spec(pane="loud", argv=("yes",), cwd="/", environment=path, rows=24, columns=80)
    backend = DirectBackend(spec, floods)
    floods.begin("typed into")
    await backend.start()
    try:
        await eventually(lambda: not backend._reading, "it is left alone")
        assert backend._buffered < READ_LIMIT // 2
        floods.on_printed("typed into")
        await eventually(lambda: backend._buffered > READ_LIMIT // 2, "it is read on")
    finally:
        await asyncio.shield(backend.close())
