"""What the program of a tmux pane asked of its terminal, as its holder publishes it.

Owns the reading of that file, which is input: what no holder writes is taken for nothing. Must not know who
types.
"""

from __future__ import annotations

from pathlib import Path

from chloe.backends.tmux.holder.modes_file import NAME, WIDTH
from chloe.small_files import read_whole
from chloe.terminal.modes import Modes

#: The words of the switches (numbers of modes, private ones with a question mark), and what they switch.
SWITCHES = {
    "?1": "application_cursor",
    "?66": "application_keypad",
    "?67": "backarrow",
    "?1049": "alternate_screen",
    "?2004": "bracketed_paste",
    "20": "newline",
}
#: The words with a number, what that is, and the highest that it can be.
NUMBERS = {"flags": ("kitty_flags", 31), "keys": ("modify_other_keys", 2)}


def read_modes(folder: Path) -> Modes | None:
    """Return the modes that the holder of the spool ``folder`` published last; None where there are none."""
    for _ in range(2):  # The second time what was just being written is there.
        try:
            data = read_whole(folder / NAME, 2 * (WIDTH + 1), follow=False)
        except OSError:
            return None
        first, second = data[: WIDTH + 1], data[WIDTH + 1 :]
        if first == second:
            return _parse(first)
    return None


def _parse(line: bytes) -> Modes | None:
    modes = Modes()
    try:
        words = line.decode("ascii").split()
    except UnicodeDecodeError:
        return None
    for word in words:
        name, _, digits = word.partition("=")
        if word in SWITCHES:
            setattr(modes, SWITCHES[word], True)
        elif name in NUMBERS and len(digits) <= 2 and digits.isdecimal() and int(digits) <= NUMBERS[name][1]:
            setattr(modes, NUMBERS[name][0], int(digits))
        else:
            return None
    return modes if words else None
