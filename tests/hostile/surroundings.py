"""Odd places to be started from: closed streams, no home, no room, no memory, zones and sizes that can't be.

Owns the places, each a few words of a shell in front of the program, and the commands that are run there.
Must not know what a command does. ``python -m tests.hostile.surroundings`` runs all of them in all of them.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.hostile.forks import Came
from tests.hostile.homes import Server, outer
from tests.hostile.judging import judge

ROOT = Path(__file__).resolve().parents[2]

#: Seconds after which a command is taken to hang.
DEADLINE = 60.0

#: By name: what a shell does before it becomes the program, ``"$@"``.
PLACES: Mapping[str, str] = {
    "no input": 'exec "$@" <&-',
    "no output": 'exec "$@" >&-',
    "no error output": 'exec "$@" 2>&-',
    "no streams": 'exec "$@" <&- >&- 2>&-',
    "a full output": 'exec "$@" >/dev/full',
    "input that is a folder": 'exec "$@" </',
    "a zone beyond all others": 'TZ=UTC+99 exec "$@"',
    "a zone that is no file": 'TZ=:/dev/full exec "$@"',
    "a window of a million columns": 'COLUMNS=999999 LINES=999999 exec "$@"',
    "a window below nothing": 'COLUMNS=-1 LINES=x exec "$@"',
    "24 descriptors": 'ulimit -n 24; exec "$@"',
    "12 descriptors": 'ulimit -n 12; exec "$@"',
    "6 descriptors": 'ulimit -n 6; exec "$@"',
    "300 MB of addresses": 'ulimit -v 300000; exec "$@"',
    "60 MB of addresses": 'ulimit -v 60000; exec "$@"',
    "no room in a file": 'ulimit -f 0; exec "$@"',
    "a C locale": 'LC_ALL=POSIX LANG= PYTHONUTF8=0 PYTHONCOERCECLOCALE=0 exec "$@"',
    "a locale that isn't there": 'LC_ALL=xx_YY.none exec "$@"',
    "output in ASCII": 'PYTHONIOENCODING=ascii:strict exec "$@"',
    "a folder that is gone": 'mkdir gone && cd gone && rmdir ../gone && exec "$@"',
    "two slashes": 'CHLOE_HOME="/$CHLOE_HOME" exec "$@"',
    "no HOME": 'unset HOME; exec "$@"',
    "an empty environment": (
        'exec env -i CHLOE_HOME="$CHLOE_HOME" CHLOE_TMUX_SOCKET="$CHLOE_TMUX_SOCKET" '
        'TMUX_TMPDIR="$TMUX_TMPDIR" PYTHONPATH="$PYTHONPATH" "$@"'
    ),
    "no folder for what is temporary": 'TMPDIR=/nonexistent exec "$@"',
    "no kind of terminal": 'TERM= exec "$@"',
    "a umask that forbids all": 'umask 777; exec "$@"',
    "a home that isn't UTF-8": 'mkdir -p "$CHLOE_HOME"; CHLOE_HOME="$CHLOE_HOME/$(printf "\\377")" exec "$@"',
    "a user without a name": (
        "unset HOME; exec unshare --user --map-user=123456 --map-group=123456 env -u CHLOE_HOME "
        '-u XDG_DATA_HOME -u XDG_STATE_HOME -u XDG_CONFIG_HOME "$@"'
    ),
    "a user without a name, with a home": (
        'unset HOME; exec unshare --user --map-user=123456 --map-group=123456 "$@"'
    ),
}

#: Every command; the pane is called ``p``. Those that would change what the next ones find aren't among them.
COMMANDS: Sequence[Sequence[str]] = (
    ("ls",),
    ("replay",),
    ("export-log", "p"),
    ("verify",),
    ("doctor",),
    ("config",),
    ("rename", "p", "p"),
    ("tag", "p", "a"),
    ("relaunch", "p"),
    ("group", "p", "a"),
    ("peek", "p"),
    ("wait", "--timeout", "0.1", "p"),
    ("reset", "p"),
    ("send", "p", "x"),
    ("send", "p", "--key", "up"),
    ("new", "--name", "other", "true"),
    ("prune", "--pane", "p", "--dry-run"),
    ("recover",),
    ("kill", "other"),
    ("ls", "--all", "--json"),
    ("replay", "--json", "--data"),
    ("export-log", "p", "--format", "text"),
    ("verify", "--json"),
    ("doctor", "--json"),
    ("config", "--json"),
    ("send", "p", "--stdin"),
    ("--help",),
    ("new", "--help"),
    ("--version",),
    (),
)


def can_be_made(place: str) -> bool:
    """Whether the place can be made here: users without a name need a namespace of their own."""
    if "unshare" not in PLACES[place]:
        return True
    asked = ["unshare", "--user", "--map-user=123456", "--map-group=123456", "true"]
    return bool(shutil.which("unshare")) and not subprocess.run(asked, capture_output=True).returncode


class Surroundings:
    """A home with a pane that runs, in a folder that is gone at the end, and commands over it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="chloe-odd-"))
        self._server = Server(self.folder / "s")
        self.environment = outer() | {
            "CHLOE_HOME": str(self.folder / "home"),
            "CHLOE_TMUX_SOCKET": self._server.name,
            "TMUX_TMPDIR": str(self._server.folder),
            "PYTHONPATH": str(ROOT),
            "SHELL": "/bin/sh",
        }
        self._run('exec "$@"', ("new", "--name", "p", "sh", "-c", "seq 1 1000; exec cat"))

    def close(self) -> None:
        """End what runs, and remove all."""
        self._server.end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def find(self, place: str, words: Sequence[str]) -> Iterator[str]:
        """Run a command in a place; each claim that it breaks."""
        came, out, err = self._run(PLACES[place], words)
        for broken in judge(list(words), came, out, err):
            if "doesn't say why" in broken and "2>&-" in PLACES[place]:
                continue  # It can't.
            yield f"chloe {' '.join(words)}, with {place}: {broken}"

    def _run(self, before: str, words: Sequence[str]) -> tuple[Came, bytes, bytes]:
        began = time.monotonic()
        done = subprocess.run(
            ["sh", "-c", before, "sh", sys.executable, "-m", "chloe", *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=self.environment,
            cwd=self.folder,
            timeout=DEADLINE,
        )
        took = round(time.monotonic() - began, 3)
        return Came(status=done.returncode, hung=False, memory=0, seconds=took), done.stdout, done.stderr


def main() -> int:
    """Run every command in every place; 1 where a claim breaks."""
    surroundings = Surroundings()
    bad = ran = 0
    try:
        for place in filter(can_be_made, PLACES):
            for words in COMMANDS:
                ran += 1
                for found in surroundings.find(place, words):
                    bad += 1
                    print(found, flush=True)
    finally:
        surroundings.close()
    print(f"{ran} commands in {len(PLACES)} places: {bad} findings")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
