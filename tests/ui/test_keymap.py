"""The keymap as data, and the words for what is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chloe.ui.keymap import bindings_of, hints
from chloe.ui.view import View
from chloe.ui.views import VIEWS
from chloe.ui.words import compact, folder, printable, span
from tests.ui.parts import Parts

if TYPE_CHECKING:
    from tests.ui.conftest import Double


@pytest.mark.parametrize("view", VIEWS)
def test_no_key_means_two_things(view: type[View]) -> None:
    keys = [key for binding in bindings_of(view) for key in binding.keys]
    assert len(keys) == len(set(keys))


def test_the_hints_come_from_the_bindings(double: Double) -> None:
    instances = Parts(double).instances
    assert ("c", "direct") in hints(instances)
    assert ("Enter", "type") in hints(instances)
    assert hints(instances)[-1] == ("q", "quit")


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
