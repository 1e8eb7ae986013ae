"""The transcript of a pane's log: with its times, across gaps, sizes, repaints and faults."""

from __future__ import annotations

from chloe.events.faults import Fault
from chloe.past.stream import PRUNED, Missing
from chloe.past.transcribing import Transcriber
from chloe.store.extended import RecordSource
from chloe.transcript.entries import Entries, TranscriptLine
from tests.past.conftest import PANE, Life, life

__all__ = ["life"]


async def transcribe(source: RecordSource) -> tuple[list[TranscriptLine], list[Missing | Fault]]:
    """The lines, and what else was told."""
    entries, other = Entries(), []
    async for piece in Transcriber(source, PANE).changes():
        if isinstance(piece, list):
            for change in piece:
                entries.apply(change)
        else:
            other.append(piece)
    return entries.take(), other


async def texts(source: RecordSource) -> list[str]:
    return [line.text for line in (await transcribe(source))[0]]


async def test_a_line_has_the_time_and_the_place_of_what_printed_it(life: Life) -> None:
    await life.begins()
    await life.prints(b"one\r\n")
    await life.resizes(6, 40)
    await life.prints(b"\x1b[?1049h\x1b[Htwo")
    (one, two), _ = await transcribe(life.store)
    assert (one.text, one.time, one.offset, one.alternate) == ("one", 2 * 10**9, 0, False)
    assert (two.text, two.time, two.offset, two.alternate) == ("two", 4 * 10**9, 5, True)


async def test_what_is_missing_stands_behind_what_was_told_before(life: Life) -> None:
    await life.begins()
    await life.prints(b"one\r\n")
    await life.loses(10)
    await life.repaints(b"one\r\nand two")
    pieces = [piece async for piece in Transcriber(life.store, PANE).changes()]
    first = next(place for place, piece in enumerate(pieces) if isinstance(piece, Missing))
    told = [change.text for piece in pieces[:first] if isinstance(piece, list) for change in piece]
    assert told == ["one", "one"]
    assert await texts(life.store) == ["one", "and two"]


async def test_a_pruned_pane_begins_with_the_screen_that_was_kept(life: Life) -> None:
    await life.begins()
    for number in range(5):
        cut = await life.prints(b"line %d\r\n" % number)
    await life.prints(b"the end")
    await life.is_pruned(cut)
    assert await texts(life.store) == ["line 1", "line 2", "line 3", "line 4", "the end"]
    assert (await transcribe(life.store))[1] == [Missing(0, 40, PRUNED)]


async def test_what_the_emulator_fails_on_is_told_and_what_stood_there_before(
    life: Life, bell_fails: None
) -> None:
    await life.begins()
    await life.prints(b"fine\r\n")
    await life.prints(b"\a")
    await life.prints(b"not drawn")
    await life.repaints(b"drawn again")
    found, other = await transcribe(life.store)
    assert [line.text for line in found] == ["fine", "drawn again"]
    assert [fault.offset for fault in other if isinstance(fault, Fault)] == [6]


async def test_a_long_log_is_told_as_it_is_read(life: Life) -> None:
    await life.begins()
    for start in range(0, 30_000, 1_000):
        await life.prints(b"".join(b"%d\r\n" % number for number in range(start, start + 1_000)))
    transcriber = Transcriber(life.store, PANE)
    assert len([piece async for piece in transcriber.changes()]) > 2
    assert transcriber.transcript.first > 20_000
    found = "\n".join(await texts(life.store))
    assert found == "\n".join(map(str, range(30_000)))


async def test_a_pane_without_output_has_no_lines(life: Life) -> None:
    await life.begins()
    assert await transcribe(life.store) == ([], [])
