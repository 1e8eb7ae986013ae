"""What a program gets to see of the world: its environment, the user's shell, where a command is.

Owns the rules that every backend shares. Must not know how a program is then started. Strings
carry surrogate escapes for what isn't UTF-8 (``os.fsdecode``).
"""

from __future__ import annotations

import contextlib
import os
import pwd
import stat
from collections.abc import Callable, Mapping
from pathlib import Path

from chloe import __version__
from chloe.backends.outer_terminal import is_of_outer_terminal
from chloe.errors import StartFailed

#: What Chloe's terminal is to a program, in both kinds of pane (terminfo(5)): the entry that all systems have
#: and whose keys ``terminal.keys`` sends.
TERM = "xterm-256color"

#: Said of the process that had it, never of the next one: a shell sets them itself.
OF_ONE_PROCESS = frozenset({"OLDPWD", "PWD", "SHLVL", "_"})


def build_environment(base: Mapping[str, str], *, pane: str, cwd: str = "") -> dict[str, str]:
    """Return the environment of a pane's program: ``base`` as the user has it, in a terminal of Chloe's.

    ``pane`` is the pane's id; a script finds it in ``CHLOE_PANE``. With ``cwd``, an absolute folder, ``PWD``
    says it, so that a folder reached by a link keeps its name.
    """
    kept = {
        name: value
        for name, value in base.items()
        if name not in OF_ONE_PROCESS and not is_of_outer_terminal(name)
    }
    kept |= {
        "TERM": TERM,
        "COLORTERM": "truecolor",
        "TERM_PROGRAM": "chloe",
        "TERM_PROGRAM_VERSION": __version__,
        "CHLOE_PANE": pane,
    }
    if cwd.startswith("/"):
        kept["PWD"] = cwd
    return kept


def login_shell() -> tuple[str, ...]:
    """Return the user's shell as arguments: by ``SHELL``, else the password file, else ``/bin/sh``."""
    candidates = [os.environ.get("SHELL", "")]
    with contextlib.suppress(KeyError):  # A uid without an entry, as containers have them.
        candidates.append(pwd.getpwuid(os.getuid()).pw_shell)
    for candidate in candidates:
        if candidate.startswith("/") and not _why_not_executable(candidate):
            return (candidate,)
    return ("/bin/sh",)


def find_program(argv: tuple[str, ...], *, cwd: str, environment: Mapping[str, str]) -> str:
    """Return the file that ``argv`` runs, found as a shell in ``cwd`` under ``environment`` finds it.

    Raises ``StartFailed`` where the folder or the command isn't there, or may not be used.
    """
    if not cwd.startswith("/"):
        cwd = str(Path(cwd).absolute())
    problem = _why_not(cwd, stat.S_ISDIR, "a folder", "you may not enter it")
    if problem:
        raise StartFailed(f"Can't start in {cwd!r}: {problem}. Make the folder, or choose another.")
    if not argv or not argv[0]:
        raise StartFailed("There is no command to start. Name one, or none at all for your shell.")
    command = argv[0]
    if "/" in command:
        path = _join(cwd, command)
        problem = _why_not_executable(path)
        if problem:
            raise StartFailed(f"Can't start {command!r} in {cwd!r}: {problem}. Check the path.")
        return path
    for place in environment.get("PATH", os.defpath).split(os.pathsep):
        path = _join(_join(cwd, place), command)
        if not _why_not_executable(path):
            return path
    raise StartFailed(
        f"Can't start {command!r}: no such command on PATH. Check the spelling, or give its full path."
    )


def _join(folder: str, path: str) -> str:
    """Join as ``Path`` does; making those takes longer than all the system calls of a start's checks."""
    return path if path.startswith("/") else f"{folder}/{path}" if path else folder


def _why_not_executable(path: str) -> str:
    """Return why this user can't execute the file; empty where it can be."""
    return _why_not(path, stat.S_ISREG, "a file", "it is not executable for you")


def _why_not(path: str, is_right: Callable[[int], bool], kind: str, forbidden: str) -> str:
    """Return why this isn't of that kind, or mayn't be used; empty where nothing is wrong."""
    try:
        if not is_right(os.stat(path).st_mode):  # noqa: PTH116 - for the reason given above
            return f"it is not {kind}"
    except (OSError, ValueError) as error:
        return _error_text(error)
    return "" if os.access(path, os.X_OK) else forbidden


def _error_text(error: OSError | ValueError) -> str:
    """Return the system's own words, without the number and the path."""
    text = error.strerror if isinstance(error, OSError) else str(error)
    return (text or "unusable").lower()
