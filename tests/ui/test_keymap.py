"""The keymap as data, and the words for what is shown."""

from __future__ import annotations

import pytest

from chloe.ui.actions import Actions
from chloe.ui.keymap import HISTORY, INSTANCES, KEYMAPS, VIEWER, hints
from chloe.ui.words import compact, folder, printable, span


def test_every_key_has_a_verb_and_a_sentence() -> None:
    for _, keymap in KEYMAPS:
        for binding in keymap:
            assert callable(getattr(Actions, binding.verb))
            assert binding.does.endswith(".")


@pytest.mark.parametrize("keymap", [INSTANCES, HISTORY, VIEWER])
def test_no_key_means_two_things(keymap: tuple[object, ...]) -> None:
    keys = [key for binding in keymap for key in binding.keys]  # type: ignore[attr-defined]
    assert len(keys) == len(set(keys))


def test_the_hints_come_from_the_keymap() -> None:
    assert ("c", "direct") in hints(INSTANCES)
    assert ("Enter", "type") in hints(INSTANCES)


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, "0"), (999, "999"), (1000, "1.0K"), (12_345, "12K"), (999_499, "999K"), (10**7, "10M")],
)
def test_sizes_are_compact(count: int, shown: str) -> None:
    assert compact(count) == shown


def test_words_are_harmless_and_short() -> None:
    assert printable("a\x1b[2J\x9b\udcff\u202eb") == "a?[2J???b"
    assert folder("/home/me/src", "/home/me") == "~/src"
    assert folder("/home/meg", "/home/me") == "/home/meg"
    assert span(3_700_000_000_000) == "1h 1m"
