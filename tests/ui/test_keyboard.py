"""Who gets what is typed: whole keys to Chloe or the pane, in whatever pieces and however slowly."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chloe.terminal import keys
from chloe.ui.tty.keyboard import (
    ESCAPE_TIMEOUT,
    Focused,
    MouseReport,
    Pasted,
    Released,
    ReleaseUndone,
    TerminalReply,
    Typed,
)
from tests.ui.typist import Typist

ODD_BYTES = [
    b"\x03",
    b"\x1a",
    b"\x13",
    b"\x11",
    b"\x1c",
    b"\r",
    b"\n",
    b"\t",
    b"\x00",
    b"\x7f",
    "é漢🎉".encode(),
    b"\xff\xfe",
    b"\x1bx",
    b"\x1b[A",
    b"\x1bOA",
    b"\x1b[15~",
    b"\x1b[1;5D",
    b"\x1b\r",
    b"\x1b\x1b[A",
    b"\x1b[Z",
]


@pytest.mark.parametrize("data", ODD_BYTES)
def test_a_pane_gets_every_byte_as_it_was_typed(data: bytes) -> None:
    typist = Typist(in_pane=True).type(data).pause(2)
    assert typist.program == data
    assert typist.commands == []
    assert typist.keyboard.in_pane


def test_all_bytes_at_once_reach_a_pane_whole() -> None:
    data = b"".join(ODD_BYTES)
    assert Typist(in_pane=True).type(data).pause(2).program == data


def test_a_lone_escape_takes_the_keyboard_back() -> None:
    typist = Typist(in_pane=True).type(b"\x1b").pause(ESCAPE_TIMEOUT)
    assert typist.events == [Released("escape")]
    assert not typist.keyboard.in_pane
    assert typist.pause(2).type(b"x").commands == ["x"]
    assert typist.program == b""


@pytest.mark.parametrize("sequence", [b"\x1b[A", b"\x1bOA", b"\x1b[1;5D", b"\x1b[15~", b"\x1b[Z"])
@pytest.mark.parametrize("gap", [0.1, 0.3, 0.45])
def test_a_sequence_that_a_slow_line_splits_after_escape_still_belongs_to_the_pane(
    sequence: bytes, gap: float
) -> None:
    typist = Typist(in_pane=True).type(sequence[:1]).pause(gap).type(sequence[1:]).pause(2)
    assert typist.program == sequence
    assert typist.commands == []
    assert typist.events == [Released("escape"), ReleaseUndone(), Typed(sequence)]
    assert typist.keyboard.in_pane


@pytest.mark.parametrize("sequence", [b"\x1b[A", b"\x1b[1;5D", b"\x1b[15~", b"\x1bOP"])
def test_a_sequence_split_at_every_byte_by_a_fifth_of_a_second_is_whole(sequence: bytes) -> None:
    pieces = [bytes((byte,)) for byte in sequence]
    typist = Typist(in_pane=True).type(pieces[0]).pause(0.2)
    typist.type(*pieces[1:], gap=0.05).pause(2)
    assert typist.program == sequence
    assert typist.commands == []


@pytest.mark.parametrize(
    ("typed", "commands"),
    [
        (b"d", ["d"]),
        (b"jj", ["j", "j"]),
        ("é".encode(), ["é"]),
        (b"]", ["]"]),
        (b"P", ["P"]),
        (b"\x03", ["ctrl+c"]),
    ],
)
@pytest.mark.parametrize("pace", [ESCAPE_TIMEOUT, 0.1, 0.2, 0.45])
def test_what_follows_a_lone_escape_is_chloes_key_at_once(
    typed: bytes, commands: list[str], pace: float
) -> None:
    typist = Typist(in_pane=True).type(b"\x1b").pause(pace).type(typed)
    assert typist.commands == commands
    assert typist.program == b""
    assert not typist.keyboard.in_pane


def test_escape_j_j_enter_types_no_key_into_the_pane_that_was_left() -> None:
    typist = Typist(in_pane=True).type(b"\x1b").pause(0.15)
    typist.type(b"j", b"j", b"\r", gap=0.15)
    assert typist.commands == ["j", "j"]
    assert typist.program == b""
    assert typist.keyboard.in_pane


@pytest.mark.parametrize("sequence", [b"\x1bx", b"\x1bd", "\x1bé".encode(), b"\x1b\r"])
def test_alt_and_a_key_that_come_together_are_the_panes(sequence: bytes) -> None:
    typist = Typist(in_pane=True).type(sequence).pause(2)
    assert typist.program == sequence
    assert typist.commands == []


@pytest.mark.parametrize("key", ["[", "O"])
def test_a_bracket_that_nothing_follows_is_chloes_key_once_nothing_can_follow(key: str) -> None:
    typist = Typist(in_pane=True).type(b"\x1b").pause(0.2).type(key.encode())
    assert typist.commands == []
    assert typist.pause(0.5).commands == [key]
    assert typist.program == b""
    assert not typist.keyboard.in_pane


def test_a_sequence_that_is_never_completed_reaches_the_pane_as_it_is() -> None:
    typist = Typist(in_pane=True).type(b"\x1b").pause(0.3).type(b"[1;").pause(1)
    assert typist.program == b"\x1b[1;"
    assert Typist(in_pane=True).type(b"\x1b[").pause(1).program == b"\x1b["


def test_a_key_half_a_second_after_the_release_key_is_a_command() -> None:
    typist = Typist(in_pane=True).type(b"\x1b").pause(0.51).type(b"d")
    assert typist.commands == ["d"]
    assert typist.program == b""


def test_a_key_sequence_soon_after_the_release_key_is_a_command() -> None:
    typist = Typist(in_pane=True).type(b"\x1b").pause(0.2).type(b"\x1b[A").pause(1)
    assert typist.commands == ["up"]
    assert typist.program == b""


@pytest.mark.parametrize("gap", [0.0, 0.005, 0.02, 0.12, 0.7])
def test_no_escape_in_command_mode_reaches_the_program(gap: float) -> None:
    typist = Typist(in_pane=True).type(b"\x1b", b"\x1b", b"\x1b", gap=gap).pause(2)
    assert typist.program == b""
    assert not typist.keyboard.in_pane


def test_taking_the_keyboard_for_good_makes_late_bytes_commands() -> None:
    typist = Typist(in_pane=True).type(b"\x1b").pause(0.1)
    typist.keyboard.blur()
    assert typist.type(b"x").commands == ["x"]


LEAVE = [
    ("ctrl+]", b"\x1d"),
    ("ctrl+]", b"\x1b[93;5u"),
    ("ctrl+]", b"\x1b[53;5u"),
    ("ctrl+]", b"\x1b[27;5;93~"),
    ("f12", b"\x1b[24~"),
    ("alt+q", b"\x1bq"),
    ("ctrl+space", b"\x00"),
    ("ctrl+@", b"\x00"),
]


@pytest.mark.parametrize(("leave", "data"), LEAVE)
@pytest.mark.parametrize("escape_is_programs", [False, True])
def test_a_key_that_leaves_always_takes_the_keyboard(
    leave: str, data: bytes, escape_is_programs: bool
) -> None:
    typist = Typist("f11", leave, in_pane=True, escape_is_programs=escape_is_programs)
    typist.type(b"ab" + data + b"k").pause(2)
    assert typist.program == b"ab"
    assert typist.commands == ["k"]
    assert Released(keys.list_same_keys(leave)[0] if leave == "ctrl+@" else leave) in typist.events


def test_each_of_several_keys_leaves() -> None:
    typist = Typist("f12", "ctrl+]", "ctrl+g", in_pane=True)
    for data in (b"a\x1b[24~j\r", b"b\x1dj\r", b"c\x07j\r"):
        typist.type(data)
    assert typist.program == b"abc"
    assert typist.commands == ["j"] * 3


@pytest.mark.parametrize("data", [b"\x1b", b"\x1b[27u", b"\x1b[27;1u"])
@pytest.mark.parametrize("gap", [0.02, 0.12, 0.3])
def test_whose_escape_it_is_is_asked_when_it_is_typed(data: bytes, gap: float) -> None:
    typist = Typist(in_pane=True, escape_is_programs=True).type(b"a", data, b"j", gap=gap).pause(1)
    assert typist.program == b"a" + data + b"j"
    typist.escape_is_programs = False
    typist.type(data, b"j", gap=gap).pause(1)
    assert typist.program == b"a" + data + b"j"
    assert typist.commands == ["j"]


def test_what_is_typed_right_after_a_pane_has_ended_is_dropped() -> None:
    typist = Typist(in_pane=True).type(b"exit\r")
    typist.keyboard.drop_keys(typist.now)
    typist.type(b"q", b"\r", b"\x1b", b"\x1b[A", b"\x1b[200~x\r", gap=0.05)
    typist.pause(1).type(b"y\x1b[201~q")
    assert typist.program == b"exit\r"
    assert typist.commands == ["q"]
    assert typist.keyboard.in_pane is False


def test_what_the_terminal_says_meanwhile_is_heard() -> None:
    typist = Typist(in_pane=True)
    typist.keyboard.drop_keys(typist.now)
    typist.type(b"\x1b[I\x1b[<0;1;1M\x1b[?62c")
    assert typist.events == [Focused(True), MouseReport(b"\x1b[<0;1;1M"), TerminalReply(b"\x1b[?62c")]


def test_a_pane_that_gets_the_keyboard_meanwhile_gets_what_is_typed() -> None:
    typist = Typist(in_pane=True)
    typist.keyboard.drop_keys(typist.now)
    typist.keyboard.focus_pane()
    assert typist.type(b"ls").program == b"ls"


@pytest.mark.parametrize("sequence", [b"\x1b[A", b"\x1bOA", b"\x1b[1;5A"])
def test_a_key_that_a_slow_line_splits_in_command_mode_runs_nothing_else(sequence: bytes) -> None:
    typist = Typist().type(sequence[:1]).pause(0.3).type(sequence[1:]).pause(1)
    assert typist.commands == ["escape", "ctrl+up" if b"5" in sequence else "up"]


@pytest.mark.parametrize("key", ["[", "O"])
def test_a_bracket_after_an_escape_of_chloes_own_is_a_key_once_nothing_can_follow(key: str) -> None:
    typist = Typist().type(b"\x1b").pause(0.2).type(key.encode())
    assert typist.commands == ["escape"]
    assert typist.pause(0.5).commands == ["escape", key]


def test_keys_after_enter_in_one_read_reach_the_pane() -> None:
    typist = Typist().type(b"jk\rls\r").pause(1)
    assert typist.commands == ["j", "k"]
    assert typist.program == b"ls\r"


def test_what_is_typed_soon_after_an_escape_for_the_program_is_not_held_up() -> None:
    typist = Typist(in_pane=True, escape_is_programs=True).type(b"\x1b").pause(0.06)
    for byte in b":[x]P_":
        typist.type(bytes((byte,)), gap=0.01)
    assert typist.program == b"\x1b:[x]P_"


def test_a_paste_is_one_event_however_it_comes() -> None:
    text = b"line one\rrm -rf\x1b[A \x1b[20" * 500
    typist = Typist(in_pane=True)
    whole = b"\x1b[200~" + text + b"\x1b[201~x"
    typist.type(*(whole[at : at + 7] for at in range(0, len(whole), 7)), gap=0.01)
    assert typist.events == [Pasted(text), Typed(b"x")]


def test_a_paste_in_command_mode_triggers_nothing() -> None:
    typist = Typist().type(b"\x1b[200~xK\rq\x1b[201~").pause(1)
    assert typist.commands == []
    assert typist.program == b""


def test_a_paste_whose_end_is_lost_does_not_hold_the_keyboard_for_ever() -> None:
    typist = Typist(in_pane=True).type(b"\x1b[200~abc").pause(3).type(b"d")
    assert typist.program == b"abcd"


def test_the_window_s_focus_is_told() -> None:
    assert Typist().type(b"\x1b[I\x1b[O").events == [Focused(True), Focused(False)]


PIECES = st.sampled_from(
    [
        *ODD_BYTES,
        b"\x1b[?62c",
        b"\x1b]11;x\x07",
        b"\x1b[I",
        b"\x1b[200~p\x1b[201~",
        b"abc",
        b"\x1b\x1b",
        b"\x1b]q",
        b"\x1b[<35;1;2M",
        b"\x1b[<35;",
        b"\x1b[M !!",
        b"\x1b[M",
    ]
)


@given(
    st.lists(PIECES | st.binary(max_size=6), max_size=8).map(b"".join),
    st.lists(st.integers(0, 60), max_size=10),
    st.booleans(),
    st.sampled_from(["ctrl+]", "f12"]),
    st.booleans(),
)
def test_how_the_input_is_split_makes_no_difference(
    data: bytes, cuts: list[int], in_pane: bool, leave: str, escape_is_programs: bool
) -> None:
    typists = [Typist(leave, in_pane=in_pane, escape_is_programs=escape_is_programs) for _ in range(2)]
    whole = typists[0].type(data).pause(5)
    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    pieces = [data[a:b] for a, b in itertools.pairwise(places)]
    split = typists[1].type(*pieces, gap=ESCAPE_TIMEOUT / 2).pause(5)
    assert split.events == whole.events
    assert split.program == whole.program
    assert split.keyboard.in_pane == whole.keyboard.in_pane


@given(st.binary(max_size=200), st.lists(st.floats(0, 1), max_size=20))
def test_any_input_at_any_pace_is_taken_without_an_error(data: bytes, gaps: list[float]) -> None:
    typist = Typist()
    for at, gap in enumerate([*gaps, 1.0]):
        typist.type(data[at * 10 : at * 10 + 10]).pause(gap)
    typist.pause(10)
    assert typist.keyboard.deadline is None
