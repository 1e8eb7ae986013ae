"""Help, messages, questions: what stands over the window for a while and has the keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chloe.errors import StartFailed
from chloe.ui.action_table import ACTIONS
from chloe.ui.keymap import GLOBAL, TYPING
from chloe.ui.labels import label_key
from chloe.ui.views import VIEWS

if TYPE_CHECKING:
    from tests.ui.conftest import Fly
    from tests.ui.pilot import Pilot


async def test_the_help_has_every_key_and_what_it_does(fly: Fly) -> None:
    pilot = await fly(rows=200, columns=100)
    pilot.press("?")
    await pilot.sees("Keys", "Its bell rang.")
    does_by_id = {action.id: action.does for action in ACTIONS}
    for view in VIEWS:
        if view.title:
            assert view.title in pilot.text
            own = {action.id: action.does for action in view.actions}
            for binding in view.bindings:
                if binding.keys[0] in "2345678":
                    continue  # Between the first and the last of them, which are named.
                does = own.get(binding.action) or does_by_id[binding.action]
                assert any(
                    label_key(binding.keys[0]) in line and does[:40] in line for line in pilot.lines
                ), binding
    for binding in (*GLOBAL, *TYPING):
        assert does_by_id[binding.action][:40] in pilot.text
    await pilot.sees(
        "Esc",
        "The program's.",
        "Ctrl-]",
        "Take the keyboard back, always;",
        "Mouse",
        "While a pane has the keyboard",
    )
    for sign in ("[📎]", "[💤]", "[💀]", "+12K", "♪"):
        assert sign in pilot.text


@pytest.mark.parametrize("key", ["escape", "q", "enter", "?", "m", "ctrl+c"])
async def test_keys_that_close_things_close_the_help(pilot: Pilot, key: str) -> None:
    pilot.press("?")
    await pilot.sees("Keys", "Open a direct pane")
    pilot.press("c", "f5")
    pilot.press(key)
    await pilot.sees_no("Open a direct pane")
    await pilot.sees("No panes yet", "q quit")
    assert not pilot.requested.commands


async def test_the_help_scrolls_by_lines_pages_and_to_either_end(pilot: Pilot) -> None:
    pilot.press("?")
    await pilot.sees("Instances", "Open a direct pane")
    first = pilot.text

    async def shows(moved: bool) -> None:
        await pilot.until(lambda: (pilot.text != first) is moved)

    for down, up in (("down", "up"), ("j", "k"), ("page_down", "page_up"), ("space", "b"), ("end", "home")):
        pilot.press(down)
        await shows(True)
        pilot.press(up, up, up)
        await shows(False)
    pilot.press("G")
    await pilot.sees("Its bell rang.")
    pilot.press("g")
    await pilot.sees("Open a direct pane")


async def test_messages_has_what_was_said_the_latest_first(pilot: Pilot) -> None:
    pilot.press("m")
    await pilot.sees("Messages", "Nothing yet.", "Errors are in", "chloe.log")
    pilot.press("m")
    await pilot.sees_no("Nothing yet.")
    pilot.launcher.refuse = StartFailed("no PTY is \x1bleft")
    pilot.press("c")
    await pilot.sees(r"no PTY is \x1bleft")
    pilot.launcher.refuse = None
    await pilot.opens()
    await pilot.leave()
    pilot.press("x")
    await pilot.sees("sh is in History")
    pilot.press("Q", "m")
    await pilot.sees("Messages", "Errors are in")
    said = [line for line in pilot.lines if "sh is in History" in line or "no PTY" in line]
    assert ["History" in line for line in said] == [True, False]
    assert "does nothing here" not in pilot.text, "what answers a key isn't kept"


async def test_q_ends_at_once_what_costs_nothing(pilot: Pilot) -> None:
    await pilot.opens("t")
    await pilot.leave()
    pilot.press("q")
    assert await pilot.land() == 0
    assert not pilot.tty.is_running


async def test_q_asks_where_programs_end_with_chloe(pilot: Pilot) -> None:
    for _ in range(5):
        await pilot.opens()
        await pilot.leave()
    pilot.press("q")
    await pilot.sees("Direct panes end with Chloe: sh, sh-2, sh-3 and 2 more.", "Quit?")
    pilot.press("n")
    await pilot.sees_no("Quit?")
    pilot.press("x")
    await pilot.sees("Instances 4")
    pilot.press("k", "x")
    await pilot.sees("Instances 3")
    pilot.press("q")
    await pilot.until(lambda: "more" not in pilot.text and "Quit?" in pilot.text)
    pilot.press("y")
    assert await pilot.land() == 0


async def test_a_paste_goes_nowhere_but_into_a_line_to_fill_in(pilot: Pilot) -> None:
    await pilot.opens()
    await pilot.leave()
    pilot.press("?")
    await pilot.sees("Open a direct pane")
    pilot.paste("q")
    pilot.press("escape")
    await pilot.sees_no("Open a direct pane")
    await pilot.sees("q quit")


async def test_a_box_in_a_window_that_is_too_small_waits(pilot: Pilot) -> None:
    pilot.press("?")
    await pilot.sees("Open a direct pane")
    pilot.tty.resize(5, 20)
    await pilot.sees("Chloe needs 24x6.", "This is 20x5.")
    pilot.tty.resize(3, 10)
    await pilot.sees("24x6", "needed")
    pilot.tty.resize(12, 30)
    await pilot.sees("Keys")
    pilot.tty.resize(24, 80)
    await pilot.sees("Open a direct pane")


async def test_a_box_stands_in_the_middle_and_leaves_the_rest_as_it_is(pilot: Pilot) -> None:
    pane = await pilot.opens()
    pilot.program(pane).prints("\r\n".join(["漢字" * 29] * 21).encode())
    await pilot.sees("漢字漢字")
    await pilot.leave()
    pilot.press("r")
    await pilot.sees("Rename")
    top = next(y for y, line in enumerate(pilot.lines) if "Rename" in line)
    assert top == (24 - 5) // 2
    for y in range(top, top + 5):
        line = pilot.lines[y]
        assert pilot.tty.terminal.display[y].count("漢") < 29
        assert "漢字" in line
    assert pilot.lines[top].index("╭") == 14
