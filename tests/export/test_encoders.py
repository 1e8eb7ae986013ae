"""What each format gives of the same pane, and that what is missing is said in both."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from chloe.events import facts
from chloe.events.facts import UNCOMMITTED, Record
from chloe.events.faults import Fault
from chloe.export.lines import encode_lines
from chloe.export.raw import encode_raw
from chloe.past.stream import PRUNED, Missing
from chloe.store.extended import ExtendedLog, RecordSource
from chloe.terminal import Terminal
from tests.past.conftest import PANE, Life, bell_fails, life
from tests.terminal.test_clearing import AGENT, ANSWER, agent_session, answered

__all__ = ["bell_fails", "life"]


async def raw(source: RecordSource) -> list[bytes | Missing]:
    return [piece async for piece in encode_raw(source, PANE)]


async def lines(source: RecordSource) -> tuple[str, list[Missing], list[Fault]]:
    """Return the file, what is missing, and the faults."""
    faults: list[Fault] = []
    pieces = [piece async for piece in encode_lines(source, PANE, faults.append)]
    written = b"".join(piece for piece in pieces if isinstance(piece, bytes))
    return written.decode(), [piece for piece in pieces if isinstance(piece, Missing)], faults


async def test_raw_is_every_byte_and_lines_are_every_line_once(life: Life) -> None:
    await life.begins()
    printed = [
        b"progress 1%\rprogress 100%\r\n",
        b"\x1b[31mred\x1b[m\r\n",
        b"a" * 50 + b"\r\n" + b"more\r\n" * 9,
        b"end",
    ]
    for piece in printed:
        await life.prints(piece)

    assert await raw(life.store) == printed
    expected = ["progress 100%", "red", "a" * 50, *["more"] * 9, "end"]
    assert await lines(life.store) == ("\n".join(expected) + "\n", [], [])


async def test_a_pane_that_printed_nothing_is_an_empty_file(life: Life) -> None:
    await life.begins()

    assert await raw(life.store) == []
    assert await lines(life.store) == ("", [], [])


async def test_a_gap_is_told_and_has_a_line(life: Life) -> None:
    await life.begins()
    await life.prints(b"one\r\n")
    await life.loses(10, "a full \x1b[disk")
    await life.loses(0, "killed")
    await life.repaints(b"two")
    missing = [Missing(5, 10, "a full \x1b[disk", is_gap=True), Missing(15, 0, "killed", is_gap=True)]

    assert await raw(life.store) == [b"one\r\n", *missing]
    written, told, _ = await lines(life.store)
    assert told == missing
    assert "\x1b" not in written
    assert written.splitlines()[0].startswith("[10 bytes are missing here: a full ")
    assert written.splitlines()[1:] == ["[bytes may be missing here: killed]", "one", "two"]


async def test_what_was_pruned_is_told_once_and_the_lines_begin_with_the_screen_of_then(life: Life) -> None:
    await life.begins()
    for number in range(5):
        cut = await life.prints(b"line %d\r\n" % number)
    await life.prints(b"the end")
    await life.is_pruned(cut)

    assert await raw(life.store) == [Missing(0, 40, PRUNED), b"the end"]
    written, told, _ = await lines(life.store)
    assert told == [Missing(0, 40, PRUNED)]
    assert written.splitlines() == [
        "[40 bytes were here: pruned]",
        "line 1",
        "line 2",
        "line 3",
        "line 4",
        "the end",
    ]


async def test_lines_are_taken_from_a_screen_before_it_is_repainted(life: Life) -> None:
    await life.begins()
    await life.prints(b"one\r\ntwo")
    await life.repaints(b"three")

    assert (await lines(life.store))[0].splitlines() == ["one", "two", "three"]


async def test_what_the_emulator_fails_on_is_a_line_and_a_fault(life: Life, bell_fails: None) -> None:
    await life.begins()
    await life.prints(b"fine\r\n")
    await life.prints(b"\a")
    await life.prints(b"not drawn")
    await life.repaints(b"drawn again")
    written, told, faults = await lines(life.store)

    first, broken, last = written.splitlines()
    assert (first, last) == ("fine", "drawn again")
    assert broken.startswith("[from byte 6 on what was printed can't be drawn as lines (ValueError)")
    assert told == []
    assert [fault.offset for fault in faults] == [6]
    assert await raw(life.store) == [b"fine\r\n", b"\a", b"not drawn"]


async def test_a_screen_that_can_not_be_read_at_the_end_is_a_line_too(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Terminal, "lines_on_screen", lambda _: [].pop())
    await life.begins()
    await life.prints(b"fine")
    written, _, faults = await lines(life.store)

    assert written.startswith("[from byte ")
    assert [fault.doing for fault in faults] == ["exported"]


async def test_records_beside_the_log_come_last_and_end(life: Life) -> None:
    await life.begins()
    await life.prints(b"one\r\n")

    async def beside() -> AsyncIterator[Record]:
        for offset, data in ((5, b"two\r\n"), (10, b"three\r\n")):
            fact = facts.Output(offset=offset, length=len(data), data=data)
            yield Record(UNCOMMITTED, 9, 9, PANE, "", fact, b"")

    source = ExtendedLog(life.store, beside)
    assert await raw(source) == [b"one\r\n", b"two\r\n", b"three\r\n"]
    assert (await lines(source))[0].splitlines() == ["one", "two", "three"]


async def test_more_lines_than_a_window_holds_are_all_there(life: Life) -> None:
    await life.begins()
    for start in range(0, 30_000, 10_000):
        await life.prints(b"".join(b"%d\r\n" % number for number in range(start, start + 10_000)))

    assert (await lines(life.store))[0].split() == [str(number) for number in range(30_000)]


async def test_what_was_cleared_is_told_and_what_is_painted_again_is_told_once(life: Life) -> None:
    await life.begins()
    await life.prints(b"one\r\ntwo\r\n\x1b[H\x1b[2Jthree\r\n\x1b[H\x1b[2J\x1b[3J")
    for count in range(1, 40):
        frame = b"".join(b"line %d\r\n" % number for number in range(count))
        await life.prints(b"banner\r\n" + frame + b"working\r\n\x1b[2J\x1b[3J\x1b[H")
    await life.prints(b"banner\r\n" + frame + b"done\r\n")

    expected = ["one", "two", "three", "banner", *(f"line {number}" for number in range(39)), "done"]
    assert await lines(life.store) == ("\n".join(expected) + "\n", [], [])


@pytest.mark.skipif(not AGENT.exists(), reason="the recording of an agent isn't here")
async def test_an_agent_s_answer_is_told_once_however_often_it_was_painted(life: Life) -> None:
    await life.begins(24, 80)
    for printed in agent_session():
        await (life.prints(printed) if isinstance(printed, bytes) else life.resizes(*printed))

    assert answered((await lines(life.store))[0].splitlines()) == ANSWER


async def test_a_program_that_ends_on_the_alternate_screen_hides_nothing(life: Life) -> None:
    await life.begins()
    await life.prints(b"before\r\nmore\r\n\x1b[?1049h\x1b[2J\x1b[Hfull screen\r\n")

    assert (await lines(life.store))[0] == "before\nmore\nfull screen\n"
