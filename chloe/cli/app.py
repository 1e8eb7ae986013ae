"""``chloe`` without a command: the app.

Owns nothing but the way there. Must not know the app.
"""

from __future__ import annotations

import sys
import termios
from contextlib import suppress

from chloe.cli.debug import is_debugging
from chloe.cli.engine_session import load_settings


def run() -> int:
    """Start the app on this terminal; answers with its exit status. Raises ``UsageError`` without one."""
    from chloe.errors import UsageError

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("the app needs a terminal; `chloe --help` lists the commands for scripts")
    # From the background the kernel stops the process for this (SIGTTOU): now, before it has a pane's lease.
    with suppress(termios.error):
        termios.tcsetattr(sys.stdin, termios.TCSANOW, termios.tcgetattr(sys.stdin))
    from chloe.ui.launch import run as run_app

    return run_app(load_settings(must_be_writable=False), debug=is_debugging())
