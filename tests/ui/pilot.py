"""A pilot: the whole app in this process, on the real engine, with programs and a terminal in memory.

``pilot.press("c")``, then ``await pilot.sees("$")``: a test of a key takes milliseconds. What only a real
terminal can show has tests on a PTY.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from chloe.actors.launcher import Launcher
from chloe.backends.backend import Backend, PersistentBackend, Spec
from chloe.backends.fake import FakeBackend, FakePersistentBackend
from chloe.backends.kinds import TRAITS
from chloe.config import Config
from chloe.engine import Engine, open_engine
from chloe.errors import ChloeError
from chloe.events.commands import Command, MarkSeen, Resize, Write
from chloe.events.panes import Pane
from chloe.terminal import Modes, Terminal, keys
from chloe.terminal.colours import Colours
from chloe.ui.app import App
from chloe.ui.canvas import Row
from chloe.ui.style import style
from chloe.ui.tty.paint import Painter
from chloe.ui.tty.tty import Listener
from chloe.ui.view import Slot
from chloe.waits import Waits

#: Seconds after which something that should happen is taken not to.
DEADLINE = 10.0


class MemoryTty:
    """A terminal that is an emulator: what the app paints is what ``terminal`` shows."""

    def __init__(self, rows: int = 24, columns: int = 80) -> None:
        self.terminal = Terminal(rows, columns)
        self.size = columns, rows
        self.mouse_mode = "off"
        self.cursor_shape = ("", False)
        self.bells = self.suspends = self.repaints = 0
        self.replies: list[bytes] = []
        self.notifications: list[str] = []
        self.title = ""
        self.clipboard: list[tuple[str, bytes]] = []
        #: What the terminal says of its colours, once it is asked.
        self.colours: Colours | None = None
        self.is_running = self.hung_up = False
        #: Set with each frame.
        self.shown = asyncio.Event()
        self._painter = Painter(256, style)
        self._listener: Listener | None = None
        self._input = b""

    # What a user does.

    def type(self, data: bytes) -> None:
        """Type bytes."""
        self._input += data
        self.listener.on_input()

    def hang_up(self) -> None:
        """Close the terminal."""
        self.hung_up = True
        self.listener.on_input()

    def resize(self, rows: int, columns: int) -> None:
        """Resize the window."""
        self.terminal.resize(rows, columns)
        self.size = columns, rows
        self.listener.on_resize()

    @property
    def listener(self) -> Listener:
        """The app."""
        assert self._listener is not None
        return self._listener

    # What the app does: see ``Tty``.

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        self.is_running = True
        try:
            yield
        finally:
            self.is_running = False

    @contextlib.contextmanager
    def listening(self, listener: Listener) -> Iterator[None]:
        self._listener = listener
        try:
            yield
        finally:
            self._listener = None

    def get_cols_rows(self) -> tuple[int, int]:
        return self.size

    def read(self) -> bytes:
        if self.hung_up:
            raise EOFError
        data, self._input = self._input, b""
        return data

    def show(self, size: tuple[int, int], rows: Sequence[Row], cursor: tuple[int, int] | None) -> bool:
        frame = self._painter.paint(rows, size[0], cursor)
        self.terminal.feed(frame)
        self.shown.set()
        return bool(frame)

    def show_cursor_as(self, shape: str, blink: bool) -> None:
        self.cursor_shape = shape, blink

    def set_mouse_mode(self, wanted: str) -> None:
        self.mouse_mode = wanted

    def take_reply(self, reply: bytes) -> Colours | None:
        self.replies.append(reply)
        return self.colours

    def forget(self) -> None:
        self.repaints += 1
        self._painter.forget()

    def ring(self) -> None:
        self.bells += 1

    def set_title(self, title: str) -> None:
        self.title = title

    def set_clipboard(self, selection: str, data: bytes) -> None:
        self.clipboard.append((selection, data))

    def notify(self, text: str) -> None:
        self.notifications.append(text)

    def suspend(self) -> None:
        self.suspends += 1


class FakeLauncher(Launcher):
    """Starts programs in memory. ``backends`` has each by its pane."""

    backends: dict[str, FakeBackend]
    #: Raised by the next start.
    refuse: ChloeError | None = None
    #: Cleared while starts have to wait.
    may_start: asyncio.Event

    def create(self, kind: str, spec: Spec) -> Backend:
        traits = self.traits(kind)
        backend = FakePersistentBackend(spec) if traits.outlives_chloe else FakeBackend(spec)
        self.backends[spec.pane] = backend
        if not traits.recorded_before_start:
            start = backend.start

            async def wait_and_start() -> None:
                await self.may_start.wait()
                if self.refuse is not None:
                    raise self.refuse
                await start()

            backend.start = wait_and_start  # type: ignore[method-assign]
        return backend

    def can_adopt(self, kind: str) -> bool:
        return kind in TRAITS and TRAITS[kind].outlives_chloe

    def adopt(self, pane: Pane) -> PersistentBackend:
        backend = self.backends[pane.id]
        assert isinstance(backend, PersistentBackend)
        return backend

    def list_panes_with_spool(self) -> frozenset[str]:
        return frozenset()

    def is_running(self, pane: str) -> bool:
        return pane in self.backends

    async def session_exists(self, pane: str) -> bool:
        return pane in self.backends

    async def name_window(self, pane: Pane, name: str) -> None:
        """There is no window."""

    async def find_tmux_error(self) -> str:
        return ""


@dataclass
class RequestRecorder:
    """What was requested of the engine and sent to it, in order; it goes on to the real one."""

    engine: Engine
    commands: list[Command] = field(default_factory=list)
    #: What was seen, as the log is told of that: beside all else.
    seen: list[MarkSeen] = field(default_factory=list)
    #: Raised instead of the next answer.
    failure: Exception | None = None

    def __post_init__(self) -> None:
        request, send = self.engine.request, self.engine.send

        async def noted_request(command: Command) -> str | None:
            if isinstance(command, MarkSeen):
                self.seen.append(command)
                return await request(command)
            self.commands.append(command)
            if self.failure is not None:
                failure, self.failure = self.failure, None
                raise failure
            return await request(command)

        def noted_send(command: Write | Resize) -> None:
            self.commands.append(command)
            send(command)

        self.engine.request = noted_request  # type: ignore[method-assign]
        self.engine.send = noted_send  # type: ignore[method-assign]

    def of(self, kind: type[Command]) -> list[Command]:
        """Those of one kind."""
        return [command for command in self.commands if isinstance(command, kind)]


def make_fake_launcher(
    config: Config, watcher: object, leases: object, _: Mapping[str, str], waits: Waits
) -> FakeLauncher:
    """Make what an engine starts its programs with: in memory, all of them at once."""
    environment = {"SHELL": "/bin/sh", "PATH": "/usr/bin:/bin", "HOME": "/tmp"}
    launcher = FakeLauncher(config, watcher, leases, environment, waits)  # type: ignore[arg-type]
    launcher.backends = {}
    launcher.may_start = asyncio.Event()
    launcher.may_start.set()
    return launcher


@contextlib.asynccontextmanager
async def open_fake_engine(config: Config) -> AsyncIterator[Engine]:
    """Open a real engine whose programs are played in memory."""
    async with open_engine(config, make_launcher=make_fake_launcher) as engine:
        yield engine


class Pilot:
    """Drives one app, as a user does, and looks at what it shows."""

    def __init__(self, config: Config, *, rows: int = 24, columns: int = 80) -> None:
        self.config = config
        self.tty = MemoryTty(rows, columns)
        self.status: int | None = None
        self._ready = asyncio.Event()
        self._flight: asyncio.Task[None] | None = None
        self.app: App
        self.engine: Engine
        self.launcher: FakeLauncher
        self.requested: RequestRecorder

    async def take_off(self) -> Pilot:
        """Start the app, and wait until it shows."""
        self._flight = asyncio.get_running_loop().create_task(self._fly(), name="app")
        ready = asyncio.get_running_loop().create_task(self._ready.wait(), name="ready")
        await asyncio.wait({self._flight, ready}, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        if self._flight.done():
            await self._flight
        await self.until(lambda: self.text.strip(), "no first frame")
        return self

    async def _fly(self) -> None:
        async with open_engine(self.config, make_launcher=self._launcher) as engine:
            self.engine = engine
            self.requested = RequestRecorder(engine)
            environment = {"TERM": "xterm-256color", "LANG": "C.UTF-8"}
            self.app = App(engine, self.config, self.tty, environment)
            self._ready.set()
            self.status = await self.app.run()

    def _launcher(
        self, config: Config, watcher: object, leases: object, environment: Mapping[str, str], waits: Waits
    ) -> Launcher:
        self.launcher = make_fake_launcher(config, watcher, leases, environment, waits)
        return self.launcher

    async def land(self) -> int | None:
        """Wait for the app to end. Return its exit status; raises what ended it otherwise."""
        assert self._flight is not None
        try:
            async with asyncio.timeout(DEADLINE):
                await self._flight
        except ExceptionGroup as group:
            raise group.exceptions[0] from group
        return self.status

    async def abort(self) -> None:
        """End the app if it still runs."""
        if self._flight is not None and not self._flight.done():
            self.app.on_signal(0)
            await asyncio.wait({self._flight}, timeout=DEADLINE)
            self._flight.cancel()

    # What a user does ------------------------------------------------------------------------------

    def press(self, *names: str) -> None:
        """Press keys by their names, each by itself."""
        for name in names:
            data = keys.encode(name, Modes())
            assert data, name
            self.tty.type(data)

    async def presses_until(self, key: str, holds: Callable[[], object]) -> None:
        """Press a key again and again until a condition holds: right after a pane's end keys are dropped."""

        def presses() -> bool:
            self.press(key)
            return bool(holds())

        await self.until(lambda: holds() or presses(), f"{key} never led there")

    def type(self, text: str | bytes) -> None:
        """Type text, or any bytes of a terminal."""
        self.tty.type(text.encode() if isinstance(text, str) else text)

    def paste(self, text: str) -> None:
        """Paste text, in brackets."""
        self.type(b"\x1b[200~" + text.encode() + b"\x1b[201~")

    async def leave(self) -> None:
        """Take the keyboard back from the pane that has it, and a message away that hides the keys."""
        self.press(self.config.keys.leave[0])
        await self.sees_no("keyboard:")
        await self.presses_until("ctrl+l", lambda: "q quit" in self.text)

    async def opens(self, key: str = "c") -> Pane:
        """Open a pane and wait for its prompt; it has the keyboard."""
        before = set(self.panes)
        self.press(key)
        await self.until(lambda: set(self.panes) - before)
        (name,) = set(self.panes) - before
        await self.sees("keyboard:")
        await self.sees("$")
        return self.panes[name]

    # What there is to see --------------------------------------------------------------------------

    @property
    def lines(self) -> list[str]:
        """The rows of the window."""
        return [line.rstrip() for line in self.tty.terminal.display]

    @property
    def text(self) -> str:
        """What the window shows."""
        return "\n".join(self.lines)

    @property
    def panes(self) -> Mapping[str, Pane]:
        """The panes, as the log has them."""
        return self.engine.projections.panes

    @property
    def slots(self) -> list[Slot]:
        """Where panes show."""
        return list(self.app._slots)

    def program(self, pane: Pane) -> FakeBackend:
        """The program of a pane."""
        return self.launcher.backends[pane.id]

    async def sees(self, *texts: str) -> None:
        """Wait until the window shows all of these."""
        await self.until(lambda: all(text in self.text for text in texts), f"never showed {texts}")

    async def sees_no(self, text: str) -> None:
        """Wait until the window doesn't show this."""
        await self.until(lambda: text not in self.text, f"never stopped showing {text!r}")

    async def until(self, holds: Callable[[], object], what: str = "") -> None:
        """Wait until a condition holds; a deadline tells what never came true."""
        until = time.monotonic() + DEADLINE
        while not holds():
            if self._flight is not None and self._flight.done() and self._flight.exception():
                await self._flight
            assert time.monotonic() < until, f"{what or holds}; the window is\n{self.text}"
            self.tty.shown.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.02):
                    await self.tty.shown.wait()
