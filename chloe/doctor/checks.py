"""The checks, in the order in which they are told, and how one is run.

Owns the table, and that a check which fails becomes a finding of its own. Must not know what they look at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from chloe.doctor import disks, files, log, screens, sessions, spools, system
from chloe.doctor.evidence import Evidence, Unavailable
from chloe.doctor.findings import Finding, bad, note
from chloe.errors import ChloeError


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look at. ``name`` is stable: scripts rely on it."""

    name: str
    run: Callable[[Evidence], Iterable[Finding]]


CHECKS = (
    Check("versions", system.check_versions),
    Check("tmux", system.check_tmux),
    Check("shell", system.check_shell),
    Check("terminal", system.check_terminal),
    Check("paths", files.check_paths),
    Check("configuration", files.check_configuration),
    Check("permissions", files.check_permissions),
    Check("left-overs", files.check_leftovers),
    Check("file-system", disks.check_file_system),
    Check("space", disks.check_space),
    Check("log", log.check_log),
    Check("schema", log.check_schema),
    Check("triggers", log.check_triggers),
    Check("records", log.check_records),
    Check("chain", log.check_chain),
    Check("instances", sessions.check_instances),
    Check("server", sessions.check_server),
    Check("sessions", sessions.check_sessions),
    Check("panes", sessions.check_panes),
    Check("strangers", sessions.check_unknown_sessions),
    Check("spools", spools.check_spools),
    Check("screens", screens.check_screens),
)


def diagnose(evidence: Evidence, checks: Iterable[Check] = CHECKS) -> list[Finding]:
    """Run the checks and return what they find. A check that fails becomes a finding and spoils no other."""
    return [replace(finding, check=check.name) for check in checks for finding in _run(check, evidence)]


def _run(check: Check, evidence: Evidence) -> list[Finding]:
    findings: list[Finding] = []
    try:
        # One by one, so that what a check found before it failed is kept.
        for finding in check.run(evidence):
            findings.append(finding)
    except Unavailable as unavailable:
        findings.append(note(check.name, f"not checked, since {unavailable} couldn't be looked at"))
    except (ChloeError, OSError) as error:
        findings.append(
            bad(check.name, f"couldn't be checked: {error}", "see to what it names, then try again")
        )
    except Exception as error:
        text = f"couldn't be checked: {type(error).__name__}: {error}"
        findings.append(bad(check.name, text, "that is a fault of Chloe's: report it with this line"))
    return findings
