"""What needs one finds one: marks, what was seen, what is passed on; in this run, the next and another."""

from __future__ import annotations

import time
from itertools import pairwise
from typing import TYPE_CHECKING

from chloe.backends.backend import Exited
from chloe.errors import LogUnusable
from chloe.events import commands
from chloe.events.facts import Entry, Seen
from chloe.store import Store
from chloe.ui.panes.seen import SeenWatch
from chloe.ui.panes.unread import Unread

if TYPE_CHECKING:
    from chloe.events.panes import Pane
    from tests.ui.conftest import Double, Fly
    from tests.ui.pilot import Pilot


async def open_two(pilot: Pilot, key: str = "c") -> tuple[Pane, Pane]:
    """Open two panes; the second shows, and Chloe has the keyboard."""
    one = await pilot.opens(key)
    await pilot.engine.request(commands.Rename(one.id, "one"))
    await pilot.leave()
    other = await pilot.opens(key)
    await pilot.engine.request(commands.Rename(other.id, "other"))
    await pilot.leave()
    return one, other


def is_seen(pane: Pane) -> bool:
    return pane.seen_bytes == pane.output_bytes


async def test_a_bell_and_a_notification_of_a_detached_pane_are_marked_and_passed_on_once(
    pilot: Pilot,
) -> None:
    one, _ = await open_two(pilot, "t")
    await pilot.engine.request(commands.Detach(one.id))
    pilot.program(one).prints(b"\x1b]777;notify;Build;it is done\a")
    await pilot.sees("♪", "1 rang", "one: Build: it is done")
    assert pilot.tty.notifications == ["one: Build: it is done"]
    assert pilot.tty.bells == 0
    pilot.program(one).prints(b"x" * 100)
    await pilot.sees("+1")
    pilot.press("w")
    await pilot.sees("─ [💤] one ")
    await pilot.until(lambda: is_seen(one))
    await pilot.sees_no("♪")
    assert pilot.tty.notifications == ["one: Build: it is done"]


async def test_the_end_of_a_pane_that_doesn_t_show_is_passed_on_and_of_one_that_is_typed_into_isn_t(
    pilot: Pilot,
) -> None:
    one, other = await open_two(pilot)
    pilot.program(one).exits(2)
    await pilot.until(lambda: pilot.tty.notifications == ["one ended: exit 2"])
    pilot.press("enter")
    await pilot.sees("keyboard: other")
    pilot.program(other).exits(0)
    await pilot.sees("other ended: exit 0")
    assert len(pilot.tty.notifications) == 1


async def test_a_window_without_the_focus_is_told_of_the_end_of_the_pane_with_the_keyboard(
    pilot: Pilot,
) -> None:
    one = await pilot.opens()
    pilot.type(b"\x1b[O")
    pilot.program(one).exits(3)
    await pilot.until(lambda: pilot.tty.notifications == ["sh ended: exit 3"])
    assert not one.is_end_seen


async def test_of_one_pane_five_a_minute_are_passed_on(pilot: Pilot) -> None:
    one, other = await open_two(pilot)
    for number in range(7):
        pilot.program(one).prints(b"\x1b]9;text %d\a" % number)
        await pilot.sees(f"one: text {number}")
    assert pilot.tty.notifications == [f"one: text {number}" for number in range(5)]
    pilot.program(other).prints(b"\x1b]9;another's\a")
    await pilot.until(lambda: pilot.tty.notifications[5:] == ["other: another's"])


async def test_running_past_a_pane_doesn_t_see_it(pilot: Pilot) -> None:
    one, _ = await open_two(pilot)
    third = await pilot.opens()
    await pilot.engine.request(commands.Rename(third.id, "third"))
    await pilot.leave()
    pilot.program(one).prints(b"\a")
    await pilot.sees("1 rang")
    seen = len(pilot.requested.seen)
    pilot.press("1")
    pilot.press("3")
    await pilot.sees("─ third ", "1 rang")
    assert not is_seen(one)
    assert all(command.pane != one.id for command in pilot.requested.seen[seen:])
    pilot.press("1")
    await pilot.until(lambda: is_seen(one))
    pilot.press("3")
    await pilot.sees("─ third ")
    assert "rang" not in pilot.text


async def test_looking_at_an_ended_pane_clears_what_is_unseen_of_it(pilot: Pilot) -> None:
    one, _ = await open_two(pilot, "t")
    pilot.program(one).prints(b"12345")
    pilot.program(one).exits(0)
    await pilot.sees("+5", "1 unseen", "1 ended")
    pilot.press("k")
    await pilot.until(lambda: one.is_end_seen and is_seen(one))
    pilot.press("j")
    await pilot.sees("─ other ")
    assert "unseen" not in pilot.text


async def test_a_quit_forgets_nothing_and_the_next_run_knows_what_was_seen(fly: Fly) -> None:
    first = await fly()
    one, other = await open_two(first, "t")
    first.program(one).prints(b"\aunseen")
    await first.sees("♪")
    # Seen at leaving, however short that was after it was printed.
    first.press("enter")
    first.program(other).prints(b"seen at the end")
    await first.sees("seen at the end")
    first.press("ctrl+]", "q")
    assert await first.land() == 0
    backends = first.launcher.backends
    second = await fly()
    second.launcher.backends.update(backends)
    await second.sees("1 rang", "1 unseen")
    assert second.panes[other.id].seen_bytes == second.panes[other.id].output_bytes
    assert second.panes[one.id].seen_bytes == 2
    second.press("w")
    await second.sees("unseen", "─ one ")


async def test_what_is_seen_here_is_seen_in_another_chloe(pilot: Pilot) -> None:
    one, _ = await open_two(pilot, "t")
    pilot.program(one).prints(b"\a and more")
    await pilot.sees("1 rang", "1 unseen")
    another = await Store.open(pilot.config.paths.database, instance="6ba7b810-9dad-4bd1-80b4-00c04fd430c8")
    try:
        await another.append([Entry(one.id, Seen(offset=one.output_bytes), 1)])
    finally:
        await another.close()
    await pilot.sees_no("rang")
    await pilot.sees_no("unseen")


async def test_a_window_without_the_focus_sees_nothing(pilot: Pilot) -> None:
    one = await pilot.opens()
    await pilot.leave()
    pilot.type(b"\x1b[O")
    pilot.program(one).prints(b"\awhile you were away")
    await pilot.sees("♪", "1 rang")
    pilot.type(b"\x1b[I")
    await pilot.sees_no("rang")
    await pilot.until(lambda: is_seen(one))


async def test_one_that_goes_on_printing_is_told_to_the_log_only_now_and_then(pilot: Pilot) -> None:
    one = await pilot.opens()
    for number in range(30):
        pilot.program(one).prints(b"line %d\r\n" % number)
        await pilot.sees(f"line {number}")
    assert len(pilot.requested.seen) <= 3
    await pilot.until(lambda: is_seen(one))


async def test_where_the_log_can_t_be_written_the_run_remembers_what_was_seen(pilot: Pilot) -> None:
    one, _ = await open_two(pilot)
    request = pilot.engine.request
    refused: list[str] = []

    async def refuse(command: commands.Command) -> str | None:
        if not isinstance(command, commands.MarkSeen):
            return await request(command)
        refused.append(command.pane)
        raise LogUnusable("the disk is full")

    pilot.engine.request = refuse  # type: ignore[method-assign]
    pilot.program(one).prints(b"\aand more")
    await pilot.sees("1 rang", "1 unseen")
    pilot.press("w")
    await pilot.until(lambda: one.id in refused)
    pilot.press("2")
    await pilot.sees("─ other ")
    assert not is_seen(one)
    assert "rang" not in pilot.text
    assert "unseen" not in pilot.text
    assert "disk" not in pilot.text


class SeenList:
    """A log, and a clock: what was seen of which pane, and when."""

    def __init__(self) -> None:
        self.now = 0.0
        self.marks: list[tuple[float, str, int]] = []

    def clock(self) -> float:
        return self.now

    def mark_seen(self, command: commands.MarkSeen) -> None:
        self.marks.append((self.now, command.pane, command.offset))


def test_going_to_and_fro_tells_the_log_of_a_pane_once_in_two_seconds(double: Double) -> None:
    log = SeenList()
    watch = SeenWatch(Unread(double.instance), log, log.clock)
    ids = [double.pane(name) for name in ("one", "other")]
    panes = double.projections.panes
    for tick in range(97):
        log.now = tick / 10
        double.prints(ids[0], b"x")
        double.prints(ids[1], b"x")
        shown = ids[tick // 7 % 2]
        # The second, other than the first, is typed into at once.
        watch.see([panes[shown]], ids[1] if shown == ids[1] else None)
    for id in ids:
        times = [at for at, pane, _ in log.marks if pane == id]
        assert len(times) >= 3
        assert all(after - before > 1.99 for before, after in pairwise(times))
    # What is still to be said is said at the end.
    assert {command.pane: command.offset for command in watch.leave()} == {ids[0]: 91, ids[1]: 97}


async def test_panes_that_one_thing_ended_are_one_message(pilot: Pilot) -> None:
    panes = [*await open_two(pilot), *await open_two(pilot), *await open_two(pilot)]
    pilot.press("m")
    for pane in panes:
        pilot.program(pane)._end(Exited(None, None, "its tmux server is gone", time.time_ns(), None))
    await pilot.sees("and 3 more ended: its tmux server is gone")
    await pilot.until(lambda: all(not pane.alive for pane in panes))
    assert len([each for each in pilot.app._state.messages.latest_first if "ended" in each.text]) == 1
    assert len(pilot.tty.notifications) == 1


async def test_the_window_s_title_says_where_one_is_and_how_many_panes_want_one(pilot: Pilot) -> None:
    one, _ = await open_two(pilot)
    await pilot.until(lambda: pilot.tty.title == "other - Chloe")
    pilot.program(one).prints(b"\a")
    await pilot.until(lambda: pilot.tty.title == "(1) other - Chloe")
    pilot.press("w")
    await pilot.until(lambda: pilot.tty.title == "one - Chloe")
    for number in range(8):
        pilot.program(one).prints(b"\x1b]2;title %d\a%d" % (number, number))
        await pilot.sees(f"title {number}")
    # Five in a minute.
    assert pilot.tty.title == "one: title 4 - Chloe"


async def test_progress_shows_in_the_list_until_it_is_over(pilot: Pilot) -> None:
    one, other = await open_two(pilot)
    pilot.program(one).prints(b"\x1b]9;4;1;40\a")
    await pilot.sees(" 40%")
    pilot.program(one).prints(b"\x1b]9;4;2;60\a")
    await pilot.sees(" 60%!")
    pilot.program(one).prints(b"\x1b]9;4;0\a")
    await pilot.sees_no("%")
    pilot.program(one).prints(b"\x1b]9;4;3\a")
    await pilot.sees(" %")
    pilot.program(one).prints(b"\x1b]133;A\a")
    await pilot.sees_no("%")
    pilot.program(other).prints(b"\x1b]9;4;4;7\a")
    await pilot.sees(" 7%=")
    pilot.program(other).exits(0)
    await pilot.sees_no("%")


async def test_what_the_user_switched_off_is_marked_and_not_passed_on(fly: Fly) -> None:
    pilot = await fly(is_quiet=True)
    one, other = await open_two(pilot)
    pilot.program(one).prints(b"\a")
    await pilot.sees("1 rang")
    pilot.program(one).prints(b"\x1b]777;notify;Build;it is done\a")
    await pilot.sees("one: Build: it is done")
    pilot.program(one).exits(2)
    await pilot.sees("one ended: exit 2")
    assert (pilot.tty.bells, pilot.tty.notifications, pilot.tty.title) == (0, [], "")
    # What is typed rings.
    await pilot.presses_until("enter", lambda: "keyboard: other" in pilot.text)
    pilot.program(other).prints(b"\a")
    await pilot.until(lambda: pilot.tty.bells == 1)


async def test_a_title_that_is_filled_up_with_spaces_takes_no_room_from_the_folder(pilot: Pilot) -> None:
    one = await pilot.opens()
    pilot.program(one).prints(b"\x1b]2;Agent -  q" + b" " * 80 + b"\a")
    await pilot.sees("Agent - q  /")
