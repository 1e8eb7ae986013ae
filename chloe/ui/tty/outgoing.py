"""What of a program's reaches the user's terminal beside cells: composed anew, out of decoded values.

Owns the sequences and the filter. Nothing that a program wrote is passed on as it was: a text is cut and what
acts on a terminal taken out of it. Must not know panes, or when something is passed on.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal
from urllib.parse import quote

from chloe.formatting.text import UNSAFE

#: How a terminal is told of something: by OSC 9 as iTerm2 made it, by OSC 777 as urxvt did, or by its bell.
NotificationForm = Literal["osc9", "osc777", "bell"]

#: Characters of a text, at the most.
MAX_TEXT = 200
BELL = b"\x07"
_PLAIN_TERMS = ("linux", "dumb", "vt52", "ansi")
#: Bytes of a clipboard, at the most.
MAX_CLIPBOARD = 1024 * 1024
#: Characters of a link's address, as in VTE.
_MAX_LINK = 2083
_LINKED = re.compile("(?:https?|file|mailto):", re.IGNORECASE)
#: What an address may have as it is; all else becomes a percent sign and digits.
_PLAIN = "".join(map(chr, range(0x21, 0x7F)))
#: The selections of XTerm Control Sequences, OSC 52: clipboard, primary, secondary, and what is selected.
_SELECTIONS = frozenset("cpqs")

_OSC_9_PROGRAMS = ("iTerm.app", "WezTerm", "ghostty", "kitty")
_OSC_9_TERMS = ("xterm-kitty", "xterm-ghostty", "wezterm")
_OSC_777_TERMS = ("foot", "rxvt")


def is_plain(term: str) -> bool:
    """Return whether a terminal of this kind takes no control strings: it would show them."""
    return term.split("-")[0] in _PLAIN_TERMS


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


def encode_title(text: str, encoding: str = "utf-8") -> bytes:
    """Return what gives the window a title."""
    return b"\x1b]2;%b\x1b\\" % filter_text(text).encode(encoding, "replace")


def encode_clipboard(selection: str, data: bytes) -> bytes:
    """Return what puts ``data`` on a clipboard; nothing where it is too much."""
    if len(data) > MAX_CLIPBOARD:
        return b""
    chosen = "".join(letter for letter in dict.fromkeys(selection) if letter in _SELECTIONS) or "c"
    return b"\x1b]52;%b;%b\x1b\\" % (chosen.encode("ascii"), base64.b64encode(data))


@lru_cache(maxsize=256)
def encode_link(address: str) -> str:
    """Return what begins a link (OSC 8); for an address of any other scheme than those let through, its end.

    Cells of one address are one link, also where it is cut by the end of a line.
    """
    if _LINKED.match(address):
        composed = quote(address, safe=_PLAIN, errors="replace")
        if len(composed) <= _MAX_LINK:
            return f"\x1b]8;id={zlib.crc32(composed.encode()):08x};{composed}\x1b\\"
    return "\x1b]8;;\x1b\\"
