"""How the panes are arranged is kept, and what is kept is input."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chloe.ui.arrangement import Arrangement, keep_arrangement, load_arrangement
from tests.ids import id_of
from tests.ui.conftest import Fly

ONE, TWO, GONE = id_of("one"), id_of("two"), id_of("gone")


def test_what_is_kept_is_found_again(tmp_path: Path) -> None:
    before = Arrangement("grid", has_list=False, steps={ONE: 2, TWO: -1, GONE: 3}, order=[GONE, TWO])
    keep_arrangement(tmp_path, before.encode([TWO, ONE]))
    assert load_arrangement(tmp_path) == Arrangement("grid", False, steps={ONE: 2, TWO: -1}, order=[TWO, ONE])
    assert (tmp_path / "layout").stat().st_mode & 0o777 == 0o600


def test_where_the_configuration_hides_the_list_nothing_shows_it_in_the_next_run(tmp_path: Path) -> None:
    arrangement = load_arrangement(tmp_path, without_list=True)
    assert not arrangement.has_list
    keep_arrangement(tmp_path, arrangement.encode([]))
    assert load_arrangement(tmp_path).has_list


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"layout spiral\nlist gone\n",
        b"\xff\x00layout\n",
        b"room ../../x 2\norder ..\n",
        f"room {ONE} 99\nroom {ONE} 1e9\nroom {ONE} \xb2\nroom {ONE}\n".encode(),
        b"layout grid" + b"\n" * 600_000,
    ],
)
def test_what_isn_t_understood_is_passed_over(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "layout").write_bytes(text)
    assert load_arrangement(tmp_path) == Arrangement()


@given(st.binary(max_size=300))
def test_no_bytes_break_a_start(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    home = tmp_path_factory.getbasetemp()
    (home / "layout").write_bytes(data)
    load_arrangement(home).encode([ONE])


def test_where_nothing_can_be_read_or_written_there_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "layout").mkdir()
    keep_arrangement(tmp_path, b"layout grid\n")
    assert load_arrangement(tmp_path) == Arrangement()


def test_a_pane_gets_no_more_room_than_six_steps_and_no_less_than_four_steps_less() -> None:
    arrangement = Arrangement()
    for _ in range(20):
        arrangement.grow(ONE, 1)
        arrangement.grow(TWO, -1)
    assert arrangement.steps == {ONE: 6, TWO: -4}
    arrangement.grow(ONE, -6)
    assert arrangement.steps == {TWO: -4}
    assert arrangement.weigh(ONE) == 1 > arrangement.weigh(TWO) > 0


async def test_the_layout_is_there_again_after_a_crash(fly: Fly, home: Path) -> None:
    pilot = await fly()
    one = await pilot.opens()
    await pilot.leave()
    two = await pilot.opens()
    await pilot.leave()
    for pane in (one, two):
        pilot.program(pane).exits(3)
    await pilot.until(lambda: not (one.alive or two.alive))
    pilot.press("alt+2", "l", ",", ">")
    # What is kept is on the disk while the app runs: nothing has to end it.
    kept = f"layout grid\nlist hidden\nroom {two.id} 1\norder {two.id}\norder {one.id}\n"
    await pilot.until(lambda: (home / "layout").is_file() and (home / "layout").read_text() == kept)
    await pilot.abort()
    pilot = await fly(columns=120)
    await pilot.sees("Instances 2")
    assert [slot.pane for slot in pilot.slots] == [two.id, one.id]
    assert pilot.slots[0].left == 0
    assert pilot.slots[0].columns > pilot.slots[1].columns
