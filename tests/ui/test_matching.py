"""Which texts fit words best."""

from __future__ import annotations

import pytest

from chloe.ui.matching import rank

TEXTS = ["Kill the pane\nend", "Rename it\nkill all names", "Detach\nlet go"]


@pytest.mark.parametrize(
    ("words", "best"),
    [
        ("", [0, 1, 2]),
        ("  ", [0, 1, 2]),
        ("kill", [0, 1]),
        ("KILL", [0, 1]),
        ("kill names", [1]),
        ("detahc", [2]),
        ("qqqq", []),
    ],
)
def test_the_name_counts_most_and_each_word_by_itself(words: str, best: list[int]) -> None:
    assert rank(words, TEXTS)[: len(best)] == best
    assert bool(rank(words, TEXTS)) == bool(best)


def test_no_more_are_returned_than_asked_for() -> None:
    assert rank("", TEXTS, 2) == [0, 1]
    assert rank("kill", TEXTS, 1) == [0]
