"""How Chloe's own parts look: one set of attributes a name.

Owns the names. Must not know widgets. The colours are the first sixteen of the palette, which are
the user's own, and the defaults, so that Chloe suits light and dark terminals.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from chloe.terminal import Attributes

_PLAIN = Attributes()
_DIM = Attributes(faint=True)

#: What each part looks like. An attribute of a cell stands for itself.
STYLES: Mapping[str, Attributes] = {
    "header": _PLAIN,
    "name": Attributes(bold=True),
    "tab": _DIM,
    "tab on": Attributes(bold=True, reverse=True),
    "news": _DIM,
    "list": _PLAIN,
    "list on": Attributes(reverse=True),
    "list name": Attributes(bold=True),
    "list name on": Attributes(bold=True, reverse=True),
    "list dim": _DIM,
    "list dim on": Attributes(reverse=True),
    "group": Attributes(bold=True, underline=1),
    "group on": Attributes(bold=True, reverse=True),
    "marked": Attributes(foreground=3, bold=True),
    "marked on": Attributes(foreground=3, bold=True, reverse=True),
    "filter": Attributes(foreground=3, bold=True),
    "unseen": Attributes(foreground=3, bold=True),
    "unseen on": Attributes(foreground=3, bold=True, reverse=True),
    "works": Attributes(foreground=6),
    "works on": Attributes(foreground=6, reverse=True),
    "progress": Attributes(foreground=6),
    "progress on": Attributes(foreground=6, reverse=True),
    "waits": Attributes(foreground=5, bold=True),
    "waits on": Attributes(foreground=5, bold=True, reverse=True),
    "ended well": Attributes(foreground=2),
    "ended well on": Attributes(foreground=2, reverse=True),
    "failed": Attributes(foreground=1, bold=True),
    "failed on": Attributes(foreground=1, bold=True, reverse=True),
    "bell": Attributes(foreground=1, bold=True),
    "bell on": Attributes(foreground=1, bold=True, reverse=True),
    "frame": _DIM,
    "frame on": Attributes(foreground=2, bold=True),
    "title": _DIM,
    "title on": Attributes(foreground=2, bold=True, reverse=True),
    "scrolled": Attributes(foreground=3, reverse=True),
    "outside": _DIM,
    "card": _PLAIN,
    "card dim": _DIM,
    "footer": _PLAIN,
    "hint": _DIM,
    "key": Attributes(bold=True),
    "typing": Attributes(foreground=2, bold=True),
    "message": _PLAIN,
    "error": Attributes(foreground=1, bold=True),
    "trouble": Attributes(foreground=1, bold=True, reverse=True),
    "dialog": _PLAIN,
    "dialog frame": Attributes(foreground=6, bold=True),
    "dialog dim": _DIM,
    "field": Attributes(underline=1),
}


def style(name: Hashable) -> Attributes:
    """Return the attributes that a run of a canvas stands for."""
    if isinstance(name, Attributes):
        return name
    return STYLES[name] if isinstance(name, str) else _PLAIN
