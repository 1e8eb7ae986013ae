"""Notices: what a program says beside its text, typed.

Owns the words. Must not know who hears them or what is done about them; nothing here was acted on.
All texts come from the program and are not to be trusted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Bell:
    """BEL."""


@dataclass(frozen=True, slots=True)
class TitleChanged:
    """The window's title (OSC 0, OSC 2)."""

    title: str


@dataclass(frozen=True, slots=True)
class IconNameChanged:
    """The icon's name (OSC 0, OSC 1)."""

    name: str


@dataclass(frozen=True, slots=True)
class CwdChanged:
    """The working folder (OSC 7): the path of a ``file:`` address, decoded."""

    cwd: str
    host: str = ""


@dataclass(frozen=True, slots=True)
class ClipboardSet:
    """The program would like this on a clipboard (OSC 52). ``selection``: ``c`` clipboard, ``p`` primary ...

    ``data`` is None where it asks for what is there.
    """

    selection: str
    data: bytes | None


@dataclass(frozen=True, slots=True)
class Notification:
    """A notification for the desktop (OSC 9, OSC 777)."""

    body: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a task is (OSC 9;4): ``percent`` is None where it isn't known."""

    state: Literal["none", "normal", "error", "indeterminate", "paused"]
    percent: int | None = None


@dataclass(frozen=True, slots=True)
class PromptMark:
    """A place in a shell's dialogue (OSC 133, 633): ``status`` is the exit status of a finished command."""

    kind: Literal["prompt", "input", "output", "finished"]
    status: int | None = None


@dataclass(frozen=True, slots=True)
class PaletteRequested:
    """The program sets colours of its own (OSC 4, 10, 11, 12, 104, 110 ...): the sequence's parameters."""

    code: int
    value: str


#: Characters or bytes that any number of waiting notices may have each.
LARGE = 4096

Notice = (
    Bell
    | TitleChanged
    | IconNameChanged
    | CwdChanged
    | ClipboardSet
    | Notification
    | Progress
    | PromptMark
    | PaletteRequested
)


def is_large(notice: Notice) -> bool:
    """Return whether a notice is one of which only the last should wait to be taken."""
    if isinstance(notice, ClipboardSet):
        return len(notice.data or b"") > LARGE
    return isinstance(notice, PaletteRequested) and len(notice.value) > LARGE
