"""What ended a run that went wrong: the error that a person should read about.

Owns the way from what a task group raised to that error. Must not know what is done about it.
"""

from __future__ import annotations

from chloe.errors import ChloeError


def summarize(error: BaseException) -> str:
    """Return the first error of a group, in one line of at most 200 characters."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}".splitlines()[0][:200]


def find_chloe_error(error: BaseException) -> ChloeError | None:
    """Return the error, or the first in its group, that is Chloe's own; None where there is none."""
    if isinstance(error, BaseExceptionGroup):
        return next((found for part in error.exceptions if (found := find_chloe_error(part))), None)
    return error if isinstance(error, ChloeError) else None
