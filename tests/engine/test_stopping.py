"""Ctrl-Z on a command: it holds no lease while it is stopped, whenever the key is hit.

Where giving the leases back fails, it is said, and the command goes on.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from chloe.backends.tmux import leases
from chloe.config import Config
from chloe.engine import open_engine
from chloe.engine.stopping import handing_over_when_stopped
from tests.ids import id_of

_STOPPED_ON_ITS_WAY = """
import asyncio, os, signal, sys
from pathlib import Path
from chloe.backends.tmux import Leases
from chloe.engine.stopping import handing_over_when_stopped

async def main():
    lease = Leases(Path(sys.argv[1])).lease(sys.argv[2])
    again = asyncio.Event()

    class Engine:
        async def hand_over(self):
            print("gives back", flush=True)
            lease.release()

        def take_again(self):
            lease.take()
            again.set()

    async with handing_over_when_stopped(Path(sys.argv[1]), print) as stopping:
        if sys.argv[3] == "before":
            asyncio.get_running_loop().add_signal_handler(signal.SIGCONT, again.set)
            os.kill(os.getpid(), signal.SIGTSTP)
            await again.wait()
        lease.take()
        if sys.argv[3] == "taken":
            os.kill(os.getpid(), signal.SIGTSTP)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        print("opened", flush=True)
        async with stopping.with_leases_of(Engine()):
            if sys.argv[3] == "taken":
                await again.wait()
        print("ends", flush=True)

asyncio.run(main())
"""


@pytest.mark.parametrize("when", ["before", "taken"])
def test_a_command_that_is_stopped_while_it_opens_its_engine_holds_no_lease_meanwhile(
    tmp_path: Path, when: str
) -> None:
    path, pane = tmp_path / "leases", id_of("pane")
    words = [sys.executable, "-c", _STOPPED_ON_ITS_WAY, str(path), pane, when]
    root = str(Path(__file__).parents[2])
    # In a group of its own: one that no shell could continue isn't stopped by SIGTSTP (setpgid(2)).
    with subprocess.Popen(
        words, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, process_group=0
    ) as command:
        try:
            found = os.waitid(os.P_PID, command.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
            assert found is not None and found.si_status == signal.SIGTSTP
            assert leases.leased_panes(path, [pane]) == set()
            command.send_signal(signal.SIGCONT)
            assert command.stdout is not None
            said = command.stdout.read().split(b"\n")[:-1]
        finally:
            command.kill()
    assert said == ([b"opened", b"ends"] if when == "before" else [b"opened", b"gives back", b"ends"])


async def test_a_stop_that_fails_is_heard_and_the_command_goes_on(
    config: Config, eventually: Callable[..., Awaitable[None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[str] = []
    said: list[str] = []

    async def hand_over() -> None:
        raise RuntimeError("can't start new thread")

    async with (
        handing_over_when_stopped(config.paths.leases, said.append) as stopping,
        open_engine(config, screens=False) as engine,
    ):
        monkeypatch.setattr(engine, "hand_over", hand_over)
        monkeypatch.setattr(engine, "take_again", lambda: taken.append("taken"))
        async with stopping.with_leases_of(engine):
            os.kill(os.getpid(), signal.SIGTSTP)
            await eventually(lambda: said)
            assert said == ["stopping the command failed: can't start new thread"]
            assert taken == ["taken"], "what was given back is recorded again"
            os.kill(os.getpid(), signal.SIGTSTP)
            await eventually(lambda: len(said) == 2, "it can be stopped anew")
    assert signal.getsignal(signal.SIGTSTP) is signal.SIG_DFL
