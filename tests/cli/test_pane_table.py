"""The table of ``chloe ls``: whole for a pipe, a line a pane on a terminal of any width."""

from __future__ import annotations

import pytest

from chloe.actors.states.doing import Doing, State
from chloe.cli.pane_listing import format_pane_table
from chloe.formatting.tables import measure_columns
from chloe.ui.glyphs import EMOJI
from tests.panes import make_pane

PANES = [
    make_pane("a name that is much longer than there is room for", cwd="/usr/share/doc/packages/python3"),
    make_pane("日本語の名前", argv=("make", "-j2", "all", "and", "whatever", "else", "can", "be", "made")),
    make_pane("short", argv=("cat",), tags=("web", "env=dev")),
]
STATES: tuple[State, ...] = ("waits for a password", "works", "at the prompt")
DOINGS = {
    pane.id: Doing(state=state, since=0, evidence="") for pane, state in zip(PANES, STATES, strict=True)
}


def test_a_pipe_gets_all() -> None:
    table = format_pane_table(PANES, DOINGS, EMOJI)
    for word in ("than there is room for", "/usr/share/doc/packages/python3", "can be made", "#web #env=dev"):
        assert word in table


@pytest.mark.parametrize("columns", [200, 120, 100, 80, 72, 60])
def test_each_pane_takes_one_line_of_a_terminal(columns: int) -> None:
    lines = format_pane_table(PANES, DOINGS, EMOJI, columns).splitlines()
    assert len(lines) == 1 + len(PANES)
    assert measure_columns([[line] for line in lines])[0] <= columns
    for word in ("NAME", "STATE", "COMMAND", "waits for a password", "works", "at the prompt", "cat"):
        assert any(word in line for line in lines), word


def test_a_folder_keeps_its_end_and_a_name_its_beginning() -> None:
    row = format_pane_table(PANES, DOINGS, EMOJI, 110).splitlines()[1]
    assert "  a name" in row
    assert "python3  " in row
    assert row.count("…") == 2


def test_what_has_no_room_goes_and_the_way_to_the_pane_stays() -> None:
    header = format_pane_table(PANES, DOINGS, EMOJI, 40).splitlines()[0].split()
    assert header == ["ID", "NAME", "STATE", "COMMAND"]


def test_the_state_has_its_colour_and_the_columns_stay_where_they_are() -> None:
    plain = format_pane_table(PANES, DOINGS, EMOJI)
    coloured = format_pane_table(PANES, DOINGS, EMOJI, colour=lambda state, text: f"<{state}|{text}>")
    assert "<works|works               >" in coloured
    for state in ("works", "waits for a password", "at the prompt"):
        coloured = coloured.replace(f"<{state}|", "").replace(">", "")
    assert coloured == plain
