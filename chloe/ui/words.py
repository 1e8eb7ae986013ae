"""How sizes, times, folders and endings are worded for a person.

Owns wordings. Must not know widgets or where a text stands. Names, titles and folders come from
programs: ``printable`` makes them harmless.
"""

from __future__ import annotations

import os
import time

from chloe.engine import ending as outcome
from chloe.events.panes import Pane
from chloe.terminal import keys
from chloe.wording import UNSAFE, local

#: Keys that a person writes otherwise.
_KEY_LABELS = {"page_up": "PgUp", "page_down": "PgDn", "escape": "Esc"}
_NANOSECONDS = 1_000_000_000
_DAY = 24 * 3600


def printable(text: str) -> str:
    """``text`` with every character that doesn't show as itself replaced by ``?``."""
    return UNSAFE.sub("?", text)


def compact(count: int) -> str:
    """A number of bytes in at most five characters: ``999``, ``1.2K``, ``12K``, ``3.4M``."""
    if count < 1000:
        return str(count)
    size = float(count)
    for unit in "KMGTP":
        size /= 1000
        if size < 9.95:
            return f"{size:.1f}{unit}"
        if size < 999.5:
            return f"{size:.0f}{unit}"
    return f"{size:.0f}E"


def folder(path: str, home: str | None = None) -> str:
    """A folder as a person writes it: the home folder is ``~``."""
    home = os.environ.get("HOME", "") if home is None else home
    if home and home != "/" and (path == home or path.startswith(home + "/")):
        path = "~" + path[len(home) :]
    return printable(path)


def moment(nanoseconds: int, now: float | None = None) -> str:
    """When it happened: the time of today, with the date of other days, with the year of other years."""
    if not nanoseconds:
        return ""
    then = local(nanoseconds)
    today = time.localtime(now)
    if then[:3] == today[:3]:
        return time.strftime("%H:%M:%S", then)
    if then.tm_year == today.tm_year:
        return time.strftime("%b %d %H:%M", then)
    return time.strftime("%Y-%m-%d", then)


def span(nanoseconds: int) -> str:
    """How long it took: ``12s``, ``3m``, ``2h 5m``, ``4d``."""
    seconds = max(nanoseconds // _NANOSECONDS, 0)
    if seconds < 60:
        return f"{seconds}s"
    if seconds < 3600:
        return f"{seconds // 60}m"
    if seconds < _DAY:
        return f"{seconds // 3600}h {seconds % 3600 // 60}m"
    return f"{seconds // _DAY}d"


def ending(pane: Pane) -> str:
    """How a pane stands or ended: ``runs``, ``exit 0``, ``SIGKILL``, or why where it wasn't by itself."""
    return printable(outcome(pane))


def pruned(pane: Pane) -> str:
    """Why the beginning of what a pane printed is gone: ``pruned: older than 90d``; "" where it isn't."""
    return f"pruned: {printable(pane.pruned)}" if pane.pruned else ""


def command(pane: Pane) -> str:
    """What a pane runs."""
    return printable(" ".join(pane.argv))


def key_label(key: str) -> str:
    """Return a key as a person reads it: ``Esc``, ``Shift-PgUp``, ``Ctrl-L``."""
    named = keys.name(key)
    if named is None:
        return key
    *held, _ = keys.written(named._replace(name="")).split("+")
    name = named.name
    if name in _KEY_LABELS:
        name = _KEY_LABELS[name]
    elif len(name) > 1 or held:
        name = name.capitalize()
    return "-".join([*(modifier.capitalize() for modifier in held), name])
