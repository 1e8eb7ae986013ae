"""Links put in the place of what is Chloe's, while it runs: nothing is made where they lead."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from chloe.config import Config
from chloe.engine import open_engine
from chloe.errors import ChloeError
from chloe.events.commands import Kill, Open, Rename

Eventually = Callable[..., Awaitable[None]]
CAT = Open(backend="tmux", argv=("cat",))


@pytest.mark.parametrize("name", ["spool", "leases"])
async def test_a_new_pane_is_refused_in_a_sentence_and_nothing_else_ends(
    config: Config, tmp_path: Path, name: str, eventually: Eventually, nothing_is_left: None
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    place = config.paths.home / name
    async with open_engine(config) as engine:
        pane = await engine.request(CAT)
        assert pane is not None
        await eventually(lambda: (config.paths.spool / pane / "lock").exists())
        place.rename(tmp_path / "before")
        place.symlink_to(elsewhere if name == "spool" else elsewhere / "made")

        with pytest.raises(ChloeError, match=f"{name} is a link"):
            await engine.request(CAT)

        assert list(elsewhere.iterdir()) == []
        assert list(engine.projections.panes) == [pane]
        await engine.request(Rename(pane, "lives"))
        place.unlink()
        (tmp_path / "before").rename(place)
        other = await engine.request(CAT)
        for each in (pane, other):
            assert each is not None
            await engine.request(Kill(each))
        await eventually(lambda: not any(each.alive for each in engine.projections.panes.values()))
