"""A spool at its cap: while somebody takes it in its program waits; else what is missing is told."""

from __future__ import annotations

import fcntl
import os
import struct
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from chloe.backends.backend import BackendEvent, Exited, OutputRead
from chloe.backends.tmux import SpoolReader
from tests.backends.tmux.test_limits import LAST, NUMBERS, check_against, lost

if TYPE_CHECKING:
    from tests.backends.tmux.conftest import Holder, MakeHolder, Panes, Soon
    from tests.conftest import Eventually


def test_a_cap_drops_what_is_over_it_and_tells_how_much(holder: MakeHolder) -> None:
    made = holder("sh", "-c", f"seq 1 {LAST}; exit 3", cap=100_000, segment_size=20_000)
    events = made.run(SpoolReader(made.folder))
    check_against(NUMBERS, events)
    assert lost(events)
    assert "100000 bytes" in lost(events)[0].reason
    assert sum(path.stat().st_size for path in made.folder.glob("*.seg")) < 110_000
    last = events[-1]
    assert isinstance(last, Exited)
    assert last.status == 3


def test_a_spool_that_is_taken_in_has_room_again(holder: MakeHolder, soon: Soon) -> None:
    script = f"seq 1 {LAST // 2}; read x; seq {LAST // 2 + 1} {LAST}"
    made = holder("sh", "-c", "stty -echo; " + script, cap=100_000, segment_size=20_000)
    reader = SpoolReader(made.folder)
    events = made.read(reader, lost)  # Told while the program waits, not only when it prints on.
    for each in reversed(events):
        if each.position is not None:
            reader.remove_before(each.position)
            break
    made.type(b"\r")
    rest: list[BackendEvent] = []

    def take_in() -> bool:
        rest.extend(reader.read())
        if rest and rest[-1].position is not None:
            reader.remove_before(rest[-1].position)
        return bool(rest) and isinstance(rest[-1], Exited)

    soon(take_in)
    check_against(NUMBERS, events + rest)
    assert any(isinstance(each, OutputRead) for each in rest)


def test_the_share_of_the_disk_is_for_all_spools_together(holder: MakeHolder) -> None:
    disk = os.statvfs("/tmp")
    share = 3_000_000 / (disk.f_bavail * disk.f_frsize)
    neighbour = holder("seq", "1", "300000")
    neighbour.run(SpoolReader(neighbour.folder))
    beside = neighbour.folder.parent / "beside"
    numbers = b"".join(b"%d\r\n" % number for number in range(1, 500_001))
    made = holder("seq", "1", "500000", folder=beside, share=share)
    events = made.run(SpoolReader(beside))
    check_against(numbers, events)
    assert "of the free disk" in lost(events)[0].reason
    assert sum(path.stat().st_size for path in neighbour.folder.parent.glob("*/*.seg")) < 4_500_000


class Lease:
    """The lease of a holder's pane, as a recorder has it: a locked byte of one file in the home."""

    def __init__(self, holder: Holder) -> None:
        home, pane = holder.folder.parent.parent, holder.folder.name
        self._place = int(pane.replace("-", ""), 16) >> 65
        self._fd = os.open(home / "leases", os.O_RDWR | os.O_CREAT, 0o600)
        self._lock(fcntl.F_WRLCK)

    def release(self) -> None:
        self._lock(fcntl.F_UNLCK)

    def close(self) -> None:
        os.close(self._fd)

    def _lock(self, kind: int) -> None:
        fcntl.fcntl(self._fd, fcntl.F_OFD_SETLK, struct.pack("hhqqi4x", kind, os.SEEK_SET, self._place, 1, 0))


MANY = 400_000
MANY_NUMBERS = b"".join(b"%d\r\n" % number for number in range(1, MANY + 1))
#: More than is spooled beyond the cap while the lease is taken, and less than what is printed.
WAITS = 300_000


def spooled(holder: Holder) -> int:
    return _size(holder.folder)


def stands_still(holder: Holder) -> bool:
    """Whether nothing is recorded although there is more to be."""
    return _stands_still(holder.folder)


def flooding(holder: MakeHolder, soon: Soon) -> tuple[Holder, Lease]:
    """A program that prints far more than the cap, and waits since a recorder has the lease."""
    made = holder("sh", "-c", f"stty -echo; echo ready; read x; seq 1 {MANY}; exit 3", cap=100_000)
    soon(lambda: made.folder.exists() and spooled(made) and b"ready" in made.shown)
    lease = Lease(made)
    made.type(b"\r")
    soon(lambda: spooled(made) > WAITS)
    return made, lease


@pytest.mark.skipif(not hasattr(fcntl, "F_OFD_SETLK"), reason="this system has no such locks")
def test_while_a_recorder_has_the_lease_a_cap_makes_the_program_wait_and_drops_nothing(
    holder: MakeHolder, soon: Soon
) -> None:
    made, lease = flooding(holder, soon)
    soon(lambda: stands_still(made))
    assert spooled(made) < 1_000_000
    reader = SpoolReader(made.folder)
    events: list[BackendEvent] = []

    def take_in() -> bool:
        events.extend(reader.read())
        if events and events[-1].position is not None:
            reader.remove_before(events[-1].position)
        return bool(events) and isinstance(events[-1], Exited)

    soon(take_in)
    lease.close()
    check_against(b"ready\r\n" + MANY_NUMBERS, events)
    assert not lost(events)
    last = events[-1]
    assert isinstance(last, Exited)
    assert last.status == 3


@pytest.mark.skipif(not hasattr(fcntl, "F_OFD_SETLK"), reason="this system has no such locks")
def test_once_the_lease_is_given_back_the_program_goes_on_and_what_is_over_the_cap_is_told(
    holder: MakeHolder, soon: Soon
) -> None:
    made, lease = flooding(holder, soon)
    assert not made.shown.endswith(MANY_NUMBERS[-100:])
    lease.release()
    events = made.run(SpoolReader(made.folder))
    lease.close()
    check_against(b"ready\r\n" + MANY_NUMBERS, events)
    assert sum(each.length for each in lost(events)) > 1_000_000
    assert "100000 bytes" in lost(events)[0].reason


@pytest.mark.skipif(not hasattr(fcntl, "F_OFD_SETLK"), reason="this system has no such locks")
def test_a_program_that_waits_for_room_can_be_typed_to_and_ended(holder: MakeHolder, soon: Soon) -> None:
    made, lease = flooding(holder, soon)
    made.type(b"\x03")
    events = made.run(SpoolReader(made.folder))
    lease.close()
    offset = len(b"ready\r\n")
    assert not lost(events)
    output = b"".join(each.data for each in events if isinstance(each, OutputRead))[offset:]
    assert MANY_NUMBERS.startswith(output[: WAITS // 2])
    last = events[-1]
    assert isinstance(last, Exited)


@pytest.mark.skipif(not hasattr(fcntl, "F_OFD_SETLK"), reason="this system has no such locks")
def test_a_neighbour_that_fills_the_share_of_the_disk_stops_no_pane_that_is_taken_in(
    holder: MakeHolder, soon: Soon
) -> None:
    neighbour = holder("seq", "1", "300000")
    neighbour.run(SpoolReader(neighbour.folder))
    disk = os.statvfs("/tmp")
    share = 1_000_000 / (disk.f_bavail * disk.f_frsize)
    made = holder("sh", "-c", f"read x; seq 1 {MANY}", share=share, segment_size=20_000)
    soon(lambda: made.folder.exists() and spooled(made))
    lease = Lease(made)
    made.type(b"\r")
    reader = SpoolReader(made.folder)
    events: list[BackendEvent] = []

    def take_in() -> bool:
        events.extend(reader.read())
        if events and events[-1].position is not None:
            reader.remove_before(events[-1].position)
        return bool(events) and isinstance(events[-1], Exited)

    soon(take_in)
    lease.close()
    assert not lost(events)
    check_against(b"\r\n" + MANY_NUMBERS, events)


@pytest.mark.skipif(not hasattr(fcntl, "F_OFD_SETLK"), reason="this system has no such locks")
async def test_a_recorder_that_stands_still_loses_nothing_of_what_it_would_have_taken_in(
    panes: Panes, eventually: Eventually
) -> None:
    pane = await panes.start("sh", "-c", f"seq 1 {MANY}", pane_cap=50_000)
    await eventually(lambda: _size(pane.folder) > 200_000)
    await eventually(lambda: _stands_still(pane.folder))
    assert _size(pane.folder) < 1_000_000
    while not pane.events or not isinstance(pane.events[-1], Exited):
        await pane.read()
        position = pane.events[-1].position
        assert position is not None
        await pane.backend.acknowledge(position)
    check_against(MANY_NUMBERS, pane.events)
    assert not lost(pane.events)


def _stands_still(folder: Path) -> bool:
    before = _size(folder)
    time.sleep(0.1)
    return _size(folder) == before


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("*.seg"))
