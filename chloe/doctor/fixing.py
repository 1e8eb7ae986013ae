"""Fixing: what is safe is done, and reported.

Owns the order and the words. What can't be undone is asked again right before, under the lock that keeps
others away. Must not know how a start of Chloe goes: ``ingest`` is one. Never ends a session, and never
removes what the log doesn't have.
"""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from chloe.actors.presence import remove_lock
from chloe.backends.tmux.inspection import remove_recorded
from chloe.backends.tmux.leases import Leases
from chloe.doctor.evidence import Evidence
from chloe.doctor.findings import Finding, Fix, IngestSpools, RemoveLock, RemoveSpool, RestrictPermissions
from chloe.errors import ChloeError

#: The order of fixes: an engine starts once its folders are in order; a dead instance's lock is removed once
#: the end of its panes is recorded.
_ORDER: tuple[type[Fix], ...] = (RestrictPermissions, RemoveSpool, IngestSpools, RemoveLock)


@dataclass(frozen=True, slots=True)
class FixResult:
    """What came of one fix; ``done`` says whether it was carried out."""

    done: bool
    text: str


def apply_fixes(
    findings: Iterable[Finding], evidence: Evidence, ingest: Callable[[], None]
) -> list[FixResult]:
    """Apply the fixes that the findings offer. Return what came of each."""
    fixes = dict.fromkeys(finding.fix for finding in findings if finding.fix is not None)
    results = []
    for fix in sorted(fixes, key=lambda fix: _ORDER.index(type(fix))):
        try:
            results.append(_apply(fix, evidence, ingest))
        except (ChloeError, OSError) as error:
            results.append(FixResult(False, f"could not {_describe(fix)}: {error}"))
        except Exception as error:
            results.append(FixResult(False, f"could not {_describe(fix)}: {type(error).__name__}: {error}"))
    return results


def _apply(fix: Fix, evidence: Evidence, ingest: Callable[[], None]) -> FixResult:
    match fix:
        case RestrictPermissions(paths):
            for path in paths:
                if path.exists():
                    path.chmod(stat.S_IMODE(path.stat().st_mode) & ~0o077)
            more = f" and {len(paths) - 1} more below it" if len(paths) > 1 else ""
            return FixResult(True, f"made {paths[0]}{more} yours alone")
        case RemoveSpool(folder, position):
            leases = Leases(evidence.paths.leases)
            try:
                lease = leases.lease(folder.name)
                if lease.take() and remove_recorded(folder, lease, position):
                    return FixResult(True, f"removed {folder}")
            finally:
                leases.close()
            return FixResult(False, f"left {folder} alone: somebody uses it after all")
        case RemoveLock(sign):
            remove_lock(sign)  # Where it is gone already, the start did it.
            return FixResult(True, f"removed the lock of instance {sign.instance[:8]}")
        case IngestSpools():
            ingest()
            return FixResult(True, "took in what the spools held, and said in the log what had ended")


def _describe(fix: Fix) -> str:
    match fix:
        case RestrictPermissions(paths):
            return f"make {paths[0]} yours alone"
        case RemoveSpool(folder):
            return f"remove {folder}"
        case RemoveLock(sign):
            return f"remove {sign.path}"
        case IngestSpools():
            return "take in what the spools hold"
