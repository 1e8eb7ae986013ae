"""The jobs of real programs on real terminals: in front, in the background, stopped; and what is none."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.backends.conftest import Start
    from tests.conftest import Eventually

pytestmark = [
    pytest.mark.parametrize("kind", ["direct", "tmux"]),
    pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="no /proc"),
]


async def test_jobs_are_known_by_name_wherever_they_run(start: Start, eventually: Eventually) -> None:
    session = await start("/bin/bash", "--norc", "--noprofile")
    assert session.backend.find_jobs() == ()
    session.type("sleep 1000 & sleep 1000 &\n")
    await eventually(lambda: session.backend.find_jobs() == ("sleep",), "in the background")
    session.type("kill %1 %2; cat\n")
    await eventually(lambda: session.backend.find_jobs() == ("cat",), "in front")
    session.type("\x1a")
    await session.until(b"Stopped")
    assert session.backend.find_jobs() == ("cat",)
    session.type("kill -9 %3 %+; wait; echo go''ne\n")
    await session.until(b"gone")
    await eventually(lambda: session.backend.find_jobs() == (), "none is left")


async def test_what_has_let_go_of_the_terminal_is_none(start: Start, eventually: Eventually) -> None:
    session = await start("/bin/bash", "--norc", "--noprofile")
    session.type("sleep 1000 </dev/null >/dev/null 2>&1 & sleep 1000 & echo beg''un\n")
    await session.until(b"begun")
    await eventually(lambda: session.backend.find_jobs() == ("sleep",), "one of them")
    session.type("kill %2; wait %2; echo en''ded\n")
    await session.until(b"ended")
    await eventually(lambda: session.backend.find_jobs() == (), "the other is none")
    session.type("kill %1\n")
