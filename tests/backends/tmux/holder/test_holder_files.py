"""A spool that is removed under a running holder: it comes back, and what is missing is told exactly."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from chloe.backends.backend import BackendEvent, Exited, OutputRead
from chloe.backends.tmux import SpoolReader, locks
from tests.backends.tmux.losses import check_losses

if TYPE_CHECKING:
    from tests.backends.tmux.conftest import Holder, MakeHolder, Soon

#: Prints what it is told to count to, until it is told to end.
COUNTS = "stty -echo; echo ready; while read n && [ $n != end ]; do seq 1 $n; echo over; done; exit 4"


def counted(number: int) -> bytes:
    return b"".join(b"%d\r\n" % each for each in range(1, number + 1)) + b"over\r\n"


def exited(events: Sequence[BackendEvent]) -> bool:
    return bool(events) and isinstance(events[-1], Exited)


def type_to(holder: Holder, soon: Soon, data: bytes) -> None:
    """Type through the FIFO that is there, once it is one that the holder reads."""
    soon(lambda: locks.is_held(holder.folder / "lock"))
    holder.type(data)


def ready(holder: Holder, soon: Soon) -> None:
    soon(lambda: b"ready" in holder.shown)
    soon(lambda: locks.is_held(holder.folder / "lock"))


@pytest.mark.parametrize("up", [0, 1, 2], ids=["its folder", "all spools", "the home"])
def test_a_removed_spool_comes_back_and_the_gap_is_exact(up: int, holder: MakeHolder, soon: Soon) -> None:
    made = holder("sh", "-c", COUNTS)
    ready(made, soon)
    reader = SpoolReader(made.folder)
    events = made.read(reader, lambda all: b"ready" in all[0].data if all else False)  # type: ignore[union-attr]
    reader.close()
    shutil.rmtree([made.folder, *made.folder.parents][up])
    os.write(made.terminal, b"20000\n")
    soon(lambda: b"over" in made.shown)
    type_to(made, soon, b"300\n")
    soon(lambda: made.shown.count(b"over") == 2)
    type_to(made, soon, b"end\n")
    position = events[-1].position
    assert position is not None
    events += made.run(SpoolReader(made.folder, position, offset=len(b"ready\r\n")))
    lost = check_losses(b"ready\r\n" + counted(20_000) + counted(300), events)
    assert lost
    last = events[-1]
    assert isinstance(last, Exited)
    assert last.status == 4
    for folder in (made.folder, *list(made.folder.parents)[:up]):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for entry in made.folder.iterdir():
        assert stat.S_IMODE(entry.stat().st_mode) == 0o600


def test_a_reader_that_has_the_removed_segment_open_loses_nothing(holder: MakeHolder, soon: Soon) -> None:
    made = holder("sh", "-c", COUNTS)
    ready(made, soon)
    reader = SpoolReader(made.folder)
    events = made.read(reader, lambda all: all)
    shutil.rmtree(made.folder)
    type_to(made, soon, b"300\nend\n")
    events += made.run(reader)
    assert not check_losses(b"ready\r\n" + counted(300), events)


def test_a_quiet_program_s_spool_comes_back_as_well(holder: MakeHolder, soon: Soon) -> None:
    made = holder("sh", "-c", COUNTS)
    ready(made, soon)
    shutil.rmtree(made.folder)
    type_to(made, soon, b"end\n")
    last = made.run(SpoolReader(made.folder))[-1]
    assert isinstance(last, Exited)
    assert last.status == 4


@pytest.mark.parametrize("name", ["keys", "lock", "0.seg"])
def test_one_file_that_somebody_removed_comes_back(name: str, holder: MakeHolder, soon: Soon) -> None:
    made = holder("sh", "-c", COUNTS)
    ready(made, soon)
    reader = SpoolReader(made.folder)
    events = made.read(reader, lambda all: all)
    (made.folder / name).unlink()
    there = made.folder / {"0.seg": "1.seg"}.get(name, name)
    soon(lambda: there.exists() and stat.S_IMODE(there.stat().st_mode) == 0o600)
    type_to(made, soon, b"300\nend\n")
    events += made.run(reader)
    assert not check_losses(b"ready\r\n" + counted(300), events)


def test_what_was_typed_into_a_removed_fifo_is_not_lost(holder: MakeHolder, soon: Soon) -> None:
    made = holder("sh", "-c", "stty -echo; echo ready; sleep 0.5; read x; read y; echo got $x $y; exit 0")
    ready(made, soon)
    fifo = os.open(made.folder / "keys", os.O_WRONLY | os.O_NONBLOCK)
    (made.folder / "keys").unlink()
    os.write(fifo, b"one\n")
    os.close(fifo)
    soon((made.folder / "keys").exists)
    made.type(b"two\n")
    events = made.run(SpoolReader(made.folder))
    assert b"got one two" in b"".join(each.data for each in events if isinstance(each, OutputRead))


def test_a_moved_home_is_recorded_on_and_may_come_back(holder: MakeHolder, soon: Soon, home: Path) -> None:
    made = holder("sh", "-c", COUNTS)
    ready(made, soon)
    away = home.with_name("away")
    home.rename(away)
    os.write(made.terminal, b"20000\n")
    soon(lambda: b"over" in made.shown)
    assert not home.exists()
    away.rename(home)
    made.type(b"300\nend\n")
    assert not check_losses(b"ready\r\n" + counted(20_000) + counted(300), made.run(SpoolReader(made.folder)))


def test_a_home_whose_own_place_is_gone_keeps_no_holder_for_ever(
    holder: MakeHolder, soon: Soon, home: Path
) -> None:
    made = holder("sh", "-c", COUNTS)
    ready(made, soon)
    shutil.rmtree(home.parent)
    os.write(made.terminal, b"300\n")
    soon(lambda: b"over" in made.shown)
    os.write(made.terminal, b"end\n")
    made.wait()
    assert not home.parent.exists()
