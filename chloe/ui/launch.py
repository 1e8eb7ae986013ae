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
from chloe.engine import Engine, open_engine
from chloe.formatting.text import escape_unsafe
from chloe.tasks import EndlessGroup
from chloe.ui.app import App
from chloe.ui.crash import find_chloe_error, summarize
from chloe.ui.glyphs import detect_encoding
from chloe.ui.log_file import log_to, report_slow_steps
from chloe.ui.style import style
from chloe.ui.tty.colors import detect_depth
from chloe.ui.tty.outgoing import detect_notification_form, is_plain
from chloe.ui.tty.paint import Painter
from chloe.ui.tty.screen import TtyScreen
from chloe.waits import Waits

#: sysexits.h: an internal error.
_SOFTWARE = 70

#: Stands for the end of a run that goes on as another one.
_AGAIN = -1

_log = logging.getLogger("chloe.ui")


def run(config: Config, environment: Mapping[str, str] = os.environ, *, debug: bool = False) -> int:
    """Run the app on this terminal. Return its exit status. ``debug`` has more written into the log file.

    Raises ``ChloeError`` where it can't start. What nobody foresaw ends it with a line on stderr and
    its traceback in the log file; the terminal is as it was in either case.
    """
    config.paths.prepare(must_be_writable=False)
    with log_to(config.paths.log_file, debug=debug):
        try:
            while (status := asyncio.run(_main(config, environment, debug))) == _AGAIN:
                pass
            return status
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
    term = environment.get("TERM", "")
    painter = Painter(
        detect_depth(environment), style, detect_encoding(environment), has_links=not is_plain(term)
    )
    screen = TtyScreen(painter, term=term, notification=detect_notification_form(environment))
    try:
        # Until the app has the screen, it reports on stderr what it waits for.
        async with open_engine(config, waits=Waits(_report)) as engine:
            app = App(engine, config, screen, environment)
            async with EndlessGroup() as group:
                group.create_task(_begin_anew_once_writable(engine, app), name="wait for a writable log")
                return await app.run()
    finally:
        screen.close()


async def _begin_anew_once_writable(engine: Engine, app: App) -> None:
    """End ``app``, to be begun anew, once a log that it only reads can be written."""
    await engine.wait_until_writable()
    app.on_signal(_AGAIN)
