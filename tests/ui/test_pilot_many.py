"""Many panes at once: marks, one question, what is left out, and taking back what was closed."""

from __future__ import annotations

from functools import partial
from operator import contains
from typing import TYPE_CHECKING

from chloe.config.settings import PanesSettings
from chloe.events import commands
from tests.ui.test_pilot_finding import open_many

if TYPE_CHECKING:
    from tests.ui.conftest import Fly
    from tests.ui.pilot import Pilot


async def test_marked_panes_are_closed_after_one_question_and_taken_back(pilot: Pilot) -> None:
    panes = await open_many(pilot, 3, "t")
    panes += await open_many(pilot, 1)
    pilot.program(panes[1]).exits(0)
    await pilot.until(lambda: not panes[1].alive)
    pilot.press("1", "space", "space", "end", "space")
    await pilot.sees("3 marked", "•")
    pilot.press("x")
    await pilot.sees("Close 3 panes: pane-0, pane-1, pane-0?", "1 pane end; 1 run on")
    pilot.press("n")
    await pilot.sees_no("Close 3 panes")
    await pilot.sees("3 marked")
    pilot.press("x", "y")
    await pilot.sees("3 panes closed")
    await pilot.sees_no("marked")
    assert [pane.closed for pane in panes] == [True, True, False, True]
    assert [pane.alive for pane in panes] == [True, False, True, False]
    pilot.press("u")
    await pilot.sees("3 panes restored")
    assert not any(pane.closed for pane in panes)
    # As they were: what ran on is attached again, what ended with it has ended.
    assert [pane.alive for pane in panes] == [True, False, True, False]
    assert pilot.engine.instance in panes[0].attached
    pilot.press("u")
    await pilot.sees("Nothing was put away that could be taken back")


async def test_one_that_was_closed_is_taken_back_detached_if_it_was(pilot: Pilot) -> None:
    (pane,) = await open_many(pilot, 1, "t")
    pilot.press("d")
    await pilot.sees("─ [💤] pane-0 ")
    pilot.press("x")
    await pilot.sees("runs on; History has it")
    pilot.press("u")
    await pilot.sees("─ [💤] pane-0 ")
    assert pilot.engine.instance not in pane.attached


async def test_all_that_ended_is_closed_by_one_key(pilot: Pilot) -> None:
    panes = await open_many(pilot, 5)
    pilot.press("C")
    await pilot.sees("No pane has ended")
    for pane in panes[:3]:
        pilot.program(pane).exits(0)
    await pilot.sees("3 ended")
    pilot.press("C")
    await pilot.sees("3 panes closed", "2/2")
    pilot.press("u")
    await pilot.sees("3 panes restored", "/5")


async def test_marks_by_list_and_by_words(pilot: Pilot) -> None:
    panes = await open_many(pilot, 4)
    pilot.press("U")
    await pilot.sees("No pane is marked")
    pilot.press("*")
    await pilot.sees("4 marked")
    pilot.press("*")
    await pilot.sees_no("4 marked")
    pilot.program(panes[2]).exits(1)
    await pilot.sees("1 ended")
    pilot.press("+")
    await pilot.sees("Mark panes with")
    pilot.type("is:failed")
    pilot.press("enter")
    await pilot.sees("1 pane marked")
    pilot.press("U", "/")
    pilot.type("pane-1")
    pilot.press("enter", "*", "/", "escape")
    await pilot.sees("1 marked", "/4")


async def test_what_can_t_be_done_to_some_is_left_out_and_said(pilot: Pilot) -> None:
    panes = await open_many(pilot, 1, "t")
    panes += await open_many(pilot, 2)
    pilot.press("*", "d")
    await pilot.until(lambda: pilot.engine.instance not in panes[0].attached)
    assert len(pilot.requested.of(commands.Detach)) == 1
    pilot.press("*", "o")
    await pilot.sees("None of 3 panes: pane-0 runs still")
    pilot.program(panes[2]).exits(0)
    await pilot.until(lambda: not panes[2].alive)
    pilot.press("K")
    await pilot.sees("Kill 2 panes: pane-0, pane-0?", "1 of those that are marked can't be")
    pilot.press("y")
    await pilot.until(lambda: not any(pane.alive for pane in panes))
    # What is said of each end may stand over it.
    await pilot.until(lambda: "2 panes ended" in [m.text for m in pilot.app._state.messages.latest_first])
    pilot.press("*", "o")
    await pilot.sees("Run again 3 panes")
    pilot.press("y")
    await pilot.sees("3 panes run again")
    assert sum(pane.alive and not pane.closed for pane in pilot.panes.values()) == 3


async def test_a_line_is_typed_into_all_that_are_marked(pilot: Pilot) -> None:
    panes = await open_many(pilot, 3)
    pilot.press("1", "space", "space", "b")
    await pilot.sees("Type into 2 panes: pane-0, pane-1")
    pilot.type("echo together")
    pilot.press("enter")
    await pilot.sees("2 panes typed into")
    for pane in panes[:2]:
        typed = pilot.program(pane).typed
        await pilot.until(partial(contains, typed, b"echo together\r"))
    assert b"together" not in pilot.program(panes[2]).typed


async def test_tags_of_many_are_added_and_taken_away(pilot: Pilot) -> None:
    panes = await open_many(pilot, 3)
    await pilot.engine.request(commands.Tag(panes[0].id, ("old", "keep")))
    pilot.press("*", "T")
    await pilot.sees("Tags of 3 panes")
    pilot.type("new env=x -old")
    pilot.press("enter")
    await pilot.sees("3 panes tagged: new env=x -old")
    assert [pane.tags for pane in panes] == [("keep", "new", "env=x"), ("new", "env=x"), ("new", "env=x")]


async def test_a_failure_of_some_is_said_with_how_many_went_well(pilot: Pilot) -> None:
    panes = await open_many(pilot, 3)
    pilot.press("*", "T")
    await pilot.sees("Tags of 3 panes")
    await pilot.engine.request(commands.Tag(panes[0].id, tuple(f"t{number}" for number in range(64))))
    pilot.type("more")
    pilot.press("enter")
    await pilot.sees("2 tagged, 1 not: a pane has at most 64 tags")


async def test_the_rule_for_the_end_is_gone_through_and_followed(fly: Fly) -> None:
    pilot = await fly(panes=PanesSettings(grace=0))
    panes = await open_many(pilot, 2)
    pilot.press("O")
    await pilot.until(lambda: panes[1].tags == ("on-exit=keep",))
    pilot.press("O")
    await pilot.sees("Once it has ended, pane-1: closed")
    await pilot.until(lambda: panes[1].tags == ("on-exit=close",))
    for pane in panes:
        pilot.program(pane).exits(0)
    await pilot.until(lambda: panes[1].closed)
    await pilot.sees("1/1")
    assert not panes[0].closed
    # One that was closed by itself is taken back as any other, and stays.
    pilot.press("u")
    await pilot.sees(" 2/2 ", "─ pane-1 ")
    pilot.press("O")
    await pilot.until(lambda: panes[1].tags == ("on-exit=close-on-success",))
    assert not panes[1].closed
