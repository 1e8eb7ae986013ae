"""What is recorded for an instance that ended without a word: by the traits of what it held."""

from __future__ import annotations

from typing import Any

import pytest

from chloe.actors.departed import facts_for_departed
from chloe.events import facts
from chloe.events.facts import Closed, Detached, Died, Fact
from chloe.events.panes import Pane
from chloe.events.traits import Traits

GONE, OTHER = "the departed", "another instance"


def pane(traits: Traits, **differs: Any) -> Pane:
    described: dict[str, Any] = {
        "id": "id",
        "name": "build",
        "backend": "glass",
        "argv": ("sh",),
        "cwd": "/",
        "tags": (),
        "rows": 24,
        "columns": 80,
        "session": "",
        "traits": traits,
        "owner": GONE,
        "created_at": 0,
        "attached": {GONE},
    }
    return Pane(**(described | differs))


ENDED = [Died(status=None, signal=None, reason=facts.CHLOE_ENDED), Closed()]
RELEASED = [Detached(instance=GONE, reason=facts.CHLOE_ENDED)]


@pytest.mark.parametrize(
    ("traits", "differs", "recorded"),
    [
        (Traits(), {}, ENDED),
        (Traits(), {"owner": OTHER}, []),
        (Traits(), {"died": ENDED[0]}, []),
        (Traits(can_detach=True), {}, ENDED),
        (Traits(can_detach=True), {"owner": OTHER}, RELEASED),
        (Traits(outlives_chloe=True), {}, []),
        (Traits(outlives_chloe=True, can_detach=True), {}, RELEASED),
        (Traits(outlives_chloe=True, can_detach=True), {"attached": {OTHER}}, []),
    ],
)
def test_what_it_held_ends_or_is_released(
    traits: Traits, differs: dict[str, Any], recorded: list[Fact]
) -> None:
    entries = facts_for_departed([pane(traits, **differs)], GONE)
    assert [entry.fact for entry in entries] == recorded
    assert all(entry.pane == "id" for entry in entries)
