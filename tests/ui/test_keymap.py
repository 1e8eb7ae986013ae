"""The keymap as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chloe.ui.keymap import Keymap, list_bindings
from chloe.ui.view import View
from chloe.ui.views import VIEWS
from chloe.ui.views.help import Help
from chloe.ui.views.instances import Instances
from tests.ui.parts import Parts

if TYPE_CHECKING:
    from tests.ui.conftest import Double


@pytest.mark.parametrize("view", VIEWS)
def test_no_key_means_two_things(view: type[View]) -> None:
    keys = [key for binding in list_bindings(view) for key in binding.keys]
    assert len(keys) == len(set(keys))


def test_the_hints_come_from_the_bindings(double: Double) -> None:
    instances = Parts(double).instances
    assert ("c", "direct") in Keymap().list_hints(instances)
    assert ("Enter", "type") in Keymap().list_hints(instances)
    assert Keymap().list_hints(instances)[-1] == ("q", "quit")


def find_keys(keymap: Keymap, action: str) -> list[str]:
    return [key for binding in keymap.list(Instances) if binding.action == action for key in binding.keys]


def test_a_chosen_key_is_taken_from_the_others_of_the_view() -> None:
    keymap = Keymap({"close": ["d", "f8"], "kill": []})

    assert find_keys(keymap, "close") == ["d", "f8"]
    assert find_keys(keymap, "detach") == find_keys(keymap, "kill") == []
    assert find_keys(keymap, "rename") == ["r"]
    assert all(binding.keys for binding in keymap.list(Instances))


def test_a_view_without_the_action_keeps_its_keys() -> None:
    keymap = Keymap({"close": ["q"]})

    assert find_keys(keymap, "quit") == []
    assert keymap.list(Help) == Help.bindings
