"""Makes recordings: runs a program on a PTY, types at it, and keeps what it printed, and when.

``python -m tests.transcript.record NAME...`` makes those of ``sessions.py`` anew. Our terminal answers the
program's questions. What should be told of a recording is written by hand, from what the program was given.
"""

from __future__ import annotations

import base64
import fcntl
import json
import lzma
import os
import pty
import select
import shutil
import signal
import struct
import sys
import tempfile
import termios
import time
from pathlib import Path
from typing import Any

from chloe.terminal import Terminal
from tests.transcript.sessions import SESSIONS, Session

_FOLDER = Path(__file__).parent / "recordings"


def main(names: list[str]) -> None:
    """Record the sessions with these names; all without any."""
    for name in names or SESSIONS:
        home = Path(tempfile.mkdtemp(prefix="transcript-"))
        try:
            events = _record(SESSIONS[name], home)
        finally:
            shutil.rmtree(home)
        folder = _FOLDER / name
        folder.mkdir(exist_ok=True)
        stream = "".join(json.dumps(event) + "\n" for event in events)
        (folder / "stream.jsonl.xz").write_bytes(lzma.compress(stream.encode(), preset=9))
        print(f"{name}: {len(events)} reads")


def _record(session: Session, home: Path) -> list[dict[str, Any]]:
    for path, text in session.files.items():
        (home / path).write_text(text, "utf-8")
    rows, columns = session.size
    child, fd = pty.fork()
    if not child:
        os.chdir(home)
        environment = {"HOME": str(home), "PATH": os.environ["PATH"], "TERM": "xterm-256color"}
        os.execvpe(session.argv[0], session.argv, environment | {"LANG": "C.UTF-8", "PS1": "$ ", "LESS": ""})
    _set_size(fd, rows, columns)
    terminal = Terminal(rows, columns)
    events: list[dict[str, Any]] = [{"t": 0, "resize": [rows, columns]}]
    begun = time.monotonic()
    try:
        for pause, keys in (*session.keys, (session.rest, b"")):
            until = time.monotonic() + pause
            while (left := until - time.monotonic()) > 0:
                if not select.select([fd], [], [], left)[0]:
                    break
                try:
                    data = os.read(fd, 65536)
                except OSError:
                    break
                at = round(time.monotonic() - begun, 4)
                events.append({"t": at, "b": base64.b64encode(data).decode()})
                terminal.feed(data)
                os.write(fd, terminal.take_replies())
            if isinstance(keys, tuple):
                _set_size(fd, *keys)
                events.append({"t": round(time.monotonic() - begun, 4), "resize": list(keys)})
                terminal.resize(*keys)
            elif keys:
                os.write(fd, keys)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(fd)
    events.append({"t": round(time.monotonic() - begun, 4), "end": 1})
    return events


def _set_size(fd: int, rows: int, columns: int) -> None:
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


if __name__ == "__main__":
    main(sys.argv[1:])
