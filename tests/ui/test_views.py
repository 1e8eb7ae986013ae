"""What the front end shows of panes, messages and keys, with an engine whose panes run nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from chloe.events import facts
from chloe.store.unwritable import MAKE_ROOM, explain_read_only
from chloe.terminal import Attributes
from chloe.ui.messages import Messages
from chloe.ui.panes.live_screens import LiveScreens
from chloe.ui.panes.pane_view import PaneView
from chloe.ui.panes.sizing import Sizing
from chloe.ui.views.last_screen import LastScreen
from tests.ui.parts import Parts

if TYPE_CHECKING:
    from tests.ui.conftest import Double

ME = "instance-of-the-test"


@pytest.fixture
def seen(double: Double) -> Parts:
    return Parts(double)


def test_an_empty_chloe_says_how_to_begin(seen: Parts) -> None:
    text = seen.text()
    assert "c  a direct pane" in text
    assert "t  a tmux pane" in text
    assert "q quit" in text


def test_the_list_shows_how_each_pane_stands(seen: Parts, double: Double) -> None:
    live = double.pane("live")
    double.pane("attached", backend="tmux")
    away = double.pane("away", backend="tmux")
    double.happen(away, facts.Detached(instance=ME, reason="asked"))
    double.prints(away, b"x" * 12_345)
    ended = double.pane("ended")
    double.happen(ended, facts.Died(status=3, signal=None, reason="exit"))
    lines = seen.lines(200, 50)
    assert any("[📎] attached" in line for line in lines)
    assert any("[💤] away" in line and "+12K" in line for line in lines)
    assert any("[💀] ended" in line for line in lines)
    assert any(line.startswith("1     live") for line in lines)
    assert "1 detached, 1 ended" in lines[0]
    assert live


def test_where_there_is_no_emoji_the_list_is_ascii(double: Double) -> None:
    double.pane("attached", backend="tmux")
    text = Parts(double, ascii_only=True).text()
    assert "[A] attached" in text
    assert text.isascii()


def test_the_selected_pane_is_shown_in_colour_with_the_cursor_where_it_is(
    seen: Parts, double: Double
) -> None:
    pane = double.pane("one", rows=21, columns=59)
    double.prints(pane, b"plain \x1b[31mred\x1b[0m")
    seen.selection.typing_into = pane
    drawn = seen.draw()
    (red,) = (look for look, _, text in drawn.rows[2] if text == b"red")
    assert isinstance(red, Attributes)
    assert red.foreground == 1
    assert drawn.cursor == (20 + 1 + 9, 2)


def test_without_the_keyboard_there_is_no_cursor(seen: Parts, double: Double) -> None:
    double.pane("one")
    assert seen.draw().cursor is None


def test_a_detached_pane_shows_its_screen_and_no_cursor(seen: Parts, double: Double) -> None:
    pane = double.pane("build", backend="tmux")
    double.prints(pane, b"goes on")
    double.happen(pane, facts.Detached(instance=ME, reason="asked"))
    drawn = seen.draw()
    assert "goes on" in seen.text()
    assert "[💤] build" in seen.text()
    assert [slot.is_live for slot in drawn.slots] == [False]
    assert drawn.cursor is None


def test_only_rows_that_changed_are_made_anew(double: Double) -> None:
    pane = double.pane("one")
    view = PaneView()
    terminal = double.projections.screens[pane]
    view.show(terminal)
    before = view.draw(80, 24)
    double.prints(pane, b"\x1b[5;1Hchanged")
    after = view.draw(80, 24)
    # The row that the cursor left may be dirty as well.
    assert sum(one is not other for one, other in zip(before, after, strict=True)) <= 2


def test_an_unfinished_frame_of_a_program_isn_t_shown_but_not_for_ever(double: Double) -> None:
    now = [0.0]
    view = PaneView(LiveScreens(lambda: now[0]))
    pane = double.pane("one")
    terminal = double.projections.screens[pane]
    view.show(terminal)

    def shown() -> bytes:
        return b"".join(text for _, _, text in view.draw(80, 24)[0]).rstrip()

    double.prints(pane, b"before")
    assert shown() == b"before"
    double.prints(pane, b"\x1b[?2026h\x1b[2J\x1b[Hhalf")
    assert shown() == b"before"
    assert view.cursor == (6, 0)
    assert view.is_waiting
    double.prints(pane, b" and half\x1b[?2026l")
    assert shown() == b"half and half"
    double.prints(pane, b"\x1b[?2026h\x1b[H\x1b[2Jfrozen")
    assert shown() == b"half and half"
    now[0] = 1.0
    assert shown() == b"frozen"


@pytest.mark.parametrize("size", [(80, 24), (200, 50), (30, 10), (24, 6), (40, 8), (20, 5), (1, 1), (5, 100)])
@pytest.mark.parametrize("tab", ["instances", "history"])
@pytest.mark.parametrize("zoomed", [False, True])
def test_every_size_is_filled_exactly(
    seen: Parts, double: Double, size: tuple[int, int], tab: str, zoomed: bool
) -> None:
    for number in range(12):
        pane = double.pane(f"pane 漢字 {number}", backend="tmux", cwd="/a/very/long/folder/name" * 3)
        double.prints(pane, "漢字🎉 text\r\n".encode() * 40)
        if number % 3 == 0:
            double.happen(pane, facts.Died(status=1, signal=None, reason="exit"))
    seen.stack.step_tab(["instances", "history"].index(tab))
    seen.instances.is_zoomed = zoomed
    seen.lines(*size)


def test_a_window_that_is_too_small_says_so(seen: Parts, double: Double) -> None:
    double.pane("one")
    assert "Chloe needs 24x6." in seen.text(20, 5)
    assert "This is 20x5." in seen.text(20, 5)


def test_zoom_gives_a_pane_the_whole_width(seen: Parts, double: Double) -> None:
    double.pane("one")
    assert seen.stack.pane_size(80, 24) == (21, 59)
    seen.instances.is_zoomed = True
    assert seen.stack.pane_size(80, 24) == (22, 80)


def test_a_program_s_names_and_titles_can_t_act_on_the_host(seen: Parts, double: Double) -> None:
    pane = double.pane("evil\x1b]0;name\x07\x9b2J")
    double.prints(pane, b"\x1b]2;title \xc2\x9b2J\x07\x1b]7;file:///tmp/%1b%5b2J\x07")
    text = seen.text(200, 50)
    assert not any(ord(char) < 32 or 127 <= ord(char) < 160 for char in text.replace("\n", ""))


def test_the_scrollback_shows_and_stays_while_more_is_printed(seen: Parts, double: Double) -> None:
    pane = double.pane("one", rows=21, columns=59)
    for number in range(200):
        double.prints(pane, f"line {number}\r\n".encode())
    seen.text()
    seen.scroll_page(2)
    lines = seen.lines()
    assert "line 141 of 181" in lines[1]
    for number in range(200, 230):
        double.prints(pane, f"line {number}\r\n".encode())
    assert [line[20:40] for line in seen.lines()[2:20]] == [line[20:40] for line in lines[2:20]]
    seen.scroll_to_top()
    assert "line 0 " in seen.lines()[2]
    seen.scroll_to_bottom()
    assert "line 229" in seen.text()


def test_a_pane_larger_than_its_view_shows_the_part_around_the_cursor(seen: Parts, double: Double) -> None:
    pane = double.pane("big", rows=60, columns=200)
    double.prints(pane, b"\x1b[55;150Hhere\x1b[60;1Hbottom")
    seen.selection.typing_into = pane
    assert "bottom" in seen.text()
    double.prints(pane, b"\x1b[55;154H")
    assert "here" in seen.text()


def test_a_pane_that_another_chloe_made_larger_says_that_a_part_of_it_shows(
    seen: Parts, double: Double
) -> None:
    pane = double.pane("shared", backend="tmux", rows=60, columns=200)
    seen.text()
    assert "part of" not in seen.text()
    double.happen(pane, facts.Reattached(instance="another"))
    assert "shared  part of 200x60 " in seen.text()
    seen.scroll_to_top()
    double.happen(pane, facts.Resized(rows=21, columns=59, offset=0))
    seen.scroll_to_bottom()
    assert "part of" not in seen.text()


def test_a_pane_smaller_than_its_view_is_surrounded_by_nothing(seen: Parts, double: Double) -> None:
    pane = double.pane("small", rows=5, columns=10)
    double.prints(pane, b"0123456789")
    assert "0123456789" in seen.text(200, 50)


def test_history_says_what_ran_and_how_it_ended(seen: Parts, double: Double) -> None:
    for name, died in (
        ("ok", facts.Died(status=0, signal=None, reason="")),
        ("bad", facts.Died(status=2, signal=None, reason="")),
        ("shot", facts.Died(status=None, signal=9, reason="")),
        ("asked", facts.Died(status=None, signal=1, reason="killed")),
        ("gone", facts.Died(status=None, signal=None, reason="chloe ended")),
    ):
        pane = double.pane(name, argv=("make", name))
        double.prints(pane, b"x" * 2048)
        double.happen(pane, died)
    away = double.pane("away", backend="tmux")
    double.happen(away, facts.Closed())
    seen.stack.step_tab(1)
    lines = seen.lines(200, 50)
    for name, end in (("ok", "exit 0"), ("bad", "exit 2"), ("shot", "SIGKILL"), ("asked", "killed")):
        assert any(
            name in line and end in line and "2.0K" in line and f"make {name}" in line for line in lines
        )
    assert "Still runs" in lines[2]
    assert "away" in lines[3]
    assert "still runs" in lines[3]


def test_a_pane_whose_beginning_was_pruned_says_so_where_it_begins(seen: Parts, double: Double) -> None:
    live, ended, other = (double.pane(name) for name in ("live", "ended", "other"))
    for pane in (live, ended, other):
        double.prints(pane, b"line\r\n" * 100)
    double.happen(ended, facts.Died(status=0, signal=None, reason=""))
    for pane in (live, ended):
        double.happen(pane, facts.Pruned(first=1, through=9, reason="older than 90d"))
    seen.selection.select(live)
    assert "pruned" not in seen.text(120, 24), "what is shown is all there"
    seen.scroll_to_top()
    assert "pruned: older than 90d" in seen.lines(120, 24)[1]
    seen.selection.select(ended)
    assert "pruned: older than 90d" in seen.lines(120, 24)[1]
    seen.stack.step_tab(1)
    seen.stack.open(LastScreen(seen.state, ended))
    assert "pruned: older than 90d" in seen.lines(120, 24)[1]
    seen.stack.open(LastScreen(seen.state, other))
    assert "pruned" not in seen.text(120, 24)


def test_the_footer_tells_trouble_before_anything_else(seen: Parts, double: Double) -> None:
    pane = double.pane("one")
    seen.selection.typing_into = pane
    assert "keyboard: one" in seen.lines()[-1]
    seen.messages.notify("renamed")
    assert "keyboard: one" in seen.lines()[-1]
    assert "renamed" in seen.lines()[-1]
    double.trouble = "the log can't be written: no space left on device"
    assert "no space left" in seen.lines(120, 24)[-1]
    assert "nothing is lost" in seen.lines(120, 24)[-1]


def test_a_long_message_takes_the_lines_that_it_needs(seen: Parts, double: Double) -> None:
    double.pane("one")
    seen.messages.notify("word " * 40 + "end", error=True)
    lines = seen.lines()
    assert "".join(lines[-3:]).count("word") == 40
    assert lines[-1].rstrip().endswith("end")
    seen.messages.notify("漢字 " * 400)
    assert "漢字" in seen.lines()[-3]
    assert "漢字" not in seen.lines()[-4]


@pytest.mark.parametrize("length", [10, 60, 75, 200, 4000])
def test_the_way_out_of_trouble_shows_whatever_paths_stand_before_it(
    seen: Parts, double: Double, length: int
) -> None:
    reason = f"the disk of /{'x' * length}/home is full"
    double.trouble = explain_read_only(Path("log.db"), reason)
    shown = " ".join(" ".join(seen.lines(80, 24)[-3:]).split())
    assert "/home is full" in shown
    assert MAKE_ROOM in shown


def test_beside_the_name_of_the_pane_a_message_has_less_room_and_then_all(
    seen: Parts, double: Double
) -> None:
    seen.selection.typing_into = double.pane("one")
    seen.messages.notify(" ".join(f"{number:04}" for number in range(30)))
    *_, first, second, third = seen.lines()
    assert first.startswith(" keyboard: one  0000 ")
    assert first.rstrip().endswith(" 0011")
    assert second == f" {' '.join(f'{number:04}' for number in range(12, 27))}".ljust(80)[:80]
    assert third.startswith(" 0027 ")
    assert third.rstrip().endswith(" Esc leaves it")


def test_the_selection_passes_to_a_neighbour_when_a_pane_goes(seen: Parts, double: Double) -> None:
    panes = [double.pane(name) for name in "abc"]
    seen.selection.select(panes[1])
    assert seen.selection.selected is not None
    double.happen(panes[1], facts.Closed())
    assert seen.selection.selected.id == panes[2]
    double.happen(panes[2], facts.Closed())
    assert seen.selection.selected.id == panes[0]
    double.happen(panes[0], facts.Closed())
    assert seen.selection.selected is None


def test_output_is_unseen_until_the_pane_is_shown(seen: Parts, double: Double) -> None:
    pane = double.projections.panes[double.pane("one")]
    double.prints(pane.id, b"x" * 100)
    assert seen.unread.count(pane) == 100
    seen.unread.look_at(frozenset({pane.id}))
    assert seen.unread.count(pane) == 0
    seen.unread.look_at(frozenset())
    assert seen.unread.count(pane) == 100
    double.happen(pane.id, facts.Seen(offset=70), instance="another")
    assert seen.unread.count(pane) == 30
    seen.unread.mark_seen(pane.id, 100, ended=False)
    assert seen.unread.count(pane) == 0


def test_a_new_instance_counts_from_where_the_last_one_let_go(seen: Parts, double: Double) -> None:
    pane = double.pane("build", backend="tmux", instance="yesterday")
    double.prints(pane, b"x" * 500)
    double.happen(pane, facts.Detached(instance="yesterday", reason="quit"))
    double.prints(pane, b"x" * 30)
    assert "+30" in seen.text()


def test_a_direct_pane_of_another_instance_is_shown_as_such(seen: Parts, double: Double) -> None:
    pane = double.pane("theirs", instance="another")
    assert "of another Chloe" in seen.text(200, 50)
    assert "detached" not in seen.lines()[0]
    assert not seen.selection.accepts_keys(double.projections.panes[pane])


def test_whose_a_pane_is_stays_whole_where_its_folder_is_cut(seen: Parts, double: Double) -> None:
    double.pane("theirs", instance="another", cwd="/a/very/long/folder/name" * 3)
    shown = seen.text(160, 50)
    assert "of another Chloe  …" in shown
    assert "/name │" in shown


def test_the_instance_that_typed_last_sizes_a_pane(double: Double) -> None:
    pane = double.projections.panes[double.pane("shared", backend="tmux")]
    sizing = Sizing(ME)
    assert sizing.on_shown(pane, (21, 59))
    assert not sizing.on_shown(pane, (21, 59))
    double.happen(pane.id, facts.Resized(rows=21, columns=59, offset=0))
    double.happen(pane.id, facts.Reattached(instance="another"))
    assert sizing.on_shown(pane, (30, 90))
    double.happen(pane.id, facts.Resized(rows=30, columns=90, offset=0))
    assert not sizing.on_shown(pane, (30, 90))
    # The other one's user types.
    double.happen(pane.id, facts.Resized(rows=10, columns=40, offset=0))
    assert not sizing.on_shown(pane, (30, 90))
    assert sizing.on_typed(pane, (30, 90))


def test_what_answers_a_key_is_shown_but_neither_kept_nor_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    messages = Messages()
    messages.notify("build ended: exit 0")
    messages.notify("disk full", error=True)
    messages.hint("s does nothing here")
    assert messages.current is not None
    assert messages.current.text == "s does nothing here"
    assert [message.text for message in messages.latest_first] == ["disk full", "build ended: exit 0"]
    assert caplog.messages == ["disk full"]
    messages.dismiss()
    assert messages.current is None


def test_a_message_goes_by_itself() -> None:
    now = [0.0]
    messages = Messages(lambda: now[0])
    messages.notify("here")
    assert messages.seconds_left == 8.0
    now[0] = 8.0
    assert messages.current is None
    assert messages.seconds_left is None


def test_the_header_says_how_large_the_log_is_where_there_is_room(seen: Parts, double: Double) -> None:
    pane = double.pane("one")
    double.happen(pane, facts.Died(status=0, signal=None, reason=""))
    assert seen.lines()[0].rstrip().endswith("1 ended   log 1.2M")
    assert seen.lines(44)[0].rstrip().endswith("1 ended")
