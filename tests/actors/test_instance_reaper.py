"""Instances that ended without a word are found, by the traits of what they held, and spoken for once."""

from __future__ import annotations

from pathlib import Path

import pytest

from chloe.actors.instance_reaper import InstanceReaper
from chloe.actors.presence import Presence
from chloe.events.facts import Closed, Created, Detached, Died, Entry, Fact, Reattached, Record
from chloe.events.panes import Panes
from chloe.events.traits import Traits
from tests.ids import id_of

OURS, GONE, PANE = map(id_of, ("ours", "gone", "pane"))


class Log:
    """Facts as they come, folded at once."""

    def __init__(self) -> None:
        self.panes = Panes()
        self.recorded: list[Fact] = []
        self._seq = 0

    def happen(self, fact: Fact, *, instance: str) -> None:
        self._seq += 1
        self.panes.apply(Record(self._seq, 0, 0, PANE, instance, fact, b""))

    async def append(self, *entries: Entry) -> None:
        for entry in entries:
            self.recorded.append(entry.fact)
            self.happen(entry.fact, instance=OURS)

    async def catch_up(self) -> None:
        """Be caught up always."""


@pytest.mark.parametrize(
    ("traits", "owner", "kinds"),
    [
        (Traits(), GONE, [Died, Closed]),
        (Traits(outlives_chloe=True, can_detach=True), GONE, [Detached]),
        (Traits(outlives_chloe=True, can_detach=True), OURS, [Detached]),
        (Traits(outlives_chloe=True), GONE, []),
    ],
)
async def test_what_a_departed_instance_held_is_recorded_once_and_not_while_it_lives(
    tmp_path: Path, traits: Traits, owner: str, kinds: list[type[Fact]]
) -> None:
    log = Log()
    created = Created(backend="glass", argv=("x",), cwd="/", name="n", rows=24, columns=80, traits=traits)
    log.happen(created, instance=owner)
    log.happen(Reattached(instance=GONE), instance=GONE)
    theirs = Presence(tmp_path, GONE)
    ours = Presence(tmp_path, OURS)
    reaper = InstanceReaper(OURS, log.panes, ours, log.catch_up, log.append)
    await reaper.reap()
    assert not log.recorded, "it lives"
    theirs.close()
    await reaper.reap()
    await reaper.reap()
    assert [type(fact) for fact in log.recorded] == kinds
    ours.close()
