"""Mending: what is safe is done, and told.

Owns the order and the words. What can't be undone is asked again right before, under the lock that keeps
others away. Must not know how a start of Chloe goes: ``take_in`` is one. Never ends a session, and never
removes what the log doesn't have.
"""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from chloe.actors.presence import remove_lock
from chloe.backends.tmux.inspection import remove_recorded
from chloe.backends.tmux.leases import Leases
from chloe.doctor.examined import Examined, Unseen
from chloe.doctor.findings import Finding, Mend, Narrow, RemoveLock, RemoveSpool, TakeIn
from chloe.doctor.spools import endangered
from chloe.errors import ChloeError

#: What is done first: a start comes when its folders are in order; the dead are cleared away when it has
#: said what became of their panes.
_ORDER: tuple[type[Mend], ...] = (Narrow, RemoveSpool, TakeIn, RemoveLock)


@dataclass(frozen=True, slots=True)
class Deed:
    """What came of one thing that was to be mended; ``done``: it is."""

    done: bool
    text: str


def mend(findings: Iterable[Finding], examined: Examined, take_in: Callable[[], None]) -> list[Deed]:
    """Do what the findings allow; what came of each."""
    wanted = dict.fromkeys(finding.mend for finding in findings if finding.mend is not None)
    deeds = []
    for each in sorted(wanted, key=lambda one: _ORDER.index(type(one))):
        try:
            deeds.append(_mended(each, examined, take_in))
        except (ChloeError, OSError) as error:
            deeds.append(Deed(False, f"could not {_named(each)}: {error}"))
        except Exception as error:
            deeds.append(Deed(False, f"could not {_named(each)}: {type(error).__name__}: {error}"))
    return deeds


def _mended(each: Mend, examined: Examined, take_in: Callable[[], None]) -> Deed:
    match each:
        case Narrow(paths):
            for path in paths:
                if path.exists():
                    path.chmod(stat.S_IMODE(path.stat().st_mode) & ~0o077)
            more = f" and {len(paths) - 1} more below it" if len(paths) > 1 else ""
            return Deed(True, f"made {paths[0]}{more} yours alone")
        case RemoveSpool(folder, position):
            leases = Leases(examined.paths.leases)
            try:
                lease = leases.lease(folder.name)
                if lease.take() and remove_recorded(folder, lease, position):
                    return Deed(True, f"removed {folder}")
            finally:
                leases.close()
            return Deed(False, f"left {folder} alone: somebody uses it after all")
        case RemoveLock(sign):
            remove_lock(sign)  # Where it is gone already, the start did it.
            return Deed(True, f"removed the lock of instance {sign.instance[:8]}")
        case TakeIn():
            return _took_in(examined, take_in)


def _took_in(examined: Examined, take_in: Callable[[], None]) -> Deed:
    try:
        kept = endangered(examined)
    except Unseen as unseen:
        return Deed(False, f"took nothing in: {unseen} can't be read")
    if kept:
        said = f"a start would remove {kept[0].folder}, which holds what the log doesn't have"
        return Deed(False, f"took nothing in: {said}")
    take_in()
    return Deed(True, "took in what the spools held, and said in the log what had ended")


def _named(each: Mend) -> str:
    match each:
        case Narrow(paths):
            return f"make {paths[0]} yours alone"
        case RemoveSpool(folder):
            return f"remove {folder}"
        case RemoveLock(sign):
            return f"remove {sign.path}"
        case TakeIn():
            return "take in what the spools hold"
