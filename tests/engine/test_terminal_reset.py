"""A pane's terminal is reset by a fact: in each kind of pane, in every Chloe, in a replay, and in tmux."""

from __future__ import annotations

import subprocess
from collections.abc import Awaitable, Callable

import pytest

from chloe.backends.kinds import TRAITS
from chloe.backends.tmux.published_modes import read_modes
from chloe.config import Config
from chloe.engine import open_engine
from chloe.errors import PaneRefused
from chloe.events import facts
from chloe.events.commands import Kill, ResetTerminal, Write
from chloe.terminal import Modes
from tests.panes import open_pane
from tests.replays import replayed

Eventually = Callable[..., Awaitable[None]]

#: What a killed agent left, on the alternate screen; then what is typed is printed.
SWITCHES = r"shell\r\n\033[?1049h\033[>7u\033[?2004h\033[?1000;1006h\033[>4;2mleft"
LEAVES = f"stty raw -echo; printf '{SWITCHES}'; cat"
LEFT = Modes(
    alternate_screen=True,
    bracketed_paste=True,
    mouse="normal",
    mouse_encoding="sgr",
    modify_other_keys=2,
    kitty_flags=5,
)


@pytest.mark.parametrize("kind", TRAITS)
async def test_what_was_left_behind_is_ended_everywhere(
    config: Config, eventually: Eventually, kind: str
) -> None:
    async with open_engine(config) as engine, open_engine(config) as other:
        pane = await open_pane(engine, backend=kind, argv=("sh", "-c", LEAVES))
        screen = await engine.screen(pane)
        await eventually(lambda: "left" in screen.display[1])
        assert screen.modes == LEFT
        await other.catch_up()
        beside = await other.screen(pane)
        assert beside.modes == LEFT

        await engine.request(ResetTerminal(pane))

        assert (await engine.screen(pane)).modes == Modes()
        assert (await engine.screen(pane)).display[0].rstrip() == "shell"
        await other.catch_up()
        assert (await other.screen(pane)).modes == Modes()
        await engine.request(Write(pane, b"after"))
        await eventually(lambda: "after" in screen.display[1])
        again = await replayed(engine.store, pane)
        assert (again.modes, again.display) == (screen.modes, screen.display)
        if TRAITS[kind].runs_in_session:
            folder = config.paths.spool / pane
            await eventually(lambda: read_modes(folder) == Modes())
            variables = "#{alternate_on} #{mouse_any_flag} #{mouse_sgr_flag} #{keypad_cursor_flag}"
            asked = ["tmux", "-L", config.tmux.socket_name, "display-message", "-p", "-t"]
            told = [*asked, f"={engine.projections.panes[pane].session}:", variables]
            await eventually(
                lambda: subprocess.run(told, capture_output=True, check=True).stdout == b"0 0 0 0\n"
            )
        kinds = [type(entry.fact) for entry in engine.projections.history[pane].entries]
        assert facts.TerminalReset in kinds
        await engine.request(Kill(pane))
        await eventually(lambda: not engine.projections.panes[pane].alive)
        with pytest.raises(PaneRefused, match="has ended"):
            await engine.request(ResetTerminal(pane))
