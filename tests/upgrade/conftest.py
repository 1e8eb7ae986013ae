"""Homes to be read and opened: one as this version leaves it, and copies of those that were kept."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from chloe.config import Config
from tests.upgrade.make_home import KEPT, make_home

#: What was kept of versions before, by their numbers.
VERSIONS = sorted(path.name for path in KEPT.iterdir()) if KEPT.is_dir() else []


class KeptHome(NamedTuple):
    """A home, and what a reader has to find in it."""

    home: Path
    expected: dict[str, Any]

    def pane(self, name: str) -> str:
        """The id of a pane."""
        return str(self.expected["panes"][name])


@pytest.fixture
async def fresh(config: Config) -> KeptHome:
    """A home as this version leaves it."""
    return KeptHome(config.paths.home, await make_home(config.paths.home, config.tmux.socket_name))


@pytest.fixture
def kept(config: Config) -> Callable[[str], KeptHome]:
    """Put a copy of the home that was kept of a version where the test's own is."""

    def copy(version: str) -> KeptHome:
        home = config.paths.home
        shutil.copytree(KEPT / version / "home", home)
        for folder, _, files in os.walk(home):
            # As they were: an archive of sources keeps no modes.
            Path(folder).chmod(0o700)
            for name in files:
                (Path(folder) / name).chmod(0o600)
        return KeptHome(home, json.loads((KEPT / version / "expected.json").read_text()))

    return copy
