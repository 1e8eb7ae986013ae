"""Commands as real processes at the cost of a fork: a warm process, Chloe imported, forks for each.

Owns how a command's process is started, bounded, ended and measured. Must not know what it is asked to do or
whether what came of it is right. ``python -m tests.hostile.forks`` is the warm process: it reads one JSON
object a line (``Asked``) and answers each with one (``Came``). It never runs a loop, a thread or a command
itself, so that a fork of it is as good as a fresh start.
"""

from __future__ import annotations

import faulthandler
import fcntl
import importlib
import json
import os
import pkgutil
import resource
import select
import signal
import subprocess
import sys
import termios
import threading
import time
import traceback
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import IO

ROOT = Path(__file__).resolve().parents[2]

#: Bytes of address space that a command gets: a bomb shall not take the machine with it.
ADDRESS_SPACE = 1_500_000_000
#: Seconds in which a process that hangs may say where.
_LAST_WORDS = 1.0


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One command to run, with files for its input and output, or a terminal (its path) for all three."""

    words: list[str]
    environment: dict[str, str]
    folder: str
    stdin: str = os.devnull
    stdout: str = os.devnull
    stderr: str = os.devnull
    terminal: str = ""
    #: Seconds after which it is taken to hang.
    deadline: float = 30.0


@dataclass(frozen=True, kw_only=True)
class Came:
    """What came of it: the exit status, or minus the signal that ended it, and what it cost."""

    status: int
    hung: bool
    #: The most memory that it had at once, in bytes.
    memory: int
    seconds: float


class Forks:
    """The warm process, from the side of who asks. One command at a time."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.hostile.forks"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Forks:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def begin(self, asked: Asked) -> None:
        """Start it; ``end`` waits for it."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asdict(asked)) + "\n")
        self._process.stdin.flush()

    def ended(self) -> bool:
        """Whether ``end`` would not have to wait."""
        assert self._process.stdout is not None
        return bool(select.select([self._process.stdout], [], [], 0)[0])

    def end(self) -> Came:
        """Wait for what was begun."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the process that forks has ended"
        return Came(**json.loads(line))

    def run(self, asked: Asked) -> Came:
        """Start it and wait for it."""
        self.begin(asked)
        return self.end()

    def close(self) -> None:
        """End the warm process."""
        self._process.communicate()


def _warm() -> None:
    """Import all that any command would."""
    import chloe

    for module in pkgutil.walk_packages(chloe.__path__, "chloe."):
        # The files of the holder are for a process of their own; what else needs one of them imports it.
        if not module.name.endswith(".__main__") and ".tmux.holder." not in module.name:
            importlib.import_module(module.name)
    importlib.import_module("libtmux")


def _serve(asked: IO[str], came: IO[str]) -> None:
    for line in asked:
        print(json.dumps(asdict(_run(Asked(**json.loads(line))))), file=came, flush=True)


def _run(asked: Asked) -> Came:
    began = time.monotonic()
    pid = os.fork()
    if not pid:
        _become(asked)
    watched = os.pidfd_open(pid)
    hung = False
    try:
        if not select.select([watched], [], [], asked.deadline)[0]:
            hung = True
            # A hang is told with the place: faulthandler writes it to the standard error.
            os.kill(pid, signal.SIGUSR1)
            time.sleep(_LAST_WORDS)
            os.killpg(pid, signal.SIGKILL)
    finally:
        os.close(watched)
    _, status, usage = os.wait4(pid, 0)
    return Came(
        status=os.waitstatus_to_exitcode(status),
        hung=hung,
        memory=usage.ru_maxrss * 1024,
        seconds=round(time.monotonic() - began, 3),
    )


def _become(asked: Asked) -> None:
    """In the fork: be the command, and end as the interpreter would."""
    status = 70
    try:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
        os.chdir(asked.folder)
        os.environ.clear()
        os.environ.update(asked.environment)
        _redirect(asked)
        faulthandler.register(signal.SIGUSR1, all_threads=True)
        from chloe.cli import main

        sys.argv = ["chloe", *asked.words]
        status = main(asked.words)
        threading._shutdown()  # type: ignore[attr-defined]
        sys.stdout.flush()
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def _redirect(asked: Asked) -> None:
    if asked.terminal:
        terminal = os.open(asked.terminal, os.O_RDWR)
        fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
        opened = [terminal] * 3
    else:
        written = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        opened = [
            os.open(asked.stdin, os.O_RDONLY),
            os.open(asked.stdout, written, 0o600),
            os.open(asked.stderr, written, 0o600),
        ]
    for number, descriptor in enumerate(opened):
        os.dup2(descriptor, number)
    os.closerange(3, 256)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False, buffering=1)  # noqa: SIM115


if __name__ == "__main__":
    _warm()
    _serve(sys.stdin, sys.stdout)
