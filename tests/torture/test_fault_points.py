"""Law 5 at named points: Chloe dies between any two steps of taking in, committing, deleting and starting.

Points are data. Each must exist and must be reached, so that a change of the sources can't drop one
silently: whoever renames a step renames it here. Points within a start are reached by a second Chloe, after
the first one was killed; dying twice or thrice in a row is a point of its own.
"""

from __future__ import annotations

import asyncio
import runpy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


@dataclass(frozen=True, slots=True)
class Death:
    """One Chloe's end: before or after the ``nth`` call of what ``at`` names (see ``driver``)."""

    at: str
    when: str = "before"
    nth: int = 1


@dataclass(frozen=True, slots=True)
class Point:
    """What is interrupted, and the deaths of one Chloe after the other; ``quits``: the last is asked to."""

    name: str
    deaths: tuple[Death | None, ...]
    quits: bool = False


def first(name: str, at: str, when: str = "before", nth: int = 1) -> Point:
    """The Chloe that opens the panes dies."""
    return Point(name, (Death(at, when, nth),))


def start(name: str, at: str, when: str = "before", nth: int = 1) -> Point:
    """The next Chloe dies while it starts, and the one after it in the same place."""
    return Point(name, (None, Death(at, when, nth), Death(at, when, nth)))


def quitting(name: str, at: str, when: str = "before", nth: int = 1) -> Point:
    """A Chloe that quits dies on the way out."""
    return Point(name, (Death(at, when, nth),), quits=True)


SUPERVISOR = "chloe.actors.supervisor:Supervisor"
BACKEND = "chloe.backends.tmux.backend:TmuxBackend"
SERVER = "chloe.backends.tmux.server:TmuxServer"
READER = "chloe.backends.tmux.spool:SpoolReader"
APPENDER = "chloe.store.appending:Appender"
STORE = "chloe.store.store:Store"

POINTS = (
    # A pane begins.
    first("a spool without a lease", "chloe.backends.tmux.leases:Lease.take"),
    first("a spool that no fact knows", f"{BACKEND}.prepare", "after", 2),
    first("a fact without its session", f"{SERVER}.new_session", "before", 2),
    first("a session that nobody looks after", f"{SERVER}.new_session", "after", 2),
    first("a direct program that no fact knows", "chloe.backends.direct:DirectBackend.start", "after"),
    first("an actor that never ran", "chloe.actors.pane:PaneActor.run", "before", 3),
    # A segment is taken in.
    first("read, not yet queued", f"{READER}.read", "after", 12),
    first("before an append", f"{STORE}.append", "before", 14),
    first("after an append", f"{STORE}.append", "after", 14),
    first("an event made into a fact", "chloe.actors.pane:PaneActor._fact", "after", 40),
    # A commit.
    first("before a transaction", f"{APPENDER}.commit", "before", 14),
    first("a transaction begun", "sql:BEGIN IMMEDIATE", "after", 14),
    first("records without their bodies", "chloe.store.appending:_insert", "after", 21),
    first("records with their bodies", "chloe.store.appending:_insert", "after", 22),
    first("before the commit", "sql:COMMIT", "before", 14),
    first("right after the commit", "sql:COMMIT", "after", 14),
    first("committed, not yet told", f"{APPENDER}.commit", "after", 14),
    first("committed, not yet folded", "chloe.events.projections:Projections.apply", "before", 30),
    first("before a durable commit", "sql:PRAGMA synchronous = FULL", "before", 3),
    first("synchronous, before the commit", "sql:PRAGMA synchronous = FULL", "after", 3),
    # The -wal file is copied.
    first("before the -wal file is copied", "sql:PRAGMA wal_checkpoint(PASSIVE)"),
    first("after the -wal file was copied", "sql:PRAGMA wal_checkpoint(PASSIVE)", "after"),
    first("before the -wal file is begun anew", "sql:PRAGMA wal_checkpoint(RESTART)"),
    first("after the -wal file was begun anew", "sql:PRAGMA wal_checkpoint(RESTART)", "after"),
    # A segment, and a spool, is deleted.
    first("committed, before segments are deleted", f"{BACKEND}.acknowledge", "before", 2),
    first("before a segment is deleted", f"{READER}.remove_before", "before", 2),
    first("after a segment was deleted", f"{READER}.remove_before", "after", 2),
    first("an end committed, its spool still there", f"{BACKEND}.discard"),
    first("a spool half deleted", "os:rmdir"),
    first("a spool deleted, before the pane is let go", f"{BACKEND}.discard", "after"),
    # A terminal's checkpoint is kept.
    first("before a checkpoint is kept", f"{STORE}.save_checkpoint"),
    first("a checkpoint's transaction begun", "chloe.store.checkpoints:_save"),
    first("a checkpoint written, not committed", "chloe.store.checkpoints:_save", "after"),
    first("after a checkpoint was kept", f"{STORE}.save_checkpoint", "after"),
    # A start.
    first("a file without a log", "chloe.store.schema:_migrate"),
    first("a migration half made", "sql:CREATE TABLE", "after", 2),
    first("a migration made, not committed", "sql:PRAGMA user_version =", "after"),
    start("before the log is brought up to date", "chloe.store.schema:_prepare"),
    start("the log is in its mode, its version not looked at", "chloe.store.schema:_prepare", "after"),
    start("the log is open", f"{STORE}.open", "after"),
    start("present, nothing folded", "chloe.engine.live:LiveFold.load"),
    start("folded, nothing restored", f"{SUPERVISOR}.restore"),
    start("about to speak for the dead", "chloe.actors.instance_reaper:facts_for_departed"),
    start("words found, not said", "chloe.actors.instance_reaper:facts_for_departed", "after"),
    start("spoken for the dead", "chloe.actors.instance_reaper:InstanceReaper.reap", "after"),
    start("one pane restored, others not", f"{SUPERVISOR}._adopt", "after", 2),
    start("the lease is ours, the log not asked", f"{BACKEND}.wait_for_lease", "after"),
    start("the place to read on from is known", f"{BACKEND}.seek"),
    start("reading on", f"{BACKEND}.seek", "after", 2),
    start("all is restored", f"{SUPERVISOR}.restore", "after"),
    Point(
        "an end committed, its spool never cleared",
        (
            Death(f"{BACKEND}.discard"),
            Death("chloe.backends.tmux.inspection:remove_recorded"),
            Death("os:rmdir"),
        ),
    ),
    # A Chloe quits.
    quitting("before anything is let go", f"{SUPERVISOR}.stop"),
    quitting("all let go, the log still open", f"{SUPERVISOR}.stop", "after"),
    quitting("before the log is closed", f"{STORE}.close"),
    quitting("after the log was closed", f"{STORE}.close", "after"),
    quitting("before its own lock is removed", "chloe.actors.presence:Presence.close"),
)

#: So that what is rare happens within a second.
VALUES = {
    "chloe.backends.tmux.holder_spec:SEGMENT_SIZE": 100_000,
    "chloe.store.wal:MIN_UNCOPIED": 30_000,
    "chloe.store.wal:MAX_UNCOPIED": 60_000,
    "chloe.store.wal:MAX_WAL": 200_000,
}
MANNERS = ("burst", "slow", "flood", "bytes", "burst")

#: Of those deaths that follow another at the same point the short form leaves out the second.
SHORT = 2


def test_every_point_exists() -> None:
    find = runpy.run_path(str(Path(__file__).with_name("driver.py")))["find"]
    for death in {death for point in POINTS for death in point.deaths if death is not None}:
        if not death.at.startswith("sql:"):
            find(death.at)
    assert len({point.name for point in POINTS}) == len(POINTS)


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.name)
async def test_dying_between_two_steps_loses_nothing(world: Any, kills: int | None, point: Point) -> None:
    again = len(point.deaths) > SHORT and point.deaths[1] == point.deaths[2] and not kills
    deaths = point.deaths[:SHORT] if again else point.deaths
    panes = [("direct", world.printer("slow", kept=False))]
    for number, death in enumerate(deaths):
        reached = world.folder / f"reached{number}"
        told = {"values": VALUES, "keeps": True}
        if death is not None:
            told["fault"] = {"at": death.at, "when": death.when, "nth": death.nth, "reached": str(reached)}
        chloe = world.start(*(() if number else MANNERS), panes=[] if number else panes, **told)
        if death is None or point.quits:
            await world.said(chloe)
            await asyncio.sleep(world.chance.uniform(0, 0.2))
        if point.quits:
            chloe.stdin.close()
        if death is None:
            world.kill(chloe)
        else:
            what = f"a Chloe dies at {point.name!r} ({death})"
            await world.until(lambda chloe=chloe: chloe.poll() is not None, what, seconds=30)
            assert reached.exists(), f"the point {point.name!r} was not reached; the Chloe ended by itself"
    await world.check()
