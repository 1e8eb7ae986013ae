"""Finding one of many panes: by number, page, words, what wants one, and by going back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chloe.events import commands
from chloe.events.panes import Pane

if TYPE_CHECKING:
    from tests.ui.pilot import Pilot


async def open_many(pilot: Pilot, count: int, key: str = "c") -> list[Pane]:
    panes = []
    for number in range(count):
        panes.append(await pilot.opens(key))
        await pilot.engine.request(commands.Rename(panes[-1].id, f"pane-{number}"))
        await pilot.leave()
    return panes


async def test_a_long_list_is_paged_numbered_and_says_where_one_is(pilot: Pilot) -> None:
    await open_many(pilot, 30)
    await pilot.sees("─ pane-29 ", "30/30")
    for key, selected, position in (
        ("home", 0, "1/30"),
        ("9", 8, "9/30"),
        ("page_down", 28, "29/30"),
        ("page_down", 29, "30/30"),
        ("page_up", 9, "10/30"),
        ("end", 29, "30/30"),
        ("1", 0, "1/30"),
    ):
        pilot.press(key)
        await pilot.sees(f"─ pane-{selected} ", f" {position} ")


async def test_a_number_that_no_pane_has_says_so(pilot: Pilot) -> None:
    await open_many(pilot, 2)
    pilot.press("3")
    await pilot.sees("There is no pane 3: the list has 2")


async def test_the_list_is_filtered_as_one_types(pilot: Pilot) -> None:
    await open_many(pilot, 12)
    pilot.press("/")
    pilot.type("pane-1")
    await pilot.sees("/pane-1 ", "/3 ")
    await pilot.sees_no("pane-2")
    pilot.press("up", "enter")
    await pilot.sees("/pane-1 ", "2/3", "─ pane-10 ", "c direct")
    # A new pane isn't hidden by the filter.
    pane = await pilot.opens()
    await pilot.leave()
    await pilot.sees("13/13")
    assert pane.name in pilot.text
    pilot.press("/", "x", "backspace", "z", "z")
    await pilot.sees("Nothing fits.", "0/0")
    pilot.press("enter", "d")
    await pilot.sees("No pane fits the words of the filter: / changes them")
    pilot.press("/", "escape")
    await pilot.sees("13/13")


async def test_minus_goes_back_and_forth(pilot: Pilot) -> None:
    await open_many(pilot, 4)
    pilot.press("-")
    await pilot.sees("─ pane-2 ")
    pilot.press("1", "-")
    await pilot.sees("─ pane-2 ")
    pilot.press("-")
    await pilot.sees("─ pane-0 ")


async def test_w_goes_to_what_wants_one(pilot: Pilot) -> None:
    panes = await open_many(pilot, 4)
    pilot.press("w")
    await pilot.sees("No pane wants you")
    pilot.program(panes[0]).exits(3)
    pilot.program(panes[2]).prints(b"\a")
    await pilot.sees("1 rang", "1 ended")
    pilot.press("w")
    await pilot.sees("─ pane-0 ")
    await pilot.until(lambda: panes[0].is_end_seen)
    pilot.press("w")
    await pilot.sees("─ pane-2 ")
    await pilot.until(lambda: panes[2].seen_bytes == panes[2].output_bytes)
    pilot.press("w")
    await pilot.sees("No pane wants you")


async def test_w_goes_to_what_waits_for_one(pilot: Pilot) -> None:
    panes = await open_many(pilot, 3)
    program = pilot.program(panes[1])
    assert program.evidence is not None
    program.evidence = replace(program.evidence, front="cat", is_own_group=False)
    program.prints(b"say something: ")
    await pilot.sees("1 waiting")
    pilot.press("w")
    await pilot.sees("─ pane-1  cat waits for a line ")


async def test_the_switcher_finds_present_and_past(pilot: Pilot) -> None:
    panes = await open_many(pilot, 5, "t")
    pilot.press("x")
    await pilot.sees("pane-4 runs on")
    pilot.press("s")
    pilot.type("PANE-1")
    await pilot.sees("Go to a pane", "pane-1")
    pilot.press("enter")
    await pilot.sees("─ pane-1 ")
    pilot.press("s")
    pilot.type("pane-4")
    await pilot.sees("in History")
    pilot.press("enter")
    await pilot.sees("─ pane-4 ")
    assert not panes[4].closed
    pilot.press("s", "down", "up", "ctrl+u", "q", "q", "q", "q")
    await pilot.sees("Nothing fits.")
    pilot.press("enter")
    await pilot.sees("No pane fits these words")
    pilot.press("escape")
    await pilot.sees_no("Go to a pane")


async def test_what_runs_in_front_is_found_by_the_filter_and_the_switcher(pilot: Pilot) -> None:
    panes = await open_many(pilot, 3)
    program = pilot.program(panes[1])
    assert program.evidence is not None
    program.evidence = replace(program.evidence, front="Vim", is_own_group=False)
    program.prints(b"a text\r\n")
    await pilot.sees("Vim")
    pilot.press("3", "/")
    pilot.type("vim")
    await pilot.sees("1/1", "\u2500 pane-1 ")
    pilot.press("ctrl+u", "enter", "3")
    await pilot.sees("3/3")
    pilot.press("s")
    pilot.type("vim")
    await pilot.sees("Go to a pane")
    pilot.press("enter")
    await pilot.sees("\u2500 pane-1 ", "2/3")
    # Once it isn't in front any more, nothing is found by it.
    program.evidence = replace(program.evidence, front="sh", is_own_group=True)
    program.prints(b"$ ")
    await pilot.sees_no("Vim")
    pilot.press("/")
    pilot.type("vim")
    await pilot.sees("Nothing fits.")


async def test_escape_ends_looking_back_then_the_filter_and_then_does_nothing(pilot: Pilot) -> None:
    panes = await open_many(pilot, 2)
    pilot.program(panes[1]).prints(b"\r\n".join(b"%d" % n for n in range(200)))
    await pilot.sees("199")
    pilot.press("/")
    pilot.type("pane-1")
    await pilot.sees("/pane-1 ", "1/1")
    pilot.press("enter", "shift+page_up")
    await pilot.sees("/pane-1 ", " of 1")
    pilot.press("escape")
    await pilot.sees_no(" of 1")
    await pilot.sees("/pane-1 ", "199")
    pilot.press("escape")
    await pilot.sees("2/2", "pane-0")
    assert "/pane-1 " not in pilot.text
    pilot.press("escape")
    await pilot.sees("Esc does nothing here; ? shows every key")


async def test_escape_lifts_the_filter_of_history_and_no_other(pilot: Pilot) -> None:
    await open_many(pilot, 2)
    pilot.press("/")
    pilot.type("pane-1")
    pilot.press("enter", "tab", "/")
    pilot.type("pane-0")
    await pilot.sees("/pane-0")
    await pilot.sees_no("pane-1")
    pilot.press("enter")
    pilot.press("escape")
    await pilot.sees("In use", "pane-0", "pane-1")
    assert "/pane-0" not in pilot.text
    pilot.press("escape")
    await pilot.sees("Esc does nothing here; ? shows every key")
    pilot.press("tab")
    await pilot.sees("/pane-1 ", "1/1")
