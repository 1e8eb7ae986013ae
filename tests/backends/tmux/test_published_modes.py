"""What a program asked of its terminal is known to who types without its output being folded."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from chloe.backends.tmux.holder.modes_file import NAME, WIDTH
from chloe.backends.tmux.published_modes import NUMBERS, SWITCHES, read_modes
from chloe.terminal import Modes, Terminal
from tests.backends.tmux.conftest import Panes

FIELDS = [*SWITCHES.values(), *(name for name, _ in NUMBERS.values())]

#: What programs set, one after the other; after each the holder has to say the same as the emulator.
STREAMS = (
    b"plain",
    b"\x1b[?2004h",
    b"\x1b[?1h\x1b=",
    b"\x1b[?1049;7h\x1b[>5u\x1b[>4;2m\x1b[20h\x1b[?67h",
    b"\x1b[?1049l",
    b"\x1b[!p\x1b[?2004l",
    b"\x1b[?47h\x1b[=8;2u",
    b"\x1bc",
)


def _of(modes: Modes) -> dict[str, object]:
    return {name: getattr(modes, name) for name in FIELDS}


async def test_the_holder_says_what_the_emulator_has(panes: Panes) -> None:
    script = "stty raw -echo; printf '<0>'; head -c 1 >&3; " + "; ".join(
        "printf '%b<%d>'; head -c 1 >&3".replace("%b", stream.decode("latin-1").replace("\x1b", "\\033"))
        % (number + 1)
        for number, stream in enumerate(STREAMS)
    )
    pane = await panes.start("sh", "-c", f"exec 3>/dev/null; {script}")
    terminal = Terminal(24, 80)
    assert pane.backend.try_to_lease()
    pane.backend.seek(None)
    for number, stream in enumerate((b"", *STREAMS)):
        await pane.until(b"<%d>" % number)
        terminal.feed(stream)
        published = read_modes(pane.folder)
        assert published is not None
        assert _of(published) == _of(terminal.modes)
        pane.backend.write(b"x")
    await pane.end()


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"?1 ?9999",
        b"flags=32",
        b"flags=-1",
        b"flags=",
        b"flags=\xd9\xa3",
        b"keys=3",
        b"?1=1",
        b"\xff",
        b"x" * 94,
    ],
)
def test_what_no_holder_writes_says_nothing(tmp_path: Path, line: bytes) -> None:
    (tmp_path / NAME).write_bytes(2 * (line.ljust(WIDTH) + b"\n"))
    assert read_modes(tmp_path) is None


def test_a_file_that_is_cut_torn_long_or_none_says_nothing(tmp_path: Path) -> None:
    assert read_modes(tmp_path) is None
    whole = 2 * (b"?1 flags=0 keys=0".ljust(WIDTH) + b"\n")
    file = tmp_path / NAME
    file.write_bytes(whole)
    assert read_modes(tmp_path) == Modes(application_cursor=True)
    for data in (whole[:-1], whole[: WIDTH + 1], whole + b"x", whole.replace(b"?1", b"?6", 1)):
        file.write_bytes(data)
        assert read_modes(tmp_path) is None
    file.unlink()
    file.symlink_to("/dev/zero")
    assert read_modes(tmp_path) is None
    file.unlink()
    os.mkfifo(file)
    assert read_modes(tmp_path) is None
