"""Law 6: replay is silent. What a program printed to harm a terminal reaches none through Chloe."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from chloe.config import Config
from chloe.engine import open_engine
from chloe.events.commands import Rename
from tests.panes import open_pane
from tests.replays import replayed

Eventually = Callable[..., Awaitable[None]]

#: Questions to a terminal, a title, a clipboard, a reset, C1 controls; then a name to hide in.
_HOSTILE = r"\033[c\033[6n\033]52;c;ZXZpbA==\007\033]2;\033[31mtitle\007\033c\233\220seen\n"
_NAME = "\x1b]2;owned\x07\x1b[2J\u202e"


async def test_nothing_that_a_program_printed_reaches_a_terminal_unfiltered(
    config: Config, eventually: Eventually
) -> None:
    async with open_engine(config) as engine:
        pane = await open_pane(engine, backend="direct", argv=("printf", _HOSTILE))
        await eventually(lambda: not engine.projections.panes[pane].alive)
        await engine.request(Rename(pane, _NAME))
        walked = await replayed(engine.store, pane)
        assert walked.take_replies() == b""
        assert walked.take_notices() == []
    environment = os.environ | {
        "CHLOE_HOME": str(config.paths.home),
        "CHLOE_TMUX_SOCKET": config.tmux.socket_name,
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "LANG": "C.UTF-8",
    }
    for words in (
        ["ls", "--all"],
        ["replay"],
        ["replay", "--json"],
        ["export-log", pane, "--format", "text"],
        ["export-log", pane, "--format", "lines"],
    ):
        asked = [sys.executable, "-m", "chloe", *words]
        said = subprocess.run(asked, env=environment, check=True, capture_output=True).stdout.decode()
        assert said
        assert [char for char in said if not char.isprintable() and char != "\n"] == [], words
