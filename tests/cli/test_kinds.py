"""Panes of a kind that this Chloe doesn't know, as commands show and treat them: by the traits in the log."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from pathlib import Path

import pytest

from chloe.config import Config
from chloe.events.facts import Created, Entry, Fact, Output
from chloe.events.traits import NAMES, Traits, names_of
from chloe.store import Store
from tests.cli.conftest import Chloe


def record(config: Config, traits: Traits, *more: Fact, backend: str = "glass") -> str:
    """A pane of the kind in the log, by a Chloe that is gone; its id."""
    config.paths.prepare()
    pane = str(uuid.uuid4())
    created = Created(backend=backend, argv=("x",), cwd="/", name="it", rows=24, columns=80, traits=traits)

    async def append() -> None:
        store = await Store.open(config.paths.database, instance=str(uuid.uuid4()))
        await store.append([Entry(pane, fact, time.time_ns()) for fact in (created, *more)])
        await store.close()

    asyncio.run(append())
    return pane


@pytest.mark.parametrize(
    ("traits", "state", "alive"),
    [
        (Traits(), "ended", False),
        (Traits(can_detach=True), "ended", False),
        (Traits(outlives_chloe=True), "glass", True),
        (Traits(outlives_chloe=True, can_detach=True), "detached", True),
    ],
)
def test_ls_says_how_it_stands_by_what_outlives_and_what_can_be_detached(
    chloe: Chloe, config: Config, traits: Traits, state: str, alive: bool
) -> None:
    record(config, traits)
    (pane,) = json.loads(chloe("ls", "--json", "--all").stdout)
    assert (pane["backend"], pane["state"], pane["died_at"] is None) == ("glass", state, alive)


def test_what_only_its_own_chloe_could_reach_is_refused_with_the_reason(chloe: Chloe, config: Config) -> None:
    record(config, Traits(outlives_chloe=True, can_detach=True))
    said = chloe("send", "it", "text", status=4).stderr.decode()
    assert "it is a glass pane of another Chloe: only there can it be typed into" in said


def test_what_this_chloe_could_not_reach_is_refused_with_the_reason(chloe: Chloe, config: Config) -> None:
    record(config, Traits(outlives_chloe=True, takes_input_from_others=True))
    for command in (("send", "it", "text"), ("kill", "it")):
        said = chloe(*command, status=4).stderr.decode()
        assert "it can't be reached: this Chloe can't adopt a glass pane" in said


@pytest.mark.parametrize("backend", ["direct", "tmux"])
def test_a_log_that_says_of_a_known_kind_what_is_not_so_hinders_nobody(
    chloe: Chloe, config: Config, backend: str
) -> None:
    for names in ((), ("outlives_chloe",), ("takes_input_from_others",), ("can_detach", "answers_itself")):
        record(config, Traits(**dict.fromkeys(names, True)), backend=backend)
    panes = json.loads(chloe("ls", "--json", "--all").stdout)
    assert [pane["backend"] for pane in panes] == [backend] * 4
    assert chloe("new", "true").stdout


def test_its_log_is_told_and_exported_like_any(chloe: Chloe, config: Config, tmp_path: Path) -> None:
    traits = Traits(outlives_chloe=True, answers_itself=True)
    record(config, traits, Output(offset=0, length=5, data=b"hello"))
    assert chloe("export-log", "it").stdout.strip() == b"hello"
    assert b"created (glass, 80x24)" in chloe("replay", "it").stdout
    first = json.loads(chloe("replay", "--json").stdout.splitlines()[0])
    assert first["fact"]["traits"] == names_of(traits) == ["answers_itself", "outlives_chloe"]
    assert set(first["fact"]["traits"]) < set(NAMES)
