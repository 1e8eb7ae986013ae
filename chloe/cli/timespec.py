"""Times as a person types them: ``2026-11-23T10:00``, ``10:00``, ``10m`` (ago).

Owns their reading. Must not know what they are for.
"""

from __future__ import annotations

import re
import time
from datetime import datetime

import click

from chloe.formatting.times import EPOCH, clamp_time, to_local

_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def parse_time(text: str, now: int | None = None) -> int:
    """Return the time in nanoseconds since 1970. Without an offset it is local, without a date today's.

    Raises ``ValueError``.
    """
    at = time.time_ns() if now is None else now
    if text == "now":
        return at
    ago = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|[smhdw])", text, re.ASCII)
    if ago:
        return clamp_time(at - round(float(ago[1]) * _SECONDS[ago[2]] * 1_000_000_000))
    if re.fullmatch(r"\d{1,2}:\d\d(:\d\d(\.\d+)?)?", text, re.ASCII):
        text = f"{time.strftime('%Y-%m-%d', to_local(at))}T{text if text[1] != ':' else f'0{text}'}"
    stated = datetime.fromisoformat(text)
    if stated.tzinfo is None:
        # Not by datetime, which takes no time zone that is a day or more away from UTC.
        seconds = int(time.mktime(stated.timetuple()))
    else:
        seconds = int((stated.replace(microsecond=0) - EPOCH).total_seconds())
    return clamp_time(seconds * 1_000_000_000 + stated.microsecond * 1000)


def parse_time_option(_context: click.Context, _option: click.Parameter, text: str | None) -> int | None:
    """Parse a time of the command line. A usage error says what would do."""
    if text is None:
        return None
    try:
        return parse_time(text)
    except (ValueError, OverflowError, OSError):
        raise click.BadParameter(
            f"{text!r} is no time: 2026-11-23T10:00, 10:00, or 10m for ten minutes ago"
        ) from None
