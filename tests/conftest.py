"""What every room's tests may use: a private home, a private tmux server, and nothing left behind.

``start_app`` runs ``chloe`` on a PTY whose other end is a ``Terminal``, as a user's terminal is.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
import uuid
from collections.abc import Awaitable, Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from ptyprocess import PtyProcess

from chloe.backends import descriptors
from chloe.config import Config, Paths, Tmux
from chloe.terminal import Terminal, keys
from tests.searching import TIMES

#: Seconds after which something that should happen is taken not to: far more than it ever needs.
DEADLINE = 30.0
#: TIOCGPTPEER of Linux: opens the other end of a PTY without its name.
_OPEN_OTHER_END = 0x5441


#: Rooms of tests that start tmux, or programs on PTYs, without a fixture that says so.
_TMUX_ROOMS = ("backends/tmux", "hostile", "story", "torture")
_PTY_ROOMS = ("backends",)
#: What takes long by its nature: it feeds the emulator without end, waits for what mustn't come, or makes
#: whole homes and environments.
_SLOW = (
    "terminal/test_costs.py",
    "terminal/test_tables.py",
    "store/test_healing.py",
    "store/test_outline.py",
    "laws/test_every_door.py",
    "packaging/",
)


@pytest.fixture(autouse=True)
def no_shortage() -> None:
    """Have a test see no shortage of descriptors that another one made just before."""
    descriptors.shortage._until = 0.0


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Generator[None, object, object]:
    """Have reports reach the process that prints them: a file name that isn't UTF-8 may be in one."""
    return _encodable((yield))


def _encodable(value: Any) -> Any:
    match value:
        case str():
            return value.encode("utf-8", "backslashreplace").decode()
        case dict():
            return {_encodable(name): _encodable(each) for name, each in value.items()}
        case list() | tuple():
            return type(value)(map(_encodable, value))
    return value


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs tmux or a PTY, by its fixtures and the room that it is in; and what is slow.

    ``make quick`` runs the rest.
    """
    tests = Path(__file__).parent
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        room = f"{item.path.relative_to(tests).parent.as_posix()}/"
        if "tmux_socket" in fixtures or room.startswith(tuple(f"{name}/" for name in _TMUX_ROOMS)):
            item.add_marker(pytest.mark.tmux)
        if "start_app" in fixtures or room.startswith(tuple(f"{name}/" for name in _PTY_ROOMS)):
            item.add_marker(pytest.mark.pty)
        if item.path.relative_to(tests).as_posix().startswith(_SLOW):
            item.add_marker(pytest.mark.slow)


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder for one Chloe, with a path short enough for sockets, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="chloe-"))
    yield folder / "home"
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def tmux_socket() -> Iterator[str]:
    """The name of a tmux server of this test's own; its server and programs are gone afterwards."""
    name = f"chloe-test-{uuid.uuid4().hex[:12]}"
    yield name
    end_server(name)


def end_server(name: str) -> None:
    """End a tmux server and see that the processes of its panes are gone as well."""
    if not shutil.which("tmux"):
        return
    asked = ["tmux", "-L", name, "list-panes", "-a", "-F", "#{pane_pid}"]
    pids = [int(pid) for pid in subprocess.run(asked, capture_output=True, text=True).stdout.split()]
    subprocess.run(["tmux", "-L", name, "kill-server"], capture_output=True)
    deadline = time.monotonic() + 10
    while any(_runs(pid) for pid in pids):
        if time.monotonic() > deadline:
            for pid in pids:
                if _runs(pid):
                    os.kill(pid, signal.SIGKILL)
            break
        time.sleep(0.01)
    folder = Path(os.environ.get("TMUX_TMPDIR", "/tmp")) / f"tmux-{os.getuid()}"
    (folder / name).unlink(missing_ok=True)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        # One that has ended and only waits for a slow init to notice is gone for our purposes.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except ProcessLookupError:
        return False
    except FileNotFoundError:
        return not Path("/proc/self/stat").exists()


@pytest.fixture
def config(home: Path, tmux_socket: str) -> Config:
    """Settings for one private Chloe."""
    return Config(paths=Paths.under(home), tmux=Tmux(socket_name=tmux_socket))


Eventually = Callable[..., Awaitable[None]]


@pytest.fixture
def eventually() -> Eventually:
    """Wait, in the loop, until a condition holds; a deadline tells what never came true."""

    async def wait(holds: Callable[[], object], what: str = "", *, seconds: float = 20) -> None:
        deadline = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > deadline:
                pytest.fail(f"never came true within {seconds} s: {what or holds}")
            await asyncio.sleep(0.005)

    return wait


class AppInTerminal:
    """A program on a PTY and the terminal that shows it. Nothing waits longer than ``DEADLINE``."""

    def __init__(self, argv: Sequence[str], environment: dict[str, str], rows: int, columns: int) -> None:
        self.process = PtyProcess.spawn(list(argv), env=environment, dimensions=(rows, columns))
        self.terminal = Terminal(rows, columns)
        self.fd: int = self.process.fd
        #: The other end, held open so that its settings can be read when the program is gone.
        self._slave: int = fcntl.ioctl(self.fd, _OPEN_OTHER_END, os.O_RDWR | os.O_NOCTTY)
        self.environment = environment
        self.written = bytearray()
        self._status: int | None = None

    @property
    def settings(self) -> list[Any]:
        """The terminal's settings now."""
        return termios.tcgetattr(self._slave)

    @property
    def text(self) -> str:
        """What the terminal shows."""
        return "\n".join(line.rstrip() for line in self.terminal.display)

    def send(self, *pieces: bytes | str, gap: float = 0.0) -> AppInTerminal:
        """Type raw bytes, or keys by name ("enter", "ctrl+c", "up")."""
        for at, piece in enumerate(pieces):
            if at and gap:
                self.pump(gap)
            data = piece if isinstance(piece, bytes) else keys.encode(piece, self.terminal.modes)
            while data:
                data = data[os.write(self.fd, data) :]
        return self

    def pump(self, seconds: float) -> bool:
        """Show what the program writes within ``seconds``; whether it can still write."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if not select.select([self.fd], [], [], left)[0]:
                break
            if not self._take():
                return False
        return True

    def _take(self) -> bool:
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            return False
        self.written += data
        self.terminal.feed(data)
        replies = self.terminal.take_replies()
        if replies:
            os.write(self.fd, replies)
        return bool(data)

    def wait_for(self, shows: str | Callable[[AppInTerminal], bool], *, deadline: float = DEADLINE) -> None:
        """Wait until the text is on the screen, or the predicate holds."""
        until = time.monotonic() + deadline
        while True:
            if (shows in self.text) if isinstance(shows, str) else shows(self):
                return
            if time.monotonic() > until or (not self.pump(0.02) and self._gone_without(shows)):
                raise AssertionError(f"never showed {shows!r}; the screen is\n{self.text}")

    def _gone_without(self, shows: str | Callable[[AppInTerminal], bool]) -> bool:
        return not ((shows in self.text) if isinstance(shows, str) else shows(self))

    def resize(self, rows: int, columns: int) -> None:
        """The user resizes the window."""
        self.terminal.resize(rows, columns)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def leave_pane(self) -> None:
        """Take the keyboard back, and let the time pass in which a key still belongs to the pane."""
        self.send(b"\x1b")
        self.wait_for("q quit")

    def quit(self) -> int:
        """Quit from the list, confirming where that is asked; its exit status."""
        self.send(b"q")
        self.wait_for(lambda app: "Quit?" in app.text or app.has_ended())
        if not self.has_ended():
            self.send(b"y")
        return self.wait_for_end()

    def kill(self, number: int) -> None:
        """Send the program a signal."""
        os.kill(self.process.pid, number)

    def takes_no_more(self) -> bool:
        """Whether so much is unread that the terminal takes nothing more."""
        return not select.select([], [self._slave], [], 0)[1]

    def has_ended(self) -> bool:
        """Whether the program is gone."""
        if self._status is None:
            pid, status = os.waitpid(self.process.pid, os.WNOHANG)
            if pid:
                self._status = os.waitstatus_to_exitcode(status)
        return self._status is not None

    def wait_for_end(self, *, deadline: float = DEADLINE) -> int:
        """Wait for the program to end; its exit status, or minus the signal that ended it."""
        until = time.monotonic() + deadline
        while not self.has_ended():
            self.pump(0.02)
            if time.monotonic() > until:
                raise AssertionError(f"never ended; the screen is\n{self.text}")
        while select.select([self.fd], [], [], 0)[0] and self._take():
            pass
        assert self._status is not None
        return self._status

    def close(self) -> None:
        """End it by force if it still runs."""
        if self._status is None:
            os.kill(self.process.pid, signal.SIGKILL)
            os.waitpid(self.process.pid, 0)
        # Reaped here: ptyprocess must not wait again.
        self.process.terminated = True
        os.close(self._slave)
        self.process.fileobj.close()
        self.process.closed = True


StartApp = Callable[..., AppInTerminal]


@pytest.fixture
def start_app(tmp_path: Path, tmux_socket: str) -> Iterator[StartApp]:
    """Start ``chloe`` in a terminal, with a home and a tmux server of the test's own."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700, exist_ok=True)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "SHELL": "/bin/sh",
        "PS1": "$ ",
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "CHLOE_HOME": str(home),
        "CHLOE_TMUX_SOCKET": tmux_socket,
        "PYTHONPATH": str(Path(__file__).parents[1]),
    }
    # Without TMUX, as outside of any; but where sockets are is the same for whoever ends the server.
    environment |= {name: os.environ[name] for name in ("TMUX_TMPDIR",) if name in os.environ}
    started: list[AppInTerminal] = []

    def start(
        *arguments: str, rows: int = 24, columns: int = 80, program: str = "", **variables: str
    ) -> AppInTerminal:
        program = program or "import sys; from chloe.cli import main; sys.exit(main())"
        app = AppInTerminal(
            [sys.executable, "-c", program, *arguments], environment | variables, rows, columns
        )
        started.append(app)
        return app

    try:
        yield start
    finally:
        for app in started:
            app.close()


# The same examples each time: a change shall be judged by its own doing. `HYPOTHESIS_PROFILE=search` looks
# for new ones, and `make search` for many.
settings.register_profile(
    "same", derandomize=True, max_examples=max(int(settings().max_examples * min(TIMES, 1)), 1)
)
settings.register_profile(
    "search", derandomize=False, max_examples=max(int(settings().max_examples * TIMES), 1)
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))
