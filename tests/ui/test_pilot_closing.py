"""Closing and opening panes: what is asked before one ends, what the hints say, and where a new one opens."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from chloe.events import commands

if TYPE_CHECKING:
    from chloe.events.panes import Pane
    from tests.ui.pilot import Pilot


def run_in_front(pilot: Pilot, pane: Pane, name: str) -> None:
    """Have a program of this name in front of the pane's shell."""
    program = pilot.program(pane)
    assert program.evidence is not None
    program.evidence = replace(program.evidence, front=name, is_own_group=False)
    program.call = "sleeps"


async def test_x_asks_before_it_ends_a_job_in_a_direct_pane(pilot: Pilot) -> None:
    pane = await pilot.opens()
    await pilot.leave()
    run_in_front(pilot, pane, "make")
    pilot.press("x")
    await pilot.sees("make runs in sh. End it?")
    pilot.press("enter", "n")
    await pilot.sees_no("End it?")
    assert not pilot.requested.of(commands.Close)
    pilot.press("x")
    await pilot.sees("make runs in sh. End it?")
    pilot.press("y")
    await pilot.sees("sh is in History")
    assert pilot.program(pane).killed


async def test_x_names_stopped_and_background_jobs_behind_a_prompt(pilot: Pilot) -> None:
    pane = await pilot.opens()
    await pilot.leave()
    pilot.program(pane).jobs = ("vim", "make", "sleep", "tail")
    pilot.press("x")
    await pilot.sees("vim, make, sleep and 1 more run in sh. End it?")


async def test_x_asks_for_no_shell_at_its_prompt_and_for_no_pane_that_runs_on(pilot: Pilot) -> None:
    tmux = await pilot.opens("t")
    await pilot.leave()
    run_in_front(pilot, tmux, "make")
    pilot.press("x")
    await pilot.sees("sh runs on; History has it")
    assert not pilot.program(tmux).killed
    await pilot.opens("c")
    await pilot.leave()
    pilot.press("x")
    await pilot.sees("sh-2 is in History")


async def test_the_hint_says_which_of_two_things_x_does(pilot: Pilot) -> None:
    direct = await pilot.opens("c")
    await pilot.leave()
    await pilot.sees("x end ")
    await pilot.opens("t")
    await pilot.leave()
    await pilot.sees("x put away ")
    pilot.press("k")
    await pilot.sees("x end ")
    pilot.program(direct).exits(1)
    # A key clears what is said of the end.
    await pilot.presses_until("ctrl+l", lambda: "x put away " in pilot.text)


@pytest.mark.parametrize("key", ["c", "t"])
async def test_a_new_pane_opens_where_the_selected_one_is(pilot: Pilot, key: str) -> None:
    pane = await pilot.opens()
    await pilot.leave()
    pilot.program(pane).folder = "/usr/share"
    assert (await pilot.opens(key)).cwd == "/usr/share"


async def test_a_new_pane_opens_where_an_ended_one_was_as_long_as_that_is_there(pilot: Pilot) -> None:
    pane = await pilot.engine.request(commands.Open(backend="direct", argv=("sh",), cwd="/usr"))
    assert pane is not None
    await pilot.sees("[💀]" if not pilot.panes[pane].alive else "sh")
    pilot.program(pilot.panes[pane]).exits(0)
    await pilot.sees("[💀]")
    assert (await pilot.opens()).cwd == "/usr"


async def test_o_runs_an_ended_panes_command_once_more_in_its_place(pilot: Pilot) -> None:
    await pilot.opens()
    await pilot.leave()
    opened = commands.Open(backend="tmux", argv=("sh", "-i"), cwd="/usr", name="tests", tags=("ci",))
    ended = await pilot.engine.request(opened)
    assert ended is not None
    pilot.press("j")
    await pilot.sees("─ tests ")
    pilot.press("o")
    await pilot.sees("tests runs still: only what has ended runs again")
    pilot.program(pilot.panes[ended]).exits(1)
    await pilot.sees("[💀] tests")
    await pilot.presses_until("ctrl+l", lambda: "o once more" in pilot.text)
    pilot.press("o")
    await pilot.sees("[📎] tests", "keyboard: tests", "Instances 2")
    (again,) = (pane for pane in pilot.panes.values() if pane.relaunches == ended)
    assert (again.backend, again.argv, again.cwd) == ("tmux", ("sh", "-i"), "/usr")
    assert (again.name, again.tags) == ("tests", ("ci",))
    assert pilot.panes[ended].closed


async def test_o_in_history_takes_another_number_where_the_name_is_in_use(pilot: Pilot) -> None:
    await pilot.opens()
    await pilot.leave()
    pilot.press("x")
    await pilot.sees("sh is in History")
    await pilot.opens()
    await pilot.leave()
    pilot.press("tab")
    await pilot.sees("SIGHUP")
    pilot.press("o")
    await pilot.sees("keyboard: sh-2", "Instances 2")
