"""What follows from being shown: screens, what is unread, bells, the mouse, typing and pasting."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import pytest

from chloe.engine import Change
from chloe.events import commands
from chloe.terminal import Bell, Modes, Notice
from chloe.ui.panes.live_screens import LiveScreens
from chloe.ui.panes.pane_view import PaneView
from chloe.ui.view import Drawn, Slot, View

if TYPE_CHECKING:
    from chloe.events.panes import Pane
    from tests.ui.conftest import Fly
    from tests.ui.pilot import Pilot


async def test_what_a_pane_prints_while_another_shows_is_unread(pilot: Pilot) -> None:
    one = await pilot.opens()
    await pilot.leave()
    await pilot.opens()
    pilot.program(one).prints(b"x" * 123)
    await pilot.sees("+123", "1 unseen")
    await pilot.leave()
    pilot.press("k")
    await pilot.sees("xxx")
    await pilot.sees_no("+123")
    await pilot.sees_no("unseen")
    pilot.program(one).prints(b"y" * 456)
    await pilot.sees("yyy")
    assert "+456" not in pilot.text
    # In History no pane is on the screen.
    pilot.press("tab")
    await pilot.sees("In use")
    pilot.program(one).prints(b"z" * 789)
    await pilot.sees("1 unseen")


async def test_a_bell_sounds_and_marks_a_pane_that_doesn_t_show(pilot: Pilot) -> None:
    one = await pilot.opens()
    pilot.program(one).prints(b"\a")
    await pilot.until(lambda: pilot.tty.bells == 1)
    assert "♪" not in pilot.text
    await pilot.leave()
    await pilot.opens()
    pilot.program(one).prints(b"\a")
    await pilot.sees("♪", "1 rang, 1 unseen")
    assert pilot.tty.bells == 2
    await pilot.leave()
    pilot.press("k")
    await pilot.sees_no("♪")
    await pilot.sees_no("rang")


async def test_the_end_of_a_pane_that_isn_t_shown_is_told(pilot: Pilot) -> None:
    one = await pilot.opens()
    await pilot.engine.request(commands.Rename(one.id, "build"))
    await pilot.leave()
    await pilot.opens()
    pilot.program(one).exits(2)
    await pilot.sees("build ended: exit 2", "1 ended")


async def test_a_screen_that_nobody_followed_is_read_when_it_shows(fly: Fly) -> None:
    first = await fly()
    await first.opens("t")
    first.type("echo from before\r")
    await first.sees("from before")
    await first.leave()
    first.press("x")
    await first.sees("runs on; History has it")
    kept = first.launcher.backends
    first.press("q")
    assert await first.land() == 0
    pilot = await fly()
    pilot.launcher.backends.update(kept)
    pilot.press("tab")
    await pilot.sees("its session")
    pilot.press("enter")
    await pilot.sees("its last screen", "from before")


async def test_a_title_a_folder_and_colours_are_the_program_s(pilot: Pilot) -> None:
    pane = await pilot.opens()
    pilot.program(pane).folder = ""  # What it says of its folder counts where it can't be seen.
    pilot.program(pane).prints(b"\x1b]2;my title\a\x1b]7;file:///tmp/here\a\x1b[31mred\x1b[m\x1b[5 q")
    await pilot.sees("─ sh  my title  /tmp/here ", "red")
    red = next(run for run in pilot.tty.terminal.line(2) if "red" in run.text)
    assert red.attributes.foreground == 1
    await pilot.until(lambda: pilot.tty.cursor_shape == ("bar", True))
    assert (pilot.tty.terminal.cursor.x, pilot.tty.terminal.cursor.y) == (21 + 5, 2)
    await pilot.leave()
    await pilot.until(lambda: pilot.tty.cursor_shape == ("", False))
    assert not pilot.tty.terminal.cursor.visible


async def test_a_screen_that_is_reversed_shows_reversed_and_back(pilot: Pilot) -> None:
    pane = await pilot.opens()

    def is_reversed() -> bool:
        row = next(row for row, line in enumerate(pilot.lines) if "plain" in line)
        runs = pilot.tty.terminal.line(row)
        return next(run.attributes.reverse for run in runs if "plain" in run.text)

    pilot.program(pane).prints(b"\r\nplain")
    await pilot.sees("plain")
    assert not is_reversed()
    pilot.program(pane).prints(b"\x1b[?5h")
    await pilot.until(is_reversed)
    pilot.program(pane).prints(b"\x1b[?5l")
    await pilot.until(lambda: not is_reversed())


async def test_a_frame_that_isn_t_finished_is_held_back_but_not_for_ever(pilot: Pilot) -> None:
    pane = await pilot.opens()
    pilot.program(pane).prints(b"before")
    await pilot.sees("before")
    pilot.program(pane).prints(b"\x1b[?2026h\x1b[2J\x1b[Hhalf")
    await pilot.until(lambda: pilot.slots[0].view.is_waiting)
    assert "before" in pilot.text
    await pilot.sees("half")


async def test_keys_are_what_the_program_set(pilot: Pilot) -> None:
    pane = await pilot.opens()
    program = pilot.program(pane)
    pilot.press("up", "alt+x", "é")
    await pilot.until(lambda: program.typed == b"\x1b[A\x1bx" + "é".encode())
    program.prints(b"\x1b[?1h\x1b[?2004hset")
    await pilot.sees("set")
    program.typed.clear()
    pilot.press("up")
    pilot.paste("one\ntwo")
    await pilot.until(lambda: program.typed == b"\x1bOA\x1b[200~one\ntwo\x1b[201~")
    program.prints(b"\x1b[?2004l\x1b[>4;2mset more")
    await pilot.sees("set more")
    program.typed.clear()
    pilot.type(b"a\x03b")
    await pilot.until(lambda: program.typed == b"a\x1b[27;5;99~b")


async def test_the_focus_is_told_to_a_program_that_asked(pilot: Pilot) -> None:
    pane = await pilot.opens()
    program = pilot.program(pane)
    pilot.type(b"\x1b[O\x1b[I")
    program.prints(b"\x1b[?1004hset")
    await pilot.sees("set")
    pilot.type(b"\x1b[O\x1b[I")
    await pilot.until(lambda: program.typed == b"\x1b[O\x1b[I")
    await pilot.leave()
    pilot.type(b"\x1b[O\x1b[I")
    pilot.press("enter")
    await pilot.until(lambda: program.typed == b"\x1b[O\x1b[I\x1b[O\x1b[I")


async def test_answers_of_the_terminal_are_no_keys(pilot: Pilot) -> None:
    pane = await pilot.opens()
    pilot.type(b"\x1b[?62;4c\x1b[12;34R\x1b]11;rgb:0/0/0\x1b\\x")
    await pilot.until(lambda: pilot.program(pane).typed == b"x")
    assert pilot.tty.replies == [b"\x1b[?62;4c", b"\x1b[12;34R", b"\x1b]11;rgb:0/0/0\x1b\\"]


async def test_the_mouse_is_the_program_s_where_it_shows_and_has_the_keyboard(fly: Fly) -> None:
    pilot = await fly(mouse="programs")
    pane = await pilot.opens()
    program = pilot.program(pane)
    assert pilot.tty.mouse_mode == "off"
    program.prints(b"\x1b[?1002h\x1b[?1006hset")
    await pilot.until(lambda: pilot.tty.mouse_mode == "button")
    pilot.type(b"\x1b[<0;22;3M\x1b[<32;23;4M\x1b[<0;23;4m\x1b[<0;1;1M\x1b[<0;1;1m")
    await pilot.until(lambda: program.typed == b"\x1b[<0;1;1M\x1b[<32;2;2M\x1b[<0;2;2m")
    pilot.press("shift+page_up")
    await pilot.leave()
    await pilot.until(lambda: pilot.tty.mouse_mode == "off")
    program.typed.clear()
    pilot.type(b"\x1b[<0;22;3M\x1b[<0;22;3m")
    pilot.press("enter")
    await pilot.until(lambda: pilot.tty.mouse_mode == "button")
    assert not program.typed


async def test_a_box_has_the_mouse_switched_off(fly: Fly) -> None:
    pilot = await fly(mouse="programs")
    pane = await pilot.opens()
    pilot.program(pane).prints(b"\x1b[?1003h\x1b[?1006hset")
    await pilot.until(lambda: pilot.tty.mouse_mode == "any")
    await pilot.leave()
    pilot.press("enter")
    await pilot.until(lambda: pilot.tty.mouse_mode == "any")
    await pilot.leave()
    pilot.press("r")
    await pilot.sees("Rename")
    assert pilot.tty.mouse_mode == "off"
    pilot.type(b"\x1b[<0;22;3M")
    assert not pilot.program(pane).typed


async def test_a_pane_that_is_gone_has_the_keyboard_no_more(pilot: Pilot) -> None:
    pane = await pilot.opens()
    await pilot.engine.request(commands.Close(pane.id))
    await pilot.sees("No panes yet", "q quit")
    await pilot.presses_until("tab", lambda: "SIGHUP" in pilot.text)


async def test_what_can_t_reach_a_pane_costs_that_and_no_more(
    pilot: Pilot, monkeypatch: pytest.MonkeyPatch
) -> None:
    await pilot.opens()

    def broken(*_: object) -> None:
        raise ValueError("broken on purpose")

    with monkeypatch.context() as patch:
        patch.setattr(pilot.engine, "send", broken)
        pilot.type("x")
        await pilot.sees("this didn't reach the pane: ValueError: broken on purpose")
    pilot.type("y")
    await pilot.sees("$ y")


# Two slots ----------------------------------------------------------------------------------------


class Wall(View):
    """One pane twice, side by side: the left half larger than the right."""

    name = "wall"

    def __init__(self, pilot: Pilot, pane: str, *, shares_rows: bool = True) -> None:
        self._pilot = pilot
        self._id = pane
        shared = pilot.app._state.screens
        self.left, self.right = (PaneView(shared if shares_rows else LiveScreens()) for _ in range(2))

    def draw(self, columns: int, rows: int) -> Drawn:
        terminal = self._pilot.engine.projections.screens.drawn(self._id)
        for view in (self.left, self.right):
            view.show(terminal)
        halves = self.left.draw(50, rows), self.right.draw(columns - 50, rows)
        drawn = [[*left, *right] for left, right in zip(*halves, strict=True)]
        slots = (
            Slot(self._id, 0, 0, rows, 50, True, self.left),
            Slot(self._id, 0, 50, rows, columns - 50, True, self.right),
        )
        return Drawn(drawn, slots=slots)


@contextmanager
def walled(pilot: Pilot, pane: Pane, *, shares_rows: bool = True) -> Iterator[Wall]:
    wall = Wall(pilot, pane.id, shares_rows=shares_rows)
    pilot.app._stack.open(wall)
    pilot.app.on_resize()
    yield wall
    wall.close()
    pilot.app._stack.close_done()
    pilot.app.on_resize()


def listen(notices: list[tuple[str, Notice]], change: Change) -> None:
    notices.extend(change.notices)


async def test_two_viewers_of_one_terminal_get_each_row_and_each_notice(pilot: Pilot) -> None:
    pane = await pilot.opens()
    program = pilot.program(pane)
    heard: list[list[tuple[str, Notice]]] = [[], []]
    unsubscribe = [pilot.engine.subscribe(partial(listen, notices)) for notices in heard]

    def shows_twice(text: str) -> bool:
        return pilot.text.count(text) == 2

    with walled(pilot, pane, shares_rows=False):
        await pilot.until(lambda: (pane.rows, pane.columns) == (22, 50))
        for number in range(5):
            program.prints(b"\x1b[%d;1Hrow %d\a" % (number + 1, number))
            await pilot.until(partial(shows_twice, f"row {number}"))
    await pilot.until(lambda: pilot.tty.bells == 5)
    assert heard == [[(pane.id, Bell())] * 5] * 2
    for cancel in unsubscribe:
        cancel()


async def test_the_same_pane_in_two_slots_is_right_in_both(pilot: Pilot) -> None:
    pane = await pilot.opens()
    program = pilot.program(pane)

    def shows_twice(text: str) -> bool:
        return pilot.text.count(text) == 2

    with walled(pilot, pane) as wall:
        # The first has the say about the size.
        await pilot.until(lambda: (pane.rows, pane.columns) == (22, 50))
        for number in range(5):
            program.prints(b"\x1b[%d;1Hrow %d" % (number + 1, number))
            await pilot.until(partial(shows_twice, f"row {number}"))
        # One may look back while the other stays.
        program.prints(b"\r\n" * 40 + b"the end")
        await pilot.until(lambda: pilot.text.count("the end") == 2)
        wall.right.scroll_to_top()
        pilot.app.on_resize()
        await pilot.until(lambda: pilot.text.count("row 1") == 1)
        assert pilot.text.count("the end") == 1
        wall.right.scroll_to_bottom()
        # The mouse hits either.
        program.prints(b"\x1b[?1002h\x1b[?1006h\x1b[Hset")
        await pilot.until(lambda: pilot.text.count("set") == 2)
        await pilot.until(lambda: pilot.tty.mouse_mode == "button")
        pilot.type(b"\x1b[<0;3;2M\x1b[<0;3;2m\x1b[<0;53;3M\x1b[<32;1;3M\x1b[<0;53;3m")
        expected = b"\x1b[<0;3;1M\x1b[<0;3;1m\x1b[<0;3;2M\x1b[<32;1;2M\x1b[<0;3;2m"
        await pilot.until(lambda: program.typed == expected)
        # Its bell sounds once, and it is read.
        program.prints(b"\a")
        await pilot.until(lambda: pilot.tty.bells == 1)
        assert "rang" not in pilot.text
        assert "unseen" not in pilot.text
        # The cursor is that of the first.
        assert pilot.tty.terminal.cursor.x < 50
    await pilot.sees("keyboard: sh", "─ sh ")
    await pilot.until(lambda: (pane.rows, pane.columns) == (21, 59))


async def test_a_terminal_is_reset_by_a_key_and_that_is_said(pilot: Pilot) -> None:
    pane = await pilot.opens()
    pilot.program(pane).prints(b"\x1b[?1049h\x1b[?1000h\x1b[>1uleft behind")
    await pilot.sees("left behind")
    pilot.press("ctrl+]")
    await pilot.sees("q quit")
    pilot.press("R")
    await pilot.sees(f"The terminal of {pane.name} is reset")
    assert "left behind" not in pilot.text
    assert (await pilot.engine.screen(pane.id)).modes == Modes()
    pilot.program(pane).exits(0)
    await pilot.sees("exit 0")
    pilot.press("R")
    await pilot.sees("has ended")
