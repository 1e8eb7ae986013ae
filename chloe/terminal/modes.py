"""Modes: what a program has switched on and off.

Owns the modes' names, their numbers (ECMA-48, DEC, xterm's ctlseqs) and their values at power-on.
Must not know what a mode does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pyte import modes as pyte_modes

Mouse = Literal["off", "x10", "normal", "highlight", "button", "any"]
MouseEncoding = Literal["x10", "utf8", "sgr", "urxvt", "sgr_pixels"]


@dataclass(slots=True)
class Modes:
    """The switches that a program holds. A caller that gets it from a terminal reads it, and never writes."""

    #: DECCKM: cursor keys send SS3.
    application_cursor: bool = False
    #: DECNKM, DECKPAM: the keypad sends SS3.
    application_keypad: bool = False
    bracketed_paste: bool = False
    focus_events: bool = False
    #: Mode 2031: the program wants to be told when the display's colours change (Contour's and kitty's).
    colour_reports: bool = False
    #: Which mouse events are wanted: presses (9), and releases (1000), and drags (1002), all motion (1003).
    mouse: Mouse = "off"
    mouse_encoding: MouseEncoding = "x10"
    alternate_screen: bool = False
    #: Mode 2026: the program is in the middle of a frame.
    synchronized: bool = False
    #: xterm's modifyOtherKeys: 0 off, 1 where there is no other encoding, 2 always.
    modify_other_keys: int = 0
    #: kitty's keyboard protocol: disambiguate 1, event types 2, alternate keys 4, all keys 8, text 16.
    kitty_flags: int = 0
    #: DECSCNM.
    reverse_screen: bool = False
    #: DECAWM.
    autowrap: bool = True
    #: Mode 45: backspace goes on to the end of the row above, where that goes on in this one.
    reverse_wrap: bool = False
    #: Mode 1045: it does so from any row, and from the first one to the last.
    reverse_wrap_around: bool = False
    #: DECLRMM: the margins may be set at the sides, too.
    side_margins: bool = False
    #: DECOM.
    origin: bool = False
    #: IRM.
    insert: bool = False
    #: LNM: a line feed returns the carriage, and Enter sends CR LF.
    newline: bool = False
    #: DECTCEM.
    cursor_visible: bool = True
    #: Mode 1007: the wheel sends cursor keys on the alternate screen.
    alternate_scroll: bool = False
    #: DECBKM: the Backspace key sends BS rather than DEL.
    backarrow: bool = False
    #: Mode 40: DECCOLM clears the screen, as it does where it changes the width.
    allows_deccolm: bool = False
    #: Mode 41: a tab behind a full row begins the next one.
    wraps_before_tab: bool = False
    #: DECSCLM, DECPFF and DECPEX are remembered and change nothing, as in xterm: there is no slow scrolling
    #: to be seen, and no printer.
    smooth_scroll: bool = False
    print_form_feed: bool = False
    print_extent: bool = False


#: ANSI modes (``CSI n h``) that are a plain switch.
ANSI_SWITCHES = {pyte_modes.IRM: "insert", pyte_modes.LNM: "newline"}

_PRIVATE_SHIFT = 5  # pyte keeps private modes apart from ANSI ones by shifting them.

#: Private modes (``CSI ? n h``) that are a plain switch.
PRIVATE_SWITCHES = {
    1: "application_cursor",
    4: "smooth_scroll",
    pyte_modes.DECSCNM >> _PRIVATE_SHIFT: "reverse_screen",
    pyte_modes.DECOM >> _PRIVATE_SHIFT: "origin",
    pyte_modes.DECAWM >> _PRIVATE_SHIFT: "autowrap",
    pyte_modes.DECTCEM >> _PRIVATE_SHIFT: "cursor_visible",
    18: "print_form_feed",
    19: "print_extent",
    40: "allows_deccolm",
    41: "wraps_before_tab",
    45: "reverse_wrap",
    66: "application_keypad",
    67: "backarrow",
    69: "side_margins",
    1004: "focus_events",
    1007: "alternate_scroll",
    1045: "reverse_wrap_around",
    2004: "bracketed_paste",
    2026: "synchronized",
    2031: "colour_reports",
}

#: Private modes that choose which mouse events are reported.
MOUSE: dict[int, Mouse] = {9: "x10", 1000: "normal", 1001: "highlight", 1002: "button", 1003: "any"}
#: Private modes that choose how they are.
MOUSE_ENCODINGS: dict[int, MouseEncoding] = {1005: "utf8", 1006: "sgr", 1015: "urxvt", 1016: "sgr_pixels"}

DECCOLM = 3
CURSOR_BLINK = 12
SAVE_CURSOR = 1048
#: The private modes that show the alternate screen.
ALTERNATE = (47, 1047, 1049)
ALTERNATE_AND_CURSOR = 1049
