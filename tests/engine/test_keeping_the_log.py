"""What a running Chloe does for the log: prunes it, keeps its heads elsewhere, says what it has lost."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chloe.config import Config
from chloe.config.settings import LogSettings
from chloe.engine import open_engine
from chloe.errors import LogUnusable
from chloe.events import facts
from chloe.events.facts import Entry
from chloe.export.raw import encode_raw
from chloe.past.stream import DAMAGED, Missing
from chloe.store import Store
from tests.engine.counting import counting
from tests.panes import open_pane

Eventually = Callable[..., Awaitable[None]]
PAST = "00000000-0000-4000-8000-000000000000"


async def _append_past(store: Store, data: bytes) -> None:
    """A pane that ended long ago."""
    created = facts.Created(backend="direct", argv=("x",), cwd="/", name="past", rows=24, columns=80)
    size = len(data)
    await store.append(
        [
            Entry(PAST, created, 1),
            Entry(PAST, facts.Output(offset=0, length=size, data=data), 2),
            Entry(PAST, facts.Output(offset=size, length=size, data=data), 3),
            Entry(PAST, facts.Output(offset=2 * size, length=size, data=data), 4),
            Entry(PAST, facts.Died(status=0, signal=None, reason=""), 5),
        ]
    )


async def test_an_app_prunes_what_the_configuration_says(config: Config, eventually: Eventually) -> None:
    async with open_engine(config) as engine:
        await _append_past(engine.store, b"long ago " * 1000)
    async with open_engine(replace(config, log=LogSettings(prune_older_than=3600))) as engine:
        pane = await open_pane(engine, backend="direct", argv=("sh", "-c", "printf new; exec cat"))
        await eventually(lambda: PAST in engine.projections.history)
        turns = engine.projections.history[PAST].entries
        await eventually(lambda: any(isinstance(turn.fact, facts.Pruned) for turn in turns))
        await eventually(lambda: engine.projections.panes[pane].output_bytes == 3)
        assert [piece async for piece in encode_raw(engine.store, pane)] == [b"new"]
        assert (await engine.store.verify()).intact
    async with open_engine(config) as engine:
        assert [piece async for piece in encode_raw(engine.store, PAST)] == [Missing(0, 27_000, "pruned")]


async def test_by_default_nothing_is_pruned(config: Config) -> None:
    async with open_engine(config) as engine:
        await _append_past(engine.store, b"long ago ")
    async with open_engine(config) as engine:
        assert b"".join([piece async for piece in encode_raw(engine.store, PAST)]) == b"long ago " * 3  # type: ignore[misc]


async def test_heads_are_added_to_the_file_that_the_user_named(config: Config, tmp_path: Path) -> None:
    heads = tmp_path / "heads"
    async with open_engine(replace(config, log=LogSettings(heads_file=str(heads)))) as engine:
        await _append_past(engine.store, b"x")
    async with open_engine(config) as engine:
        seq = (await engine.store.head()).seq
    (line,) = heads.read_text().splitlines()
    assert 5 <= int(line.split()[1]) <= seq
    assert heads.stat().st_mode & 0o777 == 0o600


async def test_a_body_that_cannot_be_read_is_missing_and_the_rest_is_there(config: Config) -> None:
    async with open_engine(config) as engine:
        await _append_past(engine.store, b"long ago " * 1000)
    database = sqlite3.connect(config.paths.database)
    database.execute("DROP TRIGGER body_update")
    (seq,) = database.execute("SELECT seq FROM record WHERE occurred_at = 3").fetchone()
    database.execute("UPDATE body SET codec = 1, bytes = x'deadbeef' WHERE seq = ?", (seq,))
    database.commit()
    database.close()
    async with open_engine(config) as engine:
        data = b"long ago " * 1000
        assert [piece async for piece in encode_raw(engine.store, PAST)] == [
            data,
            Missing(9000, 9000, DAMAGED),
            data,
        ]
        shown = await engine.screen(PAST)
        assert "long ago" in shown.display[0]
        verdict = await engine.store.verify()
        assert verdict.bad == seq


async def test_a_lost_end_is_said_when_the_log_is_opened(config: Config) -> None:
    async with open_engine(config) as engine:
        assert engine.lost_records_notice is None
        await _append_past(engine.store, b"x")
    database = sqlite3.connect(config.paths.database)
    triggers = database.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        database.execute(f"DROP TRIGGER {name}")
    database.execute("DELETE FROM body WHERE seq >= 4")
    database.execute("DELETE FROM record WHERE seq >= 4")
    for _, trigger in triggers:
        database.execute(trigger)
    database.commit()
    database.close()
    async with open_engine(config) as engine:
        assert engine.lost_records_notice is not None
        assert "lost its end" in engine.lost_records_notice


async def test_who_takes_over_while_the_log_can_not_be_read_waits_and_goes_on(
    config: Config, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusing = True

    async def tip() -> int:
        if refusing:
            raise LogUnusable("the log can't be read: no descriptor is free")
        return (await second.store.head()).seq

    monkeypatch.setattr("chloe.store.following._PAUSES", (0.01, 0.02))
    async with open_engine(config) as second:
        async with open_engine(config) as first:
            pane = await counting(first, eventually)
            await eventually(lambda: pane.id in second.projections.panes)
            monkeypatch.setattr(second.store._reader, "tip", tip)
        await eventually(lambda: second.trouble, "it is said")
        assert "no descriptor" in (second.trouble or "")
        refusing = False
        await eventually(lambda: second.trouble is None)
        pane.engine = second
        pane.count(100)
        await pane.counted()
        assert await pane.lost() == 0
        await pane.end()


async def test_a_pane_whose_past_can_not_be_read_gets_no_checkpoint_and_nobody_ends_of_that(
    config: Config, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def refused(**wanted: Any) -> Any:
        tried.append(wanted["pane"])
        raise LogUnusable("a page of the log is damaged")

    monkeypatch.setattr("chloe.engine.live._BACKGROUND_BYTES", 1000)
    async with open_engine(config) as engine:
        pane = await counting(engine, eventually)
        engine.projections.screens.forget(pane.id)
        with monkeypatch.context() as patched:
            patched.setattr(engine.store, "read", refused)
            for _ in range(2):
                before = len(tried)
                pane.count(1000)
                await eventually(lambda before=before: len(tried) > before)
        await pane.counted()
        await pane.end()
    assert set(tried) == {pane.id}
