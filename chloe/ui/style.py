"""How Chloe's own parts look: one set of attributes a name, and the glyphs it draws with.

Owns the names. Must not know widgets. The colours are the first sixteen of the palette, which are
the user's own, and the defaults, so that Chloe suits light and dark terminals.
"""

from __future__ import annotations

import locale
import sys
from collections.abc import Hashable, Mapping
from dataclasses import dataclass

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
    "unseen": Attributes(foreground=3, bold=True),
    "unseen on": Attributes(foreground=3, bold=True, reverse=True),
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
    "said": _PLAIN,
    "error": Attributes(foreground=1, bold=True),
    "trouble": Attributes(foreground=1, bold=True, reverse=True),
    "dialog": _PLAIN,
    "dialog frame": Attributes(foreground=6, bold=True),
    "dialog dim": _DIM,
    "field": Attributes(underline=1),
}


def style(name: Hashable) -> Attributes:
    """The attributes that a run of a canvas stands for."""
    if isinstance(name, Attributes):
        return name
    return STYLES[name] if isinstance(name, str) else _PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Glyphs:
    """What is drawn where a sign says more than a word."""

    attached: str
    detached: str
    ended: str
    none: str
    vertical: str
    horizontal: str
    tee: str
    bell: str
    ellipsis: str
    #: Corners and sides of a dialog: top left, top right, bottom left, bottom right.
    corners: str


EMOJI = Glyphs(
    attached="[📎]",
    detached="[💤]",
    ended="[💀]",
    none="    ",
    vertical="│",
    horizontal="─",
    tee="┬",
    bell="♪",
    ellipsis="…",
    corners="╭╮╰╯",
)
ASCII = Glyphs(
    attached="[A]",
    detached="[D]",
    ended="[X]",
    none="   ",
    vertical="|",
    horizontal="-",
    tee="+",
    bell="!",
    ellipsis="~",
    corners="++++",
)


def glyphs(ascii_only: bool | str, environment: Mapping[str, str]) -> Glyphs:
    """The glyphs for this terminal: "auto" takes ASCII without UTF-8 and on the Linux console."""
    if ascii_only == "auto":
        ascii_only = encoding(environment) != "utf-8" or environment.get("TERM", "").startswith(
            ("linux", "dumb", "vt")
        )
    return ASCII if ascii_only else EMOJI


def encoding(environment: Mapping[str, str]) -> str:
    """What the user's terminal takes, by the locale; ``utf-8`` where that says so in any spelling.

    A locale that was asked for as C is taken at its word; Python takes it, as it does none at all, for UTF-8,
    and sets LC_CTYPE for those that it starts (https://peps.python.org/pep-0538/).
    """
    if sys.flags.utf8_mode and (environment.get("LC_ALL") or environment.get("LANG")) in ("C", "POSIX"):
        return "ascii"
    name = locale.getpreferredencoding(False)
    return "utf-8" if name.lower().replace("-", "") == "utf8" else name
