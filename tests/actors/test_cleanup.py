"""Spools that nobody needs go; one that somebody has just begun to need stays."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from chloe.actors.cleanup import remove_stale_spools
from chloe.backends.tmux.leases import Leases
from chloe.events.facts import Created, Died, Fact, Record
from chloe.events.panes import Panes
from tests.ids import id_of

PANE = id_of("pane")
MADE = Created(backend="tmux", argv=("x",), cwd="/", name="n", rows=24, columns=80)
ENDED = Died(status=0, signal=None, reason="")


class Home:
    """One spool as a pane has it before its holder runs, and what comes into the log with each look at it."""

    def __init__(self, folder: Path, *coming: tuple[Fact, ...]) -> None:
        self.folder = folder
        self.spool = folder / "spool" / PANE
        self.spool.mkdir(parents=True)
        (self.spool / "spec.json").touch()
        self.panes = Panes()
        self._coming = list(coming)
        self._seq = 0

    async def catch_up(self) -> None:
        for fact in self._coming.pop(0) if self._coming else ():
            self._seq += 1
            self.panes.apply(Record(self._seq, 0, 0, PANE, id_of("other"), fact, b""))

    async def clean(self) -> None:
        with closing(Leases(self.folder / "leases")) as leases:
            await remove_stale_spools(self.folder / "spool", leases, self.panes, (), self.catch_up)


@pytest.mark.parametrize("coming", [[], [(MADE, ENDED)], [(), (MADE, ENDED)]])
async def test_a_spool_of_no_pane_or_of_one_that_ended_goes(
    tmp_path: Path, coming: list[tuple[Fact, ...]]
) -> None:
    home = Home(tmp_path, *coming)
    await home.clean()
    assert not home.spool.exists()


async def test_the_spool_of_a_pane_that_is_started_meanwhile_stays(tmp_path: Path) -> None:
    home = Home(tmp_path, (), (MADE,))
    await home.clean()
    assert (home.spool / "spec.json").exists()
