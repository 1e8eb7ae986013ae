"""The words of a diagnosis: a finding, how bad it is, and what may be done about it without asking.

Owns the vocabulary. Must not know how anything is found out, mended or printed.
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
class Narrow:
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
class TakeIn:
    """Do what each start of Chloe does: take in what the spools hold, and say what ended."""


Mend = Narrow | RemoveLock | RemoveSpool | TakeIn


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
    mend: Mend | None = None
    #: The check that found it; ``diagnose`` fills it in.
    check: str = ""

    @property
    def fixable(self) -> bool:
        """Whether it may be mended without asking."""
        return self.mend is not None


def ok(subject: str, text: str) -> Finding:
    """All is well there."""
    return Finding(state=State.OK, subject=subject, text=text)


def note(subject: str, text: str, remedy: str = "", mend: Mend | None = None) -> Finding:
    """Worth knowing."""
    return Finding(state=State.NOTE, subject=subject, text=text, remedy=remedy, mend=mend)


def warn(subject: str, text: str, remedy: str, mend: Mend | None = None) -> Finding:
    """Not as it should be."""
    return Finding(state=State.WARN, subject=subject, text=text, remedy=remedy, mend=mend)


def bad(subject: str, text: str, remedy: str, mend: Mend | None = None) -> Finding:
    """Doesn't work."""
    return Finding(state=State.BAD, subject=subject, text=text, remedy=remedy, mend=mend)
