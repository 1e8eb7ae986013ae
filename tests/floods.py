"""Programs that print without end in sight, as they are started in a pane."""

from __future__ import annotations

import sys

#: The terminal's slowest diet: wide and combining characters, a colour each, cursor movement.
_DIET = r"""
import sys
line = "".join("\x1b[38;5;%dm日e\u0301🚀\x1b[%dG" % (n % 256, n % 70) for n in range(60))
for number in range(int(sys.argv[1])):
    sys.stdout.write(line + "\n")
"""
_TALKS = f"print('ready', end='', flush=True)\ninput()\n{_DIET}\nprint('\\x1b[2J\\x1b[Hthe end')"


def diet(lines: int) -> tuple[str, ...]:
    """So many lines of the terminal's slowest diet: some 1,480 bytes each."""
    return (sys.executable, "-c", _DIET, str(lines))


def diet_when_told(lines: int) -> tuple[str, ...]:
    """The same once a line is typed, of which "ready" tells; then "the end" on a cleared screen."""
    return (sys.executable, "-c", _TALKS, str(lines))


def numbers(most: int) -> tuple[str, ...]:
    """A flood of short lines, most of which needn't be drawn."""
    return ("seq", "1", str(most))
