"""Who has Esc while a pane has the keyboard, what leaves it, and what the footer says: the app in memory."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from chloe.engine import ProgramEvidence
from chloe.events import commands, facts

if TYPE_CHECKING:
    from chloe.events.panes import Pane
    from tests.ui.conftest import Fly
    from tests.ui.pilot import Pilot

PROMPT = ProgramEvidence(is_raw=True, echoes=False, program="bash", front="bash", is_own_group=True)
VIM = replace(PROMPT, front="vim", is_own_group=False)


@pytest.fixture
async def auto(fly: Fly) -> Pilot:
    """The app as a user has it who chose nothing."""
    return await fly(release="auto", columns=100)


async def shows(pilot: Pilot, pane: Pane, evidence: ProgramEvidence | None, *texts: str) -> None:
    """Have the program be seen like this; the footer tells it without a byte or a key."""
    pilot.program(pane).evidence = evidence
    await pilot.sees(*texts)


async def test_an_escape_goes_where_the_footer_says(auto: Pilot) -> None:
    pane = await auto.opens()
    typed = auto.program(pane).typed
    await auto.sees("keyboard: sh  Esc leaves it  Ctrl-] leaves whatever runs")
    await shows(auto, pane, VIM, "Ctrl-] leaves it  Esc is the program's: it reads single keys")
    auto.type(b"\x1b")
    await auto.until(lambda: typed == b"\x1b")
    auto.type(b"\x1b[27u")
    await auto.until(lambda: typed == b"\x1b\x1b")
    await shows(auto, pane, None, "Esc is the program's: what it does can't be seen")
    await shows(auto, pane, PROMPT, "Esc leaves it")
    before = bytes(typed)
    auto.type(b"\x1b")
    await auto.sees("q quit")
    auto.type("j")
    assert typed == before


async def test_what_a_program_set_gives_it_escape(auto: Pilot) -> None:
    pane = await auto.opens()
    program = auto.program(pane)
    for sets, unsets, says in (
        (b"\x1b[?1049h", b"\x1b[?1049l", "it has the whole screen"),
        (b"\x1b[?1002h", b"\x1b[?1002l", "it has the mouse"),
        (b"\x1b[>1u", b"\x1b[<u", "it reads keys kitty's way"),
    ):
        program.prints(sets)
        await auto.sees(f"Esc is the program's: {says}")
        program.prints(unsets)
        await auto.sees("Esc leaves it")


async def test_a_message_and_the_banner_leave_word_of_what_leaves(
    auto: Pilot, monkeypatch: pytest.MonkeyPatch
) -> None:
    await auto.opens()
    auto.app._state.messages.notify("something happened")
    auto.app._frames.want()
    await auto.sees("keyboard: sh  something happened  Esc leaves it")
    monkeypatch.setattr(type(auto.engine), "trouble", "the disk is full")
    auto.app._frames.want()
    await auto.sees("The disk is full.", "Esc leaves it")


async def test_no_escape_in_command_mode_is_typed_into_a_pane_and_e_sends_one(auto: Pilot) -> None:
    pane = await auto.opens()
    await auto.leave()
    auto.press("escape")
    await auto.sees("Esc does nothing here")
    assert not auto.program(pane).typed
    auto.press("e")
    await auto.until(lambda: auto.program(pane).typed == b"\x1b")
    await auto.sees("keyboard: sh")


@pytest.mark.parametrize("release", ["auto", "esc", "never"])
async def test_a_key_that_leaves_does_so_always_and_twice_sends_one(fly: Fly, release: str) -> None:
    pilot = await fly(release=release)
    pane = await pilot.opens()
    pilot.program(pane).evidence = VIM
    now = 10.0
    pilot.app._pane_input._clock = lambda: now
    pilot.type(b"\x1d")
    await pilot.sees("q quit")
    now += 0.9
    pilot.type(b"\x1b[53;5u")
    await pilot.sees("keyboard: sh")
    await pilot.until(lambda: pilot.program(pane).typed == b"\x1d")
    await pilot.leave()
    pilot.press("k")
    pilot.type(b"\x1d")
    await pilot.sees("The keyboard is Chloe's already")
    assert pilot.program(pane).typed == b"\x1d"


async def test_a_key_that_left_long_ago_isnt_sent(auto: Pilot) -> None:
    pane = await auto.opens()
    now = 10.0
    auto.app._pane_input._clock = lambda: now
    auto.type(b"\x1d")
    await auto.sees("q quit")
    now += 1.1
    auto.type(b"\x1d")
    await auto.sees("The keyboard is Chloe's already")
    assert auto.program(pane).typed == b""
    assert not auto.app._state.selection.is_typing


async def test_an_escape_that_began_a_key_gives_the_keyboard_back(auto: Pilot) -> None:
    pane = await auto.opens()
    auto.type(b"\x1b")
    await auto.sees("q quit")
    auto.type(b"[A")
    await auto.sees("keyboard: sh")
    await auto.until(lambda: auto.program(pane).typed == b"\x1b[A")


async def test_the_user_gives_escape_to_a_pane_and_the_log_has_it(auto: Pilot) -> None:
    pane = await auto.opens()
    await auto.leave()
    auto.press("E")
    await auto.sees("Esc is the program's in sh; Ctrl-] takes the keyboard back")
    assert auto.panes[pane.id].owns_escape
    assert auto.requested.of(commands.AssignEscape) == [commands.AssignEscape(pane.id, True)]
    history = auto.engine.projections.history[pane.id].entries
    assert history[-1].fact == facts.EscapeAssigned(to_program=True)
    auto.press("enter")
    await auto.sees("Esc is the program's: this pane was given it")
    auto.type(b"\x1b")
    await auto.until(lambda: auto.program(pane).typed == b"\x1b")
    await auto.leave()
    auto.press("E")
    await auto.sees("Esc takes the keyboard back from sh")
    assert not auto.panes[pane.id].owns_escape


async def test_where_every_escape_is_the_programs_none_can_be_given(pilot: Pilot) -> None:
    await pilot.opens()
    await pilot.leave()
    pilot.press("E")
    await pilot.sees('the configuration says release = "never"')
    assert not pilot.requested.of(commands.AssignEscape)


async def test_a_program_of_the_configuration_has_escape(fly: Fly) -> None:
    pilot = await fly(release="auto", escape=("fish", "sh"), columns=100)
    await pilot.opens()
    await pilot.sees("Esc is the program's: the configuration gives it to sh")


async def test_the_first_times_at_a_prompt_the_footer_says_how_to_give_escape_away(auto: Pilot) -> None:
    pane = await auto.opens()
    for _ in range(3):
        await shows(auto, pane, PROMPT, "Esc leaves it")
        auto.type(b"\x1b")
        await auto.sees("E gives Esc to the shell", "q quit")
        auto.press("z")
        await auto.sees_no("gives Esc")
        auto.press("enter")
        await auto.sees("keyboard: sh")
    auto.type(b"\x1b")
    await auto.sees("q quit")
    assert "gives Esc" not in auto.text


async def test_a_pane_that_ends_gives_the_keyboard_back_and_what_is_still_typed_is_nobodys(
    auto: Pilot,
) -> None:
    pane = await auto.opens()
    auto.type("exit 3\r")
    await auto.until(lambda: not auto.panes[pane.id].alive)
    auto.type("q\rx")
    await auto.sees("sh ended: exit 3")
    assert not auto.app._state.selection.is_typing
    await auto.presses_until("x", lambda: "No panes yet" in auto.text)
    assert auto.status is None


async def test_a_program_that_ends_before_its_pane_has_the_keyboard_leaves_no_commands(auto: Pilot) -> None:
    auto.launcher.may_start.clear()
    auto.type("c")
    auto.type("q")
    backends = auto.launcher.backends
    await auto.until(lambda: backends)
    (backend,) = backends.values()
    auto.launcher.may_start.set()
    await auto.until(lambda: backend.started)
    backend.exits(1)
    await auto.until(lambda: any(not pane.alive for pane in auto.panes.values()))
    await auto.sees("ended: exit 1")
    assert auto.status is None
