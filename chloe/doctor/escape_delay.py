"""How long tmux or screen around Chloe holds an Esc back, and the cure.

Owns how that is asked, and the words. Must not know who is told. While an Esc is held back, a key that is
typed comes together with it, and the two are Alt and that key. Sources: tmux(1), ``escape-time``; screen(1),
``maptimeout``.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from chloe.quick import dataclass
from chloe.small_files import read_whole

#: Milliseconds within which nobody types a key after an Esc.
UNNOTICED = 50
#: What screen waits where its configuration says nothing, in milliseconds.
_SCREEN_DEFAULT = 300
#: Seconds that a question to tmux may take.
_TIMEOUT = 2.0
_MAX_BYTES = 256 * 1024
_MAPTIMEOUT = re.compile(r"^\s*maptimeout\s+(\d{1,6})\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class EscapeDelay:
    """A program around Chloe that holds each Esc back, for so many milliseconds; and what to do about it."""

    holder: str
    milliseconds: int
    cure: str

    @property
    def is_long(self) -> bool:
        """Return whether a user would notice."""
        return self.milliseconds > UNNOTICED

    def __str__(self) -> str:
        return (
            f"{self.holder} around Chloe holds each Esc back for {self.milliseconds} ms: a key typed "
            "meanwhile is taken for Alt and that key"
        )


def find_escape_delay(environment: Mapping[str, str]) -> EscapeDelay | None:
    """Return what is known of a tmux or screen that this environment is inside of; None where there is none.

    Asks tmux, and takes up to two seconds where that hangs.
    """
    socket = environment.get("TMUX", "").partition(",")[0]
    if socket:
        return _ask_tmux(socket, environment)
    return _read_screen(environment) if environment.get("STY") else None


def _ask_tmux(socket: str, environment: Mapping[str, str]) -> EscapeDelay | None:
    command = ["tmux", "-S", socket, "show-options", "-sv", "escape-time"]
    try:
        answer = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TIMEOUT,
            env=dict(environment),
            check=False,
        ).stdout.strip()
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    if not answer.isdigit() or len(answer) > 9:
        return None
    cure = "`tmux set -s escape-time 10` mends it, and `set -s escape-time 10` in ~/.tmux.conf for good"
    return EscapeDelay("tmux", int(answer), cure)


def _read_screen(environment: Mapping[str, str]) -> EscapeDelay | None:
    named = environment.get("SCREENRC") or f"{environment.get('HOME', '')}/.screenrc"
    try:
        text = read_whole(Path(named), _MAX_BYTES).decode("utf-8", "replace")
    except (OSError, ValueError):
        text = ""
    stated = _MAPTIMEOUT.findall(text)
    milliseconds = int(stated[-1]) if stated else _SCREEN_DEFAULT
    return EscapeDelay("screen", milliseconds, "`maptimeout 10` in ~/.screenrc mends it")
