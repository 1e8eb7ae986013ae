"""A pane that another process records: a command waits for what that process has read and not committed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Awaitable, Callable

import pytest

from chloe.actors import ingestion
from chloe.actors.scope import INGESTING
from chloe.backends.tmux.spool_status import find_end
from chloe.config import Config
from chloe.engine import open_engine
from chloe.events.commands import Kill, Write

Eventually = Callable[..., Awaitable[None]]

#: An instance that opens a pane, says its id once its program has printed something and that is in the log,
#: and has what is printed from then on gather for so many seconds, and be attended for as many as stand then.
RECORDS = """
import asyncio, sys; from pathlib import Path
from chloe.actors import gathering
from chloe.config import Config, Paths, TmuxSettings
from chloe.engine import open_engine
from chloe.events.commands import Open
gathering._ATTENTION = 0.0
async def main():
    config = Config(paths=Paths.under(Path(sys.argv[1])), tmux=TmuxSettings(socket_name=sys.argv[2]))
    async with open_engine(config) as engine:
        argv = ("sh", "-c", "stty -echo; printf ready; exec cat")
        pane = await engine.request(Open(backend="tmux", argv=argv))
        while engine.projections.panes[pane].output_bytes < len("ready"): await asyncio.sleep(0.01)
        gathering.MAX_DELAY, gathering._ATTENTION = float(sys.argv[3]), float(sys.argv[4])
        print(pane, flush=True)
        await asyncio.to_thread(sys.stdin.read)
asyncio.run(main())
"""


@pytest.mark.usefixtures("nothing_is_left")
async def test_what_another_instance_has_yet_to_commit_is_waited_for(
    config: Config, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingestion, "_PATIENCE", 60.0)
    words = [sys.executable, "-c", RECORDS, str(config.paths.home), config.tmux.socket_name, "0.7", "0"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        pane = process.stdout.readline().strip()
        spool = config.paths.spool / pane
        before = find_end(spool)
        (spool / "keys").write_bytes(b"typed by hand\n")
        await eventually(lambda: find_end(spool) != before)
        async with open_engine(config, screens=False, scope=INGESTING) as engine:
            await engine.ingest_spools()
            assert engine.projections.panes[pane].output_bytes == len("readytyped by hand\r\n")
            await engine.request(Kill(pane))
        # Or its end would be left to who comes next.
        await eventually(lambda: not (config.paths.spool / pane).exists(), "its recorder took in the end")
        process.stdin.close()
        assert process.wait(20) == 0


@pytest.mark.usefixtures("nothing_is_left")
async def test_what_is_typed_by_another_instance_is_echoed_without_gathering(
    config: Config, eventually: Eventually
) -> None:
    words = [sys.executable, "-c", RECORDS, str(config.paths.home), config.tmux.socket_name, "3600", "60"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        pane = process.stdout.readline().strip()
        async with open_engine(config, screens=False) as engine:
            await engine.request(Write(pane, b"typed here\n"))
            printed = len("readytyped here\r\n")
            await eventually(lambda: engine.projections.panes[pane].output_bytes == printed)
            await engine.request(Kill(pane))
        # Or its end would be left to who comes next.
        await eventually(lambda: not (config.paths.spool / pane).exists(), "its recorder took in the end")
        process.stdin.close()
        assert process.wait(20) == 0
