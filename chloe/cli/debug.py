"""``chloe --debug``: whether more is to be written into the log file.

Owns where the command line's answer is kept. Must not know what is written.
"""

from __future__ import annotations

import click

#: Where click's context keeps it.
DEBUG = "chloe.debug"


def is_debugging() -> bool:
    """Return whether the command line, or the environment, asks for ``--debug``."""
    context = click.get_current_context(silent=True)
    return context is not None and bool(context.meta.get(DEBUG))
