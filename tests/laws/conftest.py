"""A Chloe without a face in a process of its own, to be killed at any moment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from chloe.config import Config

_DRIVER = """
import asyncio, json, sys
from pathlib import Path
from chloe.config import Config, Paths, TmuxSettings
from chloe.engine import open_engine
from chloe.events.commands import Open

async def main():
    config = Config(paths=Paths.under(Path(sys.argv[1])), tmux=TmuxSettings(socket_name=sys.argv[2]))
    async with open_engine(config) as engine:
        opened = [
            await engine.request(Open(backend=backend, argv=tuple(argv)))
            for backend, argv in json.loads(sys.argv[3])
        ]
        print(json.dumps({"instance": engine.instance, "opened": opened}), flush=True)
        await asyncio.to_thread(sys.stdin.read)

asyncio.run(main())
"""

StartChloe = Callable[..., tuple[subprocess.Popen[str], dict[str, Any]]]


@pytest.fixture
def start_chloe(config: Config) -> Iterator[StartChloe]:
    """Start a headless Chloe on the private home; answers with its process and what it opened."""
    started: list[subprocess.Popen[str]] = []

    def start(
        *panes: tuple[str, Sequence[str]], wait: bool = True
    ) -> tuple[subprocess.Popen[str], dict[str, Any]]:
        arguments = [str(config.paths.home), config.tmux.socket_name, json.dumps(panes)]
        process = subprocess.Popen(
            [sys.executable, "-c", _DRIVER, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        )
        started.append(process)
        assert process.stdout is not None
        return process, json.loads(process.stdout.readline()) if wait else {}

    yield start
    for process in started:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
