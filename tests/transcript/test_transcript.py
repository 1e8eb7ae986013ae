"""What is told of a screen, and what isn't: the policies, one by one."""

from __future__ import annotations

import pytest

from chloe.transcript import transcript
from chloe.transcript.recent import MAX_ENTRIES
from tests.transcript.playing import Player, fold, lines, printed

TREES = ["oak", "elm", "ash", "fir", "yew", "birch", "alder", "cedar"]
ALTERNATE = b"\x1b[?1049h\x1b[2J\x1b[H"


def test_what_is_printed_line_by_line_is_told_line_by_line() -> None:
    assert lines(printed(b"one\r\n", b"two\r\nthr", b"ee\r\n", b"12%\r55%\r", b"99%\r\nfour")) == [
        *("one", "two", "three", "99%", "four")
    ]


def test_a_line_is_told_with_when_and_where_it_stood() -> None:
    (first, second) = fold(printed(b"one\r\n", b"two\r\n").changes).take()
    assert (first.time, first.offset, first.row) == (1_000_000_000, 0, 0)
    assert (second.time, second.offset, second.row) == (2_000_000_000, 5, 1)


def test_equal_output_is_told_again_also_behind_a_clear() -> None:
    answer = b"$ ls\r\nfile one\r\nfile two\r\n"
    assert lines(printed(answer, answer)) == ["$ ls", "file one", "file two"] * 2
    assert lines(printed(answer, b"\x1b[H\x1b[2J", answer)) == ["$ ls", "file one", "file two"] * 2


def test_what_a_clear_paints_again_at_once_is_told_once() -> None:
    frames = [b"\x1b[H\x1b[2Jheader line\r\ncount %d\r\nfooter line" % count for count in range(5)]
    assert lines(printed(*frames)) == ["header line", "count 4", "footer line"]


def test_what_was_cleared_before_anybody_saw_it_is_told_unless_it_is_painted_again() -> None:
    assert lines(printed(b"one\r\ntwo\r\n\x1b[H\x1b[2Jthree\r\n\x1b[2J\x1b[3J\x1b[Hfour")) == [
        *("one", "two", "three", "four")
    ]
    frame = b"\x1b[2J\x1b[3J\x1b[Hbanner\r\nworking %ds\r\nthe prompt"
    assert lines(printed(b"".join(frame % count for count in range(9)))) == [
        *("banner", "working 8s", "the prompt")
    ]


def test_a_program_that_paints_a_long_answer_anew_is_told_once() -> None:
    frames = [
        b"\x1b[2J\x1b[3J\x1b[Hthe banner\r\n" + b"".join(b"answer %d\r\n" % n for n in range(count)) + b"busy"
        for count in range(1, 30)
    ]
    told = lines(printed(*frames, pause=0.1))
    assert [text for text in told if text != "busy"] == ["the banner", *(f"answer {n}" for n in range(29))]


def test_what_was_painted_anew_is_known_however_long_ago_it_was_told(monkeypatch: pytest.MonkeyPatch) -> None:
    count = MAX_ENTRIES + 50
    history = b"".join(b"history line %d\r\n" % n for n in range(count))
    told = lines(printed(history, b"\x1b[2J\x1b[3J\x1b[H" + history + b"the end"))
    assert len(told) <= count + 60
    assert told[:count] == [f"history line {n}" for n in range(count)]


def test_what_flies_past_on_the_alternate_screen_is_not_told() -> None:
    player = printed(
        ALTERNATE, *(b"\x1b[Hframe number %s" % name for name in (b"one", b"two", b"six")), pause=0.1
    )
    assert lines(player) == []
    assert lines(printed(ALTERNATE + b"stands", b"\x1b[?1049l")) == ["stands"]


def test_pages_turned_on_and_back_are_told_once() -> None:
    words = [f"{one} {other}" for one in ("red", "blue", "green", "white") for other in "abcdefgh"]
    pages = [
        b"\x1b[H\x1b[2J" + b"\r\n".join(word.encode() for word in words[start : start + 8])
        for start in range(0, 32, 8)
    ]
    assert lines(printed(ALTERNATE, *pages, *pages[::-1], rows=8)) == words


def test_a_pager_on_the_main_screen_tells_what_is_paged_back_and_on_again_once() -> None:
    words = [f"{one} {other}".encode() for one in ("red", "blue", "green", "white") for other in "abcdefgh"]
    on = [
        b"".join(b"\r\x1b[K%s\r\n" % word for word in words[start : start + 8]) + b":" for start in (0, 8, 16)
    ]
    back = b"".join(b"\x1b[H\x1bM%s\x1b[K" % word for word in words[8:16][::-1]) + b"\x1b[9H\r\x1b[K:"
    told = lines(
        printed(*on, back, on[2], b"\r\x1b[K%s\r\n:" % words[24], b"\r\x1b[K$ ls\r\n%s" % words[0], rows=9)
    )
    assert told == [word.decode() for word in words[:25]] + ["$ ls", "red a"]


def test_lines_that_two_pages_share_are_told_once() -> None:
    words = [f"{one} {other}" for one in ("red", "blue", "green", "white") for other in TREES]
    words[7] = words[14] = "the same"
    pages = [
        b"\x1b[H\x1b[2J" + "\r\n".join(words[start : start + 8]).encode() + b"\r\n~" for start in (0, 7, 14)
    ]
    assert lines(printed(ALTERNATE, *pages, rows=9)) == words[:22]


def test_another_page_is_never_an_update_in_place() -> None:
    pages = [
        b"\x1b[H" + b"\r\n".join(b"step %d of 99" % (8 * page + n) for n in range(8)) for page in range(3)
    ]
    player = printed(ALTERNATE, *pages, rows=9)
    settled = {change.text for change in player.changes if change.kind == "settled"}
    assert settled >= {f"step {n} of 99" for n in range(24)}


def test_a_status_line_below_what_scrolls_is_chrome() -> None:
    screens = [
        b"\x1b[H" + b"\r\n".join([*(b"message number %d" % n for n in range(top, top + 6)), b"-- status --"])
        for top in (0, 2, 4)
    ]
    told = fold(printed(ALTERNATE, *screens, rows=7).changes).take()
    assert [line.text for line in told if line.is_chrome] == ["-- status --"]
    assert [line.text for line in told if "message" in line.text] == [
        f"message number {n}" for n in range(10)
    ]


def test_what_a_size_pushes_out_and_takes_back_is_told_once() -> None:
    told = lines(printed(b"".join(b"line %d\r\n" % n for n in range(5)), (3, 40), (9, 40), b"and on\r\n"))
    assert told == [*(f"line {n}" for n in range(5)), "and on"]
    assert lines(printed(b"a line that is wrapped by it\r\nend", (6, 20), (6, 40))) == [
        *("a line that is wrapped by it", "end")
    ]


def test_a_frame_that_is_held_back_is_no_frame() -> None:
    player = printed(ALTERNATE + b"\x1b[?2026htorn", b"\x1b[Hwhole\x1b[?2026l", pause=0.5)
    assert lines(player) == ["whole"]


def test_panels_are_read_each_for_itself() -> None:
    rows = b"\r\n".join(b"%-24s\xe2\x94\x82%-24s" % (b"left %d" % n, b"right %d" % n) for n in range(5))
    told = fold(printed(ALTERNATE + rows, columns=60).changes).take()
    assert [line.text.strip() for line in told] == [f"left {n}" for n in range(5)] + [
        f"right {n}" for n in range(5)
    ]
    assert {line.panel for line in told} == {1, 2}


def test_a_flood_is_told_whole_and_what_is_in_memory_stays_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcript, "_FLOOD", 512)
    flood = b"".join(b"%d\r\n" % n for n in range(20_000))
    player = printed(b"$ seq\r\n", flood, b"$ \x1b[1mdone\x1b[m\r\n")
    assert lines(player) == ["$ seq", *map(str, range(20_000)), "$ done"]
    assert len(player.transcript.recent.entries) <= MAX_ENTRIES


def test_a_status_that_stands_longer_than_lines_are_known_is_told_with_its_new_text() -> None:
    player = Player(6, 40)
    clock = 0.0
    for n in range(MAX_ENTRIES + 20):
        clock += 1
        player.transcript.advance(round(clock * 1e9))
        status = b"\x1b[6;1H\x1b[Kwords for a status %s" % (
            b"old" if n < MAX_ENTRIES + 10 else b"that is new"
        )
        player.terminal.feed((b"\x1b[1;5r" if not n else b"") + b"\x1b[5;1H\r\nline %d of many" % n + status)
        player.transcript.fed()
    player.transcript.finish(round((clock + 1) * 1e9))
    told = [line.text for line in fold(player.transcript.take_changes()).take()]
    assert [text for text in told if "status" in text][-1] == "words for a status that is new"
    assert [text for text in told if "of many" in text] == [
        f"line {n} of many" for n in range(MAX_ENTRIES + 20)
    ]
