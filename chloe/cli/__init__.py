"""The commands: thin, one a file; each drives the engine or reads the log, and says what came of it.

Owns words on the command line, exit codes, and what is printed. ``root`` is the list of commands,
``exit`` what a process says when it ends. Must not know how anything is done: heavy imports stand
inside the command that needs them, so that ``chloe --version`` and ``chloe --help`` answer at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn

from chloe import __version__
from chloe.cli.standard_streams import reopen_missing


def run() -> NoReturn:
    """Run ``chloe`` and end the process, with nothing but its output left to be done.

    Taking everything apart first would take a tenth as long as a command, and wait for threads that a failing
    disk holds.
    """
    status = main()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            with suppress(OSError, ValueError):
                stream.flush()
    os._exit(status)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``chloe`` with these words (by default the process's own); answers with the exit status."""
    reopen_missing()
    words = sys.argv[1:] if arguments is None else list(arguments)
    if words == ["--version"]:
        try:
            print(f"chloe {__version__}", flush=True)
        except OSError as error:
            with suppress(OSError):
                print(f"chloe: the output can't be written: {error.strerror}", file=sys.stderr, flush=True)
            return 74  # sysexits.h: EX_IOERR.
        return 0
    from chloe.cli.exit import run_and_report
    from chloe.cli.root import chloe

    def run() -> object:
        # Not click's own main: that ends the process in its own ways.
        with chloe.make_context("chloe", words) as context:
            return chloe.invoke(context)

    return run_and_report(run)
