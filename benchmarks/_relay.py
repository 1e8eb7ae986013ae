"""A bare relay, the peer of the holder: ``python -I -S -E _relay.py FILE COMMAND…`` on a terminal.

Owns what any recorder in between has to do: a terminal for the program, one loop that copies what it prints
to a file and to the terminal outside, and nothing else. It looks at no byte, and nobody can type.
"""

from __future__ import annotations

import os
import select
import sys
import termios

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

BATCH = 64 * 1024


def main(record: str, argv: list[str]) -> None:
    """Run the program and copy what it prints until its terminal is closed."""
    file = os.open(record, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    _pass_unchanged(0)
    inner, outer = os.openpty()
    if not os.fork():
        _run(outer, argv)
    os.close(outer)
    poll = select.poll()
    poll.register(inner, select.POLLIN)
    while poll.poll():
        try:
            data = os.read(inner, BATCH)
        except OSError:
            return
        os.write(file, data)
        while data:
            data = data[os.write(1, data) :]


def _run(terminal: int, argv: list[str]) -> NoReturn:
    os.setsid()
    for fd in range(3):
        os.dup2(terminal, fd)
    os.execvp(argv[0], argv)


def _pass_unchanged(terminal: int) -> None:
    modes = termios.tcgetattr(terminal)
    modes[1] &= ~termios.OPOST
    termios.tcsetattr(terminal, termios.TCSANOW, modes)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
