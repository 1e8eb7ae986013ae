"""History and the last screens, key by key."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from chloe.events import commands

if TYPE_CHECKING:
    from tests.ui.conftest import Fly
    from tests.ui.pilot import Pilot


async def ended(pilot: Pilot, *names: str) -> None:
    """Panes that have ended, each with a name and its name on its screen; History shows."""
    for name in names:
        pane = await pilot.opens()
        await pilot.engine.request(commands.Rename(pane.id, name))
        pilot.type(f"echo {name}-was-here; exit 3\r")
        await pilot.sees("[💀]")
        await pilot.leave()
        pilot.press("x")
        await pilot.sees_no("[💀]")
    pilot.press("tab")
    await pilot.sees("ended    name")


def selected(pilot: Pilot) -> str:
    """The name on the line that is selected."""
    for y in range(2, pilot.tty.terminal.rows - 1):
        if pilot.tty.terminal.line(y)[0].attributes.reverse:
            return pilot.lines[y].split()[1]
    return ""


async def test_keys_switch_the_tab(pilot: Pilot) -> None:
    for key, shows in (
        ("shift+tab", "Nothing has run yet"),
        ("shift+tab", "No panes yet"),
        ("tab", "Nothing has run yet"),
        ("tab", "No panes yet"),
    ):
        pilot.press(key)
        await pilot.sees(shows)


async def test_an_empty_history_says_so_to_each_key(pilot: Pilot) -> None:
    pilot.press("tab")
    await pilot.sees("Enter look  a reopen  o once more  h hide  / filter  ? help  q quit")
    for key in ("enter", "a", "o"):
        pilot.press("ctrl+l", key)
        await pilot.until(lambda: "Nothing has run yet" in pilot.lines[-1])
    assert not pilot.requested.commands


async def test_keys_select_a_line_as_far_as_there_are_any(pilot: Pilot) -> None:
    def selects(name: str) -> bool:
        return selected(pilot) == name

    await ended(pilot, *(f"pane-{number}" for number in range(9)))
    pilot.tty.resize(8, 80)  # Five lines show.
    await pilot.until(lambda: selected(pilot) == "pane-8")
    for key, name in (
        ("up", "pane-8"),
        ("down", "pane-7"),
        ("j", "pane-6"),
        ("k", "pane-7"),
        ("page_down", "pane-3"),
        ("page_down", "pane-0"),
        ("page_up", "pane-4"),
        ("G", "pane-0"),
        ("g", "pane-8"),
        ("end", "pane-0"),
        ("home", "pane-8"),
    ):
        pilot.press(key)
        await pilot.until(partial(selects, name), f"{key} selects {name}")


async def test_enter_shows_the_last_screen_of_what_has_ended_and_goes_back(pilot: Pilot) -> None:
    await ended(pilot, "one")
    pilot.press("a")
    await pilot.sees("one has ended (exit 3); Enter shows its last screen")
    for way_back in ("escape", "q", "enter"):
        pilot.press("enter")
        await pilot.sees("one-was-here", " one  exit 3, ", "its last screen", "Esc back")
        pilot.press(way_back)
        await pilot.sees("Enter look")
    pilot.press("enter", "?")
    await pilot.sees("Keys")
    pilot.press("q")
    await pilot.sees_no("Keys")
    await pilot.sees("one-was-here")
    assert not pilot.requested.of(commands.Reopen)


async def test_in_a_last_screen_one_can_look_back_and_on(pilot: Pilot) -> None:
    await pilot.opens()
    pilot.type("seq 1 100; exit 0\r")
    await pilot.sees("[💀]")
    await pilot.leave()
    pilot.press("x", "tab")
    await pilot.sees("exit 0")
    pilot.press("enter")
    await pilot.sees("its last screen", "100")
    for keys in ((("page_up", "up", "k", "b"), ("page_down", "down", "j", "space")),):
        for back in keys[0]:
            pilot.press(back)
            await pilot.sees("line 62 of 82")
            pilot.press("G")
            await pilot.sees("its last screen")
        pilot.press("g")
        for on in keys[1]:
            pilot.press("home")
            await pilot.sees("line 1 of 82", "$ seq 1 100")
            pilot.press(on)
            await pilot.sees("line 21 of 82")
    pilot.press("end")
    await pilot.sees("its last screen")


async def test_a_last_screen_waits_behind_its_tab(pilot: Pilot) -> None:
    await ended(pilot, "one")
    pilot.press("enter")
    await pilot.sees("one-was-here")
    pilot.press("tab", "shift+tab")
    await pilot.sees("Shift-Tab does nothing here")
    pilot.press("escape")
    await pilot.sees("Enter look")


@pytest.mark.parametrize("key", ["enter", "a"])
async def test_what_still_runs_is_taken_back(pilot: Pilot, key: str) -> None:
    pane = await pilot.opens("t")
    pilot.type("echo on-and-on\r")
    await pilot.sees("on-and-on")
    await pilot.leave()
    pilot.press("x", "tab")
    await pilot.sees("Still runs, put away")
    pilot.press(key)
    await pilot.sees("[📎] sh", "on-and-on", "Instances 1")
    assert pilot.requested.of(commands.Reopen) == [commands.Reopen(pane.id)]
    assert not pilot.requested.of(commands.Reattach)


async def test_a_key_that_types_into_panes_does_nothing_in_history(pilot: Pilot) -> None:
    await pilot.opens()
    await pilot.leave()
    pilot.press("tab", "d")
    await pilot.sees("d does nothing here")
    pilot.press("ctrl+]")
    await pilot.sees("Ctrl-] does nothing here")
    pilot.paste("text")
    await pilot.sees("A paste goes to a pane that has the keyboard: press Enter first")


async def test_past_and_present_stand_in_one_table_below_headings(fly: Fly) -> None:
    pilot = await fly(columns=100)
    panes = []
    for name in ("used", "away", "done"):
        panes.append(await pilot.opens("t"))
        await pilot.engine.request(commands.Rename(panes[-1].id, name))
        await pilot.leave()
    pilot.program(panes[2]).exits(3)
    await pilot.sees("1 ended")
    await pilot.engine.request(commands.Close(panes[1].id))
    pilot.press("tab")
    await pilot.sees("Still runs, put away", "In use", "Today, ", "exit 3")
    order = [pilot.text.index(text) for text in ("Still runs", "away", "Today", "done", "In use", "used")]
    assert order == sorted(order)
    await pilot.until(lambda: selected(pilot) == "away")
    # The bar of the selected line is as wide as the row.
    bar = next(row for y in range(2, 22) if (row := pilot.tty.terminal.line(y))[0].attributes.reverse)
    assert all(run.attributes.reverse for run in bar)
    # Enter brings back what was put away, and goes to what is in use.
    pilot.press("enter")
    await pilot.until(lambda: not panes[1].closed)
    await pilot.sees("─ away ")
    pilot.press("tab", "G", "enter")
    await pilot.sees("─ away ", "q quit")
    assert len(pilot.requested.of(commands.Reopen)) == 1


async def test_a_wide_window_cuts_nothing_and_shows_the_last_screen(fly: Fly) -> None:
    pilot = await fly(columns=200, rows=30)
    pane = await pilot.opens()
    await pilot.engine.request(commands.Rename(pane.id, "a-name-that-is-thirty-columns-"))
    pilot.type("echo a-word; exit 3\r")
    await pilot.sees("[💀]")
    await pilot.leave()
    pilot.press("x", "tab")
    await pilot.sees("a-name-that-is-thirty-columns- exit 3", "its last screen", "echo a-word; exit 3")
    pilot.tty.resize(24, 80)
    await pilot.sees_no("its last screen")
    await pilot.sees("exit 3")


async def test_history_is_filtered_sorted_and_hides(fly: Fly) -> None:
    pilot = await fly(columns=100)
    await ended(pilot, "beta", "alpha")
    await pilot.until(lambda: selected(pilot) == "alpha")
    pilot.press("/")
    pilot.type("exit 3 beta")
    await pilot.sees("/exit 3 beta")
    await pilot.sees_no("alpha")
    await pilot.until(lambda: selected(pilot) == "beta")
    pilot.press("ctrl+u")
    pilot.type("is:ok")
    await pilot.sees("Nothing fits the words of the filter")
    pilot.press("escape")
    await pilot.sees("Today, ")
    pilot.press("S")
    await pilot.sees("History is ordered by name", "by name")
    await pilot.sees_no("Today")
    assert pilot.text.index("alpha") < pilot.text.index("beta")
    pilot.press("g", "h")
    await pilot.sees("alpha is hidden; H lists what is")
    pilot.press("ctrl+l")
    await pilot.sees_no("alpha")
    pilot.press("H")
    await pilot.sees("alpha", "#hidden", "hidden ones as well")
    pilot.press("g", "o")
    await pilot.sees("Instances 1")
    assert [pane.tags for pane in pilot.panes.values() if not pane.closed] == [()]


async def test_what_is_in_use_can_t_be_hidden(pilot: Pilot) -> None:
    await pilot.opens()
    await pilot.leave()
    pilot.press("tab", "h")
    await pilot.sees("sh is in use")
