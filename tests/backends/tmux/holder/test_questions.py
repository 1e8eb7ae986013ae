"""What the holder answers is what the emulator answers, and tmux gets none of it."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chloe.terminal import Terminal, answers
from chloe.terminal.colours import LIMIT, Colours
from chloe.terminal.modes import ALTERNATE, CURSOR_BLINK, MOUSE, MOUSE_ENCODINGS, SAVE_CURSOR
from tests.asking import QUESTIONS
from tests.backends.tmux.holder.conftest import Load

Ask = Callable[..., Any]

_PRIVATE = [
    *(int(name[1:]) for name in answers.SWITCHES if name.startswith("?")),
    *(*MOUSE, *MOUSE_ENCODINGS, *ALTERNATE, CURSOR_BLINK, SAVE_CURSOR, 3, 99999),
]
ASKING = [
    *QUESTIONS.values(),
    *[
        f"\x1b[{asked}"
        for asked in (
            "=c",
            "0c",
            "1c",
            "0;1c",
            "?6n",
            "?15n",
            "?25n",
            "?26n",
            "?55n",
            "?62n",
            "?63n",
            "?63;12n",
            "?63;99999;3n",
            "?85n",
            ">q",
            "x",
            "1x",
        )
    ],
    *[f"\x1b[{asked}" for asked in ("2x", "?m", "4$p", "20$p", "3$p", "19t", "11t")],
    *[f"\x1b[?{number}$p" for number in _PRIVATE],
    *[
        f"\x1bP$q{asked}\x1b\\"
        for asked in ("r", "s", "t", "*|", "*x", " q", '"q', '"p', "$}", "$~", "x", "")
    ],
    *[f"\x1b[{number}$p" for number in (1, 2, 12, 19)],
    "\x1b[?2027$p",
    *["\x1b]1\x001;?\x07", "\x1b]\n11;?\x07", "\x1b]11\x00;?\x07", "\x1b]0;t\x07\x1b]112\x07\x1b]11;?\x07"],
    *[f"\x1b]{asked}\x07" for asked in ("12;?", "12;?;?;?", "4;1;?;200;?;300;?", "0010;?", "10;?;#fff")],
    "\x1bZ",
]
CHANGING = [
    *[
        "\x1b7",
        "\x1b8",
        "\x1b[s",
        "\x1b[u",
        "\x1b[!p",
        "\x1bc",
        "\x1b=",
        "\x1b>",
        "\x1b(0",
        "\x1bM",
        "\x1b#8",
    ],
    *[f"\x1b[{prefix}{flags}u" for prefix in "><=" for flags in ("", "1", "3", "31", "9;2", "5;3", "4;1")],
    *["\x1b[>4;1m", "\x1b[>4;2m", "\x1b[>m", "\x1b[>4n", "\x1b[>1;2m", "\x1b[>4m"],
    *[
        f"\x1b[{each}"
        for each in ("0*x", "2*x", "9*x", "?69h\x1b[3;9s", "?69h\x1b[5;5s", "?69h\x1b[0;99s", "?69l")
    ],
    *["\x1b[?2\n5l", "\x1b[?25;12l\x1b[?25h", "\x1b[?12l\x1b[?25l\x1b[?2004h", "\x1b[?1;\x1b[?1h"],
    *[f"\x1b[{style} q" for style in ("", "1", "2", "3", "6", "7")],
    *[f'\x1b[{mode}"q' for mode in ("", "0", "1", "2")],
    *[f"\x1b[{number}{final}" for number in (4, 20, 3) for final in "hl"],
]
RENDITIONS = [
    *(
        str(code)
        for code in (*range(10), *range(21, 26), 27, 28, 29, 31, 38, 39, 44, 49, 53, 55, 59, 91, 107)
    ),
    *("4:3", "4:0", "4:9", "58;5;3", "58:2::1:2:3", "38;5;3", "38;5;12", "48;5;200", "48;5;300"),
    *("38;2;1;2;3", "48:2:1:2:3", "48;2;1", "38;5"),
]
#: Text, and what a sequence is cut, spoiled or swallowed by.
AROUND = [
    *[
        "abc",
        "\r\n",
        "é",
        "\a",
        "x" * 50,
        "\x18",
        "]",
        "[c",
        "\x1b",
        "\x1b]0;ti",
        "\x1b]2;title\a",
        "\x1bPq#0~~",
    ],
    *[
        "\x1b_Gx",
        "\x1b[1",
        "\x1b[?",
        "\x1b]1",
        "\x1b[3\nm",
        "\x1b[\x006n",
        "\x9b5n",
        "\x1b[1\x18",
        "\x1bX\x1b[c",
    ],
    *["\x1bkti", "\x1b[" + "1" * 300 + "n", "\x1b[    $p", "\x1b[?1?5$p", "\x1b\n[c", "\x1b[38;2;1;2;3m"],
]
CURSOR = re.compile(rb"\x1b\[(\??)\d+;\d+(?:;1)?R")


def streams(seed: int) -> Iterator[str]:
    """Pieces of a stream that asks, changes what can be asked for, and has other things in between."""
    some = random.Random(seed)
    while True:
        match some.randrange(6):
            case 0 | 1:
                yield some.choice(ASKING)
            case 2:
                yield some.choice(CHANGING)
            case 3:
                numbers = ";".join(str(some.choice(_PRIVATE)) for _ in range(some.randrange(1, 4)))
                yield f"\x1b[?{numbers}{some.choice('hlhlsr')}"
            case 4:
                margins = f"\x1b[{some.randrange(9)};{some.randrange(9)}r"
                renditions = ";".join(some.choice(RENDITIONS) for _ in range(some.randrange(4)))
                yield some.choice([margins, *[f"\x1b[{renditions}m"] * 3])
            case _:
                yield some.choice(AROUND)


@pytest.mark.parametrize("seed", range(12))
def test_both_answer_the_same_however_a_stream_is_cut_and_tmux_is_asked_only_for_the_cursor(
    ask: Ask, seed: int
) -> None:
    some = random.Random(seed)
    pieces = streams(seed)
    stream = "".join(next(pieces) for _ in range(500)).encode()
    terminal, tmux, questions = Terminal(8, 40), Terminal(8, 40), ask()
    told = others = b""
    while stream:
        length = some.choice((1, 2, 3, 7, 40, 1000))
        piece, stream = stream[:length], stream[length:]
        terminal.feed(piece)
        tmux.feed(questions.take(piece))
        others += questions.take_typed(tmux.take_replies(), by_tmux=True)
        told += questions.answers.take()
    assert CURSOR.sub(rb"<\1R>", told) == CURSOR.sub(rb"<\1R>", terminal.take_replies())
    assert not others


@pytest.mark.parametrize("seed", range(4))
def test_any_cut_of_a_stream_gives_the_same_answers_and_tmux_draws_the_same(ask: Ask, seed: int) -> None:
    some = random.Random(seed)
    pieces = streams(100 + seed)
    stream = "".join(next(pieces) for _ in range(300)).encode()
    drawn, told = set(), set()
    for longest in (len(stream), 1, 5, 100):
        tmux, questions, answers_, at = Terminal(8, 40), ask(), b"", 0
        while at < len(stream):
            length = some.randrange(longest // 2, longest) + 1
            tmux.feed(questions.take(stream[at : at + length]))
            questions.take_typed(tmux.take_replies(), by_tmux=True)
            answers_ += questions.answers.take()
            at += length
        drawn.add(repr(tmux.snapshot()))
        told.add(CURSOR.sub(rb"<\1R>", answers_))
    assert len(told) == 1
    assert len(drawn) == 1


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize("size", [1, 2, 5])
def test_a_question_that_comes_in_pieces_is_answered_and_kept_from_tmux(
    ask: Ask, name: str, size: int
) -> None:
    question = QUESTIONS[name].encode()
    questions, terminal = ask(), Terminal(8, 40)
    terminal.feed(question)
    stream = b"a" + question + b"b"
    passed = b"".join(questions.take(stream[at : at + size]) for at in range(0, len(stream), size))
    if name == "CPR":
        assert passed == b"a\x1b[6nb"
        assert not questions.answers.take()
        assert questions.take_typed(b"\x1b[1;2R", by_tmux=True) == b""
        assert questions.answers.take() == b"\x1b[1;2R"
    else:
        assert questions.answers.take() == terminal.take_replies()
        assert passed.replace(b"\x1b\\", b"") == b"ab"


def test_plain_text_is_passed_on_as_it_is(ask: Ask) -> None:
    questions = ask()
    text = b"a line of text\r\n" * 4096
    assert questions.take(text) is text
    coloured = b"\x1b[31mred\x1b[0m and \x1b[1;5Hthere\x1b[K\r\n" * 1500
    assert questions.take(coloured) is coloured


def test_what_only_looks_like_a_question_for_a_while_reaches_tmux(ask: Ask) -> None:
    questions = ask()
    stream = b"\x1b]1\x1b[5;5H\x1b]104\x07\x1b[?25l\x1bPq~\x1b\\\x1b[1;2\x18x\x1b(0y"
    assert b"".join(questions.take(stream[at : at + 1]) for at in range(len(stream))) == stream


def test_a_string_that_tmux_would_go_on_with_is_ended_for_it(ask: Ask) -> None:
    questions = ask()
    assert questions.take(b"\x1bPq~\x1b[5;5Hx") == b"\x1bPq~\x1b\\\x1b[5;5Hx"
    assert questions.take(b"\x1bPq") == b"\x1bPq"
    assert questions.take(b"~~") == b"~~"
    assert questions.take(b"\x1b") == b""
    assert questions.take(b"[mx") == b"\x1b\\\x1b[mx"


def test_what_is_asked_behind_the_cursor_is_answered_behind_it(ask: Ask) -> None:
    questions = ask()
    assert questions.take(b"\x1b[5n\x1b[6n\x1b[c\x1b[?6n\x1b[5n") == b"\x1b\\\x1b[6n\x1b\\\x1b[6n\x1b\\"
    assert questions.answers.take() == b"\x1b[0n"
    assert questions.take_typed(b"key\x1b[A\x1b[3;", by_tmux=True) == b"key\x1b[A"
    assert questions.answers.take() == b""
    assert questions.take_typed(b"\x1b[9;9R", by_tmux=False) == b"\x1b[9;9R"
    assert questions.take_typed(b"4Rmore", by_tmux=True) == b"more"
    assert questions.answers.take() == b"\x1b[3;4R" + answers.FIXED["0c"].encode()
    assert questions.take_typed(b"\x1b[3;41R", by_tmux=True) == b""
    assert questions.answers.take() == b"\x1b[?3;40;1R\x1b[0n"
    assert questions.take_typed(b"\x1b[3;4R", by_tmux=True) == b"\x1b[3;4R"


def test_what_tmux_says_of_the_focus_at_once_is_dropped_and_nothing_later(ask: Ask) -> None:
    questions = ask()
    assert questions.take(b"\x1b[?25l\x1b[?1004hx\x1b[5n") == b"\x1b[?25l\x1b[?1004h\x1b[6nx\x1b\\"
    assert questions.take_typed(b"k\x1b[", by_tmux=True) == b"k"
    assert questions.take_typed(b"O\x1b[A\x1b[1;1R\x1b[I", by_tmux=True) == b"\x1b[A\x1b[I"
    assert questions.answers.take() == b"\x1b[0n"
    # It is on already: tmux says nothing.
    assert questions.take(b"\x1b[?1004h") == b"\x1b[?1004h"
    assert questions.take(b"\x1b[?1004;2031l\x1b[?1004;2031h") == b"\x1b[?1004l\x1b[?1004h\x1b[6n"


def test_a_tmux_that_says_nothing_is_not_waited_for_for_ever(
    ask: Ask, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = ask()
    now = 100.0
    monkeypatch.setattr(load("answer_queue").time, "monotonic", lambda: now)
    questions.take(b"\x1b[6n\x1b[5n")
    assert questions.answers.take() == b""
    now = questions.answers.due
    assert now > 100
    assert questions.answers.take() == b"\x1b[0n"
    assert questions.answers.due == 0
    # Late, it comes as it is.
    assert questions.take_typed(b"\x1b[1;1R", by_tmux=True) == b"\x1b[1;1R"


def test_nothing_is_typed_into_a_paste(ask: Ask, load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    questions = ask()
    now = 100.0
    monkeypatch.setattr(load("answer_queue").time, "monotonic", lambda: now)
    for end in (b"\x1b[201~", b""):
        questions.take_typed(b"\x1b[200~one ", by_tmux=False)
        questions.take(b"\x1b[5n")
        assert questions.answers.take() == b""
        assert questions.take_typed(b"two" + end, by_tmux=False) == b"two" + end
        if not end:
            assert questions.answers.take() == b""
            now = questions.answers.due
        assert questions.answers.take() == b"\x1b[0n"


def test_a_program_that_asks_on_and_on_gets_no_more_than_so_much(ask: Ask) -> None:
    questions = ask()
    for _ in range(20):
        questions.take(b"\x1b[c" * 2000 + b"\x1b[6n" * 100)
    assert len(questions.answers.take()) <= 64 * 1024
    questions.take_typed(b"\x1b[1;1R" * 3000, by_tmux=True)
    assert len(questions.answers.take()) <= 128 * 1024


def test_tmux_clears_at_deccolm_only_where_the_emulator_does(ask: Ask) -> None:
    questions = ask()
    assert questions.take(b"a\x1b[?3;4lb\x1b[?3hc") == b"a\x1b[?4lb\x1b\\c"
    assert questions.take(b"x" * 70_000 + b"\x1b[?3l") == b"x" * 70_000 + b"\x1b\\"
    assert questions.take(b"\x1b[?40h\x1b[?3h\x1b[3h") == b"\x1b[?40h\x1b[?3h\x1b[3h"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        Colours({"10": "0123/4567/89ab", "11": "ffff/ffff/ffff", "4;7": "aaaa/bbbb/cccc"}).dump(),
        Colours({"11": "ffff/ffff/ffff"}, "dark").dump(),
        b"11 ffff/ffff/fff\n12 ffff/ffff/ffffe\n10 ff/ff/fff/fff/\n4;16 0000/0000/0000\nscheme grey\n\xff \n",
        b"x" * LIMIT + b"\n11 ffff/ffff/ffff\n",
    ],
)
def test_both_read_the_same_colours_from_a_file(ask: Ask, home: Path, data: bytes) -> None:
    home.mkdir()
    (home / "colours").write_bytes(data)
    stream = b"\x1b]10;?;?;?\x07\x1b[?996n" + b"".join(b"\x1b]4;%d;?\x07" % index for index in range(256))
    terminal, questions = Terminal(8, 40), ask()
    terminal.feed(stream)
    questions.take(stream)
    assert questions.answers.take() == terminal.take_replies(Colours.parse(data))


def test_a_file_of_colours_that_is_none_says_nothing(ask: Ask, home: Path) -> None:
    home.mkdir()
    (home / "elsewhere").write_bytes(Colours({"11": "ffff/ffff/ffff"}).dump())
    (home / "colours").symlink_to(home / "elsewhere")
    questions = ask()
    questions.take(b"\x1b[?996n")
    assert questions.answers.take() == b"\x1b[?997;1n"


def test_a_program_that_wants_to_know_is_told_of_other_colours_and_tmux_isn_t_asked_to(
    ask: Ask, home: Path
) -> None:
    home.mkdir()
    questions = ask()
    assert questions.take(b"\x1b[?2004;2031h\x1b[?2031$p") == b"\x1b[?2004h\x1b\\"
    assert questions.answers.take() == b"\x1b[?2031;1$y"
    questions.look_at_colours()
    assert questions.answers.take() == b""
    (home / "colours").write_bytes(Colours({"11": "ffff/ffff/ffff"}).dump())
    questions.look_at_colours()
    questions.look_at_colours()
    assert questions.answers.take() == b"\x1b[?997;2n"
    questions.take(b"\x1b[?2031l")
    (home / "colours").unlink()
    questions.look_at_colours()
    assert questions.answers.take() == b""


def test_the_size_is_the_one_in_force(ask: Ask) -> None:
    questions = ask()
    questions.take(b"\x1b[2;3r")
    questions.resize(20, 70)
    questions.take(b"\x1b[18t\x1b[14t\x1bP$qr\x1b\\")
    assert questions.answers.take() == b"\x1b[8;20;70t\x1b[4;320;560t\x1bP1$r1;20r\x1b\\"
