"""Law 12: one terminal. A program is told the same and sees the same in every kind of pane.

A real program in each kind looks at its world. Chloe stands in many terminals at once meanwhile, one of them
a pane of its own.
"""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from chloe import __version__
from chloe.backends.environment import TERM
from chloe.backends.kinds import TRAITS
from chloe.config import Config
from chloe.engine import Engine, open_engine
from chloe.terminal import Modes, keys
from tests.app_in_terminal import AppInTerminal
from tests.backends.test_outer_terminal import TERMINALS
from tests.panes import open_pane

Eventually = Callable[..., Awaitable[None]]

#: What a program can see of its terminal and of its world, as JSON. The name of the terminal is a pane's own.
LOOK = """
import fcntl, json, os, resource, signal, struct, sys, termios
kinds = [name for name in dir(resource) if name.startswith("RLIMIT_")]

def is_open(fd):
    try:
        return bool(os.fstat(fd))
    except OSError:
        return False

seen = {
    "environment": {os.fsdecode(name): os.fsdecode(value) for name, value in os.environb.items()},
    "settings": termios.tcgetattr(0),
    "size": struct.unpack("4H", fcntl.ioctl(0, termios.TIOCGWINSZ, bytes(8))),
    "terminals": [os.isatty(fd) for fd in range(3)],
    "leads": os.tcgetpgrp(0) == os.getpgrp() == os.getsid(0) == os.getpid(),
    "descriptors": [fd for fd in range(3, 64) if is_open(fd)],
    "folder": os.getcwd(),
    "umask": os.umask(0),
    "nice": os.getpriority(os.PRIO_PROCESS, 0),
    "limits": {name: resource.getrlimit(getattr(resource, name)) for name in kinds},
    "blocked": signal.pthread_sigmask(signal.SIG_BLOCK, ()),
    "ignored": [
        number for number in signal.valid_signals()
        if signal.getsignal(number) is signal.SIG_IGN and number not in (signal.SIGPIPE, signal.SIGXFSZ)
    ],
}
with open(sys.argv[1], "x") as file:
    json.dump(seen, file, default=lambda odd: odd.decode("latin-1") if isinstance(odd, bytes) else list(odd))
"""


@pytest.fixture
def around(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chloe's own environment: in every terminal there is, and in one of its panes."""
    for each in TERMINALS.values():
        for name, value in each.items():
            monkeypatch.setenv(name, value)


async def _look(
    engine: Engine, kind: str, folder: Path, eventually: Eventually
) -> tuple[str, dict[str, Any]]:
    """Return a pane of this kind, and what a program saw in it."""
    told = folder / kind
    argv = (sys.executable, "-I", "-c", LOOK, str(told))
    pane = await open_pane(engine, backend=kind, argv=argv, cwd=str(folder), rows=21, columns=77)
    await eventually(lambda: not engine.projections.panes[pane].alive)
    return pane, json.loads(told.read_text())


@pytest.mark.usefixtures("around")
async def test_a_program_sees_the_same_world_in_every_kind_of_pane(
    config: Config, eventually: Eventually, tmp_path: Path
) -> None:
    async with open_engine(config) as engine:
        seen = [await _look(engine, kind, tmp_path, eventually) for kind in TRAITS]
    for pane, world in seen:
        assert world["environment"].pop("CHLOE_PANE") == pane
    (_, first), *others = seen
    for _, other in others:
        assert other == first
    environment = first["environment"]
    assert environment["TERM"] == TERM
    assert (environment["TERM_PROGRAM"], environment["TERM_PROGRAM_VERSION"]) == ("chloe", __version__)
    assert environment["COLORTERM"] == "truecolor"
    assert not environment.keys() & {"TMUX", "ZELLIJ", "TERMINFO", "INSIDE_EMACS", "NVIM", "LC_TERMINAL"}
    assert first["size"][:2] == [21, 77]
    assert first["leads"]
    assert first["ignored"] == first["descriptors"] == []


@pytest.mark.usefixtures("around")
async def test_no_tmux_server_and_no_holder_has_the_id_of_the_pane_that_chloe_was_called_in(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not Path("/proc/self/environ").exists():
        pytest.skip("without /proc nobody can look")
    socket = ["tmux", "-L", config.tmux.socket_name, "-f/dev/null"]
    async with open_engine(config) as engine:
        first = await open_pane(engine, backend="tmux", argv=("sleep", "600"))
        # A server that a user started in a pane by hand has it; what runs for other panes hasn't.
        subprocess.run([*socket, "set-environment", "-g", "CHLOE_PANE", "by hand"], check=True)
        second = await open_pane(engine, backend="tmux", argv=("sleep", "600"))
    asked = [*socket, "list-panes", "-a", "-F", "#{pid} #{pane_pid}"]
    pids = set(subprocess.run(asked, capture_output=True, check=True, text=True).stdout.split())
    assert len(pids) == 3
    for pid in pids:
        environment = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        assert not [variable for variable in environment if variable.startswith(b"CHLOE_PANE=")]
    assert first != second


#: What terminfo(5) calls a key, and what Chloe calls it.
CAPABILITIES = {
    "kcuu1": "up",
    "kcud1": "down",
    "kcub1": "left",
    "kcuf1": "right",
    "khome": "home",
    "kend": "end",
    "kich1": "insert",
    "kdch1": "delete",
    "kpp": "page_up",
    "knp": "page_down",
    "kcbt": "shift+tab",
    "kLFT": "shift+left",
    "kRIT": "shift+right",
    "kHOM": "shift+home",
    "kEND": "shift+end",
    "kDC": "shift+delete",
    **{f"kf{number}": f"f{number}" for number in range(1, 13)},
}


@functools.cache
def look_up(capability: str) -> bytes:
    """Return what terminfo says, asked in a process of its own: curses knows one terminal in its life."""
    words = "import curses, sys; curses.setupterm(sys.argv[1], 1); print(curses.tigetstr(sys.argv[2]).hex())"
    asked = [sys.executable, "-c", words, TERM, capability]
    return bytes.fromhex(subprocess.run(asked, check=True, capture_output=True, text=True).stdout)


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_a_key_is_what_the_entry_named_by_term_says(capability: str) -> None:
    # What smkx asks for, which a program sends before it reads such keys.
    modes = Modes(application_cursor=True, application_keypad=True)
    assert keys.encode(CAPABILITIES[capability], modes) == look_up(capability)


#: Says what it reads, before and after it asked for application cursor keys.
_READER = """
import os, tty
tty.setraw(0)
for before in (b"", b"\\x1b[?1h"):
    os.write(1, before + b"ready\\r\\n")
    for _ in range(2):
        os.write(1, b"<" + os.read(0, 99).hex().encode() + b">\\r\\n")
"""


async def test_home_and_end_typed_in_an_attached_tmux_are_what_an_xterm_types(
    config: Config, eventually: Eventually
) -> None:
    async with open_engine(config) as engine:
        pane = await open_pane(engine, backend="tmux", argv=(sys.executable, "-I", "-c", _READER), columns=80)
        screen = await engine.screen(pane)
        await eventually(lambda: "ready" in screen.display[0])
        session = engine.projections.panes[pane].session
        asked = ["tmux", "-u", "-L", config.tmux.socket_name, "-f/dev/null", "attach", "-t", f"={session}"]
        by_hand = AppInTerminal(asked, {**os.environ, "TERM": TERM, "TMUX": ""}, 24, 80)
        try:
            by_hand.wait_for("ready")
            for line, sent in enumerate((b"\x1bOH", b"\x1bOF", b"\x1bOH", b"\x1bOF")):
                by_hand.send(sent)
                shown = 1 + line + line // 2
                await eventually(lambda shown=shown: screen.display[shown].startswith("<"))
            read = [bytes.fromhex(row.strip()[1:-1]) for row in screen.display if row.startswith("<")]
            assert read == [b"\x1b[H", b"\x1b[F", b"\x1bOH", b"\x1bOF"]
        finally:
            by_hand.close()
