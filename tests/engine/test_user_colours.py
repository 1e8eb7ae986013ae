"""The user's colours: kept in the home, believed only as far as they can be, told to who wants to know."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from chloe.backends.kinds import DIRECT, TMUX
from chloe.config import Config
from chloe.engine import Engine, open_engine
from chloe.engine.user_colours import UserColours
from chloe.terminal.colours import Colours
from tests.panes import open_pane

Eventually = Callable[..., Awaitable[None]]

LIGHT = Colours({"11": "ffff/ffff/ffff"}, "light")
#: Asks to be told of other colours, and shows what it is told.
_LISTENER = """
import os, tty
tty.setraw(0)
os.write(1, b"\\x1b[?2031hready\\r\\n")
while True:
    os.write(1, b"<" + os.read(0, 99).hex().encode() + b">\\r\\n")
"""


def test_what_one_was_told_another_reads(tmp_path: Path) -> None:
    path = tmp_path / "colours"
    assert UserColours(path).take(LIGHT)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert UserColours(path).current == LIGHT
    assert not UserColours(path).take(LIGHT)
    assert [each.name for each in tmp_path.iterdir()] == ["colours"]


def test_a_terminal_of_one_s_own_comes_before_the_file(tmp_path: Path) -> None:
    path = tmp_path / "colours"
    one, other = UserColours(path), UserColours(path)
    one.take(LIGHT)
    other.take(Colours({"11": "0000/0000/0000"}))
    assert one.current == LIGHT


def test_a_file_that_is_none_says_nothing_and_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "colours"
    os.mkfifo(path)
    colours = UserColours(path)
    assert colours.current == Colours()
    colours.take(LIGHT)
    assert UserColours(path).current == LIGHT


def test_where_nothing_can_be_written_it_is_known_all_the_same(tmp_path: Path) -> None:
    colours = UserColours(tmp_path / "gone" / "colours")
    assert colours.take(LIGHT)
    assert colours.current == LIGHT


async def test_programs_that_want_to_know_are_told_of_other_colours_in_both_kinds_of_pane(
    config: Config, eventually: Eventually
) -> None:
    argv = (sys.executable, "-I", "-c", _LISTENER)

    async def shows(engine: Engine, pane: str, row: int, text: str) -> None:
        screen = await engine.screen(pane)
        await eventually(lambda: screen.display[row].strip() == text, f"{text} in {screen.display}")

    async with open_engine(config) as engine:
        panes = [await open_pane(engine, backend=kind, argv=argv) for kind in (DIRECT, TMUX)]
        for pane in panes:
            await shows(engine, pane, 0, "ready")
        engine.take_colours(LIGHT)
        for pane in panes:
            await shows(engine, pane, 1, f"<{LIGHT.report().hex()}>")
        engine.take_colours(LIGHT)
        engine.take_colours(Colours())
        for pane in panes:
            await shows(engine, pane, 2, f"<{Colours().report().hex()}>")
