"""Checks of screens: on which output the emulator failed, as an engine kept it.

Owns the reading of the names of those files. Must not know how they come about.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from chloe.doctor.examined import Examined, Unseen
from chloe.doctor.findings import Finding, ok, warn

#: ``{pane}-{offset}.fold``, as ``engine.faults`` writes it.
_NAME = re.compile(r"([0-9a-f-]{1,64})-([0-9]{1,18})\.fold")


def screens(examined: Examined) -> Iterator[Finding]:
    """Which panes have a screen that Chloe can't draw."""
    folder = examined.paths.home / "damaged"
    kept = sorted(folder.glob("*.fold")) if folder.is_dir() else []
    for path in kept:
        found = _NAME.fullmatch(path.name)
        if found is None:
            continue
        pane, offset = found[1], int(found[2])
        yield warn(
            f"pane {_called(examined, pane)}",
            f"its screen couldn't be drawn from byte {offset:,} of its output on, a fault of Chloe's; it is "
            "recorded all the same, and `chloe export-log` has every byte",
            f"report it with {shlex.quote(str(path))}, which holds those bytes; then remove that file",
        )
    if not kept:
        yield ok("screens", "nothing that a program printed was more than Chloe could draw")


def _called(examined: Examined, pane: str) -> str:
    """The pane's name, as far as the log could be read."""
    try:
        found = examined.panes.value.get(pane)
    except Unseen:
        found = None
    return found.name if found is not None else pane[:8]
