"""Recordings of real programs: what is told of each, held against what a person could have read."""

from __future__ import annotations

import random
import re

import pytest

from chloe.transcript.likeness import letters
from chloe.transcript.recent import MAX_ENTRIES
from tests.searching import TIMES
from tests.transcript.playing import NAMES, Player, lines, play, played, read, score, stood

#: What has to be reached, in percent: told of what has to be, at most told too much, in order.
_APPENDED = 100, 0, 100
_CHAT = 99, 1, 99
_PAGED_CHAT = 98, 3, 97
_RESIZED = 95, 5, 98
_PAGER = 97, 2, 98
_PANELS = 95, 7, 95
_TABLE = 98, 10, 95
_MENU = 95, 10, 95
#: Code whose every fourth line is the same, paged on and back by other steps: some of these are told twice.
_REPEATED = 97, 3, 95
#: What only colours part isn't read apart: such a row is told with what stands beside it.
_COLOUR_ALONE = 70, 16, 95
GOALS = {
    "agent_small": _CHAT,
    "agent_turns": _CHAT,
    "bars": _APPENDED,
    "chat_alt": _CHAT,
    "fzf": _MENU,
    "gemini": _MENU,
    "htop": _TABLE,
    "ink_resize": _RESIZED,
    "ink_tall": _CHAT,
    "less": _PAGER,
    "less_main": _PAGER,
    "less_twice": _PAGER,
    "making": _APPENDED,
    "mc": _PANELS,
    "nano": _PAGER,
    "qwen_code": _CHAT,
    "repeats": _APPENDED,
    "shell": _APPENDED,
    "shell_work": _APPENDED,
    "sidebar": _COLOUR_ALONE,
    "tmux": _PANELS,
    "tmux_panes": _PANELS,
    "top": _TABLE,
    "tscroll": _PAGED_CHAT,
    "vim_code": _REPEATED,
    "vim_edit": _PAGER,
    "vim_insert": _PAGER,
    "vim_page": _PAGER,
    "vsplit": _PANELS,
    "watch": _TABLE,
    "wide_less": _PAGER,
    "wide_shell": _APPENDED,
}
#: A state is never larger.
_MAX_STATE = 64 * 1024


@pytest.mark.parametrize("name", NAMES)
def test_each_line_that_could_be_read_is_told_once_and_in_order(name: str) -> None:
    found = score(name, lines(played(name)))
    recall, excess, order = GOALS[name]
    assert 100 * found.recall >= recall, found.missed
    assert 100 * found.excess <= excess, found.surplus
    assert 100 * found.order >= order


@pytest.mark.parametrize("name", NAMES)
def test_any_cut_of_the_reads_and_any_resume_tell_the_same(name: str) -> None:
    events = read(name)
    whole = played(name).changes
    chance = random.Random(name)

    def resume(player: Player) -> None:
        if chance.random() < 12 * TIMES / len(events):
            assert player.resume() <= _MAX_STATE
            assert len(player.transcript.recent.entries) <= MAX_ENTRIES

    assert play(events, 7 if len(name) % 2 else chance.randrange(20, 400)).changes == whole
    assert play(events, between=resume).changes == whole


@pytest.mark.parametrize("name", NAMES)
def test_what_stood_for_long_enough_is_found_by_its_words(name: str) -> None:
    events = read(name)
    told = "".join(
        letters(text) + "\n" for change in played(name).changes for text in change.text.split("\n")
    )
    joined = told.replace("\n", "")
    for text in set(stood(events)):
        # Panels part a row, and so do frames.
        for part in re.split("[│┃║|]| {8,}", text):
            words = letters(part)
            assert words in told or words in joined, part
