"""A recording as data, tmux as the peer that shows the same bytes, and what the emulator draws, counted."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pytest

from chloe.terminal import Terminal
from chloe.terminal.interpreter import Interpreter

_FOLDER = Path(__file__).parent.parent / "recordings"
#: The letters of the VT100's line drawing.
_LINES = str.maketrans("`afgijklmnopqrstuvwxyz{|}~", "◆▒°±␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·")
#: Seconds that a tmux command may take.
_PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Recording:
    """What a program printed, and the terminal's sizes: from which byte on which rows and columns."""

    name: str
    stream: bytes
    sizes: tuple[tuple[int, int, int], ...]
    screen: str

    @classmethod
    def read(cls, folder: Path) -> Recording:
        """FileNotFoundError where it isn't whole, but for ``screen.txt``: whoever records has none yet."""
        size = json.loads((folder / "size.json").read_text())
        resizes = [(offset, rows, columns) for offset, rows, columns in size.get("resizes", [])]
        screen = folder / "screen.txt"
        return cls(
            folder.name,
            (folder / "output.bin").read_bytes(),
            ((0, size["rows"], size["columns"]), *resizes),
            screen.read_text() if screen.exists() else "",
        )

    def terminal(self) -> Terminal:
        """A terminal of the first size."""
        _, rows, columns = self.sizes[0]
        return Terminal(rows, columns)

    def feed(self, terminal: Terminal, start: int, end: int) -> None:
        """Feed the bytes from ``start`` to ``end``, with the resizes that stand before them."""
        for offset, rows, columns in self.sizes[1:]:
            if start <= offset < end:
                terminal.feed(self.stream[start:offset])
                terminal.resize(rows, columns)
                start = offset
        terminal.feed(self.stream[start:end])


@pytest.fixture(
    params=sorted(path.parent for path in _FOLDER.glob("*/screen.txt")), ids=lambda path: path.name
)
def recording(request: pytest.FixtureRequest) -> Recording:
    """Each recording in turn."""
    return Recording.read(request.param)


class Peer:
    """A tmux of our own that shows bytes, to compare with: one pane at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._argv = ["tmux", "-L", f"chloe-test-{uuid.uuid4()}", "-f", "/dev/null"]
        self._count = 0
        self._input: BinaryIO | None = None
        options = (("-s", "exit-empty", "off"), ("-g", "status", "off"))
        self._run("start-server", *(word for option in options for word in (";", "set", *option)))

    def start(self, rows: int, columns: int) -> None:
        """A pane of this size that shows nothing yet, in place of the one before."""
        self._stop()
        self._count += 1
        path = self._folder / f"bytes-{self._count}"
        os.mkfifo(path)
        size = ("-x", str(columns), "-y", str(rows))
        self._run("new-session", "-d", *size, "sh", "-c", f"stty raw -echo; exec cat '{path}'")
        self._input = path.open("wb", buffering=0)

    def feed(self, stream: bytes) -> None:
        """Let the pane's program print this. It takes a moment until tmux has drawn it."""
        assert self._input
        self._input.write(stream)

    def resize(self, rows: int, columns: int) -> None:
        """Give the pane another size."""
        self._run("resize-window", "-x", str(columns), "-y", str(rows))

    def text(self) -> str:
        """What the pane shows now, without the blanks at the ends."""
        # Only with -e does it tell line drawing from letters.
        captured = re.sub("\x1b\\[[0-9;:]*m", "", self._run("capture-pane", "-p", "-e", "-N"))
        drawn = re.sub("\x0e([^\x0f]*)\x0f?", lambda found: found[1].translate(_LINES), captured)
        rows = drawn.split("\n")
        return "\n".join(row.rstrip() for row in rows).rstrip() + "\n"

    def shown(self, rows: int, columns: int) -> Terminal:
        """What the pane shows now, as a terminal of ours."""
        terminal = Terminal(rows, columns)
        captured = self._run("capture-pane", "-p", "-e", "-N").removesuffix("\n")
        terminal.feed(b"\x1b)0" + captured.replace("\n", "\r\n").encode())
        return terminal

    def close(self) -> None:
        """End the server and what runs in it."""
        self._stop()
        subprocess.run([*self._argv, "kill-server"], capture_output=True, check=False, timeout=_PATIENCE)

    def _stop(self) -> None:
        if self._input:
            self._run("kill-session")
            self._input.close()
            self._input = None

    def _run(self, *words: str) -> str:
        done = subprocess.run([*self._argv, *words], capture_output=True, check=True, timeout=_PATIENCE)
        return done.stdout.decode()


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    """tmux; the test is skipped where there is none."""
    if shutil.which("tmux") is None:
        pytest.skip("tmux is the peer to compare with")
    tmux = Peer(tmp_path_factory.mktemp("peer"))
    yield tmux
    tmux.close()


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many characters are drawn each time."""
    counted: list[int] = []
    interpret = Interpreter.interpret

    def count(screen: Interpreter, text: str) -> None:
        counted.append(len(text))
        interpret(screen, text)

    monkeypatch.setattr(Interpreter, "interpret", count)
    return counted
