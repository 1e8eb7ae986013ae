"""Who gets what is typed: whole keys to Chloe or the pane, in whatever pieces and however slowly."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chloe.ui.tty.keyboard import (
    ESCAPE_TIMEOUT,
    Event,
    Focused,
    Keyboard,
    MouseReport,
    Pasted,
    Pressed,
    Released,
    ReleaseUndone,
    TerminalReply,
    Typed,
)


class Typist:
    """Types with pauses, as the app does: Enter gives the keyboard to a pane, Esc does with an Esc."""

    def __init__(self, release: str = "esc", *, in_pane: bool = False) -> None:
        self.keyboard = Keyboard(release)
        self.now = 0.0
        self.events: list[Event] = []
        #: What the pane's program read.
        self.program = b""
        self.commands: list[str] = []
        if in_pane:
            self.keyboard.focus_pane()

    def pause(self, seconds: float) -> Typist:
        until = self.now + seconds
        while (due := self.keyboard.deadline) is not None and due <= until:
            self.now = max(self.now, due)
            self._handle(list(self._taken(self.keyboard.tick(self.now))))
        self.now = until
        return self

    def type(self, *pieces: bytes, gap: float = 0.0) -> Typist:
        for piece in pieces:
            self._handle(list(self._taken(self.keyboard.feed(piece, self.now))))
            self.pause(gap)
        return self

    def _taken(self, events: object) -> Sequence[Event]:
        taken: list[Event] = []
        for event in events:  # type: ignore[attr-defined]
            taken.append(event)
            match event:
                case Pressed("enter"):
                    self.keyboard.focus_pane()
                case Pressed("escape", data):
                    self.program += data
                    self.keyboard.focus_pane()
                case Pressed(name):
                    self.commands.append(name)
                case Typed(data) | Pasted(data) if self.keyboard.in_pane:
                    self.program += data
                case _:
                    pass
        return taken

    def _handle(self, events: Sequence[Event]) -> None:
        for event in events:
            last = self.events[-1] if self.events else None
            if isinstance(event, Typed) and isinstance(last, Typed):
                self.events[-1] = Typed(last.data + event.data)
            else:
                self.events.append(event)


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
    assert typist.events == [Released()]
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
    assert typist.events == [Released(), ReleaseUndone(), Typed(sequence)]
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
    assert not typist.keyboard.may_undo_release


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


def test_an_answer_of_the_terminal_after_the_release_key_runs_nothing() -> None:
    for answer in (b"]11;rgb:q/c/K\x1b\\", b"P>|q\x1b\\"):
        typist = Typist(in_pane=True).type(b"\x1b").pause(0.3).type(answer).pause(2)
        assert typist.commands == []
        assert typist.program == b""


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


@pytest.mark.parametrize("gap", [0.0, 0.01, 0.1, 0.4, 0.7])
def test_escape_twice_is_one_escape_for_the_program(gap: float) -> None:
    typist = Typist(in_pane=True).type(b"\x1b").pause(gap).type(b"\x1b").pause(2)
    assert typist.program == b"\x1b"
    assert typist.keyboard.in_pane


def test_taking_the_keyboard_for_good_makes_late_bytes_commands() -> None:
    typist = Typist(in_pane=True).type(b"\x1b").pause(0.1)
    typist.keyboard.blur()
    assert typist.type(b"x").commands == ["x"]


@pytest.mark.parametrize(
    ("release", "data"),
    [("ctrl+]", b"\x1d"), ("f12", b"\x1b[24~"), ("alt+q", b"\x1bq"), ("ctrl+space", b"\x00")],
)
def test_another_release_key_leaves_escape_to_the_pane(release: str, data: bytes) -> None:
    typist = Typist(release, in_pane=True).type(b"ab\x1b").pause(1).type(b"cd" + data + b"k").pause(2)
    assert typist.program == b"ab\x1bcd"
    assert typist.commands == ["k"]


def test_keys_after_enter_in_one_read_reach_the_pane() -> None:
    typist = Typist().type(b"jk\rls\r").pause(1)
    assert typist.commands == ["j", "k"]
    assert typist.program == b"ls\r"


@pytest.mark.parametrize("in_pane", [False, True])
def test_what_the_terminal_answers_is_neither_typed_nor_a_command(in_pane: bool) -> None:
    answers = b"\x1b[?62;4c\x1b[5;7R\x1b]11;rgb:1/2/3\x1b\\\x1bP>|xterm(380)\x1b\\\x1b[?2026;1$y"
    typist = Typist(in_pane=in_pane)
    for byte in answers:
        typist.type(bytes((byte,)), gap=0.01)
    typist.pause(2)
    assert typist.program == b""
    assert typist.commands == []
    assert b"".join(event.data for event in typist.events if isinstance(event, TerminalReply)) == answers


MOUSE = [b"\x1b[<0;12;3M", b"\x1b[<0;12;3m", b"\x1b[M #$", b"\x1b[M\xc3\xe0\xe1", b"\x1b[35;12;3M"]


@pytest.mark.parametrize("in_pane", [False, True])
@pytest.mark.parametrize("report", MOUSE)
def test_a_mouse_report_in_pieces_is_neither_typed_nor_a_command(report: bytes, in_pane: bool) -> None:
    for cut in range(2, len(report)):
        typist = Typist(in_pane=in_pane).type(report[:cut], report[cut:], gap=0.3).pause(3)
        assert typist.events == [MouseReport(report)], cut
        assert typist.keyboard.in_pane == in_pane


@pytest.mark.parametrize("in_pane", [False, True])
@pytest.mark.parametrize("report", MOUSE[:4])
def test_the_rest_of_a_mouse_report_is_waited_for_longer_than_of_a_key(report: bytes, in_pane: bool) -> None:
    for cut in range(3, len(report)):
        typist = Typist(in_pane=in_pane).type(report[:cut], report[cut:], gap=1.5).pause(3)
        assert typist.events == [MouseReport(report)], cut


@pytest.mark.parametrize("report", MOUSE)
def test_a_mouse_report_that_a_slow_line_splits_after_its_escape_gives_the_keyboard_back(
    report: bytes,
) -> None:
    typist = Typist(in_pane=True).type(report[:1]).pause(0.3).type(report[1:]).pause(3)
    assert typist.events == [Released(), ReleaseUndone(), MouseReport(report)]
    assert typist.keyboard.in_pane


def test_mouse_reports_that_come_after_the_release_key_change_nothing() -> None:
    for gap in (0.0, 0.2):
        typist = Typist(in_pane=True).type(b"\x1b").pause(gap).type(b"".join(MOUSE)).pause(3)
        assert typist.events == [Released(), *map(MouseReport, MOUSE)]
        assert not typist.keyboard.in_pane


@pytest.mark.parametrize("report", MOUSE[:4])
def test_a_mouse_report_whose_end_is_lost_types_nothing(report: bytes) -> None:
    for in_pane in (False, True):
        for cut in range(3, len(report)):
            typist = Typist(in_pane=in_pane).type(report[:cut]).pause(3)
            assert typist.events == [], cut
            typist = Typist(in_pane=in_pane).type(report[:cut] + MOUSE[0]).pause(3)
            assert typist.events == [TerminalReply(report[:cut]), MouseReport(MOUSE[0])], cut


def test_an_answer_that_a_slow_line_splits_after_its_escape_never_reaches_the_pane() -> None:
    typist = Typist(in_pane=True).type(b"\x1b").pause(0.3).type(b"[?62;4c").pause(2)
    assert typist.program == b""
    assert typist.commands == []
    assert typist.keyboard.in_pane


@pytest.mark.parametrize(
    "answer",
    [b"\x1b[?62;4c", b"\x1b[12;34R", b"\x1b]11;rgb:q/c/K\x1b\\", b"\x1bP>|q\x1b\\", *MOUSE[:3]],
)
def test_the_rest_of_an_answer_whose_escape_was_taken_for_a_key_is_dropped(answer: bytes) -> None:
    typist = Typist().type(answer[:1]).pause(0.3).type(answer[1:]).pause(0.1).type(b"x").pause(2)
    assert typist.commands == []
    assert typist.program == b"\x1bx"


def test_what_is_typed_soon_after_an_escape_for_the_program_is_not_held_up() -> None:
    typist = Typist(in_pane=True).type(b"\x1b").pause(0.1).type(b"\x1b").pause(0.06)
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
    st.sampled_from(["esc", "ctrl+]", "f12"]),
)
def test_how_the_input_is_split_makes_no_difference(
    data: bytes, cuts: list[int], in_pane: bool, release: str
) -> None:
    whole = Typist(release, in_pane=in_pane).type(data).pause(5)
    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    pieces = [data[a:b] for a, b in itertools.pairwise(places)]
    split = Typist(release, in_pane=in_pane).type(*pieces, gap=0.02).pause(5)
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
