"""One run: how it ends, what it does at a signal, and what an error costs."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from chloe.engine import Change
from chloe.errors import ChloeError
from chloe.terminal import Terminal
from chloe.ui import messages, status_bars
from chloe.ui.crash import find_chloe_error, summarize

if TYPE_CHECKING:
    from tests.ui.conftest import Fly
    from tests.ui.pilot import Pilot


def broken(*_: object, **__: object) -> None:
    raise ValueError("broken on purpose")


async def test_a_signal_ends_it_with_its_status(pilot: Pilot) -> None:
    pilot.app.on_signal(143)
    pilot.app.on_signal(130)
    assert await pilot.land() == 143
    assert not pilot.tty.is_running


async def test_a_terminal_that_is_gone_ends_it(pilot: Pilot) -> None:
    pilot.tty.hang_up()
    assert await pilot.land() == 129


async def test_after_a_stop_everything_is_drawn_anew(pilot: Pilot) -> None:
    await pilot.sees("No panes yet")
    pilot.tty.terminal.feed(b"\x1b[2J\x1b[Hwhat others wrote")
    pilot.app.on_continue()
    await pilot.sees("No panes yet", "Instances")
    await pilot.sees_no("what others wrote")


async def test_ctrl_l_draws_anew_and_ctrl_z_stops(pilot: Pilot) -> None:
    await pilot.sees("No panes yet")
    pilot.tty.terminal.feed(b"\x1b[2J\x1b[Hwhat others wrote")
    pilot.press("ctrl+l")
    await pilot.sees("No panes yet", "Instances")
    assert "others" not in pilot.text
    pilot.press("ctrl+z")
    assert pilot.tty.suspends == 1


async def test_a_frame_that_was_left_out_is_drawn_when_there_is_room(pilot: Pilot) -> None:
    await pilot.sees("No panes yet")
    pilot.tty.shown.clear()
    pilot.app.on_writable()
    await pilot.until(pilot.tty.shown.is_set)


async def test_an_error_in_a_key_ends_it(pilot: Pilot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pilot.tty, "forget", broken)
    pilot.press("ctrl+l")
    with pytest.raises(ValueError, match="on purpose"):
        await pilot.land()
    assert not pilot.tty.is_running


async def test_an_error_in_a_callback_ends_it(pilot: Pilot) -> None:
    asyncio.get_running_loop().call_soon(broken)
    with pytest.raises(ValueError, match="on purpose"):
        await pilot.land()


async def test_what_the_loop_only_has_words_for_ends_it(pilot: Pilot) -> None:
    asyncio.get_running_loop().call_exception_handler({"message": "something odd"})
    with pytest.raises(RuntimeError, match="something odd"):
        await pilot.land()


async def test_an_error_while_drawing_ends_it(pilot: Pilot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status_bars, "draw_header", broken)
    pilot.app.on_resize()
    with pytest.raises(ValueError, match="on purpose"):
        await pilot.land()


async def test_a_screen_that_can_t_be_drawn_costs_that_screen(
    pilot: Pilot, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = Terminal.line

    def breaks(self: Terminal, y: int) -> object:
        if self.title == "boom":
            raise ValueError("broken on purpose")
        return line(self, y)

    monkeypatch.setattr(Terminal, "line", breaks)
    fine = await pilot.opens()
    await pilot.leave()
    pane = await pilot.opens()
    pilot.program(pane).prints(b"\x1b]2;boom\atext")
    await pilot.sees("Chloe can't draw what it printed", "(ValueError).")
    pilot.type("x")
    await pilot.until(lambda: bytes(pilot.program(pane).typed) == b"x")
    pilot.type("\x04")
    pilot.program(pane).exits(0)
    await pilot.sees("[💀]")
    await pilot.leave()
    pilot.press("x")
    await pilot.sees("$")
    pilot.press("tab", "enter")
    await pilot.sees("can't be drawn", "from byte", "`chloe doctor` says what to report.")
    assert pilot.panes[fine.id].alive


async def test_a_screen_whose_notices_break_costs_that_screen(
    pilot: Pilot, monkeypatch: pytest.MonkeyPatch
) -> None:
    pane = await pilot.opens()
    monkeypatch.setattr(Terminal, "take_notices", broken)
    pilot.program(pane).prints(b"x")
    await pilot.sees("Chloe can't draw what it printed")


async def test_a_message_goes_by_itself(pilot: Pilot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "_SHOW_TIME", 0.2)
    pilot.press("Q")
    await pilot.sees("Q does nothing here")
    await pilot.sees_no("does nothing here")


async def test_after_a_run_the_loop_logs_what_it_logged_before(fly: Fly) -> None:
    def handler(*_: object) -> None:
        """Stands for the one of whoever runs the loop."""

    loop = asyncio.get_running_loop()
    loop.set_exception_handler(handler)
    try:
        pilot = await fly()
        assert loop.get_exception_handler() is not handler
        pilot.press("q")
        assert await pilot.land() == 0
        assert loop.get_exception_handler() is handler
    finally:
        loop.set_exception_handler(None)


async def test_trouble_with_the_log_stands_before_all_else(
    pilot: Pilot, monkeypatch: pytest.MonkeyPatch
) -> None:
    trouble = "the log can't be written: no space left on device"
    with monkeypatch.context() as patch:
        patch.setattr(type(pilot.engine), "trouble", trouble)
        pilot.app._on_change(Change(messages=(trouble,)))
        await pilot.sees("The log can't be written: no space left on device.", "nothing is lost.")
    pilot.press("ctrl+l")
    await pilot.sees_no("no space left")
    pilot.press("m")
    await pilot.sees("no space left")


@pytest.mark.parametrize("where", ["of a pane", "of the log"])
async def test_a_background_task_that_fails_is_told_until_it_succeeds(pilot: Pilot, where: str) -> None:
    is_mended = asyncio.Event()

    async def work() -> bool:
        if not is_mended.is_set():
            raise RuntimeError("can't start new thread")
        return True

    tasks = pilot.launcher.tasks if where == "of a pane" else pilot.engine.store._tasks
    tasks.repeat("resizing session x", work)
    await pilot.sees("Resizing session x failed: can't start new thread; it is tried again", "is lost.")
    is_mended.set()
    await pilot.sees_no("nothing is lost")


async def test_what_the_log_lost_is_told_at_the_start(pilot: Pilot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(pilot.engine), "lost_records_notice", "the log ends 3 records early")
    pilot.app.on_signal(0)
    assert await pilot.land() == 0
    await pilot.take_off()
    await pilot.sees("the log ends 3 records early")


def test_of_a_group_of_errors_the_first_that_was_foreseen_is_told() -> None:
    foreseen = ChloeError("foreseen")
    group = ExceptionGroup("several", [ValueError("x\ny"), ExceptionGroup("inner", [foreseen])])
    assert find_chloe_error(group) is foreseen
    assert find_chloe_error(ValueError()) is None
    assert summarize(group) == "ValueError: x"
    assert len(summarize(ValueError("x" * 500))) == 200
