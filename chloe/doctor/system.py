"""Checks of what Chloe runs on: versions, tmux, the terminal.

Owns what is needed of them. Must not know any file of Chloe's.
"""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

import chloe
from chloe.backends.environment import find_program, login_shell
from chloe.backends.tmux.server import MIN_VERSION
from chloe.doctor.escape_delay import find_escape_delay
from chloe.doctor.evidence import Evidence
from chloe.doctor.findings import Finding, bad, note, ok, warn
from chloe.errors import StartFailed
from chloe.store.inspection import OLDEST_SQLITE, SQLITE, SQLITE_FITS

#: The oldest that will do (pyproject.toml).
_OLDEST_PYTHON = (3, 11)
#: What a report of a fault should name.
_PACKAGES = ("urwid", "pyte", "libtmux", "aiosqlite", "ptyprocess", "zstandard")


def check_versions(evidence: Evidence) -> Iterator[Finding]:
    """Report the versions of Chloe, Python, SQLite, and the packages that decide how Chloe behaves."""
    yield ok("chloe", chloe.__version__)
    python = platform.python_version()
    if sys.version_info[:2] >= _OLDEST_PYTHON:
        yield ok("Python", f"{python}, {platform.system()} {platform.machine()}")
    else:
        yield bad("Python", f"{python} is too old", "use Python 3.11 or newer")
    if SQLITE_FITS:
        yield ok("SQLite", SQLITE)
    else:
        yield bad("SQLite", f"{SQLITE} is too old, the log needs {OLDEST_SQLITE}", "use a newer Python")
    there = []
    for package in _PACKAGES:
        try:
            there.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            yield bad(package, "isn't installed as a package", "install Chloe anew, with what it needs")
    yield ok("packages", ", ".join(there))


def check_tmux(evidence: Evidence) -> Iterator[Finding]:
    """Check whether tmux is there and new enough."""
    oldest = ".".join(map(str, MIN_VERSION))
    if evidence.tmux.error is not None:
        yield warn(
            "tmux",
            f"can't be used: {evidence.tmux.error} Until then there are direct panes alone.",
            f"install tmux {oldest} or newer",
        )
        return
    version_text = evidence.tmux.value
    match = re.search(r"(\d+)\.(\d+)", version_text)
    if match is not None and (int(match[1]), int(match[2])) < MIN_VERSION:
        yield warn("tmux", f"{version_text} is too old for tmux panes", f"install tmux {oldest} or newer")
    else:
        yield ok("tmux", f"{version_text} ({oldest} or newer is needed)")


def check_shell(evidence: Evidence) -> Iterator[Finding]:
    """Check whether the shell of a pane without a command can be started."""
    command = evidence.settings.shell.command
    if not command:
        yield ok("shell", login_shell()[0])
        return
    try:
        yield ok("shell", find_program(command, cwd="/", environment=evidence.environment))
    except StartFailed as error:
        yield bad("shell", str(error), "see to `[shell] command` in config.toml: new panes run it")


def check_terminal(evidence: Evidence) -> Iterator[Finding]:
    """Report what the app would find in this terminal."""
    name = evidence.environment.get("TERM", "")
    colours = {0: "no colours", 2**24: "16 million colours"}.get(
        evidence.colours, f"{evidence.colours} colours"
    )
    if name in ("", "dumb"):
        yield note("TERM", f"is {name!r}: the app can't draw here", "start Chloe in a terminal")
    else:
        yield ok("TERM", f"{name}, {colours}")
    delay = find_escape_delay(evidence.environment)
    if delay is not None and delay.is_long:
        yield warn("Esc", str(delay), delay.cure)
    elif delay is not None:
        yield ok("Esc", f"{delay.holder} holds it back for {delay.milliseconds} ms, which nobody notices")
    if evidence.encoding == "utf-8":
        yield ok("locale", "UTF-8")
    else:
        yield note(
            "locale",
            f"{evidence.encoding}: indicators and lines are drawn in ASCII",
            "export LC_ALL=C.UTF-8, or another UTF-8 locale",
        )
