"""Esc does what one means, by real programs in a real terminal, in both kinds of pane.

For each program: whose Esc is it, at each pace of what follows, in both kinds of pane, with and without
kitty's keys outside? What is typed after an Esc lands where the Esc did, and the footer has said so. ``make
test`` tries each program in one way; ``make escape`` tries all of them in each way (``CHLOE_ESCAPE=all``).
"""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import end_server

if TYPE_CHECKING:
    from tests.app_in_terminal import AppInTerminal
    from tests.conftest import AppWithPane, StartApp

#: Keeps what it reads in a file, key by key, as a picker, an agent or ssh does; ends at a q. Its standard
#: output may be another than the terminal.
KEYS = """
import os, sys, termios, tty
keys = os.open("/dev/tty", os.O_RDWR)
before = termios.tcgetattr(keys)
tty.setraw(keys)
os.write(keys, b"reads keys\\r\\n")
while True:
    data = os.read(keys, 100)
    with open(sys.argv[1], "ab") as kept:
        kept.write(data)
    if b"q" in data:
        break
termios.tcsetattr(keys, termios.TCSADRAIN, before)
"""

#: Takes Chloe the sight of other processes, as on a system that has no /proc.
WITHOUT_PROC = (
    "import sys; from chloe.backends import terminal_input; terminal_input.PROC = '/nonexistent'; "
    "from chloe.cli import main; sys.exit(main())"
)


@dataclass(frozen=True)
class Case:
    """What is typed at a bash's prompt, what shows then, and whose Esc is. ``needs`` has to be installed."""

    typed: str
    shows: str
    is_programs: bool
    needs: str = "bash"


#: KEYS, PYTHON, INNER and REPO stand for what a test has made.
CASES = {
    "bash": Case("", "$", is_programs=False),
    "bash vi": Case("set -o vi; echo v''i\r", "vi\n", is_programs=False),
    "bash search": Case("\x12", "reverse-i-search", is_programs=False),
    "bash picker": Case("x=$(KEYS)\r", "reads keys", is_programs=True),
    "bash widget": Case("bind -x '\"\\C-t\": KEYS'; echo bou''nd\r\x14", "reads keys", is_programs=True),
    "dash": Case("exec dash\r", "$", is_programs=False, needs="dash"),
    "zsh": Case("exec zsh -f\r", "%", is_programs=False, needs="zsh"),
    "zsh vi": Case("exec zsh -f\rbindkey -v; echo v''i\r", "vi\n", is_programs=False, needs="zsh"),
    "zsh picker": Case("exec zsh -f\rx=$(KEYS)\r", "reads keys", is_programs=True, needs="zsh"),
    "fish": Case("exec fish --no-config\r", ">", is_programs=False, needs="fish"),
    "fish picker": Case(
        "exec fish --no-config\rset x (KEYS)\r", "reads keys", is_programs=True, needs="fish"
    ),
    "read": Case("read -p 'Na''me: ' x\r", "Name:", is_programs=False),
    "read -s": Case("read -s -p 'Na''me: ' x\r", "Name:", is_programs=False),
    "sudo": Case("(stty -echo; printf 'pass''word: '; cat)\r", "password:", is_programs=False),
    "a build": Case("echo bui''lds; sleep 100\r", "builds", is_programs=False),
    "ssh": Case("KEYS\r", "reads keys", is_programs=True),
    "less": Case("seq 500 | less\r", "18", is_programs=True, needs="less"),
    "vim": Case("vim -u NONE -N\r", "~", is_programs=True, needs="vim"),
    "git add -p": Case("git -C REPO add -p\r", "Stage this hunk", is_programs=False, needs="git"),
    "python": Case("PYTHON -q\r", ">>>", is_programs=True),
    "tmux": Case("env -u TMUX tmux -L INNER -f /dev/null\r", "[0]", is_programs=True, needs="tmux"),
    "an agent": Case("exec KEYS\r", "reads keys", is_programs=True),
}
PACES = (0.02, 0.12, 0.3)
#: The key that opens the pane, whether the terminal has kitty's keys, and the seconds between an Esc and what
#: follows.
WAYS = list(itertools.product((b"c", b"t"), (False, True), PACES))
IS_WHOLE = os.environ.get("CHLOE_ESCAPE") == "all"
#: The ways that are tried otherwise, each with some of the programs. An Esc of one byte and a key 20 ms later
#: come together where the machine is busy, and then they are Alt and that key: so not that one.
FEW = [WAYS[2], WAYS[3], WAYS[7], WAYS[10]]


def call_way(way: tuple[bytes, bool, float]) -> str:
    kind, has_kitty, pace = way
    return f"{'direct' if kind == b'c' else 'tmux'}-{'kitty' if has_kitty else 'plain'}-{pace * 1000:.0f}ms"


def choose_cases(way: tuple[bytes, bool, float]) -> list[str]:
    """The programs that are tried in this way."""
    return list(CASES) if IS_WHOLE else list(CASES)[FEW.index(way) :: len(FEW)]


@pytest.mark.parametrize("needs", sorted({case.needs for case in CASES.values()}))
def test_each_program_is_tried_in_some_way_or_said_to_be_missing(needs: str) -> None:
    tried = {name for way in (WAYS if IS_WHOLE else FEW) for name in choose_cases(way)}
    assert {name for name, case in CASES.items() if case.needs == needs} <= tried
    if not shutil.which(needs):
        pytest.skip(f"{needs} isn't installed: what an Esc does in it wasn't tried")


@pytest.fixture
def places(tmp_path: Path, tmux_socket: str) -> Iterator[dict[str, str]]:
    """What the words of a case stand for."""
    (tmp_path / "home").mkdir(mode=0o700, exist_ok=True)
    (tmp_path / "home" / "config.toml").write_text('[shell]\ncommand = ["bash", "--norc", "--noprofile"]\n')
    (tmp_path / "keys.py").write_text(KEYS)
    (tmp_path / "typed").touch()
    repo, inner = tmp_path / "repo", f"{tmux_socket}-inner"
    if shutil.which("git"):
        subprocess.run(["git", "init", "-q", str(repo)], check=True)
        (repo / "file").write_text("one\n")
        subprocess.run(["git", "-C", str(repo), "add", "file"], check=True)
        (repo / "file").write_text("one\ntwo\n")
    keys = f"{sys.executable} {tmp_path}/keys.py {tmp_path}/typed"
    yield {"KEYS": keys, "PYTHON": sys.executable, "INNER": inner, "REPO": str(repo)}
    end_server(inner)


@pytest.mark.parametrize("way", WAYS if IS_WHOLE else FEW, ids=call_way)
def test_an_escape_goes_where_one_means_it(
    start_app: StartApp, places: dict[str, str], tmp_path: Path, way: tuple[bytes, bool, float]
) -> None:
    kind, has_kitty, pace = way
    app = start_app(columns=110)
    app.wait_for("No panes yet")
    for name in choose_cases(way):
        case = CASES[name]
        if shutil.which(case.needs):
            (tmp_path / "typed").write_bytes(b"")
            open_case(app, kind, case, places)
            escape = b"\x1b[27u" if has_kitty else b"\x1b"
            app.send(escape, b"z", gap=pace)
            if case.is_programs:
                app.send(b"z")
                if "KEYS" in case.typed:
                    app.wait_for(lambda _: (tmp_path / "typed").read_bytes() == b"\x1bzz")
                assert "keyboard:" in app.text, name
                assert "Instances" in app.text, name
            else:
                # Chloe zooms the pane, and nothing is typed into it.
                app.wait_for(lambda app: "Instances" not in app.text and "quit" in app.text)
                app.send(b"z")
                app.wait_for("Instances 1")
            end_case(app)


def open_case(app: AppInTerminal, kind: bytes, case: Case, places: dict[str, str]) -> None:
    """Open a pane, start the program, and wait until the footer says whose Esc is."""
    app.send(kind)
    app.wait_for("keyboard:")
    app.wait_for("$")
    typed = case.typed
    for word, meaning in places.items():
        typed = typed.replace(word, meaning)
    app.send(typed.encode())
    app.wait_for(
        case.shows
        if case.shows[-1] != "\n"
        else lambda app: any(line.rstrip().endswith(f"│{case.shows[:-1]}") for line in app.text.splitlines())
    )
    app.wait_for("Esc is the program's" if case.is_programs else "Esc leaves it")


def end_case(app: AppInTerminal) -> None:
    """End the program and put its pane away."""
    if "keyboard:" in app.text:
        app.leave_pane()
    app.send(b"K")
    app.wait_for("and everything that runs in it?")
    app.send(b"y")
    app.wait_for("[💀]")
    app.send(b"x")
    app.wait_for("No panes yet")


@pytest.mark.parametrize("pace", PACES if IS_WHOLE else PACES[2:])
@pytest.mark.skipif(not shutil.which("vim"), reason="vim isn't installed")
def test_escape_colon_w_q_in_vim_saves_the_file_and_chloe_goes_on(
    app_with_pane: AppWithPane, tmp_path: Path, pace: float
) -> None:
    app = app_with_pane("t")
    app.send(f"vim -u NONE -N {tmp_path}/file\r".encode())
    app.wait_for("Esc is the program's")
    app.send(b"ihello", b"\x1b", b":wq\r", gap=pace)
    app.wait_for(lambda _: (tmp_path / "file").exists() and (tmp_path / "file").read_text() == "hello\n")
    app.wait_for("Esc leaves it")


@pytest.mark.parametrize("pace", PACES if IS_WHOLE else PACES[1:2])
@pytest.mark.parametrize(
    "begins", ["vim -u NONE -N\r", "vim -u NONE -N -c quit\r"], ids=["starting", "ending"]
)
@pytest.mark.skipif(not shutil.which("vim"), reason="vim isn't installed")
def test_what_follows_an_escape_while_vim_comes_or_goes_lands_where_the_escape_did(
    app_with_pane: AppWithPane, begins: str, pace: float
) -> None:
    app = app_with_pane("c")
    app.send(begins.encode(), b"\x1b", b"z", gap=pace)
    app.wait_for(lambda app: ("keyboard:" in app.text) == ("Instances 1" in app.text))
    if "keyboard:" in app.text:
        app.leave_pane()
        app.send(b"z")
    # Whoever had the Esc had the z: now one has zoomed it.
    app.wait_for(lambda app: "Instances" not in app.text)


def test_a_tmux_around_chloe_that_holds_esc_back_is_told(start_app: StartApp, tmux_socket: str) -> None:
    tmux = ["tmux", "-L", tmux_socket, "-f", "/dev/null"]
    subprocess.run([*tmux, "new-session", "-d", "sleep", "100"], check=True)
    subprocess.run([*tmux, "set-option", "-s", "escape-time", "400"], check=True)
    asked = [*tmux, "display-message", "-p", "#{socket_path}"]
    socket = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()
    app = start_app(TMUX=f"{socket},1,0")
    app.wait_for("tmux around Chloe holds each Esc back for 400 ms")


@pytest.mark.parametrize("kind", ["c", "t"], ids=["direct", "tmux"])
def test_without_proc_an_escape_is_the_programs_where_that_reads_keys(
    start_app: StartApp, places: dict[str, str], kind: str
) -> None:
    assert places
    app = start_app(columns=110, program=WITHOUT_PROC)
    app.wait_for("No panes yet")
    app.send(kind.encode())
    app.wait_for("Esc is the program's")
    app.send(b"cat\r")
    # A direct pane's terminal is Chloe's own to look at.
    app.wait_for("Esc leaves it" if kind == "c" else "Esc is the program's: what it does can't be seen")
    app.leave_pane()
