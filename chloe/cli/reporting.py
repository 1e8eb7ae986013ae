"""One line on stderr: how a command tells its user what isn't its output.

Owns the form of the line. Must not know who has something to tell.
"""

from __future__ import annotations

import sys

from chloe.formatting.text import escape_unsafe


def report(message: str) -> None:
    """Print one line on stderr, at once and printable."""
    print(f"chloe: {escape_unsafe(message)}", file=sys.stderr, flush=True)
