"""The keymap as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chloe.ui.keymap import list_bindings, list_hints
from chloe.ui.view import View
from chloe.ui.views import VIEWS
from tests.ui.parts import Parts

if TYPE_CHECKING:
    from tests.ui.conftest import Double


@pytest.mark.parametrize("view", VIEWS)
def test_no_key_means_two_things(view: type[View]) -> None:
    keys = [key for binding in list_bindings(view) for key in binding.keys]
    assert len(keys) == len(set(keys))


def test_the_hints_come_from_the_bindings(double: Double) -> None:
    instances = Parts(double).instances
    assert ("c", "direct") in list_hints(instances)
    assert ("Enter", "type") in list_hints(instances)
    assert list_hints(instances)[-1] == ("q", "quit")
