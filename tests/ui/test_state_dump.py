"""The app writes its state down when it is asked to, and nothing in it acts on a terminal."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from chloe.engine import ActorQueues, Queues
from chloe.events.commands import Rename
from chloe.formatting.text import UNSAFE
from chloe.ui import app
from chloe.ui.log_file import log_to

if TYPE_CHECKING:
    from tests.conftest import AppWithPane
    from tests.ui.conftest import Fly
    from tests.ui.pilot import Pilot


def dump(pilot: Pilot) -> list[str]:
    """What the app writes into its log file."""
    path = pilot.config.paths.log_file
    with log_to(path):
        pilot.tty.listener.on_dump()
    text = path.read_text()
    assert not UNSAFE.search(text.replace("\n", ""))
    return text.splitlines()


async def test_the_state_names_views_slots_panes_requests_and_tasks(pilot: Pilot) -> None:
    pane = await pilot.opens()
    await pilot.leave()
    pilot.program(pane).prints(b"secret \x1b[31mwords")
    await pilot.sees("secret")
    pilot.press("?")
    await pilot.sees("Keys")
    lines = dump(pilot)
    text = "\n".join(lines)
    assert f"instance {pilot.engine.instance[:8]}, record {pilot.engine.projections.seq} folded" in text
    assert "views: tab instances, place instances, top help, overlays help" in lines
    assert f"keyboard: the app, selected: {pane.id[:8]}" in lines
    assert "slots: 1" in lines
    assert f"  {pane.id[:8]} 21x59 at row 2, column 21, 0 rows covered: live" in lines
    assert "panes: 1" in lines
    assert any(line.startswith(f"  {pane.id[:8]} sh, 21x59: alive, attached; ") for line in lines)
    assert "requests: 1" in lines
    assert "  0 block what is typed" in lines
    assert any(line.startswith("  app: ") for line in lines)
    assert "secret" not in text


async def test_the_state_tells_who_has_the_keyboard_and_what_is_under_way(fly: Fly) -> None:
    pilot = await fly()
    pane = await pilot.opens()
    assert f"keyboard: {pane.id[:8]}, selected: {pane.id[:8]}" in dump(pilot)
    await pilot.leave()
    pilot.launcher.may_start.clear()
    pilot.press("c")
    await pilot.until(lambda: pilot.app._requests.blocks_input)
    lines = dump(pilot)
    assert "  Open" in lines
    assert "  1 block what is typed" in lines
    pilot.launcher.may_start.set()
    await pilot.until(lambda: len(pilot.panes) == 2)


async def test_the_state_tells_how_much_waits_and_where(fly: Fly, monkeypatch: pytest.MonkeyPatch) -> None:
    pilot = await fly()
    pane = await pilot.opens()
    await pilot.leave()
    other = await pilot.opens()
    queues = Queues(20_000, 3, {}, {pane.id: ActorQueues(2, 3000, 40)})
    monkeypatch.setattr(pilot.engine, "measure_queues", lambda: queues)
    lines = dump(pilot)
    assert "queues: 20.0 KB not committed, 3 records not folded" in lines
    (told,) = [line for line in lines if line.startswith(f"  {pane.id[:8]} sh")]
    assert told.endswith(
        "to be drawn, 2 commands in its mailbox, 3.0 KB to be committed, 40 B of input to be taken"
    )
    (told,) = [line for line in lines if line.startswith(f"  {other.id[:8]} sh")]
    assert told.endswith("to be drawn, no actor")


async def test_a_hostile_name_is_spelled_out_and_an_ended_pane_told_as_such(pilot: Pilot) -> None:
    pane = await pilot.opens()
    await pilot.leave()
    pilot.program(pane).exits(3)
    await pilot.sees("exit 3")
    pilot.app._requests.request(Rename(pane.id, "a\u202eb"))
    await pilot.until(lambda: pilot.panes[pane.id].name == "a\u202eb")
    assert any(line.startswith(rf"  {pane.id[:8]} a\u202eb, 21x59: ended, attached") for line in dump(pilot))


async def test_a_state_that_can_t_be_told_ends_nothing(pilot: Pilot, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> str:
        raise ValueError("on purpose")

    monkeypatch.setattr(app, "describe_state", broken)
    assert any("the state could not be described" in line for line in dump(pilot))
    pilot.press("?")
    await pilot.sees("Keys")


def test_sigusr1_has_the_state_written_down_and_the_app_goes_on(
    app_with_pane: AppWithPane, tmp_path: Path
) -> None:
    running = app_with_pane("c", CHLOE_DEBUG="1")
    os.kill(running.process.pid, signal.SIGUSR1)
    log = tmp_path / "home/chloe.log"
    running.wait_for(lambda _: "views: tab instances" in log.read_text())
    assert "DEBUG chloe.ui: action new_direct" in log.read_text()
    running.leave_pane()
    assert running.quit() == 0
