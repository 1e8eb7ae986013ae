"""A home as it is after some use, made by the real program, and copies of it for others to spoil.

Owns what lies in such a home and beside it. Must not know what is done to it. ``Grown`` is made once; a
``Case`` is a folder with a copy of it, and around that copy everything that a hostile home must not reach:

    home/      the copy, CHLOE_HOME
    outside/   files and folders that nobody may make, change or remove
    user/      HOME
    tmp/       TMPDIR
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from chloe.backends.backend import OutputRead
from chloe.backends.tmux.spool import SpoolReader
from chloe.backends.tmux.spool_status import has_holder as holds
from chloe.config import Config, Paths, TmuxSettings
from chloe.engine import open_engine
from chloe.events.commands import Close, Rename, Tag
from tests.panes import open_pane

ROOT = Path(__file__).resolve().parents[2]
DRIVER = ROOT / "tests/torture/driver.py"

#: What honest panes printed before anybody had read it: it has to be found in the end.
UNREAD = b"printed while nobody was there"

#: The session on the case's own tmux server that no command has any business with.
BYSTANDER = "bystander"

_PATIENCE = 60.0

_COLOURED = r"printf '\033[1;31mred\033[0m and plain\n\033]2;a title\007'; exit 3"
_LONG = "i=0; while [ $i -lt 3000 ]; do echo line $i of a long output; i=$((i+1)); done"
_WAITING = "echo first; while [ ! -e {go} ]; do sleep 0.02; done; echo {unread}; seq 1 200"


def wait(holds: Callable[[], object], what: str) -> None:
    """Wait until something holds; raises ``AssertionError`` with what was awaited."""
    deadline = time.monotonic() + _PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f"never came true: {what}"
        time.sleep(0.01)


def read_printed(spool: Path) -> bytes:
    """What a program printed, as its spool has it: any digits may stand in the ids and times around that."""
    reader = SpoolReader(spool)
    printed = b""
    try:
        while events := reader.read():
            printed += b"".join(event.data for event in events if isinstance(event, OutputRead))
    finally:
        reader.close()
    return printed


class Server:
    """A tmux server of one's own, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700)
        self.folder = folder
        self.name = "hostile"

    def tmux(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Ask it something."""
        asked = ["tmux", "-f", os.devnull, "-L", self.name, *words]
        environment = outer() | {"TMUX_TMPDIR": str(self.folder)}
        return subprocess.run(asked, env=environment, capture_output=True, text=True)

    def holders(self) -> dict[str, int]:
        """The process of each session, by its name."""
        lines = self.tmux("list-panes", "-a", "-F", "#{session_name} #{pane_pid}").stdout.splitlines()
        return {name: int(pid) for name, pid in (line.rsplit(" ", 1) for line in lines)}

    def end(self) -> None:
        """End it and all that runs on it."""
        pids = self.holders().values()
        self.tmux("kill-server")
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def outer() -> dict[str, str]:
    """The environment without any Chloe or tmux that this may run in."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("CHLOE_", "TMUX"))}


class Grown:
    """A home after some use, under ``folder``; ``panes`` has the ids by what became of each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "grown"
        self.panes: dict[str, str] = {}
        self._server = Server(folder / "g")
        self._go = folder / "go"
        with _environment({"TMUX_TMPDIR": str(self._server.folder), "SHELL": "/bin/sh"}):
            try:
                asyncio.run(self._live())
                self._let_go_of_the_first()
                self._die()
            finally:
                self._server.end()

    @property
    def _config(self) -> Config:
        return Config(paths=Paths.under(self.home), tmux=TmuxSettings(socket_name=self._server.name))

    async def _live(self) -> None:
        """A Chloe that is used, and quits."""
        async with open_engine(self._config) as engine:
            for name, backend, program in (
                ("direct", "direct", _COLOURED),
                ("ended", "tmux", _COLOURED),
                ("pruned", "tmux", _LONG),
                ("closed", "direct", "exec cat"),
            ):
                opened = await open_pane(engine, backend=backend, argv=("sh", "-c", program))
                self.panes[name] = opened
                await engine.request(Rename(opened, f"the {name} one"))
                await engine.request(Tag(opened, ("honest", name)))
            await engine.request(Close(self.panes["closed"]))
            panes = engine.projections.panes
            async with asyncio.timeout(_PATIENCE):
                while any(panes[opened].alive for opened in self.panes.values()):
                    await asyncio.sleep(0.02)

    def _let_go_of_the_first(self) -> None:
        environment = outer() | {
            "CHLOE_HOME": str(self.home),
            "CHLOE_TMUX_SOCKET": self._server.name,
            "TMUX_TMPDIR": str(self._server.folder),
            "PYTHONPATH": str(ROOT),
        }
        asked = [sys.executable, "-m", "chloe", "prune", "--pane", self.panes["pruned"]]
        done = subprocess.run(asked, env=environment, capture_output=True, text=True)
        assert not done.returncode, done.stderr

    def _die(self) -> None:
        """A Chloe that is killed while programs run; one of them ends alone, one loses its holder."""
        waiting = _WAITING.format(go=self._go, unread=UNREAD.decode())
        told = {
            "home": str(self.home),
            "socket": self._server.name,
            "values": {"chloe.events.screen:CHECKPOINT_BYTES": 10_000},
            "panes": [
                ("direct", ["sh", "-c", f"{_LONG}; exec cat"]),
                ("tmux", ["sh", "-c", f"{waiting}; exit 7"]),
                ("tmux", ["sh", "-c", f"{waiting}; exec cat"]),
            ],
        }
        chloe = subprocess.Popen(
            [sys.executable, str(DRIVER), json.dumps(told)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=outer() | {"TMUX_TMPDIR": str(self._server.folder), "PYTHONPATH": str(ROOT)},
        )
        assert chloe.stdout is not None and chloe.stdin is not None
        opened = json.loads(chloe.stdout.readline())["opened"]
        self.panes |= dict(zip(("killed", "unread", "orphan"), opened, strict=True))
        chloe.kill()
        chloe.wait()
        chloe.stdin.close()
        chloe.stdout.close()
        self._go.touch()
        spool = self.home / "spool"
        wait(lambda: not holds(spool / self.panes["unread"]), "the program that ends alone has ended")
        orphan = spool / self.panes["orphan"]
        wait(lambda: b"\n200\r\n" in read_printed(orphan), "the orphan has printed all")
        os.kill(self._server.holders()[f"chloe-{self.panes['orphan']}"], signal.SIGKILL)
        wait(lambda: not holds(orphan), "the holder is gone")


@dataclass
class Case:
    """One copy of a home, and what is around it."""

    folder: Path
    panes: dict[str, str]
    server: Server
    #: The words of each thing that was done to it.
    done: list[str] = field(default_factory=list)
    #: Ids that were put into it, to be named on command lines.
    named: list[str] = field(default_factory=list)
    #: Paths, relative to the home, of what was put there and isn't for Chloe to narrow or keep.
    placed: set[str] = field(default_factory=set)
    #: Nothing that honest panes had printed was touched: it has to be there in the end.
    honest: bool = True

    @classmethod
    def copied(cls, grown: Grown, folder: Path) -> Case:
        """A copy of ``grown`` in ``folder``, which is made."""
        folder.mkdir(mode=0o700)
        home = folder / "home"
        subprocess.run(["cp", "-a", str(grown.home), str(home)], check=True)
        for name in ("outside", "outside/kept", "outside/kept/deeper", "user", "tmp"):
            (folder / name).mkdir(mode=0o700)
        for name in ("outside/file", "outside/kept/file", "outside/kept/0.seg", "outside/kept/deeper/lock"):
            (folder / name).write_text(f"{name} is nobody's business\n")
        (home / "config.toml").write_text(f'[log]\nheads_file = "{home}/heads"\n[ui]\nascii = true\n')
        (home / "config.toml").chmod(0o600)
        return cls(folder, dict(grown.panes), Server(folder / "t"))

    @property
    def home(self) -> Path:
        """CHLOE_HOME."""
        return self.folder / "home"

    @property
    def log(self) -> Path:
        """The log."""
        return self.home / "log.db"

    @property
    def outside(self) -> Path:
        """What nobody may touch."""
        return self.folder / "outside"

    def spool(self, name: str) -> Path:
        """The spool of an honest pane."""
        return self.home / "spool" / self.panes[name]

    @property
    def environment(self) -> dict[str, str]:
        """What every command sees."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder / "user"),
            "TMPDIR": str(self.folder / "tmp"),
            "CHLOE_HOME": str(self.home),
            "CHLOE_TMUX_SOCKET": self.server.name,
            "TMUX_TMPDIR": str(self.server.folder),
            "SHELL": "/bin/sh",
            "LC_ALL": "C.UTF-8",
            "TERM": "xterm-256color",
            "TZ": "UTC",
        }

    def around(self) -> dict[str, tuple[object, ...]]:
        """All that lies around the home, to be compared with what it was before."""
        found: dict[str, tuple[object, ...]] = {}
        for top in ("outside", "user", "tmp"):
            for path in (self.folder / top, *sorted((self.folder / top).rglob("*"))):
                seen = path.lstat()
                mode = stat.S_IMODE(seen.st_mode)
                content = hashlib.sha256(path.read_bytes()).hexdigest() if stat.S_ISREG(seen.st_mode) else ""
                # Something may lie in TMPDIR for a while.
                changed = 0 if path == self.folder / "tmp" else seen.st_mtime_ns
                named = str(path.relative_to(self.folder))
                found[named] = (stat.S_IFMT(seen.st_mode), mode, seen.st_size, changed, content)
        return found

    def open_to_others(self) -> Iterator[str]:
        """What in the home others may read or enter."""
        for path in sorted(self.home.rglob("*")):
            named = str(path.relative_to(self.home))
            if path.is_symlink() or any(
                named == each or named.startswith(f"{each}/") for each in self.placed
            ):
                continue
            mode = stat.S_IMODE(path.lstat().st_mode)
            if mode & 0o077:
                yield f"{named} has mode {mode:03o}"

    def close(self) -> None:
        """End what runs."""
        self.server.end()

    def remove(self) -> None:
        """End what runs, and leave nothing."""
        self.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class _environment:
    """Within, the process's environment has these variables, and none of a Chloe or tmux around it."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables

    def __enter__(self) -> None:
        self._before = dict(os.environ)
        os.environ.clear()
        os.environ.update({**{k: v for k, v in self._before.items() if not k.startswith(("CHLOE_", "TMUX"))}})
        os.environ.update(self._variables)

    def __exit__(self, *_error: object) -> None:
        os.environ.clear()
        os.environ.update(self._before)


def a_folder() -> Path:
    """A folder for cases, with a path short enough for sockets."""
    return Path(tempfile.mkdtemp(prefix="chloe-h"))


def fresh_id() -> str:
    """An id that no pane has."""
    return str(uuid.uuid4())
