"""What tests ask an engine for, in one line."""

from __future__ import annotations

from typing import Any, Protocol

from chloe.events.commands import Command, Open


class Asked(Protocol):
    """Who carries commands out: an engine, or its double."""

    async def request(self, command: Command) -> str | None:
        """Carry a command out."""


async def open_pane(engine: Asked, **settings: Any) -> str:
    """Open a pane, as ``Open`` has it; its id."""
    pane = await engine.request(Open(**settings))
    assert pane is not None
    return pane
