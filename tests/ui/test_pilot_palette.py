"""The palette: everything that can be done, found by its words; and the way to it from the help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chloe.ui.action_table import ACTIONS
from chloe.ui.views.instances import Instances

if TYPE_CHECKING:
    from tests.ui.pilot import Pilot


async def test_an_action_is_found_by_its_words_and_done(pilot: Pilot) -> None:
    pane = await pilot.opens("t")
    await pilot.leave()
    pilot.press(":")
    await pilot.sees("What to do")
    pilot.type("runs on in the back")
    await pilot.sees("d            Detach the selected tmux pane")
    pilot.press("enter")
    await pilot.sees("[💤]")
    await pilot.sees_no("What to do")
    assert pane.alive


async def test_an_action_may_open_another_box(pilot: Pilot) -> None:
    pane = await pilot.opens()
    await pilot.leave()
    pilot.press(":")
    pilot.type("rename")
    await pilot.sees("Rename the selected pane")
    pilot.press("enter", "ctrl+u")
    await pilot.sees(" Rename ")
    pilot.type("builder")
    pilot.press("enter")
    await pilot.sees("─ builder ")
    assert pane.name == "builder"


async def test_an_action_of_the_view_below_is_done_there(pilot: Pilot) -> None:
    await pilot.opens()
    await pilot.leave()
    pilot.press(":")
    pilot.type("whole window")
    await pilot.sees("z            ")
    pilot.press("enter")
    await pilot.sees_no("Instances 1")


async def test_what_cannot_be_done_says_why_and_stays(pilot: Pilot) -> None:
    await pilot.opens()
    await pilot.leave()
    pilot.press(":")
    pilot.type("detach the selected")
    await pilot.sees("Not now: ")
    before = pilot.text
    pilot.press("enter")
    await pilot.sees("What to do")
    assert "Not now" in before
    pilot.press("escape")
    await pilot.sees_no("What to do")


async def test_nothing_fits_and_the_words_are_edited(pilot: Pilot) -> None:
    pilot.press(":")
    pilot.paste("zzzz\nqqqq")
    await pilot.sees("zzzz qqqq", "Nothing fits.")
    pilot.press("enter")
    await pilot.sees("No action fits these words")
    pilot.press("ctrl+u", "q", "u", "i", "t")
    await pilot.sees("Quit; tmux panes run on")
    pilot.press("backspace", "backspace", "backspace", "backspace", "down", "down", "up", "tab", "escape")
    await pilot.sees_no("What to do")


async def test_what_can_be_done_stands_first(pilot: Pilot) -> None:
    pilot.press(":")
    await pilot.sees("What to do", "Open a direct pane")
    await pilot.sees_no("Not now")
    await pilot.sees_no("Attach the selected")


async def test_the_last_line_stays_in_the_box(pilot: Pilot) -> None:
    pilot.press(":", *["down"] * (len(ACTIONS) + len(Instances.actions)))
    await pilot.sees("Not now: ")


async def test_the_help_leads_to_it(pilot: Pilot) -> None:
    pilot.press("?")
    await pilot.sees("Keys: / finds one and does it")
    pilot.press("/")
    await pilot.sees("What to do")
    await pilot.sees_no("Keys: /")
    pilot.type("what chloe said")
    pilot.press("enter")
    await pilot.sees("Messages")
