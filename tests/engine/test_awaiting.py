"""What is waited for comes, comes too late, or can't come any more."""

from __future__ import annotations

import asyncio

import pytest

from chloe.actors.states.doing import Doing
from chloe.engine.awaiting import QUIET, make_state_test, make_text_test
from chloe.events.facts import Died
from chloe.terminal import Terminal
from tests.panes import make_pane


def test_a_text_is_found_on_the_screen_and_on_lines_that_have_left_it() -> None:
    terminal = Terminal(3, 10)
    terminal.feed(b"long ago\r\n" * 2 + b"a\r\n" * 5)
    before, now = make_text_test(terminal, "long ago"), make_text_test(terminal, "a text of two rows")
    assert not before()
    assert not now()
    terminal.feed(b"a text of two rows\r\n" + b"b\r\n" * 5)
    assert now()
    assert not now(), "what left the screen is looked at once"


@pytest.mark.parametrize("kind", ["prompt", "waiting", "quiet"])
def test_what_only_a_program_can_do_is_not_true_of_one_that_has_ended(kind: str) -> None:

    pane = make_pane(died=Died(status=0, signal=None, reason=""))
    doing = Doing(state="at the prompt", since=0, evidence="")
    assert not make_state_test(pane, lambda: doing, kind)()
    assert make_state_test(pane, lambda: doing, "exit")()


def test_quiet_is_what_has_printed_nothing_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    pane = make_pane(last_output_at=10 * QUIET)
    test = make_state_test(pane, lambda: Doing(state="works", since=0, evidence=""), "quiet")
    for now, is_quiet in ((11 * QUIET - 1, False), (11 * QUIET, True)):
        monkeypatch.setattr("chloe.engine.awaiting.time.time_ns", lambda now=now: now)
        assert test() == is_quiet


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="bogus"):
        make_state_test(make_pane(), asyncio.get_running_loop, "bogus")  # type: ignore[arg-type]
