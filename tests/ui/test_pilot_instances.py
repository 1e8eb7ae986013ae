"""Instances, key by key: what each does, what it asks of the engine, and what it says where it can't."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.ui.pilot import Pilot


async def test_c_opens_a_direct_pane_that_has_the_keyboard(pilot: Pilot) -> None:
    await pilot.sees("No panes yet")
    pilot.press("c")
    await pilot.sees("$", "keyboard: sh")
    pilot.type("echo hello\r")
    await pilot.sees("hello")
