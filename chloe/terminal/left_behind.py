"""What ends that a killed program left behind in its terminal, as bytes that any terminal takes.

Owns the bytes. Must not know who has them written. What is on the main screen stays, and so does the cursor
on it; sequences and modes are those of ECMA-48, DEC, xterm's ctlseqs and kitty's keyboard protocol.
"""

from __future__ import annotations

#: Kitty's keyboard flags that were pushed, on the screen that is shown: more than any terminal keeps.
_NO_KEYBOARD_FLAGS = "\x1b[<99u"

#: Back to the main screen, and to the cursor there: for a terminal that shows the alternate one.
_LEAVE_ALTERNATE = "\x1b[?1049l"

#: What ends all else: an open sequence (CAN), modifyOtherKeys, what DECSTR resets, also for terminals that
#: don't know DECSTR, and each mode that a program may have switched.
_RESET = (
    f"\x18{_NO_KEYBOARD_FLAGS}\x1b[>4;0m\x1b[!p\x1b[4;20l\x1b>\x1b[?1;4;5;18;19;40;41;45;66;67l\x1b[?7;25h"
    "\x1b[?9;1000;1001;1002;1003l\x1b[?1005;1006;1015;1016l\x1b[?1004;1007;2004;2026;2031l"
    "\x1b[m\x1b(B\x1b)B\x0f\x1b[0 q"
)


def bytes_of(*, alternate: bool) -> bytes:
    """Return what ends it; ``alternate``: the alternate screen is shown, with keyboard flags of its own."""
    leave = f"\x18{_NO_KEYBOARD_FLAGS}{_LEAVE_ALTERNATE}" if alternate else ""
    return (leave + _RESET).encode("ascii")
