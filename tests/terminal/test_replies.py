"""No answer of the terminal carries what a program wrote: whoever prints a file types it into his shell."""

from __future__ import annotations

import re

import pytest
from hypothesis import given

from chloe.terminal import Terminal
from tests.searching import examples
from tests.terminal.streams import ROUGH_STREAMS, RUBBISH, SIZES

_NUMBER = r"[0-9]{1,5}"
_COLOUR = r"rgb:[0-9a-f]{4}/[0-9a-f]{4}/[0-9a-f]{4}"
#: Every answer that there is, written down once more: fixed words, and numbers of at most five digits.
GRAMMAR = re.compile(
    "|".join(
        (
            r"\x1b\[\?64;6;21;22;28c",
            r"\x1b\[>41;354;0c",
            r"\x1bP!\|00000000\x1b\\",
            r"\x1b\[0n",
            rf"\x1b\[{_NUMBER};{_NUMBER}R",
            rf"\x1b\[\?{_NUMBER};{_NUMBER};1R",
            r"\x1b\[\?(?:13|21|27;1;0;0|50|57;0|70|83)n",
            r"\x1b\[0\*\{",
            rf"\x1b\[\??{_NUMBER};[0-4]\$y",
            r"\x1bP>\|Chloe 1\x1b\\",
            r"\x1b\[[23];1;1;128;128;1;0x",
            r"\x1b\[\?[0-9]{1,2}u",
            r"\x1b\[>4;[0-2]m",
            r"\x1bP0\$r\x1b\\",
            r"\x1bP1\$r[0-9;:]{0,80}m\x1b\\",
            rf"\x1bP1\$r{_NUMBER};{_NUMBER}r\x1b\\",
            r"\x1bP1\$r[0-6] q\x1b\\",
            r"\x1bP1\$r[01]\"q\x1b\\",
            r"\x1bP1\$r64;1\"p\x1b\\",
            rf"\x1bP1\$r{_NUMBER};{_NUMBER}s\x1b\\",
            rf"\x1bP1\$r{_NUMBER}(?:t|\*\||\*x)\x1b\\",
            rf"\x1b\](?:10|11|12);{_COLOUR}\x1b\\",
            rf"\x1b\]4;[0-9]{{1,3}};{_COLOUR}\x1b\\",
            r"\x1bP0\+r\x1b\\",
            rf"\x1b\[[4689];{_NUMBER};{_NUMBER}t",
        )
    )
)

#: Every question, as (opening, end): what stands between is the program's.
QUESTIONS = [
    *(("\x1b[", final) for final in ("c", "n", "x", "t", "$p", "y")),
    *(("\x1b[?", final) for final in ("n", "$p", "u", "m", "S", "c")),
    *(("\x1b[>", final) for final in ("c", "q", "m", "n", "t")),
    *(("\x1b[=", final) for final in ("c", "u")),
    *(("\x1bP+q", end) for end in ("\x1b\\", ";544e\x1b\\")),
    *(("\x1bP$q", end) for end in ("\x1b\\", "m\x1b\\", "r\x1b\\", " q\x1b\\", '"q\x1b\\', '"p\x1b\\')),
    *((f"\x1b]{code};", end) for code in (4, 10, 11, 12, 52, 104, 0, 2) for end in ("?\a", ";?\a", "\x1b\\")),
    *(("\x1b]4;1;?;", end) for end in (";?\a", "?;?\x1b\\")),
    ("\x1b[21t\x1b]2;", "\a\x1b[20t\x1b[21t"),
    ("\x1b]7;file://h/", "\a\x1b[21t"),
]
#: What a shell would run if it were typed, and numbers that ``int`` reads though no terminal does.
WORDS = ["", ";echo pwned;", "\n", "echo pwned", "٣", "７", "1_0", "+5", "--5", "007", "9" * 5000, "é", "?"]


def assert_drawn_from_the_grammar(replies: bytes) -> None:
    text = replies.decode("ascii")
    while text:
        found = GRAMMAR.match(text)
        assert found, f"no terminal answers {text[:80]!r}"
        text = text[found.end() :]


@pytest.mark.parametrize(("opening", "end"), QUESTIONS)
def test_no_answer_to_any_question_repeats_a_word_of_it(opening: str, end: str) -> None:
    for word in WORDS:
        terminal = Terminal(24, 80)
        terminal.feed(f"{opening}{word}{end}".encode())
        replies = terminal.take_replies()
        assert_drawn_from_the_grammar(replies)
        assert b"pwned" not in replies
        assert len(replies) < 400


def test_asking_for_a_capability_is_answered_with_nothing_of_the_question() -> None:
    terminal = Terminal(24, 80)
    terminal.feed(b"\x1bP+q\necho pwned\n\x1b\\")
    assert terminal.take_replies() == b"\x1bP0+r\x1b\\"


@examples()
@given(ROUGH_STREAMS | RUBBISH, SIZES)
def test_whatever_is_printed_the_answers_are_drawn_from_the_grammar(
    stream: bytes, size: tuple[int, int]
) -> None:
    terminal = Terminal(*size)
    terminal.feed(stream)
    assert_drawn_from_the_grammar(terminal.take_replies())


@pytest.mark.parametrize(
    "question",
    ["\x1b[c", "\x1bP+q\x1b\\", "\x1bP$qm\x1b\\", "\x1b]4" + ";1;?" * 1000 + "\a", "\x1b[?65535$p"],
)
def test_who_asks_on_and_on_gets_no_more_than_a_bounded_answer(question: str) -> None:
    terminal = Terminal(24, 80)
    terminal.feed(question.encode() * (100_000 // len(question)))
    assert len(terminal.take_replies()) <= 64 * 1024


def test_a_pen_with_everything_is_answered_in_few_characters(fullest: str = "1;2;3;4:5;5;7;8;9;53") -> None:
    terminal = Terminal(24, 80)
    terminal.feed(
        f"\x1b]8;;http://{'a' * 2000}\a\x1b[{fullest};38;2;255;255;255;48;2;255;255;255m"
        "\x1b[58:2::255:255:255m\x1bP$qm\x1b\\".encode()
    )
    replies = terminal.take_replies()
    assert_drawn_from_the_grammar(replies)
    assert b"http" not in replies
    assert replies.startswith(b"\x1bP1$r0;1;2;3")
