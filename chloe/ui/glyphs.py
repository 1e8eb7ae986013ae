"""The glyphs that Chloe draws with, and which of them the user's terminal takes.

Owns the two sets. Must not know widgets, nor the emulator: the commands, which start fast, use them as well.
"""

from __future__ import annotations

import locale
import sys
from collections.abc import Mapping

from chloe.quick import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Glyphs:
    """What is drawn where a sign says more than a word."""

    attached: str
    detached: str
    ended: str
    none: str
    vertical: str
    horizontal: str
    #: The line over the selected one of several panes.
    heavy: str
    tee: str
    left_tee: str
    bell: str
    works: str
    waits: str
    ended_well: str
    failed: str
    ellipsis: str
    #: Of a pane that is marked; of a group that is folded up, and one that isn't.
    marked: str
    folded: str
    unfolded: str
    #: Corners and sides of a dialog: top left, top right, bottom left, bottom right.
    corners: str


EMOJI = Glyphs(
    attached="[📎]",
    detached="[💤]",
    ended="[💀]",
    none="    ",
    vertical="│",
    horizontal="─",
    heavy="━",
    tee="┬",
    left_tee="├",
    bell="♪",
    works="▸",
    waits="?",
    ended_well="✓",
    failed="✗",
    ellipsis="…",
    marked="•",
    folded="▹",
    unfolded="▿",
    corners="╭╮╰╯",
)
ASCII = Glyphs(
    attached="[A]",
    detached="[D]",
    ended="[X]",
    none="   ",
    vertical="|",
    horizontal="-",
    heavy="=",
    tee="+",
    left_tee="+",
    bell="!",
    works=">",
    waits="?",
    ended_well="ok",
    failed="x",
    ellipsis="~",
    marked="*",
    folded="+",
    unfolded="-",
    corners="++++",
)


def choose_glyphs(ascii_only: bool | str, environment: Mapping[str, str]) -> Glyphs:
    """Return the glyphs for this terminal: "auto" takes ASCII without UTF-8 and on the Linux console."""
    if ascii_only == "auto":
        ascii_only = detect_encoding(environment) != "utf-8" or environment.get("TERM", "").startswith(
            ("linux", "dumb", "vt")
        )
    return ASCII if ascii_only else EMOJI


def detect_encoding(environment: Mapping[str, str]) -> str:
    """Return what the user's terminal takes, by the locale; ``utf-8`` in whatever spelling.

    A locale that was asked for as C is taken at its word; Python takes it, as it does none at all, for UTF-8,
    and sets LC_CTYPE for those that it starts (https://peps.python.org/pep-0538/).
    """
    if sys.flags.utf8_mode and (environment.get("LC_ALL") or environment.get("LANG")) in ("C", "POSIX"):
        return "ascii"
    name = locale.getpreferredencoding(False)
    return "utf-8" if name.lower().replace("-", "") == "utf8" else name
