"""What is asked of the engine while an answer is under way."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from chloe.events import commands
from chloe.ui.messages import Messages
from chloe.ui.requests import Requests

if TYPE_CHECKING:
    from tests.ui.conftest import Double


async def test_a_pane_that_is_being_put_away_is_not_put_away_again(
    double: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = asyncio.Event()
    asked: list[commands.Command] = []

    async def slowly(command: commands.Command) -> None:
        asked.append(command)
        await answer.wait()

    monkeypatch.setattr(double, "request", slowly)
    async with asyncio.TaskGroup() as group:
        requests = Requests(group, double, Messages(), lambda: None)
        for _ in range(3):
            requests.request(commands.Close("one"))
            requests.request(commands.Close("other"))
            requests.request(commands.Rename("one", "name"))
            await asyncio.sleep(0)
        answer.set()
    assert asked.count(commands.Close("one")) == asked.count(commands.Close("other")) == 1
    assert asked.count(commands.Rename("one", "name")) == 3
    async with asyncio.TaskGroup() as group:
        Requests(group, double, Messages(), lambda: None).request(commands.Close("one"))
    assert asked.count(commands.Close("one")) == 2
