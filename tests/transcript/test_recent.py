"""The last lines that were told, and what of them may still change."""

from __future__ import annotations

from chloe.transcript.likeness import letters
from chloe.transcript.recent import MAX_ENTRIES, MAX_PASSED, RecentLine, RecentLines


def tell(recent: RecentLines, text: str, *, alternate: bool = False) -> RecentLine:
    return recent.tell(text, text, time=1, offset=2, row=3, alternate=alternate, panel=0)


def test_a_line_is_found_by_what_it_reads_now() -> None:
    recent = RecentLines()
    entry = tell(recent, "one")
    assert recent.find("one") == [entry]
    assert recent.rewrite(entry, "two", "two", time=4, offset=5, row=6)
    assert (recent.find("one"), recent.find("two")) == ([], [entry])
    assert [change.kind for change in recent.changes] == ["told", "reads"]
    assert recent.changes[-1].text == "two"


def test_a_mark_of_what_is_chosen_is_taken_off_when_the_line_stands_without_it() -> None:
    recent = RecentLines()
    entry = recent.tell("one", "> one", time=1, offset=2, row=3, alternate=True, panel=0)
    recent.rewrite(entry, "one", "> one", time=1, offset=2, row=3)
    assert len(recent.changes) == 1
    recent.rewrite(entry, "one", "one", time=1, offset=2, row=3)
    assert recent.changes[-1].text == "one"


def test_the_window_is_bounded_and_what_left_it_changes_no_more() -> None:
    recent = RecentLines()
    first = tell(recent, "the first")
    for number in range(MAX_ENTRIES):
        tell(recent, f"line {number}")
    assert len(recent.entries) == MAX_ENTRIES
    assert recent.first == 1
    assert recent.find("the first") == []
    assert not recent.rewrite(first, "other", "other", time=1, offset=2, row=3)
    assert recent.rewrite(first, "the first", "the first", time=1, offset=2, row=3)
    assert recent.count_forgotten(-1, 2) == 1


def test_what_passed_is_one_change_and_its_last_lines_are_known() -> None:
    recent = RecentLines()
    recent.pass_by([f"line {number}" for number in range(MAX_PASSED + 10)], time=1, offset=2)
    assert recent.first == 10
    assert len(recent.changes) == 1
    assert recent.find("line 9") == []
    assert [entry.seq for entry in recent.find("line 10")] == [10]
    assert recent.next == MAX_PASSED + 10


def test_pieces_are_known_whatever_the_wrapping() -> None:
    recent = RecentLines()
    tell(recent, "a long line that")
    tell(recent, "was wrapped anew")
    assert recent.is_piece(letters("that was wrapped"))
    assert not recent.is_piece(letters("that is wrapped"))


def test_a_text_settles_once_and_chrome_is_told_once() -> None:
    recent = RecentLines()
    entry = tell(recent, "one")
    for _ in range(2):
        recent.settle(entry, "one", "one", time=1, offset=2, row=3)
        recent.pin(entry, time=1, offset=2)
    assert [change.kind for change in recent.changes] == ["told", "settled", "chrome"]


def test_what_was_told_of_the_main_screen_is_found_from_the_end() -> None:
    recent = RecentLines()
    one, _, three = tell(recent, "one"), tell(recent, "two", alternate=True), tell(recent, "three")
    assert recent.last_on_main(3) == [one, three]
    assert recent.last_on_main(1) == [three]
