"""What a terminal says of its own is neither typed nor a command: answers, and reports of the mouse."""

from __future__ import annotations

import pytest

from chloe.ui.tty.keyboard import ESCAPE_TIMEOUT, MouseReport, Released, ReleaseUndone, TerminalReply
from tests.ui.typist import Typist


@pytest.mark.parametrize("in_pane", [False, True])
def test_what_the_terminal_answers_is_neither_typed_nor_a_command(in_pane: bool) -> None:
    answers = b"\x1b[?62;4c\x1b[5;7R\x1b]11;rgb:1/2/3\x1b\\\x1bP>|xterm(380)\x1b\\\x1b[?2026;1$y"
    typist = Typist(in_pane=in_pane)
    for byte in answers:
        typist.type(bytes((byte,)), gap=ESCAPE_TIMEOUT / 2)
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
    assert typist.events == [Released("escape"), ReleaseUndone(), MouseReport(report)]
    assert typist.keyboard.in_pane


def test_mouse_reports_that_come_after_the_release_key_change_nothing() -> None:
    for gap in (0.0, 0.2):
        typist = Typist(in_pane=True).type(b"\x1b").pause(gap).type(b"".join(MOUSE)).pause(3)
        assert typist.events == [Released("escape"), *map(MouseReport, MOUSE)]
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
    assert typist.commands == ["escape", "x"]
    assert typist.program == b""


def test_an_answer_of_the_terminal_after_the_release_key_runs_nothing() -> None:
    for answer in (b"]11;rgb:q/c/K\x1b\\", b"P>|q\x1b\\"):
        typist = Typist(in_pane=True).type(b"\x1b").pause(0.3).type(answer).pause(2)
        assert typist.commands == []
        assert typist.program == b""
