"""Answers: the words and tables by which a terminal answers, in Chloe and in a holder.

Owns what is always the same: fixed answers, which modes there are, which keyboard flags are granted. The
emulator answers by them for a direct pane; the holder of a tmux pane can't import them, and gets them in its
specification (``for_holder``). Must not know who asks, nor what is in force at the moment.
"""

from __future__ import annotations

from typing import Any

from chloe.terminal.colours import DEFAULT_ENTRIES
from chloe.terminal.left_behind import bytes_of

#: What XTVERSION answers.
NAME = "Chloe 1"

#: Answers that are always the same, by what asks: prefix, parameter, intermediates and final byte of a
#: control sequence (ECMA-48; the final bytes are those of xterm's ctlseqs).
FIXED = {
    # DA1: a VT420 with selective erase, horizontal scrolling (margins at the sides), colour and rectangles.
    # It has neither 132 columns (its size is the user's) nor national sets.
    "0c": "\x1b[?64;6;21;22;28c",
    # DA2: what xterm says of itself, so that programs take this for one.
    ">0c": "\x1b[>41;354;0c",
    # DA3: the unit's number, of which there is none.
    "=0c": "\x1bP!|00000000\x1b\\",
    # DSR: all is well. DECDSR: no printer, user keys locked, a keyboard, no locator, no room for macros, no
    # fault of the line, one session.
    "5n": "\x1b[0n",
    "?15n": "\x1b[?13n",
    "?25n": "\x1b[?21n",
    "?26n": "\x1b[?27;1;0;0n",
    "?53n": "\x1b[?50n",
    "?55n": "\x1b[?50n",
    "?56n": "\x1b[?57;0n",
    "?62n": "\x1b[0*{",
    "?75n": "\x1b[?70n",
    "?85n": "\x1b[?83n",
    # DECRQM: what ECMA-48 has and no terminal ever does is always off, echo is always the program's, and text
    # is always laid out in clusters, as Unicode has them (mode 2027).
    **{f"{mode}$p": f"\x1b[{mode};4$y" for mode in (1, 2, 5, 7, 10, 11, *range(13, 20))},
    "12$p": "\x1b[12;3$y",
    "?2027$p": "\x1b[?2027;3$y",
    # XTVERSION.
    ">0q": f"\x1bP>|{NAME}\x1b\\",
    # DECREQTPARM: no parity, 8 bits, 38400 baud both ways.
    "0x": "\x1b[2;1;1;128;128;1;0x",
    "1x": "\x1b[3;1;1;128;128;1;0x",
}

#: XTGETTCAP: there is no such capability, and programs go on with what terminfo says. xterm repeats the name
#: that was asked for. Here nothing is repeated: who prints a file would have it typed into his shell.
NO_CAPABILITY = "\x1bP0+r\x1b\\"

#: A cell's height and width in pixels, where a program insists on pixels.
CELL = (16, 8)

#: The keyboard flags that a program gets if it asks for them (kitty): all but event types (2), since nothing
#: tells of a key's release where the user's own terminal isn't asked to.
GRANTED_FLAGS = 1 | 4 | 8 | 16

#: Plain switches and whether they are on at power-on; those of DEC and xterm begin with a question mark.
#: What they mean stands in ``modes``.
SWITCHES = {
    "4": False,
    "20": False,
    "?1": False,
    "?4": False,
    "?5": False,
    "?6": False,
    "?7": True,
    "?18": False,
    "?19": False,
    "?25": True,
    "?40": False,
    "?41": False,
    "?45": False,
    "?66": False,
    "?67": False,
    "?69": False,
    "?1004": False,
    "?1007": False,
    "?1045": False,
    "?2004": False,
    "?2026": False,
    "?2031": False,
}
#: What a soft reset (DECSTR) leaves of them.
AFTER_SOFT_RESET = {
    "4": False,
    "?1": False,
    "?6": False,
    "?7": True,
    "?25": True,
    "?45": False,
    "?66": False,
    "?69": False,
    "?1045": False,
}


def for_holder() -> dict[str, Any]:
    """Return the tables as the holder reads them: JSON."""
    return {
        "fixed": FIXED,
        "no_capability": NO_CAPABILITY,
        "cell": CELL,
        "granted": GRANTED_FLAGS,
        "switches": SWITCHES,
        "after_soft_reset": AFTER_SOFT_RESET,
        "colours": DEFAULT_ENTRIES,
        "left_behind": [bytes_of(alternate=shown).decode("ascii") for shown in (False, True)],
    }
