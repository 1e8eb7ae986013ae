"""``chloe wait``: what it waits for on real programs, whether or not it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Chloe


def test_what_is_there_already_is_there(chloe: Chloe) -> None:
    for name, argv in {"line": ("cat",), "shell": ("sh",), "ended": ("true",)}.items():
        chloe("new", "--name", name, *argv)
    chloe("wait", "ended")
    chloe("wait", "line", "--for", "waiting")
    chloe("wait", "shell", "--for", "prompt")
    chloe("wait", "line", "--for", "quiet")
    for name in ("line", "shell"):
        chloe("kill", name)


@pytest.mark.parametrize("kind", ["prompt", "waiting", "quiet", "text=never"])
def test_what_cannot_come_any_more_is_said(chloe: Chloe, kind: str) -> None:
    chloe("new", "--name", "one", "echo", "once")
    chloe("wait", "one")
    said = chloe("wait", "one", "--for", kind, status=1).stderr.decode()
    assert f"one has ended: {kind} can't come any more" in said
    chloe("wait", "one", "--for", "text=once")


def test_a_text_is_seen_also_where_it_scrolls_by(chloe: Chloe) -> None:
    # Each time, 100 lines follow at once: on the screen the text never stands still.
    chloe("new", "--name", "one", "sh", "-c", "while :; do echo the text; seq 100; sleep 0.2; done")
    chloe("wait", "one", "--for", "text=the text", "--timeout", "60")
    chloe("kill", "one")


def test_the_time_may_be_over_first_and_odd_things_are_refused(chloe: Chloe) -> None:
    chloe("new", "--name", "one", "cat")
    said = chloe("wait", "one", "--timeout", "0.2", status=124).stderr.decode()
    assert "one: exit hasn't come within 0.2 s" in said
    for odd in ("text=", "text", "nothing"):
        assert b"must be one of exit, prompt" in chloe("wait", "one", "--for", odd, status=2).stderr
    chloe("wait", "nobody", status=3)
    chloe("kill", "one")
