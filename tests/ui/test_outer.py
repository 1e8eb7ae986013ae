"""What the user's terminal is asked, and what comes of its answers."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from chloe.terminal import Terminal
from chloe.terminal.colours import Colours
from chloe.ui.tty.outer import OuterTerminal
from tests.app_in_terminal import AppInTerminal

LIGHT = Colours({"10": "1111/2222/3333", "11": "fdfd/f6f6/e3e3", "4;1": "dcdc/3232/2f2f"})


def answers(terminal: Terminal, asked: bytes, colours: Colours = LIGHT) -> list[bytes]:
    """What a terminal answers, one by one."""
    terminal.feed(asked)
    whole = terminal.take_replies(colours)
    return [b"\x1b" + each for each in whole.replace(b"\x1b\\", b"\x07").split(b"\x1b")[1:]]


def told(outer: OuterTerminal, terminal: Terminal, asked: bytes, colours: Colours = LIGHT) -> Colours | None:
    """Answer all that is asked; the colours that came of it."""
    known = None
    for answer in answers(terminal, asked, colours):
        wanted, found = outer.take(answer)
        known = found or known
        terminal.feed(wanted)
    return known


def test_colours_are_known_once_the_last_question_is_answered_and_keys_are_asked_for() -> None:
    outer, terminal = OuterTerminal(), Terminal(4, 20)
    colours = told(outer, terminal, outer.enter())
    assert colours is not None
    assert colours.entry("11") == "fdfd/f6f6/e3e3"
    assert (colours.entry("4;1"), colours.scheme) == ("dcdc/3232/2f2f", "light")
    assert not outer.is_answering
    assert (terminal.modes.kitty_flags, terminal.modes.colour_reports) == (1, True)
    terminal.feed(outer.leave())
    assert (terminal.modes.kitty_flags, terminal.modes.colour_reports) == (0, False)


def test_a_change_of_the_scheme_has_the_colours_asked_for_again() -> None:
    outer, terminal = OuterTerminal(), Terminal(4, 20)
    told(outer, terminal, outer.enter())
    dark = Colours({"11": "0000/0000/0000"})
    asked, colours = outer.take(dark.report())
    assert colours is None
    colours = told(outer, terminal, asked, dark)
    assert colours is not None
    assert (colours.entry("11"), colours.scheme) == ("0000/0000/0000", "dark")


@pytest.mark.parametrize(
    ("answered", "back"),
    [
        (b"\x1b[>4;2m", b"\x1b[>4;2m"),
        (b"\x1b[>4m", b"\x1b[>4;0m"),
        (b"\x1bP>|tmux 3.3a\x1b\\", b"\x1b[>4;0m"),
    ],
)
def test_a_terminal_that_has_only_modify_other_keys_gets_that_and_has_it_back(
    answered: bytes, back: bytes
) -> None:
    outer = OuterTerminal()
    outer.enter()
    assert outer.take(answered) == (b"\x1b[>4;1m", None)
    assert outer.leave().endswith(back)
    assert back not in outer.leave()


def test_all_that_was_pushed_is_popped() -> None:
    outer, terminal = OuterTerminal(), Terminal(4, 20)
    terminal.feed(b"\x1b[>5u")
    told(outer, terminal, outer.enter())
    told(outer, terminal, outer.enter())
    terminal.feed(outer.leave())
    assert terminal.modes.kitty_flags == 5


def test_colours_of_any_length_are_read_and_others_aren_t() -> None:
    outer = OuterTerminal()
    outer.enter()
    for reply in (
        b"\x1b]11;rgb:f/80/0\x07",
        b"\x1b]10;rgba:ffff/0000/8080/ffff\x1b\\",
        b"\x1b]12;rgb:x/y/z\x07",
        b"\x1b]4;1;#ffffff\x07",
    ):
        assert outer.take(reply) == (b"", None)
    assert outer.take(b"\x1b[?62;4c") == (
        b"",
        Colours({"11": "ffff/8080/0000", "10": "ffff/0000/8080"}),
    )


def test_a_terminal_that_says_nothing_of_colours_makes_none_known() -> None:
    outer = OuterTerminal()
    outer.enter()
    assert outer.take(b"\x1b[?1;2c") == (b"", None)


def _end_by_key(app: AppInTerminal) -> None:
    app.quit()


def _end_by_signal(app: AppInTerminal) -> None:
    app.kill(signal.SIGTERM)
    app.wait_for_end()


@pytest.mark.parametrize("end", [_end_by_key, _end_by_signal])
@pytest.mark.pty
async def test_the_app_has_the_terminal_s_keys_told_apart_as_long_as_it_runs(
    app: AppInTerminal, end: Callable[[AppInTerminal], None]
) -> None:
    await asyncio.to_thread(app.wait_for, lambda app: app.terminal.modes.kitty_flags == 1)
    kept = Path(app.environment["CHLOE_HOME"]) / "colours"
    await asyncio.to_thread(app.wait_for, lambda _: kept.exists())
    assert kept.stat().st_mode & 0o777 == 0o600
    assert Colours.parse(kept.read_bytes()).entry("4;1") == Colours().entry("4;1")
    await asyncio.to_thread(end, app)
    modes = app.terminal.modes
    assert (modes.kitty_flags, modes.colour_reports, modes.alternate_screen) == (0, False, False)
    assert app.terminal.take_replies() == b""
