"""A spool is input: whatever its frames say, it is read to an end, and what comes of it fits into the log."""

from __future__ import annotations

import contextlib
import os
import stat
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chloe.backends.backend import BackendEvent, BytesLost, Exited, OutputRead, SizeChanged
from chloe.backends.tmux import SpoolReader, inspection, quarantine, spool
from chloe.backends.tmux.holder import segments
from chloe.backends.tmux.holder.segments import EXIT, GAP, HEADER, OUTPUT, SIZE
from chloe.errors import SpoolBroken, SpoolTooNew
from chloe.events import facts
from chloe.events.codec import decode, encode
from chloe.events.facts import Fact, Process, SpoolPosition, Unknown

#: What a reader may need at the most for the spools that are made here.
MOST_READS = 2_000


def frame(kind: int, payload: bytes, occurred_at: int = 1_000_000_000) -> bytes:
    """A frame whose checksum is right, whatever it says."""
    start = segments.FRAME_START.pack(kind, occurred_at, len(payload))
    return (
        segments.FRAME.pack(kind, occurred_at, len(payload), zlib.crc32(payload, zlib.crc32(start))) + payload
    )


def header(
    number: int = 0,
    before: int = 0,
    about: bytes = b"",
    version: int = segments.VERSION,
    occurred_at: int = 1_000_000_000,
) -> bytes:
    start = segments.HEADER_START.pack(segments.MAGIC, version)
    return frame(HEADER, start + segments.HEADER_REST.pack(number, before) + about, occurred_at)


def end(status: int = 0, reason: bytes = b"") -> bytes:
    return frame(EXIT, struct.pack("<i", status) + reason)


def gap(length: int, reason: bytes = b"full") -> bytes:
    return frame(GAP, struct.pack("<Q", length) + reason)


def size(rows: int, columns: int) -> bytes:
    return frame(SIZE, struct.pack("=HHHH", rows, columns, 0, 0))


def made(folder: Path, *frames: bytes, number: int = 0) -> Path:
    """A spool with this segment."""
    folder.mkdir(exist_ok=True)
    (folder / f"{number}.seg").write_bytes(b"".join(frames))
    return folder


def read_all(reader: SpoolReader) -> list[BackendEvent]:
    """Read to the end, as a recorder does."""
    events: list[BackendEvent] = []
    for _ in range(MOST_READS):
        more = reader.read()
        events += more
        if not more and not reader.unfinished:
            return events
        if more and isinstance(more[-1], Exited):
            return events
    pytest.fail("reading came to no end")


def fact(event: BackendEvent, offset: int) -> Fact:
    match event:
        case OutputRead(data=data, position=position):
            return facts.Output(offset=offset, length=len(data), data=data, spool=position)
        case BytesLost(length=length, reason=reason, position=position):
            return facts.Gap(offset=offset, length=length, reason=reason, spool=position)
        case SizeChanged(rows=rows, columns=columns, position=position):
            return facts.Resized(rows=rows, columns=columns, offset=offset, spool=position)
        case Exited():
            return facts.Died(
                status=event.status,
                signal=event.signal,
                reason=event.reason,
                spool=event.position,
            )
    pytest.fail(f"no spool holds {event}")


def check(events: list[BackendEvent]) -> None:
    """What was read fits into the log, goes on from place to place, and ends where it says so."""
    offset, before = 0, SpoolPosition(0, 0)
    for number, event in enumerate(events):
        written = fact(event, offset)
        again = decode(*encode(written))
        assert not isinstance(again, Unknown)
        assert again == written
        assert 0 <= event.occurred_at < 1 << 63
        offset += len(event.data) if isinstance(event, OutputRead) else 0
        offset += event.length if isinstance(event, BytesLost) else 0
        assert event.position is not None
        assert event.position >= before
        before = event.position
        assert number == len(events) - 1 or not isinstance(event, Exited)


extremes = st.sampled_from([0, 1, 79, 255, 65_535, 1 << 31, (1 << 32) - 1, 1 << 60, 1 << 63, (1 << 64) - 1])
statuses = st.one_of(
    st.integers(-(1 << 31), (1 << 31) - 1), st.sampled_from([0x7F7F7F, 0x7F, 0xFFFF, -2, 128])
)
payloads = st.one_of(
    st.binary(max_size=40),
    st.tuples(extremes, st.binary(max_size=20)).map(lambda each: struct.pack("<Q", each[0]) + each[1]),
    st.tuples(statuses, st.binary(max_size=20)).map(lambda each: struct.pack("<i", each[0]) + each[1]),
    st.lists(st.integers(0, 65_535), min_size=4, max_size=4).map(lambda each: struct.pack("=4H", *each)),
)
kinds = st.one_of(st.sampled_from([HEADER, OUTPUT, SIZE, GAP, EXIT]), st.integers(0, 255))
times = st.one_of(extremes, st.integers(0, (1 << 64) - 1))
any_frame = st.builds(frame, kinds, payloads, times)
any_header = st.one_of(
    st.builds(header, st.integers(0, 3), extremes, st.binary(max_size=30), st.integers(0, 3), times),
    any_frame,
)
any_segment = st.tuples(st.one_of(st.just(b""), any_header), st.lists(any_frame, max_size=8))
numbers = st.sampled_from(["0", "1", "2", "7", "00", "-1", "١", "999999999", "99999999999999999999", "x", ""])


@settings(max_examples=250, deadline=None)
@given(
    parts=st.lists(st.tuples(numbers, any_segment), min_size=1, max_size=4),
    good=st.booleans(),
    flips=st.lists(st.tuples(st.integers(0, 2000), st.integers(1, 255)), max_size=3),
    kept=st.booleans(),
    start=st.one_of(st.just((0, 0)), st.tuples(st.sampled_from([0, 1, 5]), extremes)),
)
def test_whatever_its_frames_say_a_spool_is_read_to_an_end(
    tmp_path_factory: pytest.TempPathFactory,
    parts: list[tuple[str, tuple[bytes, list[bytes]]]],
    good: bool,
    flips: list[tuple[int, int]],
    kept: bool,
    start: tuple[int, int],
) -> None:
    folder = tmp_path_factory.mktemp("spool")
    for number, (first, frames) in parts:
        first = header(int(number)) if good and number in ("0", "1", "2") else first
        data = bytearray(first + b"".join(frames))
        for place, flip in flips:
            if data:
                data[place % len(data)] ^= flip
        (folder / f"{number}.seg").write_bytes(data)
    reader = SpoolReader(
        folder, SpoolPosition(*start), offset=0, quarantine=folder / "aside" if kept else None
    )
    try:
        events = read_all(reader)
    except SpoolBroken as broken:
        assert str(folder) in str(broken)
    else:
        if start == (0, 0):
            check(events)
    finally:
        reader.close()
    with contextlib.suppress(SpoolTooNew):
        inspection.has_unrecorded(folder, None)
    spool.read_holder_info(folder)


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=400))
def test_any_bytes_are_read_to_an_end(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = made(tmp_path_factory.mktemp("spool"), data)
    check(read_all(SpoolReader(folder, quarantine=folder / "aside")))


def test_frames_of_unknown_kinds_are_passed_over_and_counted(tmp_path: Path) -> None:
    folder = made(
        tmp_path / "spool",
        header(),
        frame(OUTPUT, b"one"),
        frame(200, b"from the future"),
        frame(201, b""),
        frame(200, b"again"),
        frame(OUTPUT, b"two"),
        end(256),
    )
    reader = SpoolReader(folder, quarantine=tmp_path / "aside")
    events = read_all(reader)
    assert [each.data for each in events if isinstance(each, OutputRead)] == [b"one", b"two"]
    assert isinstance(events[-1], Exited)
    assert events[-1].status == 1
    assert reader.skipped == {
        "a frame of the unknown kind 200": 2,
        "a frame of the unknown kind 201": 1,
    }
    assert not (tmp_path / "aside").exists(), "nothing is damaged"
    assert inspection.count_skipped(folder, 1_000_000) == reader.skipped


@pytest.mark.parametrize(
    ("odd", "what"),
    [
        (size(0, 80), "a size that can't be"),
        (size(65_535, 65_535), "a size that can't be"),
        (frame(SIZE, b""), "a size of another length"),
        (frame(SIZE, b"123456789"), "a size of another length"),
        (end(), "an end in the middle"),
        (frame(EXIT, b""), "an end without a status"),
        (header(), "a header in the middle"),
        (frame(OUTPUT, b"", 2**64 - 1), "a time that can't be"),
    ],
)
def test_what_cannot_be_is_passed_over_and_its_segment_kept(tmp_path: Path, odd: bytes, what: str) -> None:
    folder = made(tmp_path / "spool", header(), frame(OUTPUT, b"one"), odd, frame(OUTPUT, b"two"), end(256))
    reader = SpoolReader(folder, quarantine=tmp_path / "aside")
    events = read_all(reader)
    check(events)
    assert b"".join(each.data for each in events if isinstance(each, OutputRead)) == b"onetwo"
    assert isinstance(events[-1], Exited)
    assert events[-1].status == 1
    assert reader.skipped == {what: 1}
    assert (tmp_path / "aside" / "spool-0.seg").exists()


@pytest.mark.parametrize("odd", [gap(2**64 - 1), gap(2**60 + 1), frame(GAP, b""), frame(GAP, b"1234567")])
def test_a_gap_that_cannot_be_is_one_of_unknown_length(tmp_path: Path, odd: bytes) -> None:
    folder = made(tmp_path / "spool", header(), frame(OUTPUT, b"one"), odd, frame(OUTPUT, b"two"), end())
    events = read_all(SpoolReader(folder, quarantine=tmp_path / "aside"))
    check(events)
    (lost,) = (each for each in events if isinstance(each, BytesLost))
    assert lost.length == 0
    assert "a gap" in lost.reason


def test_many_gaps_are_together_no_longer_than_a_stream(tmp_path: Path) -> None:
    folder = made(tmp_path / "spool", header(), *[gap(2**59)] * 20, end())
    events = read_all(SpoolReader(folder, quarantine=tmp_path / "aside"))
    check(events)
    assert sum(each.length for each in events if isinstance(each, BytesLost)) <= segments.STREAM_LIMIT


@pytest.mark.parametrize("status", [0x7F7F7F, 0x7F, 0x137F, -2, 0x10000, 0x7FFFFFFF, 0x41])
def test_a_wait_status_that_means_nothing_is_an_end_that_nobody_knows(tmp_path: Path, status: int) -> None:
    folder = made(tmp_path / "spool", header(), end(status))
    (exited,) = read_all(SpoolReader(folder))
    assert isinstance(exited, Exited)
    assert (exited.status, exited.signal) == (None, None)
    assert "means nothing" in exited.reason


def test_reasons_are_text_of_a_bounded_length(tmp_path: Path) -> None:
    folder = made(tmp_path / "spool", header(), gap(1, b"\xff\xfe" * 50_000), end(0, b"\x80" * 200_000))
    events = read_all(SpoolReader(folder))
    check(events)
    lost, exited = events
    assert isinstance(lost, BytesLost)
    assert isinstance(exited, Exited)
    assert len(lost.reason) <= 500
    assert len(exited.reason) <= 500


def test_an_end_is_one_although_rubbish_follows_it(tmp_path: Path) -> None:
    folder = made(tmp_path / "spool", header(), frame(OUTPUT, b"one"), end(512), b"rubbish")
    (folder / "1.seg").write_bytes(b"more rubbish")
    exited = read_all(SpoolReader(folder, quarantine=tmp_path / "aside"))[-1]
    assert isinstance(exited, Exited)
    assert exited.status == 2


def test_what_is_no_regular_file_is_no_segment(tmp_path: Path) -> None:
    folder = made(tmp_path / "spool", header(), frame(OUTPUT, b"one"))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"precious")
    os.mkfifo(folder / "1.seg")
    (folder / "2.seg").symlink_to(elsewhere)
    (folder / "3.seg").mkdir()
    (folder / "04.seg").write_bytes(header(4, 3) + frame(OUTPUT, b"not this"))
    (folder / "99999999999999999999.seg").write_bytes(b"")
    reader = SpoolReader(folder, quarantine=tmp_path / "aside")
    assert [type(each) for each in read_all(reader)] == [OutputRead]
    made(folder, header(5, 3), frame(OUTPUT, b"two"), end(), number=5)
    assert [type(each) for each in read_all(reader)] == [OutputRead, Exited]
    reader.remove_before(SpoolPosition(5, 0))
    assert elsewhere.read_bytes() == b"precious"
    assert not (tmp_path / "aside").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_segment_that_may_not_be_read_is_damage(tmp_path: Path) -> None:
    folder = made(tmp_path / "spool", header(), frame(OUTPUT, b"one"))
    (folder / "0.seg").chmod(0)
    made(folder, header(1, 3), frame(OUTPUT, b"two"), end(), number=1)
    events = read_all(SpoolReader(folder, quarantine=tmp_path / "aside"))
    check(events)
    assert [type(each) for each in events] == [BytesLost, OutputRead, Exited]


def test_a_segment_larger_than_any_is_not_read_for_ever(tmp_path: Path) -> None:
    folder = made(tmp_path / "spool", header(), frame(OUTPUT, b"one"))
    with (folder / "0.seg").open("r+b") as file:
        file.truncate(1 << 40)
        file.seek(0, os.SEEK_END)
        file.write(b"x")
    made(folder, header(1, 5), frame(OUTPUT, b"two"), end(), number=1)
    events = read_all(SpoolReader(folder, quarantine=tmp_path / "aside"))
    check(events)
    assert [type(each) for each in events] == [OutputRead, BytesLost, OutputRead, Exited]


def test_a_segment_of_nothing_but_small_frames_is_read_in_small_steps(tmp_path: Path) -> None:
    folder = made(
        tmp_path / "spool", header(), *[frame(77, b"")] * 20_000, *[frame(SIZE, b"")] * 20_000, end()
    )
    reader = SpoolReader(folder, quarantine=tmp_path / "aside")
    assert reader.read() == []
    assert reader.unfinished
    assert sum(reader.skipped.values()) < 5_000
    assert [type(each) for each in read_all(reader)] == [Exited]
    assert inspection.has_unrecorded(folder, None), "there is something behind all that is passed over"


def test_no_more_is_kept_of_damaged_spools_than_a_bounded_number_of_files(tmp_path: Path) -> None:
    aside = tmp_path / "aside"
    for number in range(quarantine.MAX_KEPT + 3):
        folder = made(tmp_path / f"{number:04}", header(), b"x" * 100)
        reader = SpoolReader(folder, quarantine=aside)
        read_all(reader)
        assert reader.damage
        reader.close()
    assert len(list(aside.iterdir())) == quarantine.MAX_KEPT
    assert (folder / "0.seg").exists(), "what isn't kept is not removed"
    assert "holds 100 files already" in reader.damage


@pytest.mark.parametrize("kind", ["file", "link", "fifo"])
def test_where_nothing_can_be_kept_reading_goes_on_all_the_same(tmp_path: Path, kind: str) -> None:
    aside, elsewhere = tmp_path / "aside", tmp_path / "elsewhere"
    elsewhere.mkdir()
    match kind:
        case "file":
            aside.touch()
        case "link":
            aside.symlink_to(elsewhere)
        case "fifo":
            os.mkfifo(aside)
    folder = made(tmp_path / "spool", header(), frame(OUTPUT, b"one"), b"x" * 100)
    made(folder, header(1, 10), frame(OUTPUT, b"two"), end(), number=1)
    events = read_all(SpoolReader(folder, quarantine=aside))
    check(events)
    assert [type(each) for each in events] == [OutputRead, BytesLost, OutputRead, Exited]
    assert (folder / "0.seg").exists()
    assert not list(elsewhere.iterdir())


def test_a_header_says_who_wrote_it_and_what_it_says_beyond_that_is_passed_over(tmp_path: Path) -> None:
    about = b"holder 9.9\nprogram 1234 5678 a-boot\nterm xterm\nanswers da1 xtversion\nwatches \nnew thing\n"
    folder = made(tmp_path / "spool", header(0, 0, about), frame(OUTPUT, b"one"))
    found = spool.read_holder_info(folder)
    assert found is not None
    assert found.holder == "9.9"
    assert found.program == Process(1234, 5678, "a-boot")
    assert (found.term, found.answers, found.watches) == ("xterm", ("da1", "xtversion"), ())
    assert [type(each) for each in read_all(SpoolReader(folder))] == [OutputRead]


@pytest.mark.parametrize(
    "program", [b"", b"1234", b"0 1 boot", b"1 1 boot", b"-5 1 boot", b"99999999999 1 b", b"7 x b", b"7 1"]
)
def test_a_program_that_cannot_be_is_none(tmp_path: Path, program: bytes) -> None:
    folder = made(tmp_path / "spool", header(0, 0, b"program " + program + b"\n"))
    found = spool.read_holder_info(folder)
    assert found is not None
    assert found.program is None


def test_a_newer_version_is_refused_whatever_it_holds(tmp_path: Path) -> None:
    newer = segments.HEADER_START.pack(segments.MAGIC, segments.VERSION + 1)
    folder = made(tmp_path / "spool", frame(HEADER, newer), frame(OUTPUT, b"one"))
    with pytest.raises(SpoolBroken, match="newer than this Chloe knows"):
        read_all(SpoolReader(folder, quarantine=tmp_path / "aside"))
    assert stat.S_ISREG((folder / "0.seg").stat().st_mode)
    with pytest.raises(SpoolTooNew):
        inspection.has_unrecorded(folder, None)
