"""A row of the list: name, program in front, folder, what is new, and the sign of the state."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, get_args

import pytest

from chloe.actors.states.doing import State
from chloe.engine import Doing
from chloe.events import facts
from chloe.ui.canvas import Row, measure
from chloe.ui.glyphs import ASCII, EMOJI
from chloe.ui.signs import BY_STATE, SIGNS
from chloe.ui.style import STYLES
from tests.ui.parts import Parts

if TYPE_CHECKING:
    from tests.ui.conftest import Double

SRC = "/home/me/code/a-project-with-a-long-name/src"


def doing(state: State, program: str = "bash", folder: str = "") -> Doing:
    return Doing(state=state, since=1, evidence="seen", program=program, folder=folder)


def draw(double: Double, width: int = 40, height: int = 20, *, ascii_only: bool = False) -> list[Row]:
    parts = Parts(double, ascii_only=ascii_only)
    rows = parts.instances._list.draw(width, height)
    assert all(sum(measure(text) for _, _, text in row) == width for row in rows)
    return rows


def text_of(row: Row) -> str:
    return b"".join(bytes(text) for _, _, text in row).decode().rstrip()


def style_of(row: Row, part: str) -> object:
    return next(style for style, _, text in row if part in bytes(text).decode())


def test_what_is_normal_has_no_sign(double: Double) -> None:
    pane = double.pane("bash")
    for normal in (None, doing("at the prompt"), doing("quiet")):
        if normal is not None:
            double.doings[pane] = normal
        first, second, *_ = map(text_of, draw(double))
        assert first.split()[:-1] == ["1", "bash"]
        assert second == "      /tmp"


@pytest.mark.parametrize(
    ("state", "sign", "plain"),
    [
        ("works", "▸", ">"),
        ("waits for a line", "?", "?"),
        ("waits for a password", "?", "?"),
        ("waits for a key", "?", "?"),
    ],
)
def test_what_works_and_what_waits_have_a_sign_and_a_colour(
    double: Double, state: State, sign: str, plain: str
) -> None:
    double.pane("selected")
    double.doings[double.pane("bash")] = doing(state, "make")
    for ascii_only, expected in ((False, sign), (True, plain)):
        row = draw(double, ascii_only=ascii_only)[2]
        assert text_of(row).split()[2] == expected
        assert style_of(row, expected) == state.split()[0]


@pytest.mark.parametrize(
    ("died", "expected", "style"),
    [
        (facts.Died(status=0, signal=None, reason=""), "✓", "ended well"),
        (facts.Died(status=101, signal=None, reason=""), "✗101", "failed"),
        (facts.Died(status=None, signal=11, reason=""), "✗SIGSEGV", "failed"),
        (facts.Died(status=None, signal=None, reason="could not start: no such file"), "✗", "failed"),
    ],
)
def test_how_it_ended_is_told_by_sign_and_colour(
    double: Double, died: facts.Died, expected: str, style: str
) -> None:
    double.pane("selected")
    double.happen(double.pane("bash"), died)
    row = draw(double)[2]
    assert expected in text_of(row).split()
    assert style_of(row, expected) == style


def test_one_that_was_ended_did_not_fail(double: Double) -> None:
    double.happen(double.pane("bash"), facts.Died(status=None, signal=1, reason="killed"))
    assert "✗" not in text_of(draw(double)[0])


def test_every_state_is_normal_or_has_a_sign_and_every_sign_has_its_looks() -> None:
    assert set(get_args(State)) - set(BY_STATE) == {"at the prompt", "quiet", "ended"}
    assert {sign.style for sign in SIGNS} | {f"{sign.style} on" for sign in SIGNS} <= set(STYLES)
    for glyphs in (EMOJI, ASCII):
        drawn = [sign.draw(glyphs) for sign in SIGNS]
        assert len(set(drawn)) == len(drawn), "two signs look the same"
    assert all(sign.draw(ASCII).isascii() for sign in SIGNS)
    looks = [STYLES[sign.style] for sign in SIGNS if sign in BY_STATE.values()]
    assert all(one != other for one, other in itertools.combinations(looks, 2)), "two have one colour"


def test_the_program_in_front_stands_before_the_folder_that_it_is_in(double: Double) -> None:
    pane = double.pane("bash-2", cwd="/tmp")
    double.doings[pane] = doing("quiet", "vim", SRC)
    first, second, *_ = map(text_of, draw(double))
    assert "bash-2" in first
    assert second == "      vim  …roject-with-a-long-name/src"
    # A name that says it isn't said twice, nor is that of a shell at its prompt.
    for said in (doing("works", "bash", SRC), doing("at the prompt", "zsh", SRC)):
        double.doings[pane] = said
        assert text_of(draw(double)[1]) == "      …e/a-project-with-a-long-name/src"


def test_a_wide_list_has_room_for_the_title(double: Double) -> None:
    pane = double.pane("bash", cwd=SRC)
    double.doings[pane] = doing("quiet", "vim", SRC)
    assert double.projections.screens is not None
    double.prints(pane, b"\x1b]2;notes.txt\x07")
    assert text_of(draw(double, 48)[1]).endswith("a-long-name/src")
    assert text_of(draw(double, 80)[1]) == f"      vim  {SRC}  notes.txt"


def test_a_hostile_program_name_is_made_harmless(double: Double) -> None:
    double.doings[double.pane("bash")] = doing("works", "a\x1b[2J\n")
    assert "\x1b" not in text_of(draw(double)[1])


@pytest.mark.parametrize("width", [18, 20, 30, 48])
@pytest.mark.parametrize("state", ["quiet", "works", "waits for a line"])
def test_two_names_never_become_the_same(double: Double, width: int, state: State) -> None:
    for number in range(8):
        pane = double.pane(f"a-service-with-a-long-name-{number}-of-many")
        double.doings[pane] = doing(state if number % 2 else "quiet", "make")
    for height in (16, 8):
        rows = draw(double, width, height)
        names = [bytes(row[2][2]).decode().strip() for row in rows[:: height // 8]]
        assert len(set(names)) == 8, names


@pytest.mark.parametrize("width", range(24, 49))
def test_a_blank_stands_at_the_end_however_long_the_program_in_front_is_called(
    double: Double, width: int
) -> None:
    for number, program in enumerate(("agent_notify.sh", "a-program-with-a-very-long-name", "cc")):
        double.doings[double.pane(f"r{number}")] = doing("works", program, SRC)
    for row in draw(double, width, 3):
        assert b"".join(bytes(text) for _, _, text in row).endswith(b" ")
