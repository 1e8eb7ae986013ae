"""Panes of a kind that nobody knew, as the doctor sees them: each trait that it asks for both ways."""

from __future__ import annotations

import fcntl
import os
import time
import uuid
from typing import Any

import pytest

from chloe.backends import kinds
from chloe.config import Config
from chloe.doctor import State
from chloe.events.facts import Created, Died, Entry, Fact
from chloe.events.ids import session_of
from chloe.events.traits import Traits
from chloe.store import Store

GLASS = "glass"


async def record(config: Config, traits: Traits, *more: Fact) -> str:
    """A pane of the kind in the log, by a Chloe that is gone; its id."""
    config.paths.prepare()
    pane = str(uuid.uuid4())
    session = session_of(pane) if traits.runs_in_session else ""
    created = Created(
        backend=GLASS, argv=("x",), cwd="/", name="n", rows=24, columns=80, session=session, traits=traits
    )
    store = await Store.open(config.paths.database, instance=str(uuid.uuid4()))
    happened: tuple[Fact, ...] = (created, *more)
    await store.append([Entry(pane, fact, time.time_ns()) for fact in happened])
    await store.close()
    return pane


async def test_what_does_not_outlive_its_chloe_is_told_to_be_dead(doctor: Any) -> None:
    await record(doctor.config, Traits())
    (found,) = await doctor.found("panes")
    assert found.text == "is a glass pane of a Chloe that is gone, and the log doesn't say so yet"
    assert (found.state, found.fixable) == (State.WARN, True)


async def test_what_outlives_its_chloe_is_looked_for_where_its_kind_is_known(
    doctor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    traits = Traits(outlives_chloe=True)
    await record(doctor.config, traits)
    (unknown,) = await doctor.found("panes")
    assert unknown.text == "is a glass pane, a kind unknown to this Chloe"
    monkeypatch.setitem(kinds.TRAITS, GLASS, traits)
    (known,) = await doctor.found("panes")
    assert known.text == "the log says that it runs; its session and its spool are gone"


@pytest.mark.parametrize("outlives", [True, False])
async def test_what_has_ended_is_in_order_whatever_its_kind(doctor: Any, outlives: bool) -> None:
    died = Died(status=0, signal=None, reason="")
    await record(doctor.config, Traits(outlives_chloe=outlives), died)
    (found,) = await doctor.found("panes")
    assert (found.state, found.text) == (State.OK, "0 run, as the log says")


@pytest.mark.parametrize("in_session", [True, False])
async def test_only_of_what_runs_in_a_session_the_session_is_missed(
    doctor: Any, monkeypatch: pytest.MonkeyPatch, in_session: bool
) -> None:
    traits = Traits(outlives_chloe=True, runs_in_session=in_session)
    pane = await record(doctor.config, traits)
    monkeypatch.setitem(kinds.TRAITS, GLASS, traits)
    # Something looks after its program: it has the lock of its spool.
    spool = doctor.spool(pane)
    spool.mkdir(parents=True, mode=0o700)
    with (spool / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        (found,) = await doctor.found("sessions")
    assert ("doesn't know its session" in found.text) is in_session
    assert found.state is (State.WARN if in_session else State.OK)


async def test_the_next_start_says_the_end_of_what_ended_with_its_chloe_alone(doctor: Any) -> None:
    gone = await record(doctor.config, Traits())
    unknown = await record(doctor.config, Traits(outlives_chloe=True))
    await doctor.start()
    panes = (await doctor.examine()).panes.value
    assert panes[gone].died is not None
    assert panes[gone].died.reason == "chloe ended"
    assert panes[unknown].alive
