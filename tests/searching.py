"""How many examples a property is tried on: few with each change, many where somebody searches.

``CHLOE_SEARCH`` is set by ``make search``: so many times as many, and other ones with each seed; and by
``make quick``: a tenth of them.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

TIMES = float(os.environ.get("CHLOE_SEARCH", "1"))


def examples(count: int = 120) -> settings:
    """So many, however long they take to make and to try."""
    return settings(
        deadline=None, max_examples=max(int(count * TIMES), 1), suppress_health_check=list(HealthCheck)
    )
