"""What tmux gets in the place of what it doesn't know, or takes for something else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Ask = Callable[..., Any]


@pytest.mark.parametrize(
    ("printed", "passed"),
    [
        (b"a\x1b[3ab", b"a\x1b[3Cb"),
        (b"\x1b[a\x1b[0e", b"\x1b[1C\x1b[1B"),
        (b"\x1b[65535e", b"\x1b[65535B"),
        (b"\x1b[2I\x1b[I", b"\t\t\t"),
        (b"\x1b[9999I", b"\t" * 40),
        # Others of these finals, and what is none.
        (b"\x1b[?3a\x1b[ a\x1b[>I", b"\x1b[?3a\x1b[ a\x1b[>I"),
    ],
)
def test_tmux_is_told_in_other_words_how_the_cursor_moves(ask: Ask, printed: bytes, passed: bytes) -> None:
    assert ask().take(printed) == passed


def test_side_margins_are_no_place_of_the_cursor_to_tmux(ask: Ask) -> None:
    questions = ask()
    assert questions.take(b"\x1b[s\x1b[3;9s") == b"\x1b[s\x1b[3;9s"
    assert questions.take(b"\x1b[?69h\x1b[3;9s\x1b[u") == b"\x1b[?69h\x1b\\\x1b[u"
    assert questions.take(b"\x1bP$qs\x1b\\\x1b[?69l\x1b[s") == b"\x1b\\\x1b\\\x1b[?69l\x1b[s"
    assert questions.answers.take() == b"\x1bP1$r3;9s\x1b\\"
