"""Refusals: what can't be asked of a pane, and what can be done instead.

Owns the words. Must not know how a command is carried out.
"""

from __future__ import annotations

from collections.abc import Sequence

from chloe.errors import PaneRefused, StartFailed, UsageError
from chloe.events.fields import MAX_NAME, MAX_TAGS, MAX_TEXT, fits_argv, is_text
from chloe.events.panes import Pane


def must_live(pane: Pane) -> None:
    """Raises ``PaneRefused`` for a pane whose program has ended."""
    if not pane.alive:
        raise PaneRefused(f"{pane.name} has ended ({pane.outcome}); `chloe export-log` has what it printed")


def must_be_tmux(pane: Pane, what: str, way_out: str) -> None:
    """Raises ``PaneRefused`` for a direct pane, which can't be ``what``."""
    if pane.backend != "tmux":
        raise PaneRefused(f"{pane.name} is a direct pane and can't be {what}: {way_out}")


def fit_name(name: str) -> str:
    """Return a pane's name as it is kept. Raises ``UsageError`` for one that can't be."""
    name = name.strip()
    if not name:
        raise UsageError("a pane's name can't be empty")
    _fits(name, "a pane's name")
    return name


def fit_tags(tags: Sequence[str]) -> tuple[str, ...]:
    """Return a pane's tags as they are kept. Raises ``UsageError`` for those that can't be."""
    if len(tags) > MAX_TAGS:
        raise UsageError(f"a pane has at most {MAX_TAGS} tags, not {len(tags)}: leave some out")
    for tag in tags:
        if not tag:
            raise UsageError("a tag can't be empty")
        _fits(tag, "a tag")
    return tuple(tags)


def must_be_startable(argv: Sequence[str], cwd: str) -> None:
    """Raises ``StartFailed`` for what no system could start, and no log should hold."""
    if not fits_argv(argv):
        raise StartFailed("the command can't be started: its arguments are too long; give them in a file")
    if not all(map(is_text, argv)):
        raise StartFailed("the command can't be started: an argument holds a NUL or half a character")
    if len(cwd) > MAX_TEXT or not is_text(cwd):
        raise StartFailed("the command can't be started: its folder's name can't be one; choose another")


def _fits(text: str, what: str) -> None:
    if len(text) > MAX_NAME:
        raise UsageError(f"{what} has at most {MAX_NAME} characters, not {len(text)}: choose a shorter one")
    if not is_text(text):
        raise UsageError(f"{what} can't hold a NUL or half a character: leave it out")
