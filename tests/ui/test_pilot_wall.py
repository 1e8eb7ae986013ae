"""The wall, key by key: which panes stand on it, how large each is, and what is said where a key can't."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chloe.events.commands import Rename

if TYPE_CHECKING:
    from chloe.events.panes import Pane
    from tests.ui.conftest import Fly
    from tests.ui.pilot import Pilot


async def open_panes(pilot: Pilot, count: int) -> list[Pane]:
    """Open so many panes with names of their own; Chloe has the keyboard, the last pane is selected."""
    panes = []
    for number in range(1, count + 1):
        panes.append(await pilot.opens())
        await pilot.engine.request(Rename(panes[-1].id, f"pane-{number}"))
        await pilot.leave()
    return panes


def shown(pilot: Pilot) -> list[str]:
    """The names of the panes that show, from the top left; where they show."""
    slots = sorted(pilot.slots, key=lambda slot: (slot.top, slot.left))
    return [f"{pilot.panes[slot.pane].name} {slot.rows}x{slot.columns}" for slot in slots]


async def shows(pilot: Pilot, *expected: str) -> None:
    await pilot.until(lambda: shown(pilot) == list(expected), f"never {expected}")
    # Each pane has the size of its slot.
    await pilot.until(
        lambda: all(
            (pilot.panes[s.pane].rows, pilot.panes[s.pane].columns) == (s.rows, s.columns)
            for s in pilot.slots
        ),
        "not sized",
    )


async def test_a_key_goes_through_the_layouts(fly: Fly) -> None:
    pilot = await fly(rows=40, columns=120)
    panes = await open_panes(pilot, 3)
    await shows(pilot, "pane-3 37x89")
    pilot.press("v")
    await shows(pilot, "pane-1 18x44", "pane-2 18x44", "pane-3 18x89")
    await pilot.sees("A grid of panes; v goes on to the next layout", "─ pane-1 ", "━ pane-3 ")
    pilot.press("v")
    await shows(pilot, "pane-1 37x29", "pane-2 37x29", "pane-3 37x29")
    pilot.press("v")
    await shows(pilot, "pane-1 12x89", "pane-2 11x89", "pane-3 12x89")
    pilot.press("v")
    await shows(pilot, "pane-3 37x89")
    await pilot.sees("One pane; v", "─ pane-3 ")
    for key, words in (
        ("alt+2", "A grid"),
        ("alt+3", "side by side"),
        ("alt+4", "stacked"),
        ("alt+1", "One"),
    ):
        pilot.press(key)
        await pilot.sees(words)
    pilot.press("alt+1")
    await pilot.sees("One pane: so it is already")
    assert panes[2].alive


async def test_each_pane_on_the_wall_shows_what_it_prints_and_the_selected_one_gets_the_keys(
    fly: Fly,
) -> None:
    pilot = await fly(rows=40, columns=120)
    panes = await open_panes(pilot, 3)
    pilot.press("alt+2")
    for pane in panes:
        pilot.program(pane).prints(f"\x1b]2;title of {pane.name}\x07this is {pane.name}".encode())
    await pilot.sees("this is pane-1", "this is pane-2", "this is pane-3", "pane-1  title of pane-1")
    pilot.press("k", "enter")
    await pilot.sees("keyboard: pane-2", "━ pane-2 ")
    pilot.type("xyz")
    await pilot.until(lambda: bytes(pilot.program(panes[1]).typed) == b"xyz")
    # The cursor stands in it: right of the first pane, whose column has as many columns as its own.
    await pilot.until(lambda: pilot.tty.terminal.cursor.x > 31 + 44)
    assert not pilot.program(panes[0]).typed


async def test_a_new_pane_begins_in_the_size_that_it_will_have(fly: Fly) -> None:
    pilot = await fly(rows=40, columns=120)
    await open_panes(pilot, 2)
    pilot.press("alt+3")
    await shows(pilot, "pane-1 37x44", "pane-2 37x44")
    pane = await pilot.opens()
    assert (pilot.program(pane).spec.rows, pilot.program(pane).spec.columns) == (37, 29)
    await pilot.leave()
    pilot.press("z")
    zoomed = await pilot.opens()
    assert (pilot.program(zoomed).spec.rows, pilot.program(zoomed).spec.columns) == (38, 120)


async def test_more_panes_than_fit_move_past_in_the_order_of_the_list(pilot: Pilot) -> None:
    await open_panes(pilot, 4)
    pilot.press("alt+3")
    await shows(pilot, "pane-3 21x29", "pane-4 21x29")
    pilot.press("k")
    await pilot.sees("━ pane-3 ")
    assert [name.split()[0] for name in shown(pilot)] == ["pane-3", "pane-4"]
    pilot.press("k")
    await shows(pilot, "pane-2 21x29", "pane-3 21x29")
    pilot.press("alt+4")
    # In a stack, what has no room is a title.
    pilot.tty.resize(15, 80)
    await pilot.sees("─ pane-1 ", "━ pane-2 ", "─ pane-3 ", "─ pane-4 ")
    assert [name.split()[0] for name in shown(pilot)] == ["pane-1", "pane-2"]


async def test_the_wall_shows_what_the_filter_lets_through(fly: Fly) -> None:
    pilot = await fly(rows=40, columns=120)
    await open_panes(pilot, 3)
    pilot.press("alt+3", "/")
    pilot.type("pane-1")
    pilot.press("enter")
    await shows(pilot, "pane-1 37x89")


async def test_a_small_window_has_one_pane(fly: Fly) -> None:
    pilot = await fly(rows=10, columns=40)
    await open_panes(pilot, 2)
    pilot.press("alt+2")
    await shows(pilot, "pane-2 7x21")


async def test_z_gives_one_pane_the_window_and_takes_it_back(fly: Fly) -> None:
    pilot = await fly(rows=40, columns=120)
    await open_panes(pilot, 2)
    pilot.press("alt+3", "z")
    await shows(pilot, "pane-2 38x120")
    pilot.press("z")
    await shows(pilot, "pane-1 37x44", "pane-2 37x44")


async def test_l_hides_the_list_so_that_80_columns_fit_80(pilot: Pilot) -> None:
    await pilot.sees("No panes yet")
    pilot.press("l")
    await pilot.sees("c  a direct pane")
    await open_panes(pilot, 1)
    await shows(pilot, "pane-1 21x80")
    assert pilot.lines[1].startswith("─ pane-1 ")
    pilot.press("l")
    await shows(pilot, "pane-1 21x59")


async def test_p_keeps_the_pane_before_in_sight(fly: Fly) -> None:
    pilot = await fly(rows=40, columns=120)
    pilot.press("p")
    await pilot.sees("There is no second pane")
    await open_panes(pilot, 3)
    pilot.press("p")
    await shows(pilot, "pane-2 18x89", "pane-3 18x89")
    pilot.press("1")
    await shows(pilot, "pane-1 18x89", "pane-2 18x89")
    # At the pane itself, the one that the user was at before is beside it.
    pilot.press("2")
    await shows(pilot, "pane-1 18x89", "pane-2 18x89")
    pilot.press("p")
    await shows(pilot, "pane-2 37x89")
    pilot.press("alt+2", "p")
    await pilot.sees("The layout shows more than one pane already; Alt-1 shows one")


async def test_the_selected_pane_grows_and_shrinks(fly: Fly) -> None:
    pilot = await fly(rows=40, columns=120)
    pilot.press(">")
    await pilot.sees("There is no pane yet")
    await open_panes(pilot, 2)
    pilot.press(">")
    await pilot.sees("One pane has all the room; v shows more of them")
    pilot.press("alt+3", ">")
    await shows(pilot, "pane-1 37x40", "pane-2 37x48")
    pilot.press("=")
    await shows(pilot, "pane-1 37x44", "pane-2 37x44")
    pilot.press("=")
    await pilot.sees("All panes have the same room already")
    pilot.press(*"<" * 4)
    await pilot.until(lambda: pilot.panes[pilot.slots[0].pane].columns < 35)
    pilot.press("<")
    await pilot.sees("pane-2 has as little room as may be")


async def test_the_selected_pane_moves_and_changes_places(fly: Fly) -> None:
    pilot = await fly(rows=40, columns=120)
    panes = await open_panes(pilot, 3)
    pilot.press("alt+4", ",")
    await shows(pilot, "pane-1 12x89", "pane-3 11x89", "pane-2 12x89")
    await pilot.sees(" 2/3 ")
    pilot.press("shift+up", ",")
    await pilot.sees("It is the first pane already", " 1/3 ")
    pilot.press("X")
    await shows(pilot, "pane-2 12x89", "pane-1 11x89", "pane-3 12x89")
    pilot.press("shift+down")
    await pilot.sees("It is the last pane already")
    # One that runs once more takes the place of the one that has ended; a new one is the last.
    pilot.press("1")
    pilot.program(panes[1]).exits(3)
    await pilot.presses_until("o", lambda: "keyboard: pane-2" in pilot.text)
    await shows(pilot, "pane-2 12x89", "pane-1 11x89", "pane-3 12x89")
    assert pilot.slots[0].pane != panes[1].id


async def test_a_title_on_the_wall_names_the_program_in_front(fly: Fly) -> None:
    pilot = await fly(rows=40, columns=120)
    panes = await open_panes(pilot, 2)
    pilot.press("v")
    program = pilot.program(panes[0])
    assert program.evidence is not None
    program.evidence = replace(program.evidence, front="vim", is_raw=True, is_own_group=False)
    program.call = "sleeps"
    program.prints(b"a file\r\n")
    await pilot.sees("─ ▸ pane-1  vim  ")
