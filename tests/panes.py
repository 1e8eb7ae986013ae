"""What tests ask an engine for, in one line."""

from __future__ import annotations

from typing import Any, Protocol

from chloe.backends.kinds import TRAITS
from chloe.events.commands import Command, Open
from chloe.events.panes import Pane
from tests.ids import id_of


class Asked(Protocol):
    """Who carries commands out: an engine, or its double."""

    async def request(self, command: Command) -> str | None:
        """Carry a command out."""


async def open_pane(engine: Asked, **settings: Any) -> str:
    """Open a pane, as ``Open`` has it; its id."""
    pane = await engine.request(Open(**settings))
    assert pane is not None
    return pane


def make_pane(name: str = "p", **differs: Any) -> Pane:
    """Describe a tmux pane that runs bash, but for what differs."""
    described: dict[str, Any] = {
        "id": id_of(name),
        "name": name,
        "backend": "tmux",
        "argv": ("bash",),
        "cwd": "/",
        "tags": (),
        "rows": 24,
        "columns": 80,
        "session": "",
        "traits": TRAITS["tmux"],
        "owner": id_of("i"),
        "created_at": 0,
    }
    return Pane(**(described | differs))
