"""Ctrl-Z on a command: where giving the leases back fails, it is said, and the command goes on."""

from __future__ import annotations

import os
import signal
from collections.abc import Awaitable, Callable

import pytest

from chloe.config import Config
from chloe.engine import open_engine
from chloe.engine.stopping import handing_over_when_stopped


async def test_a_stop_that_fails_is_heard_and_the_command_goes_on(
    config: Config, eventually: Callable[..., Awaitable[None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[str] = []
    said: list[str] = []

    async def hand_over() -> None:
        raise RuntimeError("can't start new thread")

    async with open_engine(config, screens=False) as engine:
        monkeypatch.setattr(engine, "hand_over", hand_over)
        monkeypatch.setattr(engine, "take_again", lambda: taken.append("taken"))
        async with handing_over_when_stopped(engine, said.append):
            os.kill(os.getpid(), signal.SIGTSTP)
            await eventually(lambda: said)
            assert said == ["stopping the command failed: can't start new thread"]
            assert taken == ["taken"], "what was given back is recorded again"
            os.kill(os.getpid(), signal.SIGTSTP)
            await eventually(lambda: len(said) == 2, "it can be stopped anew")
    assert signal.getsignal(signal.SIGTSTP) is signal.SIG_DFL
