"""Waits that are reported after a second, and given up after a while.

Owns the limits and the sentences, and how the holder of a lock is found. Must not know what is waited for, or
what follows then: that is given in words.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from chloe.errors import WaitedTooLong

#: Seconds after which a wait is given up: for the log, a pane's holder, tmux, a program's end.
LOG_TIMEOUT, HOLDER_TIMEOUT, TMUX_TIMEOUT, PROGRAM_TIMEOUT = 10.0, 10.0, 5.0, 30.0

#: Seconds after which a wait is reported.
REPORT_AFTER = 1.0

#: Seconds between two checks of a condition.
_POLL_INTERVAL = 0.01

#: Letters of a command line that name a process.
_NAME = 60

_WAY_OUT = "--timeout SECONDS waits longer, --timeout 0 for ever"


def unknown() -> str:
    """Return "": the holder can't be known."""
    return ""


@dataclass(slots=True)
class Waits:
    """``report`` is called in the loop with each sentence; ``seconds`` is the user's own limit of all waits.

    None leaves each its own, 0 waits for ever.
    """

    report: Callable[[str], None]
    seconds: float | None = None
    #: Something was given up: what is still to be done takes no time any more.
    has_given_up: bool = False

    def limit(self, default: float) -> float | None:
        """Return the seconds after which to give up; None: never."""
        return (default if self.seconds is None else self.seconds) or None

    @contextmanager
    def reporting(self, what: str, holder: Callable[[], str] = unknown) -> Iterator[None]:
        """Report after a second that ``what`` is waited for, and that ``holder`` has it ("": unknown)."""

        def report() -> None:
            self.report(f"waiting for {what}{_in_brackets(holder())}")

        notice = asyncio.get_running_loop().call_later(REPORT_AFTER, report)
        try:
            yield
        finally:
            notice.cancel()

    @asynccontextmanager
    async def waiting_for(
        self,
        what: str,
        default: float,
        *,
        holder: Callable[[], str] = unknown,
        outcome: Callable[[], str] = unknown,
    ) -> AsyncIterator[None]:
        """Wait inside for no longer than the limit, and report it. ``outcome`` words what came of it by then.

        Raises ``WaitedTooLong``.
        """
        timeout = asyncio.timeout(self.limit(default))
        try:
            with self.reporting(what, holder):
                async with timeout:
                    yield
        except TimeoutError:
            if not timeout.expired():
                raise
            raise self.timeout_error(what, default, holder(), outcome()) from None

    def timeout_error(self, what: str, default: float, holder: str, outcome: str = "") -> WaitedTooLong:
        """Make the error that says so."""
        self.has_given_up = True
        suffix = f": {outcome}" if outcome else ""
        after = f"after {self.limit(default) or 0:g} s"
        return WaitedTooLong(f"gave up waiting for {what}{_in_brackets(holder)} {after}{suffix}; {_WAY_OUT}")


async def poll_until(holds: Callable[[], object], every: float = _POLL_INTERVAL) -> None:
    """Wait until ``holds()`` is true, checked ``every`` so many seconds: for what makes no notice."""
    while not holds():  # noqa: ASYNC110
        await asyncio.sleep(every)


def _in_brackets(holder: str) -> str:
    return f" ({holder})" if holder else ""


def find_lock_holder(path: Path, byte: int | None = None, *, shared: bool = False) -> str:
    """Name the process that has ``path`` (that ``byte`` of it) locked, as proc_locks(5) lists it.

    ``shared``: one of those that have it together.
    """
    try:
        found = path.stat()
        listed = Path("/proc/locks").read_text("ascii").splitlines()
    except (OSError, ValueError):
        return ""
    place = f"{os.major(found.st_dev):02x}:{os.minor(found.st_dev):02x}:{found.st_ino}"
    mode = "READ" if shared else "WRITE"
    for line in listed:
        fields = line.split()
        # Those that only wait have an arrow in front.
        if len(fields) < 8 or "->" in fields or fields[5] != place or fields[3] != mode:
            continue
        if byte is not None and not _holds(fields[6], fields[7], byte):
            continue
        if fields[4].isdecimal() and int(fields[4]) not in (0, os.getpid()):
            return describe_process(int(fields[4]))
    return ""


def is_byte_locked(path: Path, byte: int) -> bool | None:
    """Return whether any process has a lock on this ``byte`` of the file at ``path``; None: that isn't known.

    The file isn't opened: closing it again would drop this process's own locks on it (fcntl(2)).
    """
    try:
        found = path.stat()
    except OSError:
        return False
    try:
        listed = Path("/proc/locks").read_text("ascii").splitlines()
    except (OSError, ValueError):
        return None
    place = f"{os.major(found.st_dev):02x}:{os.minor(found.st_dev):02x}:{found.st_ino}"
    fields = (line.split() for line in listed if "->" not in line)
    return any(len(each) >= 8 and each[5] == place and _holds(each[6], each[7], byte) for each in fields)


def _holds(first: str, last: str, byte: int) -> bool:
    return int(first) <= byte and (last == "EOF" or byte <= int(last))


def is_stopped(pid: int) -> bool:
    """Return whether a signal or a debugger stopped the process (proc_pid_stat(5)), as far as known."""
    try:
        state = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0]
    except (OSError, IndexError):
        return False
    return state in (b"T", b"t")


def describe_process(pid: int) -> str:
    """Describe a process for a person: its id, its command, and whether somebody stopped it."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        state = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return f"process {pid}"
    words = words.strip()
    named = f": {words[:_NAME]}{'…' if len(words) > _NAME else ''}" if words else ""
    stopped = f", which was stopped: `kill -CONT {pid}` wakes it" if state in "Tt" else ""
    return f"process {pid}{named}{stopped}"
