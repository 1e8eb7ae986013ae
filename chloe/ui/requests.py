"""What the app asks of the engine, and what becomes of the answers.

Owns the tasks that wait for answers. Must not know keys or widgets. An error becomes a message; one that
nobody foresaw leaves its traceback in the log file. Neither ends anything but what was asked.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Protocol, TypeVar

from chloe.engine import Change, Doing, ProgramEvidence, Queues
from chloe.errors import ChloeError, LogUnusable, PaneRefused, ScreenBroken
from chloe.events.commands import Close, Command, Kill, MarkSeen, Resize, Write
from chloe.events.projections import Projections
from chloe.events.screens import Screens
from chloe.formatting.text import shorten_id
from chloe.past.scrollback import Lines
from chloe.terminal import Terminal
from chloe.terminal.colours import Colours
from chloe.ui.crash import summarize
from chloe.ui.messages import Messages
from chloe.ui.panes.pane_view import PaneView

_Answer = TypeVar("_Answer")
_log = logging.getLogger("chloe.ui")

#: Seconds for which input waits for a pane that is being made.
_TIMEOUT = 5.0
#: Commands that are asked for at once, of many.
_AT_ONCE = 16


class AppEngine(Protocol):
    """What the app needs of an engine."""

    instance: str
    projections: Projections

    @property
    def doings(self) -> Mapping[str, Doing]:
        """Return what each pane's program does, by its id, as of a moment ago."""

    @property
    def lost_records_notice(self) -> str | None:
        """Return what the log had lost when it was opened, or None."""

    @property
    def trouble(self) -> str | None:
        """Return why the log can't be written, or None."""

    @property
    def ahead(self) -> Screens:
        """Return the screens that are shown in place of the projections': as of log and spool."""

    def look(self, pane: str) -> ProgramEvidence | None:
        """Look at what the pane's program does now; None where nothing can be seen of it."""

    def find_folder(self, pane: str) -> str:
        """Return the folder that the program in front of the pane is in now; "" where that can't be seen."""

    def find_jobs(self, pane: str) -> tuple[str, ...]:
        """Return the names of what would be lost with the pane's program; () for a shell at its prompt."""

    def look_at(self, panes: frozenset[str]) -> None:
        """Take note that these panes are shown, and no others."""

    def take_colours(self, colours: Colours) -> None:
        """Take note of the colours of the user's terminal."""

    def log_size(self) -> int:
        """Return the bytes that the log takes on disk."""

    def subscribe(self, callback: Callable[[Change], None]) -> Callable[[], None]:
        """Have ``callback`` called with each change. Returns what ends that."""

    async def request(self, command: Command) -> str | None:
        """Carry a command out. Raises ``ChloeError``."""

    def send(self, command: Write | Resize) -> None:
        """Pass keys or a size on at once. Raises ``PaneRefused``."""

    async def hand_over(self) -> None:
        """Let others record the panes, as this process is about to be stopped."""

    def take_again(self) -> None:
        """Record again what nobody else does."""

    def measure_queues(self) -> Queues:
        """Return how much waits now, and where."""

    async def screen(self, pane: str) -> Terminal:
        """Return the pane's terminal, folded from the log if it isn't followed yet. Raises ``ChloeError``."""

    def screen_failed(self, pane: str, error: Exception) -> None:
        """Give a pane's screen up, since showing it raised ``error``."""

    async def lines(self, pane: str, first: int, count: int, columns: int) -> Lines:
        """Return lines of a pane's past by their numbers, wrapped at ``columns``."""


class Requests:
    """The questions under way."""

    def __init__(
        self, group: asyncio.TaskGroup, engine: AppEngine, messages: Messages, on_answer: Callable[[], None]
    ) -> None:
        self._group = group
        self._engine = engine
        self._messages = messages
        self._on_answer = on_answer
        self._running: set[asyncio.Task[None]] = set()
        self._pending_commands: set[Command] = set()
        self._blocking = 0
        self._blocked_until = 0.0
        self._loading: set[str] = set()
        #: The panes of which it is being written that they were seen.
        self._marking: set[str] = set()
        self._fetching: set[PaneView] = set()

    @property
    def blocks_input(self) -> bool:
        """Return whether what is typed has to wait: it is meant for a pane that is being made.

        Not for ever: a pane that can't be made for long must not keep the user from quitting.
        """
        return self._blocking > 0 and asyncio.get_running_loop().time() < self._blocked_until

    def request(
        self, command: Command, then: Callable[[str | None], None] | None = None, *, block_input: bool = False
    ) -> None:
        """Ask for ``command``; ``then`` gets the answer. With ``block_input``, input waits for it.

        A second Close or Kill for the same pane is ignored until the first has been answered.
        """
        if isinstance(command, Close | Kill):
            if command in self._pending_commands:
                return
            self._pending_commands.add(command)
        if block_input:
            loop = asyncio.get_running_loop()
            self._blocking += 1
            self._blocked_until = loop.time() + _TIMEOUT
            loop.call_later(_TIMEOUT, self._on_answer)
        self._run(self._execute(command), then, name=_name_command(command), block_input=block_input)

    def request_all(
        self, wanted: Sequence[Command], then: Callable[[Sequence[tuple[Command, str]]], None]
    ) -> None:
        """Ask for several commands, a few at a time; ``then`` gets those that failed, each with the error."""
        self._run(self._execute_all(wanted), then, name=f"{len(wanted)} x {_name_command(wanted[0])}")

    async def _execute_all(self, wanted: Sequence[Command]) -> list[tuple[Command, str]]:
        turns = asyncio.Semaphore(_AT_ONCE)
        failures: list[tuple[Command, str]] = []

        async def execute(command: Command) -> None:
            async with turns:
                try:
                    await self._execute(command)
                except ChloeError as error:
                    failures.append((command, str(error)))

        async with asyncio.TaskGroup() as group:
            for command in wanted:
                group.create_task(execute(command), name=_name_command(command))
        return failures

    async def _execute(self, command: Command) -> str | None:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        try:
            return await self._engine.request(command)
        finally:
            self._pending_commands.discard(command)
            _log.debug("%s took %.1f ms", _name_command(command), (loop.time() - begun) * 1000)

    def mark_seen(self, command: MarkSeen) -> None:
        """Have the log say what was seen. Where it can't be written nobody is told: the run remembers it."""
        if command.pane not in self._marking:
            self._marking.add(command.pane)
            self._run(self._mark_seen(command), None, name=_name_command(command))

    async def _mark_seen(self, command: MarkSeen) -> None:
        try:
            with suppress(LogUnusable, PaneRefused):
                await self._engine.request(command)
        finally:
            self._marking.discard(command.pane)

    def describe(self) -> list[str]:
        """Return what is under way, a line each."""
        return [*(task.get_name() for task in self._running), f"{self._blocking} block what is typed"]

    def load(self, pane: str) -> None:
        """Have the pane's screen folded from the log, unless that is under way."""
        if pane not in self._loading:
            self._loading.add(pane)
            # A pane that can't be read stays in ``_loading``, so that it isn't tried again.
            self._run(
                self._load_screen(pane),
                lambda _: self._loading.discard(pane),
                name=f"screen of {shorten_id(pane)}",
            )

    async def _load_screen(self, pane: str) -> None:
        # The window shows why the screen is broken: there is no need for a message.
        with suppress(ScreenBroken):
            await self._engine.screen(pane)

    def fetch(self, pane: str, view: PaneView) -> None:
        """Have the lines that ``view`` wants of the pane's past folded from the log, one page at a time."""
        missing, terminal = view.missing, view.terminal
        if missing is None or view in self._fetching:
            return

        self._fetching.add(view)

        def receive(lines: Lines | None) -> None:
            self._fetching.discard(view)
            view.supply(terminal, missing, lines.first if lines else 0, lines.rows if lines else ())

        self._run(
            self._engine.lines(pane, missing.first, missing.count, missing.columns),
            receive,
            name=f"lines of {shorten_id(pane)}",
            on_failure=lambda: receive(None),
        )

    def _run(
        self,
        answer: Awaitable[_Answer],
        then: Callable[[_Answer], None] | None,
        *,
        name: str = "request",
        on_failure: Callable[[], None] | None = None,
        block_input: bool = False,
    ) -> None:
        task = self._group.create_task(self._wait(answer, then, on_failure, block_input), name=name)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _wait(
        self,
        answer: Awaitable[_Answer],
        then: Callable[[_Answer], None] | None,
        on_failure: Callable[[], None] | None,
        block_input: bool,
    ) -> None:
        try:
            value = await answer
            if then is not None:
                then(value)
        except ChloeError as error:
            if on_failure is not None:
                on_failure()
            self._messages.notify(str(error), error=True)
        except Exception as error:
            _log.exception("what was asked failed in a way that nobody foresaw")
            if on_failure is not None:
                on_failure()
            self._messages.notify(
                f"this can't be done: {summarize(error)}; the traceback is in chloe.log", error=True
            )
        finally:
            self._blocking -= block_input
        self._on_answer()

    def close(self) -> None:
        """Wait for no answer any more."""
        for task in self._running:
            task.cancel()


def _name_command(command: Command) -> str:
    """Return what a command asks for, without what is in it."""
    pane = getattr(command, "pane", "")
    return f"{type(command).__name__} of {shorten_id(pane)}" if pane else type(command).__name__
