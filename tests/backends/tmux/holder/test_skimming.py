"""Skimming says no wherever a sequence asks or changes more than a switch, and follows the switches."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from tests.backends.tmux.holder.conftest import Load
from tests.backends.tmux.holder.test_questions import ASKING

SIMPLE = {b"25": "?25", b"2026": "?2026"}
Ask = Callable[..., Any]


@pytest.mark.parametrize(
    "data",
    [
        b"text, [c and ?25h",
        b"\x1b[31;1mred\x1b[0m\x1b[2;3H\x1b[K",
        b"\x1b(0lqk\x1b(B",
        b"\x1b[?25l\x1b[?2026h frame \x1b[?2026l",
    ],
)
def test_what_is_common_is_skimmed(load: Load, data: bytes) -> None:
    assert not load("skimming").find_uncommon(data, {"?25": True, "?2026": False}, SIMPLE)


@pytest.mark.parametrize(
    "data",
    [
        *[asked.encode() for asked in ASKING],
        *[
            b"\x1b7",
            b"\x1b8",
            b"\x1b7[m",
            b"\x1b8[31mtext",
            b"\x1b7(",
            b"\x1b8)B",
            b"\x1bc",
            b"\x1bZ",
            b"\x1b[!p",
            b"\x1b=",
            b"\x1b#8",
        ],
        *[b"\x1b[?1049h", b"\x1b[?25;1049h", b"\x1b[?h", b"\x1b[?0025l", b"\x1b[?20266h", b"\x1b[?25s"],
        *[
            b"\x1b[4h",
            b"\x1b[r",
            b"\x1b[1 q",
            b"\x1b[>1u",
            b"\x1b[?m",
            b"\x1b[3\nm",
            b"\x1bPq",
            b"\x1b]0;t\x07",
        ],
    ],
)
def test_what_asks_or_changes_more_is_not_and_changes_nothing(load: Load, data: bytes) -> None:
    switches = {"?25": True, "?2026": False}
    around = b"\x1b[?2026h\x1b[31mred " + data + b" \x1b[m"
    uncommon = load("skimming").find_uncommon(around, switches, SIMPLE)
    assert set(range(3, 3 + data.count(b"\x1b"))) >= set(uncommon) - {1} > set()
    assert around.split(b"\x1b")[uncommon[-1]] == data.split(b"\x1b")[-1] + b" "
    assert switches == {"?25": True, "?2026": False}


def test_the_last_setting_of_each_switch_holds(load: Load) -> None:
    some = random.Random(1)
    for _ in range(200):
        stream, last = b"", {"?25": True, "?2026": True}
        switches = dict(last)
        for _ in range(some.randrange(6)):
            number, on = some.choice([b"25", b"2026"]), some.choice([True, False])
            last[SIMPLE[number]] = on
            stream += (
                b"\x1b[?" + number + (b"h" if on else b"l") + some.choice([b"", b"h", b"\x1b[m", b"25l"])
            )
        assert not load("skimming").find_uncommon(stream, switches, SIMPLE)
        assert switches == last


def test_a_flood_is_cut_before_sequences_and_nothing_of_it_is_lost(load: Load) -> None:
    data = b"\x1b[1mbold\x1b[m\r\n" * 1000
    parts = load("skimming").split_flood(data, 1000)
    assert b"".join(parts) == data
    assert len(parts) > 10
    assert all(part.startswith(b"\x1b") for part in parts)


def test_a_question_in_the_midst_of_a_flood_is_answered_and_the_rest_passes(ask: Ask) -> None:
    questions = ask()
    frame = b"\x1b[?2026h\x1b[?25l\x1b[H" + b"\x1b[32mline\x1b[39m\r\n" * 3000 + b"\x1b[?25h"
    asked = frame + b"\x1b[?2026$p" + frame + b"\x1b[?2026l" + b"\x1b[?2026$p"
    assert questions.take(asked) == asked.replace(b"\x1b[?2026$p", b"\x1b\\")
    assert questions.answers.take() == b"\x1b[?2026;1$y\x1b[?2026;2$y"


def test_a_string_that_is_open_across_parts_is_ended_for_tmux(ask: Ask) -> None:
    questions = ask()
    picture = b"\x1bPq" + b"~" * 20_000
    text = b"\x1b[32mgreen\x1b[39m " * 2000
    assert questions.take(text + picture + text) == text + picture + b"\x1b\\" + text
