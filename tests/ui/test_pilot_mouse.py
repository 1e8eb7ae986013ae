"""The mouse in the app: what a click, a drag and the wheel do in each part of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chloe.events.commands import Rename

if TYPE_CHECKING:
    from chloe.events.panes import Pane
    from tests.ui.conftest import Fly
    from tests.ui.pilot import Pilot


def press(pilot: Pilot, column: int, row: int, code: int = 0) -> None:
    """Press a button at a place that counts from 0."""
    pilot.type(b"\x1b[<%d;%d;%dM" % (code, column + 1, row + 1))


def drag(pilot: Pilot, column: int, row: int) -> None:
    pilot.type(b"\x1b[<32;%d;%dM" % (column + 1, row + 1))


def release(pilot: Pilot, column: int, row: int, code: int = 0) -> None:
    pilot.type(b"\x1b[<%d;%d;%dm" % (code, column + 1, row + 1))


def click(pilot: Pilot, column: int, row: int) -> None:
    press(pilot, column, row)
    release(pilot, column, row)


def find(pilot: Pilot, text: str, *, row: int | None = None) -> tuple[int, int]:
    """Where a text stands in the window, as column and row."""
    rows = range(len(pilot.lines)) if row is None else [row]
    return next((pilot.lines[y].index(text), y) for y in rows if text in pilot.lines[y])


async def open_two(pilot: Pilot) -> list[Pane]:
    """Open two panes, side by side; Chloe has the keyboard, the second is selected."""
    panes = []
    for name in ("left", "right"):
        panes.append(await pilot.opens())
        await pilot.engine.request(Rename(panes[-1].id, name))
        await pilot.leave()
    pilot.press("alt+3")
    await pilot.until(lambda: [slot.columns for slot in pilot.slots] == [44, 44])
    return panes


async def test_a_click_in_a_slot_selects_the_pane_and_gives_it_the_keyboard(fly: Fly) -> None:
    pilot = await fly(rows=40, columns=120)
    panes = await open_two(pilot)
    assert pilot.tty.mouse_mode == "button"
    click(pilot, 40, 20)
    await pilot.sees("keyboard: left", "━ left")
    pilot.type("a")
    click(pilot, 100, 20)
    await pilot.sees("keyboard: right")
    # A click in the pane that has the keyboard changes nothing.
    click(pilot, 100, 20)
    pilot.type("b")
    await pilot.until(lambda: [bytes(pilot.program(pane).typed) for pane in panes] == [b"a", b"b"])
    # The list keeps the keyboard where it is: at the pane that is selected.
    click(pilot, *find(pilot, "left", row=2))
    await pilot.sees("keyboard: left")


async def test_a_click_in_the_list_selects_and_a_second_one_types(fly: Fly) -> None:
    pilot = await fly(rows=40, columns=120)
    await open_two(pilot)
    place = find(pilot, "left", row=2)
    click(pilot, *place)
    await pilot.sees("━ left", " 1/2 ", "q quit")
    click(pilot, *place)
    await pilot.sees("keyboard: left")
    # On its title it is selected, and what has no meaning does nothing.
    await pilot.leave()
    click(pilot, *find(pilot, "─ right"))
    await pilot.sees("━ right", "q quit")
    click(pilot, 5, 30)
    click(pilot, 0, 39)
    await pilot.sees("━ right", "q quit")


async def test_tabs_and_hints_are_clicked(pilot: Pilot) -> None:
    await pilot.sees("No panes yet")
    click(pilot, *find(pilot, "direct", row=23))
    await pilot.sees("keyboard: sh")
    # The line below takes the keyboard back, and so does a tab.
    click(pilot, *find(pilot, "leaves it"))
    await pilot.sees("q quit")
    click(pilot, *find(pilot, "Enter type"))
    await pilot.sees("keyboard: sh")
    click(pilot, *find(pilot, "History"))
    await pilot.sees("how", "q quit")
    click(pilot, *find(pilot, "Instances"))
    await pilot.sees("1     sh")
    click(pilot, *find(pilot, "help", row=23))
    await pilot.sees("Keys", "Open a direct pane")
    # In a box the wheel scrolls, and a click does nothing.
    press(pilot, 40, 10, 65)
    await pilot.sees("Keys")
    click(pilot, 25, 0)
    pilot.press("escape")
    await pilot.sees_no("Open a direct pane")
    await pilot.sees("1     sh")


async def test_a_line_of_history_is_clicked(pilot: Pilot) -> None:
    for name in ("first", "second"):
        pane = await pilot.opens()
        await pilot.engine.request(Rename(pane.id, name))
        await pilot.leave()
        pilot.press("x")
        await pilot.sees(f"{name} is in History")
    pilot.press("tab")
    await pilot.sees("first", "second")
    place = find(pilot, " first ")
    click(pilot, *place)
    click(pilot, *place)
    await pilot.sees("its last screen", " first ")


async def test_a_drag_marks_text_in_one_slot_and_copies_it(fly: Fly) -> None:
    pilot = await fly(rows=40, columns=120)
    panes = await open_two(pilot)
    for pane in panes:
        pilot.program(pane).prints(b"\x1b[2J\x1b[HThe first line\r\nthe second\x1b[9;1H")
    await pilot.until(lambda: pilot.text.count("the second") == 2)
    column, row = find(pilot, "The first")
    press(pilot, column + 4, row)
    drag(pilot, column + 6, row)
    # What is outside of the slot is its edge.
    drag(pilot, 119, row + 1)
    release(pilot, 119, row + 1)
    await pilot.sees("Copied 2 lines")
    assert pilot.tty.clipboard == [("c", b"first line\nthe second")]
    marked = [run.text for run in pilot.tty.terminal.line(row) if run.attributes.reverse]
    assert "".join(marked).strip() == "first line"
    # It neither selects the pane nor takes the keyboard; the next press takes the mark away.
    await pilot.sees("━ right")
    press(pilot, 0, 39)
    await pilot.until(lambda: not any(run.attributes.reverse for run in pilot.tty.terminal.line(row)))


async def test_two_clicks_take_a_word_and_three_a_line(pilot: Pilot) -> None:
    pane = await pilot.opens()
    pilot.program(pane).prints(b"\x1b[2J\x1b[Hcat /etc/hosts now")
    await pilot.sees("/etc/hosts")
    column, row = find(pilot, "/etc")
    for _ in range(3):
        click(pilot, column + 2, row)
    await pilot.until(
        lambda: [data for _, data in pilot.tty.clipboard] == [b"/etc/hosts", b"cat /etc/hosts now"]
    )
    await pilot.sees("keyboard: sh")
    assert not pilot.program(pane).typed


async def test_the_wheel_scrolls_what_it_is_over(fly: Fly) -> None:
    pilot = await fly(rows=40, columns=120)
    panes = await open_two(pilot)
    for number in range(100):
        pilot.program(panes[0]).prints(b"line %d\r\n" % number)
    await pilot.sees("line 99")
    press(pilot, 40, 20, 64)
    await pilot.sees("line 62 of 65")
    press(pilot, 40, 20, 65)
    await pilot.sees_no(" of 65")
    press(pilot, 5, 2, 64)
    await pilot.sees("━ left")
    press(pilot, 5, 2, 65)
    await pilot.sees("━ right")


async def test_the_wheel_goes_to_the_program_that_asked_for_the_mouse(fly: Fly) -> None:
    pilot = await fly(rows=40, columns=120)
    left, right = await open_two(pilot)
    pilot.program(left).prints(b"\x1b[?1000h\x1b[?1006hset")
    pilot.program(right).prints(b"\x1b[?1049h\x1b[Hother")
    await pilot.sees("set", "other")
    press(pilot, 31, 2, 64)
    await pilot.until(lambda: pilot.program(left).typed == b"\x1b[<64;1;1M")
    # On the alternate screen there is nothing to scroll: there it is cursor keys, for who has the keyboard.
    press(pilot, 100, 20, 64)
    pilot.press("enter")
    await pilot.sees("keyboard: right")
    press(pilot, 100, 20, 65)
    await pilot.until(lambda: pilot.program(right).typed == b"\x1b[B" * 3)
    # Clicks in it are the program's once it has the keyboard, and not what gave it that.
    click(pilot, 31, 2)
    await pilot.sees("keyboard: left")
    click(pilot, 31, 2)
    await pilot.until(lambda: pilot.program(left).typed.endswith(b"\x1b[<0;1;1M\x1b[<0;1;1m"))


@pytest.mark.parametrize("code", [1, 2, 4, 16, 66])
async def test_other_buttons_and_shift_do_nothing(pilot: Pilot, code: int) -> None:
    await pilot.opens()
    await pilot.leave()
    press(pilot, 40, 10, code)
    release(pilot, 40, 10, code)
    drag(pilot, 41, 10)
    release(pilot, 41, 10)
    pilot.press("ctrl+l")
    await pilot.sees("q quit")
    assert not pilot.tty.clipboard
    assert not pilot.app._state.selection.is_typing or code == 16


async def test_a_click_on_an_ended_pane_says_why_it_has_no_keyboard(pilot: Pilot) -> None:
    pane = await pilot.opens()
    pilot.type("exit 3\r")
    await pilot.until(lambda: not pane.alive)
    click(pilot, 40, 10)
    await pilot.sees("sh has ended (exit 3); x puts it away")


async def test_where_the_configuration_says_so_the_mouse_is_the_terminal_s(fly: Fly) -> None:
    pilot = await fly(mouse=False)
    pane = await pilot.opens()
    pilot.program(pane).prints(b"\x1b[?1003h\x1b[?1006hset")
    await pilot.sees("set")
    click(pilot, *find(pilot, "leaves it"))
    pilot.type("x")
    await pilot.until(lambda: pilot.program(pane).typed == b"x")
    assert pilot.tty.mouse_mode == "off"
    await pilot.sees("keyboard: sh")
