"""The tmux server that the sessions live on.

Owns every tmux command of Chloe's: how a session is made so that no user setting, no name and no
hung server can spoil it. Must not know what runs in a session or what it prints. Commands run in
threads of its own, each with a deadline; a server that doesn't answer is ``TmuxUnusable``. Single commands
go through libtmux (``libtmux_server``). Sequences, for which it has no word, go past it: ``chloe new`` needs
nothing else, and takes half as long without importing it.
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from chloe.backends import descriptors
from chloe.backends.tmux.window_names import make_naming
from chloe.errors import TmuxSilent, TmuxUnusable
from chloe.events.ids import is_session
from chloe.waits import TMUX_TIMEOUT, Waits, describe_process

if TYPE_CHECKING:
    from chloe.backends.tmux.libtmux_server import LibtmuxServer

T = TypeVar("T")

#: Older versions lack options that are needed, ``-T`` of new-session's kin among them.
MIN_VERSION = (3, 2)

#: Seconds that a command may take: tmux answers within milliseconds unless it hangs.
DEADLINE = TMUX_TIMEOUT

#: What a client says whose server ends, with its last session, just as it connects; a new server
#: then takes its place. Seconds between the tries.
_SERVER_ENDING = ("server exited", "lost server", "error connecting", "no server running")

#: Of these, what says for sure that no server is there: one at its limits lets clients wait, or go.
_NO_SERVER = ("no server running", "(No such file or directory)", "(Connection refused)")
_RETRY_DELAYS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8)

#: Seconds in which nothing more is asked of a server that didn't answer, and what the next try may take:
#: else commands would queue up behind each other's deadlines.
_HUNG_PAUSE, _HUNG_DEADLINE = 2.0, 1.0

#: What a client says that another version's server can't understand (tmux's client.c and server-client.c).
_OTHER_VERSION = ("protocol version mismatch", "server version is too old")

#: What it says of itself, or a client of it, where a limit is reached.
_FULL = ("Too many open files", "No space left", "Device not configured", "out of pty")

#: Commands under way at once.
_MAX_CONCURRENT = 4

#: For a server of Chloe's own: no status line, no scrollback worth memory (the log has it), keys at once.
_GLOBAL_OPTIONS = (
    ("-s", "escape-time", "0"),
    ("-s", "focus-events", "on"),
    ("-g", "status", "off"),
    ("-g", "history-limit", "200"),
    ("-g", "default-terminal", "tmux-256color"),
    ("-g", "destroy-unattached", "off"),
    ("-gw", "automatic-rename", "off"),
    ("-gw", "remain-on-exit", "off"),
)

#: tmux types ``CSI 1 ~`` and ``CSI 4 ~`` for Home and End, whatever the terminal of a pane's program is. On a
#: server of Chloe's own they are what an xterm types: ``CSI H``, and where the program asked for application
#: cursor keys ``ESC O H``, as terminfo(5) has it (khome, kend; ``terminal.keys`` is the same for the app).
_KEYS = tuple(
    (
        *("bind-key", "-n", key, "if-shell", "-F", "#{keypad_cursor_flag}"),
        f"send-keys -H 1b 4f {last:x}",
        f"send-keys -H 1b 5b {last:x}",
    )
    for key, last in (("Home", ord("H")), ("End", ord("F")))
)

#: Variables that neither a server nor what it runs may get: those of an outer tmux, which would be spoken to
#: instead, and the id of the pane that Chloe was called in, which is that of no other pane.
_OF_CALLER = ("TMUX", "TMUX_PANE", "CHLOE_PANE")

#: The same for one session where the server is the user's and its options are not Chloe's to change.
_SESSION_OPTIONS = (
    ("", "status", "off"),
    ("", "destroy-unattached", "off"),
    ("-w", "automatic-rename", "off"),
    ("-w", "remain-on-exit", "off"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerInfo:
    """A server that answers: its process, its version (a client's may be newer), Chloe's sessions on it."""

    pid: int
    version: str
    sessions: frozenset[str]


class TmuxServer:
    """The server with the socket ``socket_name`` (``tmux -L``); "" is the user's default one."""

    def __init__(
        self, socket_name: str, *, deadline: float | None = DEADLINE, waits: Waits | None = None
    ) -> None:
        self.socket_name = socket_name
        self._waits = waits
        self._tmux = _Tmux(socket_name, waits.limit(DEADLINE) if waits is not None else deadline)
        self._libtmux: LibtmuxServer | None = None
        self._threads = ThreadPoolExecutor(_MAX_CONCURRENT, thread_name_prefix="tmux")
        self._checked = False

    async def require_usable(self) -> None:
        """Raise ``TmuxUnusable`` unless tmux is there and new enough."""
        if not self._checked:
            await self._off_loop(self._check)
            self._checked = True

    async def new_session(
        self, name: str, argv: Sequence[str], *, rows: int, columns: int, window: str = ""
    ) -> None:
        """Make a detached session of this size that runs ``argv``, with no shell between."""
        await self.require_usable()
        target = f"={name}:"
        steps: list[Sequence[str]] = [("start-server",)]
        if self.socket_name:
            steps += [("set-option", *option) for option in _GLOBAL_OPTIONS]
            steps += _KEYS
            # The server may have been started by hand, in a pane.
            steps.append(("set-environment", "-g", "-u", "CHLOE_PANE"))
        else:
            # The user's server may have been started in a pane, and its environment isn't ours to change.
            argv = ("env", "-u", "CHLOE_PANE", *argv)
        size = ("-x", str(columns), "-y", str(rows))
        # A format would be expanded in -c; the holder needs no folder of its own.
        steps.append(("new-session", "-d", "-s", name, *size, "-c", "/", "--", *argv))
        if not self.socket_name:
            for flag, option, value in _SESSION_OPTIONS:
                steps.append(("set-option", *([flag] if flag else []), "-t", target, option, value))
        # Also makes the size this window's own affair: attaching by hand doesn't change it.
        steps.append(("resize-window", "-t", target, *size))
        steps.append(make_naming(target, window))
        for pause in _RETRY_DELAYS:
            asked = await self._ask(steps)
            if not asked.returncode:
                return
            if not _no_server(asked.stderr):
                break
            await asyncio.sleep(pause)
        raise self._refused(asked.stderr)

    async def list_sessions(self) -> frozenset[str]:
        """Return the names of Chloe's sessions; none where no server runs."""
        for pause in _RETRY_DELAYS:
            asked = await self._ask([("list-sessions", "-F", "#{session_name}")])
            if not asked.returncode or any(sign in line for line in asked.stderr for sign in _NO_SERVER):
                break
            if not _no_server(asked.stderr):
                raise self._refused(asked.stderr)
            await asyncio.sleep(pause)
        else:
            raise self._refused(asked.stderr)
        return frozenset(filter(is_session, asked.stdout))

    async def get_version(self) -> str:
        """Return what ``tmux -V`` says, however old it is. Raises ``TmuxUnusable`` where there is no tmux."""
        answer = await self._off_loop(lambda: self._tmux.command(["-V"]))
        return "".join(answer.stdout).strip()

    async def get_info(self) -> ServerInfo | None:
        """Return the server as it answers now; None where none runs, or one without any session."""
        asked = await self._ask([("list-sessions", "-F", "#{pid} #{version} #{session_name}")])
        if asked.returncode and not _no_server(asked.stderr):
            raise self._refused(asked.stderr)
        if not asked.stdout:
            return None
        fields = [line.split(" ", 2) for line in asked.stdout]
        names = frozenset(name for *_, name in fields if is_session(name))
        return ServerInfo(pid=int(fields[0][0]), version=fields[0][1], sessions=names)

    async def resize(self, name: str, rows: int, columns: int) -> None:
        """Give the session's window this size. A session that is gone is none of its business."""
        await self._run(
            [("resize-window", "-t", f"={name}:", "-x", str(columns), "-y", str(rows))], gone=True
        )

    async def name_window(self, name: str, window: str) -> None:
        """Call the session's window this. A session that is gone is none of its business."""
        await self._off_loop(lambda: self._tmux.sequence([make_naming(f"={name}:", window)]))

    async def kill(self, name: str) -> None:
        """End the session; what runs in it is hung up."""
        await self._run([("kill-session", "-t", f"={name}")], gone=True)

    async def capture(self, name: str, variables: Sequence[str]) -> tuple[list[str], list[str]]:
        """Return the values of these format variables for the session's pane, and its rows with their SGR."""
        wanted = "\t".join(f"#{{{variable}}}" for variable in variables)
        target = f"={name}:"
        asked = await self._run(
            [("display-message", "-p", "-t", target, wanted), ("capture-pane", "-e", "-p", "-t", target)]
        )
        return asked.stdout[0].split("\t"), asked.stdout[1:]

    def close(self) -> None:
        """Let go of the threads, and of commands that a hung server doesn't answer; the server runs on."""
        self._tmux.abandon()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run(self, steps: Sequence[Sequence[str]], *, gone: bool = False) -> Answered:
        """Run the commands as one sequence; ``gone``: a session or server that isn't there is no error."""
        asked = await self._ask(steps)
        if asked.returncode and not (gone and (_no_server(asked.stderr) or _no_session(asked.stderr))):
            raise self._refused(asked.stderr)
        return asked

    async def _ask(self, steps: Sequence[Sequence[str]]) -> Answered:
        await self.require_usable()
        if len(steps) > 1:
            return await self._off_loop(lambda: self._tmux.sequence(steps))
        return await self._off_loop(lambda: self._through_libtmux().cmd(*steps[0]))

    def _through_libtmux(self) -> LibtmuxServer:
        if self._libtmux is None:
            from chloe.backends.tmux.libtmux_server import LibtmuxServer

            self._libtmux = LibtmuxServer(self.socket_name, self._tmux.command)
        return self._libtmux

    async def _off_loop(self, call: Callable[[], T]) -> T:
        try:
            asked = asyncio.get_running_loop().run_in_executor(self._threads, call)
            if self._waits is None:
                return await asked
            with self._waits.reporting(self._tmux.place, self._who):
                return await asked
        except RuntimeError as error:
            # No thread can be started.
            raise TmuxUnusable(f"tmux can't be asked: {error}. Close some panes (ulimit -u).") from error

    def _who(self) -> str:
        """Say which process serves the socket, for a message."""
        from chloe.backends.tmux.inspection import find_listener, socket_path

        pid = find_listener(socket_path(self.socket_name))
        return describe_process(pid) if pid else ""

    def _check(self) -> None:
        answer = self._tmux.command(["-V"])
        text = "".join(answer.stdout)
        version = re.search(r"(\d+)\.(\d+)", text)
        if version is not None and (int(version[1]), int(version[2])) < MIN_VERSION:
            oldest = ".".join(map(str, MIN_VERSION))
            raise TmuxUnusable(
                f"{text.strip()} is too old for persistent panes: install tmux {oldest} or newer,"
                " or use direct panes."
            )

    def _refused(self, stderr: Sequence[str]) -> TmuxUnusable:
        words = " ".join(stderr) or "without a word"
        way_out = ""
        if any(sign in words for sign in _OTHER_VERSION):
            way_out = (
                " Another version of tmux started it: what runs on it is typed into and recorded all the"
                " same, new persistent panes need that version, or another server (socket_name)."
            )
        if any(sign in words for sign in _FULL):
            way_out = (
                " Its server has no descriptor or terminal left: end some panes, or raise the limits"
                " (ulimit -n before its start, kernel.pty.max)."
            )
        return TmuxUnusable(f"tmux ({self._tmux.place}) refused: {words.removesuffix('.')}.{way_out}")


class Answered(Protocol):
    """What tmux answered, in libtmux's shape."""

    returncode: int
    stdout: list[str]
    stderr: list[str]


class Answer:
    """What tmux answered, within a deadline."""

    def __init__(
        self, command: Sequence[str], *, deadline: float | None, asked: set[subprocess.Popen[str]]
    ) -> None:
        self.cmd = list(command)
        environment = {name: value for name, value in os.environ.items() if name not in _OF_CALLER}
        self.process = descriptors.popen(self.cmd, environment)
        asked.add(self.process)
        with self.process:
            try:
                stdout, stderr = self.process.communicate(timeout=deadline)
            except subprocess.TimeoutExpired:
                self.process.kill()
                raise
            finally:
                asked.discard(self.process)
        self.returncode = self.process.returncode
        self.stdout = stdout.split("\n")[:-1]
        self.stderr = [line for line in stderr.split("\n") if line]


class _Tmux:
    """Runs tmux, patient only up to a deadline, and able to run a sequence as one."""

    def __init__(self, socket_name: str, deadline: float | None) -> None:
        self._socket_name = socket_name
        self._deadline = deadline
        #: The server didn't answer; when it may be asked again, by ``time.monotonic``.
        self._hung, self._ask_again_at = False, 0.0
        self._asked: set[subprocess.Popen[str]] = set()
        self._abandoned = False
        self.place = f"tmux -L {socket_name}" if socket_name else "your default server"

    def command(self, words: Sequence[str]) -> Answer:
        """Run one command."""
        return self._answer([_literal(word) for word in words])

    def sequence(self, steps: Sequence[Sequence[str]]) -> Answer:
        """Run commands one after another in one go; where one fails, the rest is left."""
        words: list[str] = []
        for step in steps:
            words += [";"] if words else []
            words += map(_literal, step)
        return self._answer(words)

    def _answer(self, words: Sequence[str]) -> Answer:
        import shutil

        tmux = shutil.which("tmux")
        if tmux is None:
            raise TmuxUnusable(
                "tmux is not installed. Install it (apt install tmux, brew install tmux), or use direct"
                " panes."
            )
        command = [tmux, "-u"]
        if self._socket_name:
            # No user's settings on a server of Chloe's own.
            command += ["-f/dev/null", f"-L{self._socket_name}"]
        if self._abandoned or time.monotonic() < self._ask_again_at:
            raise self._no_answer()
        deadline = self._deadline
        if self._hung and deadline is not None:
            deadline = min(deadline, _HUNG_DEADLINE)
        try:
            answer = Answer([*command, *words], deadline=deadline, asked=self._asked)
        except subprocess.TimeoutExpired:
            self._hung, self._ask_again_at = True, time.monotonic() + _HUNG_PAUSE
            raise self._no_answer() from None
        except OSError as error:
            descriptors.shortage.note(error)
            raise TmuxUnusable(
                f"tmux can't be run: {error.strerror}. Close some panes, or make room for it (ulimit -n, -u)."
            ) from error
        self._hung = False
        return answer

    def _no_answer(self) -> TmuxUnusable:
        from chloe.backends.tmux import inspection

        server = inspection.find_listener(inspection.socket_path(self._socket_name))
        most = descriptors.exhausted_limit(server) if server else 0
        if most:
            return TmuxSilent(
                f"The tmux server ({self.place}, process {server}) has all of its {most} descriptors in use:"
                " end some panes. What runs there goes on. A server that is started with a higher ulimit -n"
                " has room for more."
            )
        return TmuxSilent(
            f"The tmux server ({self.place}) doesn't answer. Wake it, or end it by its process id"
            " and start again."
        )

    def abandon(self) -> None:
        """Wait for no answer any more."""
        self._abandoned = True
        for client in list(self._asked):
            client.kill()


def _literal(word: str) -> str:
    r"""Return ``word`` as tmux takes it: one that ends in ``;`` would end the command, ``\;`` doesn't."""
    return f"{word[:-1]}\\;" if word.endswith(";") else word


def _no_server(stderr: Sequence[str]) -> bool:
    return any(ending in line for line in stderr for ending in _SERVER_ENDING)


def _no_session(stderr: Sequence[str]) -> bool:
    return any("can't find" in line for line in stderr)
