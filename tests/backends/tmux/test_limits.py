"""A spool without room: the program runs on, and what is missing is told exactly."""

from __future__ import annotations

import errno
import os
import posix
import resource
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from chloe.backends.backend import BackendEvent, BytesLost, Exited, OutputRead, SizeChanged
from chloe.backends.tmux import SpoolReader
from chloe.backends.tmux.holder.segments import SpoolWriter
from tests.backends.tmux.losses import check_losses

if TYPE_CHECKING:
    from tests.backends.tmux.conftest import Holder, MakeHolder, Soon

LAST = 60_000
NUMBERS = b"".join(b"%d\r\n" % number for number in range(1, LAST + 1))


def lost(events: Sequence[BackendEvent]) -> list[BytesLost]:
    return [each for each in events if isinstance(each, BytesLost)]


def check_against(stream: bytes, events: Sequence[BackendEvent]) -> None:
    """What was printed is what stands at its place in the stream, gaps stand for the rest, to the end."""
    assert all(each.reason for each in check_losses(stream, events))


def fill_disk(holder: Holder) -> None:
    """Let this holder write into no file any more: to it, a full disk."""
    _, hard = resource.prlimit(holder.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(holder.pid, resource.RLIMIT_FSIZE, (0, hard))


def empty_disk(holder: Holder) -> None:
    """Let it write again."""
    _, hard = resource.prlimit(holder.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(holder.pid, resource.RLIMIT_FSIZE, (hard, hard))


def test_a_full_disk_drops_and_goes_on_when_there_is_room(holder: MakeHolder, soon: Soon) -> None:
    script = f"stty -echo; echo ready; read x; seq 1 {LAST}; echo over; read x; seq 1 {LAST}"
    made = holder("sh", "-c", script)
    reader = SpoolReader(made.folder)
    events = made.read(reader, lambda all: all)
    fill_disk(made)
    made.type(b"\r")
    soon(lambda: b"over" in made.shown)
    events += reader.read(10**9)
    empty_disk(made)
    made.type(b"\r")
    events += made.run(reader)
    check_against(b"ready\r\n" + NUMBERS + b"over\r\n" + NUMBERS, events)
    assert lost(events)[0].reason == os.strerror(errno.EFBIG)


def test_the_end_is_told_once_there_is_room(holder: MakeHolder, soon: Soon) -> None:
    made = holder("sh", "-c", "stty -echo; echo ready; read x; echo last words; exit 5")
    reader = SpoolReader(made.folder)
    events = made.read(reader, lambda all: all)
    fill_disk(made)
    made.type(b"\r")
    soon(lambda: b"last words" in made.shown)
    soon(lambda: made.sleeps_without(lambda: None))
    assert made.pid
    empty_disk(made)
    events += made.run(reader)
    check_against(b"ready\r\nlast words\r\n", events)
    last = events[-1]
    assert isinstance(last, Exited)
    assert last.status == 5


def test_a_size_that_changed_while_the_disk_was_full_is_told_afterwards(
    holder: MakeHolder, soon: Soon
) -> None:
    made = holder("sh", "-c", "stty -echo; trap 'stty size' WINCH; echo ready; while :; do sleep 0.01; done")
    reader = SpoolReader(made.folder)
    made.read(reader, lambda all: all)
    fill_disk(made)
    made.resize(30, 90)
    soon(lambda: b"30 90" in made.shown)
    empty_disk(made)
    events = made.read(reader, lambda all: any(isinstance(each, SizeChanged) for each in all))
    assert lost(events)[0].length == len(b"30 90\r\n")


def test_a_removed_spool_stops_nothing_and_its_holder_ends(holder: MakeHolder, soon: Soon) -> None:
    made = holder("sh", "-c", "stty -echo; echo ready; read x; seq 1 1000; exit 0")
    reader = SpoolReader(made.folder)
    made.read(reader, lambda all: all)
    shutil.rmtree(made.folder)
    os.write(made.terminal, b"\r")
    soon(lambda: b"1000\r\n" in made.shown)
    made.wait()


def test_a_segment_that_somebody_removed_shows_as_lost(holder: MakeHolder) -> None:
    made = holder("sh", "-c", f"seq 1 {LAST}; seq 1 {LAST}; seq 1 {LAST}", segment_size=20_000)
    made.run(SpoolReader(made.folder))
    for number in (2, 3, 5):
        (made.folder / f"{number}.seg").unlink()
    events = made.run(SpoolReader(made.folder))
    check_against(NUMBERS * 3, events)
    assert [each.reason for each in lost(events)] == ["a part of the spool was removed"] * 2


@pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts a small disk")
def test_a_small_disk_fills_and_empties(holder: MakeHolder, home: Path, soon: Soon) -> None:
    disk = home / "spool"
    disk.mkdir(parents=True)
    if os.system(f"mount -t tmpfs -o size=200k tmpfs {disk} 2>/dev/null"):
        pytest.skip("no file systems may be mounted here")
    try:
        ballast = disk / "ballast"
        ballast.write_bytes(bytes(100_000))
        script = f"stty -echo; echo ready; read x; seq 1 {LAST}; echo over; read x; seq 1 {LAST}"
        made = holder("sh", "-c", script, folder=disk / "pane", segment_size=20_000, share=10)
        reader = SpoolReader(made.folder)
        events = made.read(reader, lambda all: all)
        made.type(b"\r")
        soon(lambda: b"over" in made.shown)
        ballast.unlink()

        def take_in() -> bool:
            events.extend(reader.read())
            if events and events[-1].position is not None:
                reader.remove_before(events[-1].position)
            return bool(events) and isinstance(events[-1], Exited)

        made.type(b"\r")
        soon(take_in)
        check_against(b"ready\r\n" + NUMBERS + b"over\r\n" + NUMBERS, events)
        assert lost(events)[0].reason == os.strerror(errno.ENOSPC)
        made.wait()
        reader.close()
    finally:
        os.system(f"umount -l {disk}")


def test_a_torn_frame_that_cannot_be_cut_off_is_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = SpoolWriter(str(tmp_path), segment_size=10**6, cap=10**9, share=0.9)
    spool.output(b"before")
    written = os.writev

    def tear(fd: int, pieces: Sequence[bytes]) -> int:
        monkeypatch.setattr(posix, "writev", written)
        os.write(fd, b"".join(pieces)[:-3])
        raise OSError(errno.EIO, "torn")

    def refuse(fd: int, length: int) -> None:
        raise OSError(errno.EIO, "no cutting")

    monkeypatch.setattr(posix, "writev", tear)
    monkeypatch.setattr(posix, "ftruncate", refuse)
    spool.output(b"torn")
    spool.flush_pending()
    spool.output(b"after")
    spool.end(0, "")
    events = SpoolReader(tmp_path).read()
    check_against(b"beforetornafter", events)
    assert [each.length for each in lost(events)] == [4]


def test_a_limit_on_the_size_of_files_costs_nothing_where_more_files_may_be_made(holder: MakeHolder) -> None:
    made = holder("sh", "-c", f"seq 1 {LAST}; exit 3", prelude="ulimit -f 250")
    events = made.run(SpoolReader(made.folder))
    check_against(NUMBERS, events)
    assert not lost(events)
    assert len(list(made.folder.glob("*.seg"))) > 2
    last = events[-1]
    assert isinstance(last, Exited)
    assert last.status == 3


def test_where_hardly_anything_may_be_written_the_end_is_told_all_the_same(holder: MakeHolder) -> None:
    made = holder("sh", "-c", f"seq 1 {LAST}; exit 3", prelude="ulimit -f 1")
    events = made.run(SpoolReader(made.folder))
    made.wait()
    check_against(NUMBERS, events)
    assert lost(events)[0].reason == os.strerror(errno.EFBIG)
    last = events[-1]
    assert isinstance(last, Exited)
    assert last.status == 3


def test_a_soft_limit_of_whoever_started_the_server_is_none_for_the_holder(holder: MakeHolder) -> None:
    made = holder("sh", "-c", f"seq 1 {LAST}", prelude="ulimit -S -f 1")
    events = made.run(SpoolReader(made.folder))
    check_against(NUMBERS, events)
    assert not lost(events)
    assert len(list(made.folder.glob("*.seg"))) == 1


def test_a_program_has_the_limits_and_the_niceness_of_its_caller(holder: MakeHolder) -> None:
    nice = os.getpriority(os.PRIO_PROCESS, 0) + 3
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    limits = [
        [resource.RLIMIT_NOFILE, 123, most],
        [resource.RLIMIT_CORE, 0, 0],
        [resource.RLIMIT_CPU, -1, -1],
    ]
    made = holder(
        "sh",
        "-c",
        "ulimit -Sn; ulimit -Hn; ulimit -Hc; ulimit -t; nice",
        nice=nice,
        limits=limits,
        prelude="ulimit -S -n 200",
    )
    events = made.run(SpoolReader(made.folder))
    output = b"".join(each.data for each in events if isinstance(each, OutputRead)).split()
    assert output == [b"123", b"%d" % most, b"0", b"unlimited", b"%d" % nice]


def test_limits_that_may_not_be_raised_are_left(holder: MakeHolder) -> None:
    made = holder(
        "sh",
        "-c",
        "ulimit -Sn; ulimit -Hn",
        prelude="ulimit -n 200",
        limits=[[resource.RLIMIT_NOFILE, 500, 1 << 30], [9999, 1, 1]],
    )
    events = made.run(SpoolReader(made.folder))
    output = b"".join(each.data for each in events if isinstance(each, OutputRead)).split()
    assert all(int(number) >= 200 for number in output)


def test_a_clock_before_1970_stops_no_holder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chloe.backends.tmux.holder.segments.time.time_ns", lambda: -5)
    spool = SpoolWriter(str(tmp_path), segment_size=10**6, cap=10**9, share=0.9)
    spool.output(b"early")
    assert not spool.end(0, "")
    events = SpoolReader(tmp_path).read()
    assert [each.occurred_at for each in events] == [0, 0]


def test_what_lies_in_a_segment_s_place_is_left_there(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "0.seg")
    (tmp_path / "1.seg").mkdir()
    (tmp_path / "2.seg").symlink_to("/dev/null")
    spool = SpoolWriter(str(tmp_path), segment_size=10**6, cap=10**9, share=0.9)
    spool.output(b"here")
    spool.end(0, "")
    events = SpoolReader(tmp_path).read()
    assert [type(each) for each in events] == [OutputRead, Exited]
    assert events[-1].position is not None
    assert events[-1].position.segment == 3
