"""A Chloe without a face in a process of its own, which can be told where to die.

``python driver.py JSON``, with ``home`` and ``socket``, and where wanted

- ``panes``: a list of (backend, argv) to open;
- ``spool``: settings of ``[spool]``;
- ``keeps``: checkpoints are kept all the time;
- ``prunes``: all that may go is pruned, over and over;
- ``values``: by "module:NAME" what to put in place of a constant, so that what is rare happens often;
- ``descriptors``: the most descriptors that the process may have, its hard limit included;
- ``slow``: ``at`` and ``seconds``; each call begins with so long a pause, as on a slow disk;
- ``fault``: ``at``, ``when`` ("before" or "after"), ``nth``, and ``reached``, a file that is made right
  before the process kills itself with SIGKILL there, in whichever thread.

``at`` is "module:Class.method", "module:function", or "sql:" and how a statement begins. When all panes
are open the instance and their ids are printed; it ends when its input does, or with the exit status of a
``ChloeError`` whose sentence then stands on stderr.
"""

from __future__ import annotations

import asyncio
import functools
import importlib
import inspect
import itertools
import json
import os
import resource
import signal
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chloe.engine import Engine


def find(at: str) -> tuple[Any, str, Any]:
    """What "module:a.b" names: the object that holds it, its name there, and it itself, undecorated."""
    module, _, path = at.partition(":")
    *outer, name = path.split(".")
    holder = functools.reduce(getattr, outer, importlib.import_module(module))
    return holder, name, inspect.getattr_static(holder, name)


def uncommented(sql: str) -> str:
    """A statement without the comments before it."""
    lines = iter(sql.splitlines())
    return "\n".join(itertools.dropwhile(lambda line: not line or line.startswith("--"), lines))


class Fault:
    """Kills this process before or after the nth call."""

    def __init__(self, *, at: str, when: str, nth: int, reached: str) -> None:
        self._at, self._when, self._left, self._reached = at, when, nth, reached

    def arm(self) -> None:
        """Put the fault in its place."""
        if self._at.startswith("sql:"):
            self._arm_statement(self._at.removeprefix("sql:"))
            return
        holder, name, found = find(self._at)
        kind = type(found) if isinstance(found, staticmethod | classmethod) else None
        wrapped = self._wrapped(found.__func__ if kind else found)
        setattr(holder, name, kind(wrapped) if kind else wrapped)

    def _wrapped(self, function: Callable[..., Any]) -> Callable[..., Any]:
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def later(*args: Any, **named: Any) -> Any:
                self._pass("before")
                answer = await function(*args, **named)
                self._pass("after")
                return answer

            return later

        @functools.wraps(function)
        def now(*args: Any, **named: Any) -> Any:
            self._pass("before")
            answer = function(*args, **named)
            self._pass("after")
            return answer

        return now

    def _arm_statement(self, start: str) -> None:
        passed = self._pass

        class Watched(sqlite3.Connection):
            def execute(self, sql: str, *args: Any) -> sqlite3.Cursor:
                if not uncommented(sql).startswith(start):
                    return super().execute(sql, *args)
                passed("before")
                answer = super().execute(sql, *args)
                passed("after")
                return answer

        connect = sqlite3.connect
        sqlite3.connect = functools.partial(connect, factory=Watched)  # type: ignore[assignment]

    def _pass(self, when: str) -> None:
        if when != self._when:
            return
        self._left -= 1
        if self._left == 0:
            Path(self._reached).touch()
            os.kill(os.getpid(), signal.SIGKILL)


def slow(at: str, seconds: float) -> None:
    """Let each call of a function pause first."""
    holder, name, function = find(at)

    @functools.wraps(function)
    def later(*args: Any, **named: Any) -> Any:
        time.sleep(seconds)
        return function(*args, **named)

    setattr(holder, name, later)


async def main(told: dict[str, Any]) -> None:
    """Be a Chloe until the input ends, or the fault comes."""
    from chloe.config import Config, Paths, SpoolSettings, TmuxSettings
    from chloe.engine import open_engine
    from chloe.events.commands import Open

    config = Config(
        paths=Paths.under(Path(told["home"])),
        tmux=TmuxSettings(socket_name=told["socket"]),
        spool=SpoolSettings(**told.get("spool", {})),
    )
    async with open_engine(config) as engine, asyncio.TaskGroup() as group:
        busy = [
            group.create_task(work(engine))
            for name, work in (("keeps", keep), ("prunes", prune))
            if told.get(name)
        ]
        opened = [
            await engine.request(Open(backend=backend, argv=tuple(argv)))
            for backend, argv in told.get("panes", [])
        ]
        print(json.dumps({"instance": engine.instance, "opened": opened}), flush=True)
        await asyncio.to_thread(sys.stdin.read)
        for task in busy:
            task.cancel()


async def keep(engine: Engine) -> None:
    """Keep one checkpoint after the other, of a pane that isn't there: nobody will fold from them."""
    from chloe.store.checkpoints import Checkpoint

    for seq in range(1, sys.maxsize):
        state = os.urandom(20_000)
        await engine.store.save_checkpoint(
            Checkpoint(pane="none", seq=seq, offset=seq, lines=seq, emulator="none", state=state)
        )
        await asyncio.sleep(0.05)


async def prune(engine: Engine) -> None:
    """Let go of all but the last lines of what runs."""
    from chloe.pruning import RetentionPolicy, run_retention

    while True:
        await run_retention(
            engine.store, engine.projections.panes, RetentionPolicy(older_than=0), scrollback=30
        )
        await asyncio.sleep(0.02)


if __name__ == "__main__":
    told = json.loads(sys.argv[1])
    for at, value in told.get("values", {}).items():
        holder, name, _ = find(at)
        setattr(holder, name, value)
    if "slow" in told:
        slow(**told["slow"])
    if "fault" in told:
        Fault(**told["fault"]).arm()
    if "descriptors" in told:
        resource.setrlimit(resource.RLIMIT_NOFILE, (told["descriptors"],) * 2)
    from chloe.errors import ChloeError

    try:
        asyncio.run(main(told))
    except ChloeError as error:
        print(f"chloe: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
