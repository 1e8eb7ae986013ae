"""Makes recordings: runs a real program on a PTY, types at it, and keeps what it printed.

``python -m tests.recordings.record NAME...`` makes the sessions of ``sessions.py`` anew, as root on Linux;
the programs must be installed, ``PYTHON`` name one with Textual and IPython, ``NODE_MODULES`` a folder with
Ink and React. Our terminal answers the program's questions, as in a direct pane, but what the screen must
show is taken from tmux. Written are ``output.bin``, ``screen.txt``, and ``size.json``: the first size, and
in ``resizes`` at which byte the terminal took which size.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import select
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

from chloe.terminal import Terminal
from tests.recordings.sessions import FOLDER, SESSIONS, Session
from tests.terminal.conftest import Peer, Recording

#: Seconds without output after which a program is taken to wait for keys.
_QUIET = 0.5
#: Seconds that a program may take until it prints something.
_START = 20.0
_PROGRAMS = Path(__file__).parent / "programs"


def main(names: list[str]) -> None:
    """Record the sessions with these names; all without any."""
    for name in names or SESSIONS:
        stream, resizes = _record(SESSIONS[name])
        rows, columns = SESSIONS[name].size
        size: dict[str, object] = {"rows": rows, "columns": columns}
        if resizes:
            size["resizes"] = resizes
        folder = Path(__file__).parent / name
        folder.mkdir(exist_ok=True)
        (folder / "output.bin").write_bytes(stream)
        (folder / "size.json").write_text(json.dumps(size) + "\n")
        (folder / "screen.txt").write_text(_screen(Recording.read(folder)))
        print(f"{name}: {len(stream)} bytes")


def _record(session: Session) -> tuple[bytes, list[tuple[int, int, int]]]:
    """What the program printed, and the resizes as offset, rows and columns."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    shutil.copytree(_PROGRAMS, f"{FOLDER}/programs")
    for name in ("files", "home"):
        (Path(FOLDER) / name).mkdir()
    _shell(session, session.before + "\nfind .. -exec touch -h -d 2026-01-02T03:04:05Z {} +")
    ours, theirs = os.openpty()
    _set_size(ours, *session.size)
    program = subprocess.Popen(
        # An own UTS namespace, for a host name that tells nothing; setsid -c for the controlling terminal.
        ["unshare", "-u", "setsid", "-c", "sh", "-c", f"hostname demo; {session.command}"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=f"{FOLDER}/files",
        env=_environment(session.environment),
    )
    os.close(theirs)
    terminal = Terminal(*session.size)
    select.select([ours], [], [], _START)
    stream = bytearray(_until_quiet(ours, terminal))
    resizes = []
    for step in session.steps:
        if isinstance(step, str):
            typed = re.sub("\x1b\\[(?=[A-DHF])", "\x1bO", step) if terminal.modes.application_cursor else step
            os.write(ours, typed.encode())
        else:
            resizes.append((len(stream), *step))
            terminal.resize(*step)
            _set_size(ours, *step)
        stream += _until_quiet(ours, terminal)
    program.kill()
    program.wait()
    os.close(ours)
    _shell(session, session.after)
    shutil.rmtree(FOLDER)
    return bytes(stream), resizes


def _shell(session: Session, script: str) -> None:
    subprocess.run(
        ["bash", "-ec", script], cwd=f"{FOLDER}/files", check=True, env=_environment(session.environment)
    )


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "NODE_MODULES", "PYTHON") if name in os.environ}
    plain = {
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "HOME": f"{FOLDER}/home",
        "TMPDIR": f"{FOLDER}/home",
        "PS1": "$ ",
        "TZ": "UTC",
        "SHELL": "/bin/sh",
    }
    return {**kept, **plain, **more}


def _set_size(descriptor: int, rows: int, columns: int) -> None:
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def _until_quiet(descriptor: int, terminal: Terminal) -> bytes:
    """What is printed until nothing more comes; the terminal's answers are given meanwhile."""
    stream = b""
    while select.select([descriptor], [], [], _QUIET)[0]:
        try:
            data = os.read(descriptor, 1 << 16)
        except OSError:  # EIO: the program has ended.
            break
        stream += data
        terminal.feed(data)
        os.write(descriptor, terminal.take_replies())
    return stream


def _screen(recording: Recording) -> str:
    with tempfile.TemporaryDirectory() as folder:
        peer = Peer(Path(folder))
        try:
            start = 0
            for (offset, rows, columns), (end, _, _) in pairwise(
                (*recording.sizes, (len(recording.stream), 0, 0))
            ):
                if offset:
                    peer.resize(rows, columns)
                else:
                    peer.start(rows, columns)
                peer.feed(recording.stream[start:end])
                start = end
                time.sleep(_QUIET)  # tmux has no word for "all drawn".
            return peer.text()
        finally:
            peer.close()


if __name__ == "__main__":
    main(sys.argv[1:])
