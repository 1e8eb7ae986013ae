"""Words that choose panes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chloe.engine import Doing
from chloe.events import facts
from chloe.ui.pane_query import describe_front, find_states, fits

if TYPE_CHECKING:
    from tests.ui.conftest import Double


@pytest.mark.parametrize(
    ("words", "is_fitting"),
    [
        ("", True),
        ("uild", True),
        ("make check", True),
        ("make nothing", False),
        ("/srv", True),
        ("tag:web", True),
        ("tag:we", False),
        ("tag:env", True),
        ("tag:env=dev", True),
        ("tag:env=de", False),
        ("group:back", True),
        ("group:bac", False),
        ("group:", False),
        ("is:running", True),
        ("is:run", False),
        ("running", True),
        ("is:failed", False),
        ("http://x", False),
        ("tag:web is:ended", False),
    ],
)
def test_each_word_has_to_fit(double: Double, words: str, is_fitting: bool) -> None:
    tags = ("Web", "env=dev", "group=Back")
    pane = double.projections.panes[double.pane("Build", argv=("make", "check"), cwd="/srv/x", tags=tags)]
    assert fits(words.split(), pane, find_states(pane, None, is_attached=True)) is is_fitting


def test_the_words_for_how_a_pane_stands(double: Double) -> None:
    pane = double.projections.panes[double.pane("p", backend="tmux")]

    def says(state: str, *, is_attached: bool = True) -> tuple[str, ...]:
        doing = Doing(state=state, since=1, evidence="seen")  # type: ignore[arg-type]
        return find_states(pane, doing, is_attached=is_attached)

    assert says("at the prompt") == ("running", "attached", "idle")
    assert says("waits for a line", is_attached=False) == ("running", "detached", "waits")
    assert says("works") == ("running", "attached", "works")
    double.happen(pane.id, facts.Died(status=2, signal=None, reason=""))
    assert says("failed") == ("ended", "failed")
    # It is direct, and ended well: nobody lets go of it.
    direct = double.projections.panes[double.pane("d")]
    assert find_states(direct, None, is_attached=True) == ("running",)
    double.happen(direct.id, facts.Died(status=0, signal=None, reason=""))
    assert find_states(direct, None, is_attached=True) == ("ended", "ok")


def test_the_program_in_front_and_its_folder_are_known_of_what_runs(double: Double) -> None:
    pane = double.projections.panes[double.pane("p")]
    doing = Doing(state="works", since=1, evidence="seen", program="Vim", folder="/srv/Notes")
    assert fits(("vim", "/notes"), pane, (), describe_front(pane, doing))
    assert describe_front(pane, None) == ""
    double.happen(pane.id, facts.Died(status=0, signal=None, reason=""))
    assert describe_front(pane, doing) == ""
