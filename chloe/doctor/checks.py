"""The checks, in the order in which they are told, and how one is run.

Owns the table, and that a check which fails becomes a finding of its own. Must not know what they look at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from chloe.doctor import disks, files, log, screens, sessions, spools, system
from chloe.doctor.examined import Examined, Unseen
from chloe.doctor.findings import Finding, bad, note
from chloe.errors import ChloeError


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look at. ``name`` is stable: scripts rely on it."""

    name: str
    look: Callable[[Examined], Iterable[Finding]]


CHECKS = (
    Check("versions", system.versions),
    Check("tmux", system.tmux),
    Check("shell", system.shell),
    Check("terminal", system.terminal),
    Check("paths", files.paths),
    Check("configuration", files.configuration),
    Check("permissions", files.permissions),
    Check("left-overs", files.left_overs),
    Check("file-system", disks.file_system),
    Check("space", disks.space),
    Check("log", log.log),
    Check("schema", log.schema),
    Check("triggers", log.triggers),
    Check("records", log.records),
    Check("chain", log.chain),
    Check("instances", sessions.instances),
    Check("server", sessions.server),
    Check("sessions", sessions.sessions),
    Check("panes", sessions.panes),
    Check("strangers", sessions.strangers),
    Check("spools", spools.spools),
    Check("screens", screens.screens),
)


def diagnose(examined: Examined, checks: Iterable[Check] = CHECKS) -> list[Finding]:
    """What every check finds. None can spoil another: one that fails is a finding itself."""
    return [replace(finding, check=check.name) for check in checks for finding in _run(check, examined)]


def _run(check: Check, examined: Examined) -> list[Finding]:
    found: list[Finding] = []
    try:
        # One by one: what was found before a check failed is told.
        for finding in check.look(examined):
            found.append(finding)
    except Unseen as unseen:
        found.append(note(check.name, f"not checked, since {unseen} couldn't be looked at"))
    except (ChloeError, OSError) as error:
        found.append(bad(check.name, f"couldn't be checked: {error}", "see to what it names, then try again"))
    except Exception as error:
        said = f"couldn't be checked: {type(error).__name__}: {error}"
        found.append(bad(check.name, said, "that is a fault of Chloe's: report it with this line"))
    return found
