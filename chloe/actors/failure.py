"""What becomes of a pane whose actor failed.

Owns what is recorded of it, and whether another actor is started for it. Must not know what the actor did.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from chloe.backends.backend import Backend, PersistentBackend
from chloe.backends.descriptors import is_exhausted, shortage
from chloe.events import facts
from chloe.events.fields import fit_text

_log = logging.getLogger(__name__)

#: Seconds until it is tried again.
RETRY_DELAY = 1.0


async def retry_or_record_death(
    pane: str, backend: Backend, error: BaseException, append: Callable[[str, facts.Fact], Awaitable[None]]
) -> bool:
    """Return whether another actor shall look after the pane; else its end is recorded.

    That the system has no more to give says nothing of a program that a holder looks after.
    """
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    reason = fit_text(f"its actor failed: {type(error).__name__}: {error}")
    if isinstance(backend, PersistentBackend) and is_exhausted(error):
        shortage.note(error)
        _log.warning("pane %s: %s; it is tried again", pane, reason)
        return True
    _log.error("pane %s: %s", pane, reason, exc_info=error)
    await append(pane, facts.Died(status=None, signal=None, reason=reason))
    return False
