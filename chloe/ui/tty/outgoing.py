"""What of a program's reaches the user's terminal beside cells: composed anew, out of decoded values.

Owns the sequences and the filter. Nothing that a program wrote is passed on as it was: a text is cut and what
acts on a terminal taken out of it. Must not know panes, or when something is passed on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from chloe.formatting.text import UNSAFE

#: How a terminal is told of something: by OSC 9 as iTerm2 made it, by OSC 777 as urxvt did, or by its bell.
NotificationForm = Literal["osc9", "osc777", "bell"]

#: Characters of a text, at the most.
MAX_TEXT = 200
BELL = b"\x07"

_OSC_9_PROGRAMS = ("iTerm.app", "WezTerm", "ghostty", "kitty")
_OSC_9_TERMS = ("xterm-kitty", "xterm-ghostty", "wezterm")
_OSC_777_TERMS = ("foot", "rxvt")


def detect_notification_form(environment: Mapping[str, str]) -> NotificationForm:
    """Return how this terminal shows notifications; a bell where it isn't known to show any."""
    term = environment.get("TERM", "")
    if environment.get("TMUX") or term.startswith("screen"):
        return "bell"  # They stand between, and pass nothing else.
    if environment.get("VTE_VERSION") or term.startswith(_OSC_777_TERMS):
        return "osc777"
    knows = environment.get("TERM_PROGRAM") in _OSC_9_PROGRAMS or environment.get("KITTY_WINDOW_ID")
    return "osc9" if knows or term.startswith(_OSC_9_TERMS) else "bell"


def filter_text(text: str) -> str:
    """Return a text on one line, cut, without anything in it that a terminal acts on or that hides."""
    shown = UNSAFE.sub("", " ".join(text[: 4 * MAX_TEXT].split()))
    return " ".join(shown.split())[:MAX_TEXT].rstrip()


def encode_notification(text: str, form: Literal["osc9", "osc777"], encoding: str = "utf-8") -> bytes:
    """Return what has a terminal show a notification."""
    shown = filter_text(text).encode(encoding, "replace")
    # A text that begins like "4;1" would be another command (ConEmu's).
    return b"\x1b]9; %b\x1b\\" % shown if form == "osc9" else b"\x1b]777;notify;Chloe;%b\x1b\\" % shown
