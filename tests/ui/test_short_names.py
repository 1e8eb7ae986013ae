"""Names in little room: none too long, no two the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chloe.ui.canvas import measure_text
from chloe.ui.short_names import shorten_names


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (["build"], ["build"]),
        (["a-long-name-of-one"], ["a-long-…"]),
        (["fix-the-login", "fix-the-logout"], ["fix-…gin", "fix-…out"]),
        (["agent-frontend-one", "agent-backend-one"], ["agent-f…", "agent-b…"]),
        (["same-1-2-same-1-same", "same-1-3-same-1-same"], ["same-1-…", "same-1…2"]),
        (["same-0-same-0-same", "same-0-same-1-same"], ["…-0-same", "…-1-same"]),
    ],
)
def test_a_name_loses_what_it_can_spare(names: list[str], shown: list[str]) -> None:
    assert list(shorten_names(dict.fromkeys(names, 8), "…").values()) == shown


NAMES = st.lists(st.text("ab字🎉e\u0301-", min_size=1, max_size=30), unique=True, max_size=30)


@given(st.data(), NAMES)
def test_no_two_names_look_the_same_and_none_is_too_long(data: st.DataObject, names: list[str]) -> None:
    widths = {name: data.draw(st.integers(4, 40)) for name in names}
    shown = shorten_names(widths, "…")
    assert list(shown) == names
    assert len(set(shown.values())) == len(names)
    assert all(measure_text(text) <= widths[name] for name, text in shown.items())


def test_names_that_begin_alike_differ_though_one_has_more_room() -> None:
    shown = shorten_names({"fix-login-frontend": 10, "fix-login-backend": 12}, "…")
    assert list(shown.values()) == ["fix-l…tend", "fix-lo…ckend"]
