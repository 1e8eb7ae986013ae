"""A run of the app from outside: what it needs, and the exit status that its end becomes.

Owns the way from the settings to an app on this terminal, and what is said where an error ended it. Must not
know what the app does.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Mapping

from chloe.config import Config
from chloe.engine import open_engine
from chloe.formatting.text import escape_unsafe
from chloe.ui.app import App
from chloe.ui.crash import find_chloe_error, summarize
from chloe.ui.glyphs import detect_encoding
from chloe.ui.log_file import log_to, report_slow_steps
from chloe.ui.style import style
from chloe.ui.tty.colors import detect_depth
from chloe.ui.tty.paint import Painter
from chloe.ui.tty.screen import TtyScreen
from chloe.waits import Waits

#: sysexits.h: an internal error.
_SOFTWARE = 70

_log = logging.getLogger("chloe.ui")


def run(config: Config, environment: Mapping[str, str] = os.environ, *, debug: bool = False) -> int:
    """Run the app on this terminal. Return its exit status. ``debug`` has more written into the log file.

    Raises ``ChloeError`` where it can't start. What nobody foresaw ends it with a line on stderr and
    its traceback in the log file; the terminal is as it was in either case.
    """
    config.paths.prepare(must_be_writable=False)
    with log_to(config.paths.log_file, debug=debug):
        try:
            return asyncio.run(_main(config, environment, debug))
        except Exception as error:
            expected = find_chloe_error(error)
            if expected is not None:
                raise expected from error
            _log.critical("the app ended by an error of its own", exc_info=error)
            _report(f"ended by an error of its own, {summarize(error)}; see {config.paths.log_file}")
            return _SOFTWARE


def _report(message: str) -> None:
    print(f"chloe: {escape_unsafe(message)}", file=sys.stderr, flush=True)


async def _main(config: Config, environment: Mapping[str, str], debug: bool) -> int:
    if debug:
        report_slow_steps()
    painter = Painter(detect_depth(environment), style, detect_encoding(environment))
    screen = TtyScreen(painter, term=environment.get("TERM", ""))
    try:
        # Until the app has the screen, it reports on stderr what it waits for.
        async with open_engine(config, waits=Waits(_report)) as engine:
            return await App(engine, config, screen, environment).run()
    finally:
        screen.close()
