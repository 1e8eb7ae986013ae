"""A private tmux server, panes on it, and holders without any tmux."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import pty
import select
import signal
import struct
import termios
import threading
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path

import pytest

from chloe.backends.backend import BackendEvent, Exited, OutputRead, Spec
from chloe.backends.environment import build_environment
from chloe.backends.tmux import Leases, SpoolReader, TmuxBackend, TmuxServer, holder_spec
from chloe.tasks import Tasks
from chloe.watch import Watcher

DEADLINE = 30

BASE = {"PATH": os.environ.get("PATH", os.defpath), "HOME": "/", "LANG": "C.UTF-8", "PS1": "$ "}


class Pane:
    """A pane on a private server, and what was read of it."""

    def __init__(self, backend: TmuxBackend, folder: Path) -> None:
        self.backend = backend
        self.folder = folder
        self.events: list[BackendEvent] = []

    @property
    def output(self) -> bytes:
        return b"".join(each.data for each in self.events if isinstance(each, OutputRead))

    @property
    def holder(self) -> int:
        """The process id of the holder."""
        return int((self.folder / "lock").read_bytes())

    async def read(self) -> None:
        async with asyncio.timeout(DEADLINE):
            self.events += await self.backend.read()

    async def until(self, wanted: bytes) -> None:
        while wanted not in self.output:
            assert not self._ended, self.events[-1]
            await self.read()

    async def end(self) -> Exited:
        while not self._ended:
            await self.read()
        last = self.events[-1]
        assert isinstance(last, Exited)
        return last

    @property
    def _ended(self) -> bool:
        return bool(self.events) and isinstance(self.events[-1], Exited)


class Panes:
    """Makes panes in a private home, on a private server."""

    def __init__(self, socket: str, home: Path) -> None:
        self.server = TmuxServer(socket)
        self.home = home
        self.watcher = Watcher()
        self.tasks = Tasks()
        self._made: list[TmuxBackend] = []
        self._leases: list[Leases] = []

    def make(self, *argv: str, inherited: Mapping[str, str] = BASE, **limits: float) -> Pane:
        pane = str(uuid.uuid4())
        environment = build_environment(inherited, pane=pane)
        spec = Spec(pane=pane, argv=argv, cwd="/", environment=environment, rows=24, columns=80)
        return self._pane(spec, self.home / "spool" / pane, limits)

    async def start(self, *argv: str, **limits: float) -> Pane:
        pane = self.make(*argv, inherited=BASE, **limits)
        await pane.backend.start()
        return pane

    def adopt(self, folder: Path) -> Pane:
        """The same pane as another Chloe sees it."""
        return self._pane(None, folder, {})

    def _pane(self, spec: Spec | None, folder: Path, limits: Mapping[str, float]) -> Pane:
        # Each is another Chloe.
        leases = Leases(self.home / "leases", self.watcher)
        self._leases.append(leases)
        backend = TmuxBackend(self.server, spec, folder, self.watcher, leases, self.tasks, **limits)  # type: ignore[arg-type]
        self._made.append(backend)
        return Pane(backend, folder)

    async def close(self) -> None:
        for backend in self._made:
            await backend.close()
        await self.tasks.close()
        for leases in self._leases:
            leases.close()
        self.watcher.close()
        self.server.close()


@pytest.fixture
async def panes(tmux_socket: str, home: Path) -> AsyncIterator[Panes]:
    made = Panes(tmux_socket, home)
    yield made
    await made.close()


class Holder:
    """A holder on a terminal of the test's own instead of tmux's.

    The test is its tmux, and reads the terminal in a thread unless it is told not to.
    """

    def __init__(self, folder: Path, *, drain: bool = True, prelude: str = "") -> None:
        self.folder = folder
        command = holder_spec.build_command(folder)
        if prelude:
            command = ["/bin/sh", "-c", f'{prelude}; exec "$@"', "sh", *command]
        self.pid, self.terminal = pty.fork()
        if not self.pid:
            os.execv(command[0], command)
        self.resize(24, 80)
        self.shown = bytearray()
        self._thread: threading.Thread | None = None
        self._stop, self._stopped = os.pipe()
        if drain:
            self.drain()

    def type(self, data: bytes) -> None:
        """Type through the FIFO, once there is somebody to read it."""
        (self.folder / "keys").write_bytes(data)

    def resize(self, rows: int, columns: int) -> None:
        """Give the terminal this size, as tmux does."""
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def drain(self) -> None:
        """Read the terminal from now on."""
        self._thread = threading.Thread(target=self._drain)
        self._thread.start()

    def hang_up(self) -> None:
        """Close the terminal, as a tmux does that ends the session."""
        if self.terminal >= 0:
            os.close(self._stopped)
            if self._thread is not None:
                self._thread.join()
            os.close(self._stop)
            os.close(self.terminal)
            self.terminal = -1

    def wait(self) -> int:
        """Wait for its end; the status as waitpid has it."""
        until(self._reap)
        return self._status

    def sleeps_without(self, provocation: Callable[[], object]) -> bool:
        """Whether it is asleep, after ``provocation``, for lack of anything that it may do."""
        used = self._cpu()
        for _ in range(10):
            provocation()
            time.sleep(0.01)
        return self._cpu() == used

    def read(self, reader: SpoolReader, holds: Callable[[list[BackendEvent]], object]) -> list[BackendEvent]:
        """Read until what was read satisfies ``holds``."""
        events: list[BackendEvent] = []

        def read_on() -> object:
            events.extend(reader.read())
            return holds(events)

        until(read_on)
        return events

    def run(self, reader: SpoolReader) -> list[BackendEvent]:
        """Read to the end."""
        return self.read(reader, lambda all: all and isinstance(all[-1], Exited))

    def close(self) -> None:
        """End it, whatever it does."""
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            self.wait()
        self.hang_up()

    def _reap(self) -> bool:
        if self.pid:
            pid, self._status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.pid = 0
        return not self.pid

    def _cpu(self) -> str:
        return Path(f"/proc/{self.pid}/schedstat").read_text().split()[0]

    def _drain(self) -> None:
        while True:
            ready, _, _ = select.select([self.terminal, self._stop], [], [])
            if self._stop in ready:
                return
            try:
                self.shown += os.read(self.terminal, 65536)
            except OSError:
                return


def until(holds: Callable[[], object]) -> None:
    """Wait until a condition holds."""
    deadline = time.monotonic() + DEADLINE
    while not holds():
        assert time.monotonic() < deadline, "never came true"
        time.sleep(0.002)


Soon = Callable[[Callable[[], object]], None]


@pytest.fixture
def soon() -> Soon:
    """Waits until a condition holds, without a loop."""
    return until


class MakeHolder:
    """Makes holders. ``limits`` replace what the spec says: ``cap``, ``share``, ``segment_size``, ``cwd``.

    ``prelude`` is what a shell does before it becomes the holder.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._made: list[Holder] = []

    def __call__(
        self, *argv: str, folder: Path | None = None, drain: bool = True, prelude: str = "", **limits: object
    ) -> Holder:
        folder = folder or self._home / "spool" / str(uuid.uuid4())
        folder.mkdir(parents=True)
        self._tell(folder, argv, limits)
        os.mkfifo(folder / "keys", 0o600)
        self._made.append(Holder(folder, drain=drain, prelude=prelude))
        return self._made[-1]

    def again(self, holder: Holder) -> Holder:
        """Another one in the same folder."""
        self._tell(holder.folder, ("true",), {})
        self._made.append(Holder(holder.folder))
        return self._made[-1]

    def close(self) -> None:
        """End all."""
        for each in self._made:
            each.close()

    @staticmethod
    def _tell(folder: Path, argv: tuple[str, ...], limits: Mapping[str, object]) -> None:
        spec = Spec(
            pane=folder.name,
            argv=argv,
            cwd="/",
            environment=build_environment(BASE, pane=folder.name),
            rows=24,
            columns=80,
        )
        told = json.loads(holder_spec.encode_spec(spec, pane_cap=10**9, disk_share=0.9))
        (folder / "spec.json").write_text(json.dumps(told | limits), "ascii")


@pytest.fixture
def holder(home: Path) -> Iterator[MakeHolder]:
    """Makes holders that are gone afterwards."""
    made = MakeHolder(home)
    yield made
    made.close()
