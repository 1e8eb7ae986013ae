"""The mouse: what a report says, and what the program in a pane gets of it, at which cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chloe.events import facts
from chloe.events.commands import Write
from chloe.ui.panes.mouse import Report, parse_report
from tests.ui.parts import Parts

if TYPE_CHECKING:
    from tests.ui.conftest import Double

ALL = b"\x1b[?1003h\x1b[?1006h"


@pytest.mark.parametrize(
    ("report", "says"),
    [
        (b"\x1b[<0;12;3M", Report("press", 1, 11, 2)),
        (b"\x1b[<2;1;1m", Report("release", 3, 0, 0)),
        (b"\x1b[<32;300;200M", Report("drag", 1, 299, 199)),
        (b"\x1b[<35;5;6M", Report("move", 0, 4, 5)),
        (b"\x1b[<64;5;6M", Report("press", 4, 4, 5)),
        (b"\x1b[<67;5;6M", Report("press", 7, 4, 5)),
        (b"\x1b[<128;5;6M", Report("press", 8, 4, 5)),
        (b"\x1b[<4;5;6M", Report("press", 1, 4, 5, shift=True)),
        (b"\x1b[<24;5;6M", Report("press", 1, 4, 5, alt=True, ctrl=True)),
        (b"\x1b[M +,", Report("press", 1, 10, 11)),
        (b"\x1b[M#+,", Report("release", 0, 10, 11)),
        (b"\x1b[M@+\xff", Report("drag", 1, 10, 222)),
        (b"\x1b[M`+,", Report("press", 4, 10, 11)),
        (b"\x1b[32;300;4M", Report("press", 1, 299, 3)),
        (b"\x1b[35;300;4M", Report("release", 0, 299, 3)),
        (b"\x1b[<3;5;6M", None),
        (b"\x1b[<0;0;6M", None),
        (b"\x1b[<192;5;6M", None),
        (b"\x1b[<0;5M", None),
        (b"\x1b[<;;M", None),
        (b"\x1b[<0;99999999999;1M", None),
        (b"\x1b[M \x00,", None),
        (b"\x1b[1;2;3M", None),
    ],
)
def test_a_report_says_what_the_mouse_did(report: bytes, says: Report | None) -> None:
    assert parse_report(report) == says


class Pointed(Parts):
    """A window of 80 columns and 24 rows over a double with one pane, which has the keyboard."""

    def __init__(self, double: Double) -> None:
        super().__init__(double, ascii_only=True)
        self.pane = double.pane("one", rows=21, columns=59)
        self.give(self.pane)

    def give(self, pane: str) -> None:
        self.pane_input.focus_pane(self.double.projections.panes[pane])

    def prints(self, data: bytes) -> Pointed:
        self.double.prints(self.pane, data)
        return self

    def point(self, *reports: bytes) -> bytes:
        """Show the window and report the mouse; what the program gets."""
        self.double.sent.clear()
        for report in reports:
            self.draw()
            if (parsed := parse_report(report)) is not None:
                self.mouse.point(parsed)
        return b"".join(command.data for command in self.double.sent if isinstance(command, Write))

    @property
    def wanted(self) -> str:
        self.draw()
        return self.mouse.mode


@pytest.fixture
def pointed(double: Double) -> Pointed:
    return Pointed(double)


@pytest.mark.parametrize(
    ("mode", "asked"),
    [(9, "normal"), (1000, "normal"), (1001, "normal"), (1002, "button"), (1003, "any")],
)
def test_the_terminal_is_asked_for_what_the_program_asked_for(
    pointed: Pointed, mode: int, asked: str
) -> None:
    assert pointed.wanted == "off"
    assert pointed.prints(b"\x1b[?%dh" % mode).wanted == asked
    assert pointed.prints(b"\x1b[?%dl" % mode).wanted == "off"


def test_the_mouse_is_left_alone_where_reports_would_go_nowhere(pointed: Pointed) -> None:
    pointed.prints(ALL + b"\n" * 50)
    assert pointed.wanted == "any"
    pointed.scroll_page(1)
    assert pointed.wanted == "off"
    assert pointed.point(b"\x1b[<0;30;10M") == b""
    pointed.scroll_to_bottom()
    assert pointed.wanted == "any"
    pointed.columns = 10
    assert pointed.wanted == "off"
    pointed.columns = 80
    pointed.stack.step_tab(1)
    assert pointed.wanted == "off"
    pointed.stack.step_tab(1)
    pointed.pane_input.on_release("escape")
    assert pointed.wanted == "off"
    assert pointed.point(b"\x1b[<0;30;10M") == b""


def test_a_program_that_has_ended_gets_nothing(pointed: Pointed) -> None:
    pointed.prints(ALL)
    pointed.double.happen(pointed.pane, facts.Died(status=0, signal=None, reason="exit"))
    assert pointed.wanted == "off"
    assert pointed.point(b"\x1b[<0;30;10M") == b""


def test_a_report_that_comes_late_says_nothing_to_a_program_that_asked_for_none(pointed: Pointed) -> None:
    assert pointed.point(b"\x1b[<64;30;10M", b"\x1b[<0;30;10M", b"\x1b[<0;30;10m") == b""
    # Nor does the wheel become cursor keys.
    pointed.prints(b"\x1b[?1049h\x1b[?1007h")
    assert pointed.wanted == "off"
    assert pointed.point(b"\x1b[<64;30;10M") == b""


#: The view begins at column 22 and row 3 of the terminal, counted from 1.
def test_a_place_in_the_view_is_a_cell_of_the_screen(pointed: Pointed) -> None:
    pointed.prints(ALL)
    assert pointed.point(b"\x1b[<0;22;3M") == b"\x1b[<0;1;1M"
    assert pointed.point(b"\x1b[<35;80;23M") == b"\x1b[<35;59;21M"


@pytest.mark.parametrize("place", [b"21;3", b"22;2", b"22;24", b"1;1", b"81;3"])
def test_what_is_outside_of_the_view_is_not_the_program_s(pointed: Pointed, place: bytes) -> None:
    pointed.prints(ALL)
    assert pointed.point(b"\x1b[<0;%bM" % place, b"\x1b[<0;%bm" % place) == b""
    assert pointed.point(b"\x1b[<64;%bM" % place, b"\x1b[<35;%bM" % place) == b""


def test_a_zoomed_view_begins_elsewhere(pointed: Pointed) -> None:
    pointed.instances.is_zoomed = True
    pointed.prints(ALL)
    assert pointed.point(b"\x1b[<0;1;2M") == b"\x1b[<0;1;1M"
    assert pointed.point(b"\x1b[<0;1;1M") == b""


def test_of_a_larger_pane_the_cells_that_show_are_meant(pointed: Pointed) -> None:
    pointed.double.happen(pointed.pane, facts.Resized(rows=50, columns=200, offset=0))
    pointed.prints(ALL + b"\x1b[50;200H")
    # The last row and column of the screen are the last of the view.
    assert pointed.point(b"\x1b[<0;80;23M") == b"\x1b[<0;200;50M"
    assert pointed.point(b"\x1b[<0;22;3M") == b"\x1b[<0;142;30M"
    pointed.prints(b"\x1b[H")
    assert pointed.point(b"\x1b[<0;22;3M") == b"\x1b[<0;1;1M"


def test_of_a_smaller_pane_the_rest_of_the_view_is_nothing(pointed: Pointed) -> None:
    pointed.double.happen(pointed.pane, facts.Resized(rows=10, columns=40, offset=0))
    pointed.prints(ALL)
    assert pointed.point(b"\x1b[<0;61;12M") == b"\x1b[<0;40;10M"
    assert pointed.point(b"\x1b[<0;62;12M", b"\x1b[<0;61;13M") == b""


def test_rows_under_a_long_message_are_not_the_program_s(pointed: Pointed) -> None:
    pointed.prints(ALL)
    pointed.messages.notify("word " * 30, error=True)
    assert pointed.point(b"\x1b[<0;22;23M") == b""
    assert pointed.point(b"\x1b[<0;22;3M") == b"\x1b[<0;1;1M"


def test_a_drag_out_of_the_view_stays_the_program_s_until_its_release(pointed: Pointed) -> None:
    pointed.prints(ALL)
    assert pointed.point(b"\x1b[<0;30;10M") == b"\x1b[<0;9;8M"
    assert pointed.point(b"\x1b[<32;5;10M", b"\x1b[<32;80;24M") == b"\x1b[<32;1;8M\x1b[<32;59;21M"
    assert pointed.point(b"\x1b[<0;1;1m") == b"\x1b[<0;1;1m"
    assert pointed.point(b"\x1b[<32;30;10M", b"\x1b[<0;30;10m") == b""


def test_a_drag_into_the_view_is_not_the_program_s(pointed: Pointed) -> None:
    pointed.prints(ALL)
    assert pointed.point(b"\x1b[<0;1;5M", b"\x1b[<32;30;10M", b"\x1b[<0;30;10m") == b""
    # Though the release of an earlier press was lost.
    assert pointed.point(b"\x1b[<0;30;10M") == b"\x1b[<0;9;8M"
    assert pointed.point(b"\x1b[<0;1;5M", b"\x1b[<32;30;10M", b"\x1b[<0;30;10m") == b""


def test_a_button_that_was_pressed_in_one_pane_is_not_released_in_another(pointed: Pointed) -> None:
    pointed.prints(ALL)
    pointed.point(b"\x1b[<0;30;10M")
    other = pointed.double.pane("other", rows=21, columns=59)
    pointed.double.prints(other, ALL)
    pointed.selection.select(other)
    pointed.give(other)
    assert pointed.point(b"\x1b[<32;30;10M", b"\x1b[<0;30;10m") == b""


@pytest.mark.parametrize("release", [b"\x1b[M#>*", b"\x1b[35;30;10M"])
def test_an_old_terminal_s_release_is_that_of_the_button_that_is_down(
    pointed: Pointed, release: bytes
) -> None:
    pointed.prints(ALL)
    assert pointed.point(b'\x1b[M">*') == b"\x1b[<2;9;8M"
    assert pointed.point(release) == b"\x1b[<2;9;8m"
    assert pointed.point(release) == b""


def test_the_program_gets_it_in_the_form_that_it_asked_for(pointed: Pointed) -> None:
    press, release = b"\x1b[<0;30;10M", b"\x1b[<0;30;10m"
    assert pointed.prints(b"\x1b[?1000h").point(press, release) == b"\x1b[M )(\x1b[M#)("
    assert pointed.prints(b"\x1b[?1015h").point(press, release) == b"\x1b[32;9;8M\x1b[35;9;8M"
    assert pointed.prints(b"\x1b[?1006h").point(press, release) == b"\x1b[<0;9;8M\x1b[<0;9;8m"
    assert pointed.point(b"\x1b[<32;31;10M", b"\x1b[<35;30;10M") == b""
    assert pointed.prints(b"\x1b[?9h").point(press, release) == b"\x1b[<0;9;8M"


def test_the_mouse_neither_scrolls_a_pane_nor_sizes_it(pointed: Pointed) -> None:
    pointed.double.happen(pointed.pane, facts.Resized(rows=10, columns=40, offset=0))
    pointed.prints(ALL)
    pointed.point(b"\x1b[<0;22;3M")
    assert [type(command) for command in pointed.double.sent] == [Write]
