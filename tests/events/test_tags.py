"""Tags: words and ``key=value``; how a set of them is changed."""

from __future__ import annotations

import pytest

from chloe.events.tags import change_tags, read_value, write_value


def test_the_value_of_a_key_is_read_and_written() -> None:
    tags = ("web", "group=back", "env=a=b")
    assert read_value(tags, "group") == "back"
    assert read_value(tags, "env") == "a=b"
    assert read_value(tags, "web") == read_value(tags, "gro") == ""
    assert write_value(tags, "group", "front") == ("web", "env=a=b", "group=front")
    assert write_value(tags, "group", "") == ("web", "env=a=b")


def test_of_two_values_of_a_key_the_last_counts() -> None:
    assert read_value(("group=a", "group=b"), "group") == "b"
    assert write_value(("group=a", "group=b"), "group", "c") == ("group=c",)


@pytest.mark.parametrize(
    ("tags", "add", "remove", "become"),
    [
        (("a",), ("b",), (), ("a", "b")),
        (("a",), ("a",), (), ("a",)),
        (("a", "b"), (), ("a",), ("b",)),
        (("a", "k=1"), ("k=2",), (), ("a", "k=2")),
        (("k=1", "key"), (), ("k",), ("key",)),
        (("k=1",), (), ("k=2",), ("k=1",)),
        (("a",), ("a",), ("a",), ("a",)),
        (("=x",), ("=y", "z="), (), ("=x", "=y", "z=")),
        ((), (), ("gone",), ()),
    ],
)
def test_tags_are_added_and_removed(
    tags: tuple[str, ...], add: tuple[str, ...], remove: tuple[str, ...], become: tuple[str, ...]
) -> None:
    assert change_tags(tags, add, remove) == become
