"""The pane that is selected is so again after a restart."""

from __future__ import annotations

from pathlib import Path

import pytest

from chloe.events.commands import Rename
from chloe.ui.last_selected import keep_selected, load_selected
from tests.ids import id_of
from tests.ui.conftest import Fly

PANE = id_of("pane")


def test_what_is_kept_is_found_again(tmp_path: Path) -> None:
    keep_selected(tmp_path, PANE)
    keep_selected(tmp_path, PANE)
    assert load_selected(tmp_path) == PANE
    assert (tmp_path / "selected").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["selected"]


@pytest.mark.parametrize("text", [b"", b"../../x", b"\xff\x00", PANE.upper().encode(), b"x" * 1000, b"a b"])
def test_what_is_no_id_is_none(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "selected").write_bytes(text)
    assert load_selected(tmp_path) == ""


def test_a_link_is_not_followed_and_a_folder_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text(PANE)
    (tmp_path / "selected").symlink_to(tmp_path / "elsewhere")
    assert load_selected(tmp_path) == ""
    keep_selected(tmp_path / "missing", PANE)
    (tmp_path / "selected").unlink()
    (tmp_path / "selected").mkdir()
    keep_selected(tmp_path, PANE)
    assert load_selected(tmp_path) == ""


async def test_the_selected_pane_is_selected_again_after_a_restart(fly: Fly) -> None:
    pilot = await fly()
    for number in range(3):
        pane = await pilot.opens()
        await pilot.engine.request(Rename(pane.id, f"pane-{number}"))
        await pilot.leave()
        pilot.program(pane).exits(3)
    panes = pilot.engine.projections.panes.values()
    await pilot.until(lambda: not any(pane.alive for pane in panes))
    pilot.press("2", "q")
    assert await pilot.land() == 0
    pilot = await fly()
    await pilot.sees(" 2/3 ", "─ pane-1 ")
