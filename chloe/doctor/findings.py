"""The words of a diagnosis: a finding, how bad it is, and what may be done about it without asking.

Owns the vocabulary. Must not know how anything is found out, fixed or printed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from chloe.actors.presence import InstanceLock
from chloe.events.facts import SpoolPosition


class State(StrEnum):
    """How bad a finding is, the best first."""

    OK = "ok"
    #: Worth knowing; nothing needs to be done.
    NOTE = "note"
    #: Works, but not for ever or not as it should.
    WARN = "warn"
    #: Doesn't work, or isn't safe.
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class RestrictPermissions:
    """Take these files and folders away from everybody but their owner."""

    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class RemoveLock:
    """Remove what a dead instance left of itself."""

    sign: InstanceLock


@dataclass(frozen=True, slots=True)
class RemoveSpool:
    """Remove a spool whose program has ended and of which the log, being at ``position``, has everything."""

    folder: Path
    position: SpoolPosition | None


@dataclass(frozen=True, slots=True)
class IngestSpools:
    """Do what each start of Chloe does: take in what the spools hold, and say what ended."""


Fix = RestrictPermissions | RemoveLock | RemoveSpool | IngestSpools


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    state: State
    #: What was looked at: a file, a pane, a program.
    subject: str
    #: What was found there.
    text: str
    #: A command to type, or a thing to do; empty where nothing needs to be done.
    remedy: str = ""
    #: What may be done about it without asking.
    fix: Fix | None = None
    #: The check that found it; ``diagnose`` fills it in.
    check: str = ""

    @property
    def fixable(self) -> bool:
        """Return whether it may be fixed without asking."""
        return self.fix is not None


def ok(subject: str, text: str) -> Finding:
    """Report that all is well there."""
    return Finding(state=State.OK, subject=subject, text=text)


def note(subject: str, text: str, remedy: str = "", fix: Fix | None = None) -> Finding:
    """Report what is worth knowing."""
    return Finding(state=State.NOTE, subject=subject, text=text, remedy=remedy, fix=fix)


def warn(subject: str, text: str, remedy: str, fix: Fix | None = None) -> Finding:
    """Report what isn't as it should be."""
    return Finding(state=State.WARN, subject=subject, text=text, remedy=remedy, fix=fix)


def bad(subject: str, text: str, remedy: str, fix: Fix | None = None) -> Finding:
    """Report what doesn't work or isn't safe."""
    return Finding(state=State.BAD, subject=subject, text=text, remedy=remedy, fix=fix)
