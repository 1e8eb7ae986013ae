"""Telling the user, once a run, that a program around Chloe holds each Esc back, and the cure.

Owns when that is asked. Must not know how: that is doctor's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from chloe.ui.messages import Messages


async def tell_escape_delay(
    environment: Mapping[str, str], messages: Messages, on_told: Callable[[], None]
) -> None:
    """Say so where tmux or screen around this terminal takes an Esc and the key after it for one."""
    if not (environment.get("TMUX") or environment.get("STY")):
        return
    said = await asyncio.to_thread(_find, environment)
    if said:
        messages.notify(said)
        on_told()


def _find(environment: Mapping[str, str]) -> str:
    # Imported off the loop, and only where there is something to be asked.
    from chloe.doctor.escape_delay import find_escape_delay

    delay = find_escape_delay(environment)
    return f"{delay}; {delay.cure}" if delay is not None and delay.is_long else ""
