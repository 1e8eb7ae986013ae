"""The text of a pane: its transcript, and lines in square brackets for what isn't there."""

from __future__ import annotations

import base64

from chloe.events import facts
from chloe.events.facts import Entry
from chloe.events.faults import Fault
from chloe.export.text import encode_text
from chloe.past.stream import Missing
from chloe.store.extended import RecordSource
from tests.past.conftest import PANE, Life, bell_fails, life
from tests.transcript.playing import read, score

__all__ = ["bell_fails", "life"]


async def text(source: RecordSource) -> tuple[list[str], list[Missing], list[Fault]]:
    """The lines of the file, what is missing, and the faults."""
    faults: list[Fault] = []
    pieces = [piece async for piece in encode_text(source, PANE, faults.append)]
    written = b"".join(piece for piece in pieces if isinstance(piece, bytes))
    assert not written or written.endswith(b"\n")
    lines = written.decode("utf-8", "surrogateescape").split("\n")[:-1]
    return lines, [piece for piece in pieces if isinstance(piece, Missing)], faults


async def test_it_has_what_was_cleared_and_what_stood_on_the_alternate_screen(life: Life) -> None:
    await life.begins()
    await life.prints(b"one\r\ntwo\r\n\x1b[H\x1b[2J\x1b[3Jthree\r\n")
    await life.prints(b"\x1b[?1049h\x1b[2J\x1b[Hfull screen\r\n10%")
    await life.prints(b"\r99%")
    await life.prints(b"\x1b[?1049lfour\xff")
    assert await text(life.store) == (["one", "two", "three", "full screen", "99%", "four\ufffd"], [], [])


async def test_a_program_that_ends_on_the_alternate_screen_hides_nothing(life: Life) -> None:
    await life.begins()
    await life.prints(b"before\r\nmore\r\n\x1b[?1049h\x1b[2J\x1b[Hfull screen\r\n")
    assert (await text(life.store))[0] == ["before", "more", "full screen"]


async def test_what_is_missing_and_what_can_not_be_drawn_has_a_line(life: Life, bell_fails: None) -> None:
    await life.begins()
    await life.prints(b"one\r\n")
    await life.loses(10, "a full \x1b[disk")
    await life.prints(b"two\r\n")
    await life.prints(b"\a")
    lines, missing, faults = await text(life.store)
    assert missing == [Missing(5, 10, "a full \x1b[disk", is_gap=True)]
    assert [fault.offset for fault in faults] == [20]
    one, gap, two, broken = lines
    assert (one, two) == ("one", "two")
    assert gap.startswith("[10 bytes are missing here: a full ")
    assert broken.startswith("[from byte 20 on what was printed can't be drawn as lines (ValueError)")
    assert "\x1b" not in "".join(lines)


async def test_more_lines_than_are_kept_in_memory_are_all_there(life: Life) -> None:
    await life.begins()
    for start in range(0, 30_000, 10_000):
        await life.prints(b"".join(b"%d\r\n" % number for number in range(start, start + 10_000)))
    assert (await text(life.store))[0] == [str(number) for number in range(30_000)]


async def test_an_agent_s_answer_is_told_once_however_often_it_was_painted(life: Life) -> None:
    rows, columns = read("qwen_code")[0]["resize"]
    await life.begins(rows, columns)
    offset = 0
    entries = []
    for event in read("qwen_code")[1:-1]:
        if "b" in event:
            data = base64.b64decode(event["b"])
            fact: facts.Fact = facts.Output(offset=offset, length=len(data), data=data)
            entries.append(Entry(PANE, fact, round((1 + event["t"]) * 1e9)))
            offset += len(data)
        else:
            rows, columns = event["resize"]
            fact = facts.Resized(rows=rows, columns=columns, offset=offset)
            entries.append(Entry(PANE, fact, round((1 + event["t"]) * 1e9)))
    await life.store.append(entries)
    lines = (await text(life.store))[0]
    assert len(lines) < 80
    assert not score("qwen_code", lines).missed
