"""Groups, tags and the order of the list, by their keys."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chloe.events import commands
from tests.ui.test_pilot_finding import open_many

if TYPE_CHECKING:
    from tests.ui.conftest import Fly
    from tests.ui.pilot import Pilot


async def test_tags_are_edited_in_a_box_and_shown(fly: Fly) -> None:
    pilot = await fly(columns=160)
    (pane,) = await open_many(pilot, 1)
    pilot.press("T")
    await pilot.sees("Tags of pane-0")
    pilot.type("web env=dev 'two words'")
    pilot.press("enter")
    await pilot.until(lambda: pane.tags == ("web", "env=dev", "two words"))
    await pilot.sees("#web #env=dev")
    pilot.press("T")
    await pilot.sees("web env=dev 'two words'")
    # As in readline: to the beginning, over a word, and all behind it cut.
    pilot.press("ctrl+a", "alt+f", "ctrl+k", "enter")
    await pilot.until(lambda: pane.tags == ("web",))
    pilot.press("T", "ctrl+u", '"', "enter")
    await pilot.sees("A quotation mark is open")
    assert pane.tags == ("web",)


async def test_what_is_typed_into_the_tags_of_a_pane_stands_by_itself_and_a_minus_takes_one_away(
    fly: Fly,
) -> None:
    pilot = await fly(columns=100)
    (pane,) = await open_many(pilot, 1)
    await pilot.engine.request(commands.Tag(pane.id, ("agent", "-odd", "group=agents")))
    pilot.press("T")
    await pilot.sees("Tags of pane-0", "agent -odd group=agents")
    pilot.type("-agent env=x")
    pilot.press("enter")
    await pilot.sees("pane-0 has the tags -odd group=agents env=x now")
    assert pane.tags == ("-odd", "group=agents", "env=x")
    pilot.press("T", "ctrl+u", "enter")
    await pilot.sees("pane-0 has no tags now")
    assert not list(pane.tags)
    pilot.press("T", "enter")
    await pilot.sees("pane-0 has no tags now")
    assert len(pilot.requested.of(commands.Tag)) == 3


async def test_a_pane_is_put_into_a_group_which_folds_and_moves_as_one(pilot: Pilot) -> None:
    panes = await open_many(pilot, 4)
    pilot.press("f")
    await pilot.sees("pane-3 is in no group; M puts it into one")
    for number in ("1", "1"):
        pilot.press(number, "M")
        await pilot.sees("Group of pane-")
        pilot.type("back")
        pilot.press("enter")
        await pilot.sees_no("Group of pane-")
        await pilot.sees("▿ back")
        await pilot.until(lambda: not pilot.app._requests._running)
    assert [pane.group for pane in panes] == ["back", "back", "", ""]
    await pilot.sees("─ pane-1 ", "4/4")
    pilot.press("f")
    await pilot.sees("▹ back", "─ pane-0 ", "3/3")
    await pilot.sees_no("pane-1")
    # What is done to a folded group is done to all of it.
    pilot.press("M")
    await pilot.sees("Group of 2 panes", "back")
    pilot.press("ctrl+w")
    pilot.type("front")
    pilot.press("enter")
    await pilot.sees("2 panes are in the group front now")
    assert [pane.group for pane in panes] == ["front", "front", "", ""]
    pilot.press("F")
    await pilot.sees("▹ front")
    # Going to a pane of it folds it out.
    pilot.press("s")
    pilot.type("pane-1")
    pilot.press("enter")
    await pilot.sees("▿ front", "─ pane-1 ")


async def test_a_pane_that_is_put_into_a_folded_group_stays_selected(pilot: Pilot) -> None:
    panes = await open_many(pilot, 3)
    for pane in panes[:2]:
        await pilot.engine.request(commands.Tag(pane.id, ("group=g",)))
    pilot.press("F")
    await pilot.sees("▹ g", "─ pane-2 ")
    await pilot.engine.request(commands.Tag(panes[2].id, ("group=g",)))
    await pilot.sees("▿ g", "─ pane-2 ", "3/3")


async def test_a_heading_counts_its_panes_by_what_they_do(pilot: Pilot) -> None:
    panes = await open_many(pilot, 3)
    for pane in panes:
        await pilot.engine.request(commands.Tag(pane.id, ("group=g",)))
    pilot.program(panes[0]).exits(1)
    pilot.program(panes[1]).exits(0)
    await pilot.until(lambda: any("▿ g" in line and "3 1✓ 1✗" in line for line in pilot.lines))


async def test_the_heading_of_a_folded_group_shows_a_bell_and_a_question_in_it(pilot: Pilot) -> None:
    panes = await open_many(pilot, 4)
    for pane in panes[:3]:
        await pilot.engine.request(commands.Tag(pane.id, ("group=g",)))
    await pilot.sees("▿ g", "─ pane-3 ")
    pilot.press("F")
    await pilot.sees("▹ g")
    pilot.program(panes[1]).prints(b"\a")
    await pilot.until(lambda: any("▹ g" in line and "3 1♪" in line for line in pilot.lines))
    program = pilot.program(panes[2])
    assert program.evidence is not None
    program.evidence = replace(program.evidence, front="cat", is_own_group=False)
    program.prints(b"Name: ")
    await pilot.until(lambda: any("▹ g" in line and "3 1? 1♪" in line for line in pilot.lines))


async def test_the_filter_takes_tags_groups_and_states(pilot: Pilot) -> None:
    panes = await open_many(pilot, 3)
    await pilot.engine.request(commands.Tag(panes[1].id, ("web", "group=g")))
    pilot.press("/")
    for words, selected in (("tag:web", 1), ("group:g", 1)):
        pilot.type(words)
        await pilot.sees("1/1", f"─ pane-{selected} ")
        pilot.press("ctrl+w")
        await pilot.sees("/3")
    pilot.type("is:failed")
    await pilot.sees("Nothing fits.")
    pilot.program(panes[0]).exits(2)
    await pilot.sees("1/1", "─ pane-0 ")


async def test_s_orders_the_list(fly: Fly) -> None:
    pilot = await fly(columns=160)
    await open_many(pilot, 3)
    pilot.press("1", "r", "ctrl+u", "z", "enter")
    await pilot.sees("─ z ")
    pilot.press("S")
    await pilot.sees("The list is ordered by name", " by name 3/3 ")
    pilot.press("S", "S", "S", "S")
    await pilot.sees("ordered by place", "1/3")
