"""Reading a spool, whole and broken, without any process that writes it."""

from __future__ import annotations

import errno
import os
import posix
import stat
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chloe.backends.backend import READ_LIMIT, BackendEvent, BytesLost, Exited, OutputRead, SizeChanged
from chloe.backends.tmux import SpoolReader
from chloe.backends.tmux.holder import segments
from chloe.backends.tmux.holder.segments import SIZE_FIELDS, SpoolWriter
from chloe.errors import SpoolBroken
from chloe.events.facts import SpoolPosition
from tests.backends.tmux.losses import check_losses

SIZE = SIZE_FIELDS.pack(40, 100, 0, 0)


def written(folder: Path, *outputs: bytes, segment_size: int = 10**6) -> SpoolWriter:
    """A spool with these outputs and a size after the first."""
    folder.mkdir(parents=True, exist_ok=True)
    spool = SpoolWriter(str(folder), segment_size=segment_size, cap=10**9, share=0.9)
    for number, output in enumerate(outputs):
        spool.output(output)
        if not number:
            spool.size(SIZE)
    return spool


def all_of(reader: SpoolReader, limit: int = READ_LIMIT) -> list[BackendEvent]:
    events: list[BackendEvent] = []
    while more := reader.read(limit):
        events += more
    return events


def printed(events: Sequence[BackendEvent]) -> bytes:
    return b"".join(each.data for each in events if isinstance(each, OutputRead))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Sets the time that frames get, in milliseconds."""

    def put(milliseconds: int) -> None:
        monkeypatch.setattr(time, "time_ns", lambda: milliseconds * 1_000_000)

    put(0)
    return put


def test_nothing_is_read_of_a_spool_that_is_not_there_yet(tmp_path: Path) -> None:
    reader = SpoolReader(tmp_path)
    assert reader.read() == []
    assert not reader.has_more
    written(tmp_path, b"first")
    assert reader.has_more
    assert printed(reader.read()) == b"first"
    assert not reader.has_more


def test_output_of_ten_milliseconds_becomes_one_event(tmp_path: Path, clock: Callable[[int], None]) -> None:
    spool = written(tmp_path)
    for milliseconds in (100, 105, 110, 111, 130):
        clock(milliseconds)
        spool.output(b"%d " % milliseconds)
    events = SpoolReader(tmp_path).read()
    assert [(each.data, each.occurred_at) for each in events if isinstance(each, OutputRead)] == [
        (b"100 105 110 ", 100_000_000),
        (b"111 ", 111_000_000),
        (b"130 ", 130_000_000),
    ]


def test_output_is_not_joined_across_a_size(tmp_path: Path, clock: Callable[[int], None]) -> None:
    written(tmp_path, b"a", b"b", b"c")
    events = SpoolReader(tmp_path).read()
    assert [type(each) for each in events] == [OutputRead, SizeChanged, OutputRead]
    assert printed(events) == b"abc"


def test_a_read_hands_out_no_more_than_it_may(tmp_path: Path, clock: Callable[[int], None]) -> None:
    written(tmp_path, *[bytes([65 + number]) * 40_000 for number in range(20)])
    reader = SpoolReader(tmp_path)
    reads = []
    while events := reader.read(100_000):
        reads.append(len(printed(events)))
    assert sum(reads) == 800_000
    assert max(reads) <= 100_000


def test_reading_goes_on_from_every_position(tmp_path: Path, clock: Callable[[int], None]) -> None:
    spool = written(tmp_path, segment_size=300)
    for number in range(30):
        clock(number * 20)
        spool.output(b"%d," % number * 10)
        if number % 7 == 0:
            spool.size(SIZE)
    spool.end(256, "")
    whole = all_of(SpoolReader(tmp_path))
    assert isinstance(whole[-1], Exited)
    for number, event in enumerate(whole):
        assert event.position is not None
        assert all_of(SpoolReader(tmp_path, event.position)) == whole[number + 1 :]


@settings(max_examples=40, deadline=None)
@given(
    outputs=st.lists(st.binary(max_size=300), min_size=1, max_size=12),
    segment_size=st.integers(100, 2000),
    data=st.data(),
)
def test_a_spool_that_grows_byte_by_byte_reads_the_same(
    tmp_path_factory: pytest.TempPathFactory, outputs: list[bytes], segment_size: int, data: st.DataObject
) -> None:
    """Whatever part of the last segment is there when it is read: nothing is lost, doubled or early."""
    whole = tmp_path_factory.mktemp("whole")
    written(whole, *outputs, segment_size=segment_size).end(0, "")
    growing = tmp_path_factory.mktemp("growing")
    reader = SpoolReader(growing)
    events: list[BackendEvent] = []
    for number in range(len(list(whole.glob("*.seg")))):
        contents = (whole / f"{number}.seg").read_bytes()
        cuts = data.draw(st.lists(st.integers(0, len(contents)), max_size=6).map(sorted))
        with (growing / f"{number}.seg").open("ab", buffering=0) as file:
            for start, end in zip([0, *cuts], [*cuts, len(contents)], strict=True):
                file.write(contents[start:end])
                events += all_of(reader)
    assert printed(events) == b"".join(outputs)
    assert [type(each) for each in events if not isinstance(each, OutputRead)] == [SizeChanged, Exited]


@settings(max_examples=60, deadline=None)
@given(cut=st.integers(0, 10_000))
def test_a_cut_tail_ends_before_the_cut_frame(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    folder = tmp_path_factory.mktemp("cut")
    written(folder, *[b"%d," % number for number in range(50)])
    path = folder / "0.seg"
    path.write_bytes(path.read_bytes()[: cut % (path.stat().st_size + 1)])
    whole = b"".join(b"%d," % number for number in range(50))
    events = all_of(SpoolReader(folder))
    assert whole.startswith(printed(events))
    assert not any(isinstance(each, BytesLost) for each in events)


@settings(max_examples=150, deadline=None)
@given(place=st.integers(0, 10_000), flip=st.integers(1, 255), limit=st.sampled_from([20, READ_LIMIT]))
@example(place=136, flip=124, limit=20)  # A length that reaches to the end of another frame.
def test_of_a_damaged_segment_all_is_kept_or_told_as_lost(
    tmp_path_factory: pytest.TempPathFactory, place: int, flip: int, limit: int
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    aside = folder / "aside"
    outputs = [b"output %d," % number for number in range(30)]
    written(folder, *outputs, segment_size=400).end(0, "")
    path = folder / "1.seg"
    contents = bytearray(path.read_bytes())
    contents[place % len(contents)] ^= flip
    path.write_bytes(contents)
    events = all_of(SpoolReader(folder, quarantine=aside), limit)
    missing = check_losses(b"".join(outputs), events)
    assert missing
    assert isinstance(events[-1], Exited)
    if "is damaged" in missing[0].reason:  # Else a longer frame looked like a torn one.
        kept = aside / f"{folder.name}-1.seg"
        assert str(kept) in missing[0].reason
        assert kept.read_bytes() == contents
        assert stat.S_IMODE(aside.stat().st_mode) == 0o700
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600


@pytest.mark.parametrize("part", [1, 16, 17, 18, 500])
def test_what_a_full_disk_tore_while_it_was_read_is_read_anew(
    part: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The holder takes the part back that fitted, and writes a gap in its place."""
    spool = written(tmp_path, b"before")
    reader = SpoolReader(tmp_path, quarantine=tmp_path / "aside")
    events: list[BackendEvent] = []

    def no_room(fd: int, parts: Sequence[bytes]) -> int:
        os.write(fd, b"".join(parts)[:part])
        events.extend(all_of(reader))
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patched:
        patched.setattr(posix, "writev", no_room)
        spool.output(b"t" * 1000)
    assert not spool.flush_pending()
    spool.output(b"after" * 1000)
    spool.end(0, "")
    events += all_of(reader)
    assert [each.length for each in check_losses(b"before" + b"t" * 1000 + b"after" * 1000, events)] == [1000]
    assert isinstance(events[-1], Exited)
    assert not (tmp_path / "aside").exists()


def test_what_a_full_disk_tore_between_two_reads_of_a_frame_is_no_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = written(tmp_path, b"before")
    path = tmp_path / "0.seg"
    whole = path.stat().st_size
    spool.output(b"t" * 1000)
    os.truncate(path, whole + 500)
    pread = os.pread

    def taken_back(fd: int, length: int, at: int) -> bytes:
        if at == whole + 500:  # The rest of the frame is asked for: meanwhile there are others in its place.
            monkeypatch.undo()
            os.truncate(path, whole)
            other = written(tmp_path / "other", b"before", b"after" * 400)
            other.end(0, "")
            with path.open("ab") as file:
                file.write((tmp_path / "other" / "0.seg").read_bytes()[whole:])
        return pread(fd, length, at)

    monkeypatch.setattr(os, "pread", taken_back)
    events = all_of(SpoolReader(tmp_path, quarantine=tmp_path / "aside"))
    assert not check_losses(b"before" + b"after" * 400, events)
    assert isinstance(events[-1], Exited)
    assert not (tmp_path / "aside").exists()


def flipped(path: Path, wanted: bytes) -> None:
    """Damage one byte of an output."""
    contents = bytearray(path.read_bytes())
    contents[contents.index(wanted)] ^= 1
    path.write_bytes(contents)


def test_a_damaged_output_costs_that_output_only(tmp_path: Path) -> None:
    outputs = [b"output %d," % number for number in range(30)]
    written(tmp_path, *outputs).end(0, "")
    flipped(tmp_path / "0.seg", b"output 7,")
    events = all_of(SpoolReader(tmp_path, quarantine=tmp_path / "aside"))
    assert [each.length for each in check_losses(b"".join(outputs), events)] == [len(b"output 7,")]
    assert isinstance(events[-1], Exited)


def test_where_lengths_are_damaged_the_rest_of_the_segment_is_lost_until_the_next_says_how_much(
    tmp_path: Path,
) -> None:
    spool = written(tmp_path, b"before", b"damaged")
    path = tmp_path / "0.seg"
    contents = bytearray(path.read_bytes())
    contents[contents.index(b"damaged") - 6] ^= 0xFF  # Of the length's four bytes, before the checksum's.
    path.write_bytes(contents)
    reader = SpoolReader(tmp_path, quarantine=tmp_path / "aside")
    events = all_of(reader)
    assert printed(events) == b"before"
    assert "a frame of" in reader.damage
    assert not reader.has_more
    spool.replace_removed()  # As a holder does that is told that its segment is gone.
    events += all_of(reader)
    assert not reader.damage
    spool.output(b"after")
    events += all_of(reader)
    lost = check_losses(b"beforedamagedafter", events)
    assert [each.length for each in lost] == [len(b"damaged")]
    assert "a frame of" in lost[0].reason


def test_without_a_place_to_keep_it_damage_is_told_and_what_came_before_it_is_kept(tmp_path: Path) -> None:
    written(tmp_path, b"before", b"damaged", b"after")
    flipped(tmp_path / "0.seg", b"damaged")
    reader = SpoolReader(tmp_path)
    assert printed(reader.read()) == b"before"
    with pytest.raises(SpoolBroken, match=r"0\.seg has a wrong checksum at byte \d+"):
        reader.read()
    assert (tmp_path / "0.seg").exists()


@pytest.mark.parametrize("zeros", [1, 100, 10_000_000])
def test_zeros_that_a_power_cut_left_are_no_damage(tmp_path: Path, zeros: int) -> None:
    outputs = [b"output %d," % number for number in range(30)]
    written(tmp_path, *outputs)
    with (tmp_path / "0.seg").open("ab") as file:
        file.write(bytes(zeros))
    reader = SpoolReader(tmp_path, quarantine=tmp_path / "aside")
    assert not check_losses(b"".join(outputs), all_of(reader))
    assert not reader.damage
    assert (tmp_path / "0.seg").exists()


def test_damage_is_kept_aside_on_another_disk_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(link: Path, to: Path) -> None:
        raise OSError(errno.EXDEV, "another disk")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    outputs = [b"output %d," % number for number in range(30)]
    written(tmp_path, *outputs).end(0, "")
    flipped(tmp_path / "0.seg", b"output 7,")
    assert check_losses(b"".join(outputs), all_of(SpoolReader(tmp_path, quarantine=tmp_path / "aside")))
    assert len(list((tmp_path / "aside").iterdir())) == 1


def test_a_newer_format_is_refused_with_the_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "VERSION", 3)
    written(tmp_path, b"from the future")
    monkeypatch.undo()
    with pytest.raises(SpoolBroken, match="version 3, newer than this Chloe"):
        SpoolReader(tmp_path).read()


def test_segments_are_released_only_below_the_position_and_once_it_exists(tmp_path: Path) -> None:
    written(tmp_path, *[b"x" * 50] * 10, segment_size=100)
    reader = SpoolReader(tmp_path)
    reader.remove_before(SpoolPosition(99, 0))
    assert len(list(tmp_path.glob("*.seg"))) == 10
    reader.remove_before(SpoolPosition(8, 0))
    assert sorted(path.name for path in tmp_path.glob("*.seg")) == ["8.seg", "9.seg"]


def test_a_known_offset_shows_what_was_removed_meanwhile(tmp_path: Path) -> None:
    written(tmp_path, *[b"x" * 50] * 10, segment_size=100)
    reader = SpoolReader(tmp_path)
    position = reader.read(50)[0].position
    assert position is not None
    reader.close()
    for number in range(3):
        (tmp_path / f"{number}.seg").unlink()
    events = all_of(SpoolReader(tmp_path, position, offset=50))
    missing = [each.length for each in events if isinstance(each, BytesLost)]
    assert sum(missing) + len(printed(events)) == 450
    assert missing
