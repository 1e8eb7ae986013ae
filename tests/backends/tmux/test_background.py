"""What is done beside reading a pane: a failure is heard, and it is tried again."""

from __future__ import annotations

import subprocess
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from chloe.backends.backend import ScreenCaptured
from chloe.backends.tmux import TmuxBackend
from tests.backends.tmux.conftest import Panes

Eventually = Callable[..., Awaitable[None]]


def fail_once(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> None:
    """Have an async method raise what nobody expects, the first time that it is called."""
    method, calls = getattr(owner, name), []

    async def failing(*args: Any) -> Any:
        calls.append(args)
        if len(calls) == 1:
            raise RuntimeError("can't start new thread")
        return await method(*args)

    monkeypatch.setattr(owner, name, failing)


def heard(panes: Panes) -> list[str | None]:
    """Every trouble from now on."""
    troubles: list[str | None] = []
    panes.tasks.on_trouble = troubles.append
    return troubles


def size_of(panes: Panes, session: str) -> str:
    asked = ["tmux", "-L", panes.server.socket_name, "list-windows", "-t", session]
    asked += ["-F", "#{window_height} #{window_width}"]
    return subprocess.run(asked, capture_output=True, text=True).stdout.strip()


async def test_a_failed_resize_is_heard_and_the_session_gets_its_size(
    panes: Panes, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    pane = await panes.start("sleep", "1000")
    troubles = heard(panes)
    fail_once(monkeypatch, panes.server, "resize")
    pane.backend.resize(31, 97)
    await eventually(lambda: len(troubles) == 2)
    what = f"resizing session {pane.backend.session}"
    assert troubles == [f"{what} failed: can't start new thread; it is tried again", None]
    assert size_of(panes, pane.backend.session) == "31 97"


async def test_a_failed_look_at_the_screen_is_heard_and_ends_no_pane(
    panes: Panes, monkeypatch: pytest.MonkeyPatch
) -> None:
    troubles = heard(panes)
    fail_once(monkeypatch, TmuxBackend, "screen")
    pane = await panes.start("sh", "-c", "echo on the screen; exec sleep 1000")
    pane.backend.seek(None, needs_repaint=True)
    while not (painted := [event for event in pane.events if isinstance(event, ScreenCaptured)]):
        await pane.read()
    assert b"on the screen" in painted[0].data
    what = f"asking tmux for the screen of pane {pane.folder.name}"
    assert troubles == [f"{what} failed: can't start new thread; it is tried again", None]
