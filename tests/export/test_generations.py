"""What a program hides is told, and what it tells again is told once."""

from __future__ import annotations

import pytest

from chloe.export import generations
from chloe.export.generations import Generations


def told(*frames: list[str]) -> list[str]:
    """What is handed on of these frames, all but the last of which were hidden."""
    held = Generations()
    lines = []
    for frame in frames[:-1]:
        lines += held.add(frame) + held.hide()
    return lines + held.add(frames[-1]) + held.end()


def test_what_was_hidden_before_something_else_is_told() -> None:
    assert told(["one", "two"], ["three"]) == ["one", "two", "three"]


def test_what_is_painted_anew_is_told_as_it_stood_last() -> None:
    frames = [["banner", "", *map(str, range(count)), "busy"] for count in range(1, 30)]
    assert told(*frames, [*frames[-1][:-1], "done"]) == ["banner", "", *map(str, range(29)), "done"]


def test_a_frame_that_was_broken_off_is_no_other_story() -> None:
    assert told(["a", "b", "c"], ["a"], [], ["a", "b", "c", "d"]) == ["a", "b", "c", "d"]


def test_lines_on_the_screen_that_go_with_the_hidden_ones_are_told_with_them() -> None:
    held = Generations()
    first = held.add(["one"]) + held.hide()
    held.hide_more(["two"])
    assert first + held.add(["three"]) + held.end() == ["one", "two", "three"]


def test_more_than_can_be_held_back_is_told_once_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generations, "MAX_HELD", 10)
    story = [str(number) for number in range(40)]
    held = Generations()
    lines = []
    for _ in range(3):
        for line in story:
            lines += held.add([line])
        lines += held.hide()
    for line in [*story, "end"]:
        lines += held.add([line])
    assert lines + held.end() == [*story, "end"]
