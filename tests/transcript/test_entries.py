"""The lines with all that they said."""

from __future__ import annotations

from chloe.transcript.entries import MAX_STATES, Entries
from chloe.transcript.recent import MAX_PASSED, TranscriptChange


def test_a_line_keeps_what_it_said_and_reads_as_it_did_last() -> None:
    entries = Entries()
    entries.apply(TranscriptChange("told", 3, "one", 10, 20, 1, True, 2))
    entries.apply(TranscriptChange("settled", 3, "one", 10, 20))
    entries.apply(TranscriptChange("reads", 3, "two", 11, 21))
    entries.apply(TranscriptChange("settled", 3, "two", 12, 22))
    entries.apply(TranscriptChange("chrome", 3, "", 13, 23))
    (line,) = entries.take()
    assert (line.seq, line.text, line.time, line.offset, line.row) == (3, "two", 10, 20, 1)
    assert (line.alternate, line.panel, line.is_chrome, line.count) == (True, 2, True, 1)
    assert line.texts == ["one", "two"]
    assert line.states is not None
    assert line.states[-1].time == 12


def test_of_texts_that_differ_in_numbers_the_first_and_the_last_are_kept() -> None:
    entries = Entries()
    entries.apply(TranscriptChange("told", 0, "1% done", 0, 0))
    for number in range(1, 100):
        entries.apply(TranscriptChange("settled", 0, f"{number}% done", number, 0))
    entries.apply(TranscriptChange("settled", 0, "all of it", 100, 0))
    entries.apply(TranscriptChange("reads", 0, "all of it", 100, 0))
    (line,) = entries.take()
    assert line.texts == ["1% done", "99% done", "all of it"]


def test_texts_are_bounded_and_the_first_and_the_last_stay() -> None:
    entries = Entries()
    entries.apply(TranscriptChange("told", 0, "word a", 0, 0))
    for place in range(100):
        entries.apply(TranscriptChange("settled", 0, "word " + chr(0x4E00 + place), place, 0))
    (line,) = entries.take()
    assert line.states is not None
    assert len(line.states) == MAX_STATES
    assert (line.states[0].text[-1], line.states[-1].text[-1]) == ("\u4e00", chr(0x4E00 + 99))


def test_what_passed_stays_in_one_but_for_what_may_still_change() -> None:
    entries = Entries()
    texts = [f"line {number}" for number in range(MAX_PASSED + 5)]
    entries.apply(TranscriptChange("passed", 7, "\n".join(texts), 1, 2))
    entries.apply(TranscriptChange("reads", 7 + len(texts) - 1, "the last", 1, 2))
    entries.apply(TranscriptChange("reads", 7, "too late", 1, 2))
    first = entries.take(12)
    assert [(line.seq, line.count, line.text) for line in first] == [(7, 5, "\n".join(texts[:5]))]
    rest = entries.take()
    assert [line.text for line in rest] == [*texts[5:-1], "the last"]
    assert len(entries) == 0


def test_only_what_changes_no_more_is_taken() -> None:
    entries = Entries()
    for seq in range(3):
        entries.apply(TranscriptChange("told", seq, str(seq), 0, 0))
    assert [line.seq for line in entries.take(2)] == [0, 1]
    entries.apply(TranscriptChange("reads", 1, "late", 0, 0))
    assert [line.text for line in entries.take()] == ["2"]
