"""Instances, key by key: what each does, what it asks of the engine, and what it says where it can't."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from chloe.errors import LogUnusable, StartFailed
from chloe.events import commands
from chloe.past.scrollback import Lines
from tests.ui.pilot import make_fake_launcher

if TYPE_CHECKING:
    from tests.ui.conftest import Fly
    from tests.ui.pilot import FakeLauncher, Pilot


async def test_c_opens_a_direct_pane_that_has_the_keyboard(pilot: Pilot) -> None:
    await pilot.sees("No panes yet", "c  a direct pane", "Instances 0")
    pilot.press("c")
    await pilot.sees("$", "keyboard: sh", "Ctrl-] leaves it", "Instances 1")
    assert pilot.requested.commands == [commands.Open(backend="direct", rows=21, columns=59)]
    pilot.type("echo hello\r")
    await pilot.sees("hello")


async def test_t_opens_a_tmux_pane_that_has_the_keyboard(pilot: Pilot) -> None:
    pilot.press("t")
    await pilot.sees("[📎] sh", "$", "keyboard: sh")
    assert pilot.requested.commands == [commands.Open(backend="tmux", rows=21, columns=59)]


async def test_what_is_typed_while_a_pane_is_made_waits_for_it(pilot: Pilot) -> None:
    pilot.launcher.may_start.clear()
    pilot.press("c")
    pilot.type("echo $q\r")
    await pilot.until(lambda: pilot.requested.commands)
    assert pilot.status is None
    pilot.launcher.may_start.set()
    await pilot.sees("$q")
    assert len(pilot.panes) == 1


async def test_a_pane_that_can_t_be_made_says_so_and_the_keys_are_chloe_s(pilot: Pilot) -> None:
    pilot.launcher.refuse = StartFailed("no PTY is left")
    pilot.press("c")
    await pilot.sees("no PTY is left")
    pilot.press("tab")
    await pilot.sees("Nothing has run yet")


async def test_a_request_that_fails_unforeseen_is_told_and_ends_nothing(pilot: Pilot) -> None:
    pilot.requested.failure = ValueError("broken on purpose")
    pilot.press("c")
    await pilot.sees("this can't be done: ValueError: broken on purpose; the traceback is in")
    await pilot.opens()


async def test_enter_gives_the_keyboard_and_the_release_key_takes_it(pilot: Pilot) -> None:
    pane = await pilot.opens()
    await pilot.leave()
    pilot.press("j", "k")
    pilot.press("enter")
    await pilot.sees("keyboard: sh")
    pilot.type("jk")
    await pilot.until(lambda: bytes(pilot.program(pane).typed) == b"jk")


@pytest.mark.parametrize(("key", "bytes_"), [("e", b"\x1b"), ("ctrl+]", b"\x1d")])
async def test_keys_that_chloe_would_take_reach_the_program(pilot: Pilot, key: str, bytes_: bytes) -> None:
    pane = await pilot.opens()
    pilot.app._pane_input._clock = lambda: 0.0
    await pilot.leave()
    pilot.press(key)
    await pilot.sees("keyboard: sh")
    await pilot.until(lambda: bytes(pilot.program(pane).typed) == bytes_)


async def test_without_a_pane_a_key_says_how_to_get_one(pilot: Pilot) -> None:
    for key in ("enter", "e", "E", "d", "a", "x", "o", "r", "K"):
        pilot.press(key)
        await pilot.sees("There is no pane yet: c opens a direct one, t a tmux one")
        pilot.press("ctrl+l")
        await pilot.sees_no("There is no pane yet")
    assert not pilot.requested.commands


async def test_d_lets_go_of_a_tmux_pane_and_a_takes_it_back(pilot: Pilot) -> None:
    pane = await pilot.opens("t")
    pilot.type("echo be''fore\r")
    await pilot.sees("before")
    await pilot.leave()
    pilot.press("d")
    await pilot.sees("[💤] sh", "─ [💤] sh", "before", "1 detached")
    assert pilot.requested.of(commands.Detach) == [commands.Detach(pane.id)]
    pilot.press("d")
    await pilot.sees("sh is detached already")
    pilot.program(pane).prints(b"after")
    await pilot.sees("after", "+5")
    pilot.press("a")
    await pilot.sees("[📎] sh", "after")
    await pilot.sees_no("─ [💤] sh")
    assert pilot.requested.of(commands.Reattach) == [commands.Reattach(pane.id)]
    pilot.press("a")
    await pilot.sees("sh is attached; Enter types into it")
    assert len(pilot.requested.of(commands.Detach)) == len(pilot.requested.of(commands.Reattach)) == 1


async def test_enter_attaches_a_detached_pane_and_types(pilot: Pilot) -> None:
    pane = await pilot.opens("t")
    await pilot.leave()
    pilot.press("d")
    await pilot.sees("─ [💤] sh")
    pilot.press("enter")
    pilot.type("echo he''re\r")
    await pilot.sees("[📎] sh", "here")
    assert pilot.requested.of(commands.Reattach) == [commands.Reattach(pane.id)]


async def test_capital_a_attaches_what_was_attached_when_a_chloe_ended(pilot: Pilot) -> None:
    panes = []
    for reason in ("quit", "chloe ended", "asked"):
        panes.append(await pilot.opens("t"))
        await pilot.leave()
        await pilot.engine.request(commands.Detach(panes[-1].id, reason=reason))
    pilot.press("A")
    await pilot.until(lambda: panes[0].attached and panes[1].attached, "not attached")
    assert pilot.requested.of(commands.Reattach) == [commands.Reattach(pane.id) for pane in panes[:2]]
    pilot.press("A")
    await pilot.sees("No pane waits that was attached when a Chloe ended")


async def test_a_start_says_once_what_was_attached_when_chloe_was_left(
    fly: Fly, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await fly()
    for _ in range(2):
        await first.opens("t")
        await first.leave()
    first.press("q")
    assert await first.land() == 0

    def find_running(*args: Any) -> FakeLauncher:
        launcher = make_fake_launcher(*args)
        launcher.backends = first.launcher.backends
        return launcher

    monkeypatch.setattr("tests.ui.pilot.make_fake_launcher", find_running)
    second = await fly()
    await second.sees("2 panes were attached when Chloe was left: A attaches them")
    second.press("A")
    await second.until(lambda: all(pane.attached for pane in second.panes.values()))
    await second.sees_no("when Chloe was left")
    assert len(second.app._state.messages.latest_first) == 1


async def test_a_direct_pane_can_neither_be_let_go_of_nor_taken_back(pilot: Pilot) -> None:
    await pilot.opens()
    await pilot.leave()
    pilot.press("d")
    await pilot.sees("sh is a direct pane: it can't run without Chloe; x closes it")
    pilot.press("a")
    await pilot.sees("sh is a direct pane, which is always attached; Enter types into it")
    assert len(pilot.requested.commands) == 1


async def test_x_ends_a_direct_pane_and_puts_it_away(pilot: Pilot) -> None:
    pane = await pilot.opens()
    await pilot.leave()
    pilot.press("x")
    await pilot.sees("sh is in History", "No panes yet")
    assert pilot.program(pane).killed
    pilot.press("tab")
    await pilot.sees("sh", "SIGHUP")


async def test_x_puts_a_tmux_pane_away_and_it_runs_on(pilot: Pilot) -> None:
    pane = await pilot.opens("t")
    await pilot.leave()
    pilot.press("x")
    await pilot.sees("sh runs on; History has it", "No panes yet")
    assert not pilot.program(pane).killed
    assert pane.alive


async def test_an_ended_pane_says_what_can_still_be_done(pilot: Pilot) -> None:
    pane = await pilot.opens()
    pilot.type("exit 3\r")
    await pilot.sees("[💀] sh", "exit 3", "sh ended: exit 3", "1 ended")
    assert not pilot.app._state.selection.is_typing
    await pilot.presses_until("enter", lambda: "sh has ended (exit 3); x puts it away" in pilot.text)
    for key, says in (
        ("enter", "sh has ended (exit 3); x puts it away"),
        ("a", "sh has ended (exit 3)"),
        ("K", "sh has ended (exit 3)"),
    ):
        pilot.press("ctrl+l", key)
        await pilot.sees(says)
    assert pilot.panes[pane.id].died is not None
    assert not pilot.requested.of(commands.Kill)


async def test_the_pane_of_another_chloe_is_shown_and_says_whose_it_is(fly: Fly) -> None:
    pilot, other = await fly(columns=160), await fly()
    theirs = await other.opens()
    other.type("echo their screen\r")
    await pilot.sees("sh", "of another Chloe", "their screen")
    for key in ("enter", "a", "K"):
        pilot.press("ctrl+l", key)
        await pilot.sees("sh is a direct pane of another Chloe: only there can it be typed into")
    # Its size is the other's to say, and so is whether it was read.
    pilot.tty.resize(40, 100)
    await pilot.sees("their screen")
    assert (theirs.rows, theirs.columns) == (21, 59)
    assert not pilot.requested.commands


async def test_r_asks_for_another_name(pilot: Pilot) -> None:
    pane = await pilot.opens()
    await pilot.leave()
    assert not pilot.tty.terminal.cursor.visible
    pilot.press("r")
    await pilot.sees("Rename", "Enter done", "Esc never mind")
    assert pilot.tty.terminal.cursor.visible
    pilot.press("ctrl+u")
    pilot.type("größer ")
    pilot.paste("two\nwords\x07")
    await pilot.sees("größer two words?")
    pilot.press("backspace", "left", "delete", "end", "enter")
    await pilot.sees(" größer two word ")
    assert pilot.requested.of(commands.Rename) == [commands.Rename(pane.id, "größer two word")]


async def test_a_name_that_stays_or_is_empty_asks_for_nothing(pilot: Pilot) -> None:
    await pilot.opens()
    await pilot.leave()
    pilot.press("r", "enter")
    await pilot.sees_no("Rename")
    pilot.press("r", "ctrl+u", "enter")
    await pilot.sees("A pane needs a name")
    for way_out in ("escape", "ctrl+c"):
        pilot.press("r", "z")
        await pilot.sees("Rename", "shz")
        pilot.press(way_out)
        await pilot.sees_no("Rename")
    assert not pilot.requested.of(commands.Rename)


async def test_capital_k_ends_a_program_after_a_question(pilot: Pilot) -> None:
    pane = await pilot.opens("t")
    await pilot.leave()
    for no in ("n", "N", "escape", "q", "ctrl+c"):
        pilot.press("K")
        await pilot.sees("End sh and everything that runs in it?", "y yes", "n no")
        # Enter is typed by habit.
        pilot.press("enter", "z")
        await pilot.sees("End sh and everything")
        pilot.press(no)
        await pilot.sees_no("End sh and everything")
    assert not pilot.requested.of(commands.Kill)
    for yes in ("y", "Y"):
        pilot.press("K", yes)
    await pilot.sees("[💀] sh", "SIGHUP")
    assert pilot.requested.of(commands.Kill)[0] == commands.Kill(pane.id)


async def test_keys_select_the_pane_above_and_below_and_wrap_around(pilot: Pilot) -> None:
    for name in "abc":
        pane = await pilot.opens()
        await pilot.engine.request(commands.Rename(pane.id, f"pane-{name}"))
        await pilot.leave()
    for key, selected in (("k", "b"), ("up", "a"), ("k", "c"), ("j", "a"), ("down", "b"), ("down", "c")):
        pilot.press(key)
        await pilot.sees(f"─ pane-{selected} ")
    pilot.press("k")
    pilot.press("x")
    await pilot.sees("─ pane-c ")


async def test_z_gives_a_pane_the_whole_window_and_takes_it_back(pilot: Pilot) -> None:
    pane = await pilot.opens()
    await pilot.leave()
    pilot.press("z")
    await pilot.until(lambda: (pane.rows, pane.columns) == (22, 80))
    assert pilot.lines[0].startswith("─ sh ")
    assert pilot.slots[0].top == 1
    pilot.press("z")
    await pilot.until(lambda: (pane.rows, pane.columns) == (21, 59))
    await pilot.sees("Instances 1")
    sizes = pilot.requested.of(commands.Resize)
    assert sizes == [commands.Resize(pane.id, 22, 80), commands.Resize(pane.id, 21, 59)]


async def test_a_pane_has_the_size_of_its_slot_whatever_the_window_has(pilot: Pilot) -> None:
    pane = await pilot.opens()

    def has_size(rows: int, columns: int) -> bool:
        return (pane.rows, pane.columns) == (rows, columns)

    for window, slot in (
        ((50, 200), (47, 151)),
        ((24, 80), (21, 59)),
        ((30, 39), (28, 39)),
        ((6, 24), (4, 24)),
    ):
        pilot.tty.resize(*window)
        await pilot.until(partial(has_size, *slot))
    pilot.tty.resize(5, 20)
    await pilot.sees("Chloe needs 24x6")
    pilot.type("echo still\r")
    pilot.tty.resize(24, 80)
    await pilot.sees("still", "keyboard: sh")


async def test_a_pane_opened_in_a_window_that_is_too_small_has_an_ordinary_size(fly: Fly) -> None:
    pilot = await fly(rows=5, columns=24)
    pilot.press("c")
    await pilot.until(lambda: pilot.requested.commands)
    assert pilot.requested.commands == [commands.Open(backend="direct", rows=24, columns=80)]


async def test_looking_back_and_on_and_to_either_end(pilot: Pilot) -> None:
    pane = await pilot.opens()
    pilot.type("seq 1 200\r")
    await pilot.sees("200")
    await pilot.leave()
    for key, top in (
        ("shift+page_up", "line 162 of"),
        ("page_up", "line 142 of"),
        ("page_down", "line 162 of"),
        ("g", "line 1 of"),
        ("shift+page_down", "line 21 of"),
        ("home", "line 1 of"),
    ):
        pilot.press(key)
        await pilot.sees(top)
    pilot.press("G")
    for key in ("end", "G"):
        pilot.press("shift+page_up")
        await pilot.sees("line 162 of")
        pilot.press(key)
        await pilot.sees_no("line 162 of")
    # While typing, two keys are Chloe's; any other shows the screen as it is.
    pilot.press("enter", "shift+page_up")
    await pilot.sees("line 162 of")
    pilot.press("shift+page_up", "shift+page_down")
    await pilot.sees("line 162 of")
    pilot.type("x")
    await pilot.sees_no("line 162 of")
    assert bytes(pilot.program(pane).typed) == b"seq 1 200\rx"


async def test_what_the_window_no_longer_holds_is_read_from_the_log(fly: Fly) -> None:
    pilot = await fly(scrollback=100)
    await pilot.opens()
    pilot.type("seq 1 3000\r")
    await pilot.sees("3000")
    await pilot.leave()
    pilot.press("g")
    await pilot.sees("$ seq 1 3000", "line 1 of 2,982")
    pilot.press("page_down")
    await pilot.sees("line 21 of 2,982")
    pilot.press("G")
    await pilot.sees("3000")


async def test_what_of_the_past_can_t_be_read_is_told_and_the_rest_shows(
    fly: Fly, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object) -> Lines:
        raise LogUnusable("the log can't be read")

    pilot = await fly(scrollback=100)
    monkeypatch.setattr(pilot.engine, "lines", refuse)
    await pilot.opens()
    pilot.type("seq 1 3000\r")
    await pilot.sees("3000")
    await pilot.leave()
    pilot.press("g")
    await pilot.sees("the log can't be read", "line 2,8")
    pilot.press("G")
    await pilot.sees("3000")


async def test_an_unknown_key_says_that_it_does_nothing(pilot: Pilot) -> None:
    pilot.press("Q")
    await pilot.sees("Q does nothing here; ? shows every key")
    pilot.press("f5")
    await pilot.sees("F5 does nothing here")
    pilot.press("ctrl+alt+e")
    await pilot.sees("Ctrl-Alt-E does nothing here")
