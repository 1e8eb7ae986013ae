"""Another process that records a pane, and can be stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from chloe.config import Config
from tests.engine.counting import COUNTS

#: An instance that opens a pane, says its id, and records it until its input ends.
RECORDS = """
import asyncio, sys; from pathlib import Path
from chloe.config import Config, Paths, TmuxSettings
from chloe.engine import open_engine
from chloe.events.commands import Open
async def main():
    config = Config(paths=Paths.under(Path(sys.argv[1])), tmux=TmuxSettings(socket_name=sys.argv[2]))
    async with open_engine(config) as engine:
        pane = await engine.request(Open(backend="tmux", argv=tuple(sys.argv[3:]), name="counts"))
        while engine.projections.panes[pane].output_bytes < len("ready"): await asyncio.sleep(0.01)
        print(pane, flush=True)
        await asyncio.to_thread(sys.stdin.read)
asyncio.run(main())
"""


@contextmanager
def recorder(config: Config, argv: Sequence[str] = COUNTS) -> Iterator[tuple[subprocess.Popen[str], str]]:
    words = [sys.executable, "-c", RECORDS, str(config.paths.home), config.tmux.socket_name, *argv]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.send_signal(signal.SIGCONT)
            process.kill()


def stop(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)
