"""Ids of panes and instances, and the only ways from one to a path or to the name of a tmux session.

Owns the one form that an id has: that of a UUID, lower case, 8-4-4-4-12. Must not know what lies at a path.

An id comes out of a log, a folder or a command line, where anything may stand. Whatever isn't an id names no
pane and no instance; so a path made here leads right into the folder that it was made for.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TypeGuard

#: The name of a pane's tmux session starts with this; the pane's id follows.
SESSION_PREFIX = "chloe-"

_LENGTH = 36
_matches = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}").fullmatch

#: Ids that were looked at: every record of a log has two, and a log has few.
_seen: set[str] = set()
_MAX_SEEN = 100_000


def is_id(text: object) -> TypeGuard[str]:
    """Return whether ``text`` is the id of a pane or an instance."""
    if not isinstance(text, str) or len(text) != _LENGTH:
        return False
    if text in _seen:
        return True
    if not _matches(text):
        return False
    if len(_seen) >= _MAX_SEEN:
        _seen.clear()
    _seen.add(text)
    return True


def is_session(name: str) -> bool:
    """Return whether this is the name of a pane's tmux session."""
    return name.startswith(SESSION_PREFIX) and is_id(name[len(SESSION_PREFIX) :])


def path_of(folder: Path, id: str, suffix: str = "") -> Path:
    """Return what is kept in ``folder`` under an id. Raises ``ValueError`` for what is no id."""
    if not is_id(id):
        raise ValueError(f"{id[:80]!r} is no id: no path is made of it")
    return folder / f"{id}{suffix}"


def session_of(pane: str) -> str:
    """Return the name of a pane's tmux session. Raises ``ValueError`` for what is no id."""
    if not is_id(pane):
        raise ValueError(f"{pane[:80]!r} is no id: no session has its name")
    return SESSION_PREFIX + pane
