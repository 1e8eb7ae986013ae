"""What the windows of Chloe's sessions are called: as their panes.

Owns the tmux command for that. tmux takes a window's name for a format, in which "#(…)" runs a command: no
name has a "#" here. Must not know who names a pane.
"""

from __future__ import annotations

from chloe.formatting.text import UNSAFE

#: Characters of a window's name.
_MAX_LENGTH = 60


def make_naming(target: str, name: str) -> tuple[str, ...]:
    """Return the command that calls the window at ``target`` by a pane's name."""
    harmless = UNSAFE.sub("", name.replace("#", ""))[:_MAX_LENGTH].strip()
    return "rename-window", "-t", target, "--", harmless or "-"
