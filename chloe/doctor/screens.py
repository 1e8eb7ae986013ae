"""Checks of screens: on which output the emulator failed, as an engine files it.

Owns the reading of the names of those files. Must not know how they come about.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from chloe.doctor.evidence import Evidence, Unavailable
from chloe.doctor.findings import Finding, ok, warn

#: ``{pane}-{offset}.fold``, as ``engine.fault_files`` writes it.
_NAME = re.compile(r"([0-9a-f-]{1,64})-([0-9]{1,18})\.fold")


def check_screens(evidence: Evidence) -> Iterator[Finding]:
    """Report which panes have a screen that Chloe can't draw."""
    folder = evidence.paths.home / "damaged"
    files = sorted(folder.glob("*.fold")) if folder.is_dir() else []
    for path in files:
        found = _NAME.fullmatch(path.name)
        if found is None:
            continue
        pane, offset = found[1], int(found[2])
        yield warn(
            f"pane {_name_pane(evidence, pane)}",
            f"its screen couldn't be drawn from byte {offset:,} of its output on, a fault of Chloe's; it is "
            "recorded all the same, and `chloe export-log` has every byte",
            f"report it with {shlex.quote(str(path))}, which holds those bytes; then remove that file",
        )
    if not files:
        yield ok("screens", "nothing that a program printed was more than Chloe could draw")


def _name_pane(evidence: Evidence, pane: str) -> str:
    """Return the pane's name, as far as the log could be read."""
    try:
        found = evidence.panes.value.get(pane)
    except Unavailable:
        found = None
    return found.name if found is not None else pane[:8]
