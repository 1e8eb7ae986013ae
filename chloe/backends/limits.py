"""The resource limits that this process was started with, for the programs that are started for its caller.

Owns the first look. Must not know who raises a limit of this process: that has to come after it.
"""

from __future__ import annotations

import functools
import resource

#: setrlimit(2)'s numbers, as far as this platform has them.
_KINDS = sorted({number for name, number in vars(resource).items() if name.startswith("RLIMIT_")})


@functools.cache
def inherited_limits() -> dict[int, tuple[int, int]]:
    """Return the soft and the hard limit of each kind as they were at the first call."""
    return {kind: resource.getrlimit(kind) for kind in _KINDS}
