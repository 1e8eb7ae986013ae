"""A Chloe inside one of its own panes says so, and any other says nothing."""

from __future__ import annotations

from pathlib import Path

from chloe.events.facts import Died
from chloe.ui.nesting import describe_nesting
from tests.conftest import AppWithPane, StartApp
from tests.ids import id_of
from tests.panes import make_pane

ENDED = Died(status=0, signal=None, reason="")


def test_only_a_pane_of_this_home_that_lives_is_one_to_be_in() -> None:
    panes = {each.id: each for each in (make_pane("here"), make_pane("gone", died=ENDED))}
    assert "inside its own pane here" in describe_nesting({"CHLOE_PANE": id_of("here")}, panes)
    for other in ({}, {"CHLOE_PANE": ""}, {"CHLOE_PANE": id_of("gone")}, {"CHLOE_PANE": id_of("elsewhere")}):
        assert describe_nesting(other, panes) == ""


def test_the_app_asks_at_its_start_and_goes_on_or_ends(
    app_with_pane: AppWithPane, start_app: StartApp, tmp_path: Path
) -> None:
    around = app_with_pane("c")
    around.send(f"echo $CHLOE_PANE > {tmp_path}/part && mv {tmp_path}/part {tmp_path}/id\r".encode())
    around.wait_for(lambda _: (tmp_path / "id").exists())
    environment = {"CHLOE_PANE": (tmp_path / "id").read_text().strip()}
    inner = start_app(columns=160, **environment)
    inner.wait_for("inside its own pane")
    inner.send(b"y")
    inner.wait_for(lambda app: "inside its own pane" not in app.text)
    assert inner.quit() == 0
    another = start_app(columns=160, **environment)
    another.wait_for("Go on all the same?")
    another.send(b"n")
    assert another.wait_for_end() == 0
