"""Recordings of real programs: each must show what tmux showed, in text, cursor and looks."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
import uuid
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from chloe.terminal import Attributes, Terminal

RECORDINGS = sorted(
    path.parent for path in (Path(__file__).parent.parent / "recordings").glob("*/screen.txt")
)
_PATIENCE = 10.0


def replayed(recording: Path, piece: int = 1 << 20) -> Terminal:
    """The terminal after the recording, fed in pieces."""
    terminal = Terminal(**json.loads((recording / "size.json").read_text()))
    stream = (recording / "output.bin").read_bytes()
    for start in range(0, len(stream), piece):
        terminal.feed(stream[start : start + piece])
    return terminal


def text(terminal: Terminal) -> str:
    return "\n".join(row.rstrip() for row in terminal.display).rstrip() + "\n"


@pytest.fixture(params=RECORDINGS, ids=lambda path: path.name)
def recording(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def test_a_recording_shows_what_tmux_showed(recording: Path) -> None:
    assert text(replayed(recording)) == (recording / "screen.txt").read_text()


def test_a_recording_split_anywhere_gives_the_same(recording: Path) -> None:
    whole = replayed(recording).snapshot()
    for piece in (1, 7, 1000):
        assert replayed(recording, piece).snapshot() == whole


def test_a_recording_cut_anywhere_can_be_repainted_and_goes_on(recording: Path) -> None:
    stream = (recording / "output.bin").read_bytes()
    size = json.loads((recording / "size.json").read_text())
    cuts = [0, *range(137, len(stream), max(len(stream) // 40, 1)), len(stream)]
    terminal = Terminal(**size)
    for start, end in pairwise(cuts):
        terminal.feed(stream[start:end])
        copy = Terminal(**size)
        copy.feed(terminal.repaint())
        assert copy.snapshot().without_scrollback() == terminal.snapshot().without_scrollback()


def looks(terminal: Terminal) -> list[list[tuple[str, Attributes]]]:
    """Each row's characters and looks, without the blanks at its end: tmux captures only some of those."""
    found = []
    for y in range(terminal.rows):
        row = [(char, run.attributes) for run in terminal.line(y) for char in run.text]
        while row and row[-1][0] == " ":
            row.pop()
        found.append(row)
    return found


class Tmux:
    """A tmux of our own that shows bytes, to compare with."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._argv = ["tmux", "-L", f"chloe-test-{uuid.uuid4()}", "-f", "/dev/null"]

    def run(self, *words: str) -> str:
        done = subprocess.run([*self._argv, *words], capture_output=True, check=True, timeout=_PATIENCE)
        return done.stdout.decode()

    def show(self, stream: bytes, rows: int, columns: int) -> None:
        """Start a pane whose program prints ``stream`` as it is."""
        path = self._folder / "stream"
        path.write_bytes(stream)
        words = [
            "set",
            "-g",
            "status",
            "off",
            ";",
            "set",
            "-g",
            "default-terminal",
            "tmux-256color",
            ";",
            "new-session",
        ]
        script = f"stty raw -echo; cat '{path}'; exec sleep 1000"
        self.run("start-server", ";", *words, "-d", "-x", str(columns), "-y", str(rows), "sh", "-c", script)

    def shown(self, rows: int, columns: int) -> Terminal:
        """What the pane shows now, as a terminal of ours."""
        terminal = Terminal(rows, columns)
        captured = self.run("capture-pane", "-p", "-e", "-N").removesuffix("\n")
        terminal.feed(captured.replace("\n", "\r\n").encode())
        return terminal

    def close(self) -> None:
        subprocess.run([*self._argv, "kill-server"], capture_output=True, check=False, timeout=_PATIENCE)


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[Tmux]:
    peer = Tmux(tmp_path)
    yield peer
    peer.close()


def assert_tmux_agrees(tmux: Tmux, stream: bytes, expected: Terminal) -> None:
    tmux.show(stream, expected.rows, expected.columns)
    deadline = time.monotonic() + _PATIENCE
    while looks(shown := tmux.shown(expected.rows, expected.columns)) != looks(expected):
        assert time.monotonic() < deadline, [
            (y, one, other)
            for y, (one, other) in enumerate(zip(looks(shown), looks(expected), strict=True))
            if one != other
        ]


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is the peer to compare with")
def test_colours_and_attributes_of_a_recording_are_tmux_s(recording: Path, tmux: Tmux) -> None:
    assert_tmux_agrees(tmux, (recording / "output.bin").read_bytes(), replayed(recording))


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is the peer to compare with")
def test_a_repaint_gives_tmux_the_same_screen(recording: Path, tmux: Tmux) -> None:
    stream = (recording / "output.bin").read_bytes()
    half = Terminal(**json.loads((recording / "size.json").read_text()))
    half.feed(stream[: len(stream) * 2 // 3])
    assert_tmux_agrees(tmux, half.repaint(), half)
