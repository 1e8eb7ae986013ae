"""The holder's own terminal, which tmux made, and what is written without waiting.

Owns raw mode, the size, and partial writes. Must not know what is written. Loaded by the holder, which runs
alone: only the standard library, and little of it.
"""

from __future__ import annotations

import fcntl
import posix as os
import termios

TYPE_CHECKING = False
if TYPE_CHECKING:
    from chloe.backends.tmux.holder.segments import SIZE_FIELDS
else:
    from segments import SIZE_FIELDS

#: What a terminal says whose size nobody set, or that has none.
NO_SIZE = bytes(SIZE_FIELDS.size)


def write_some(fd: int, data: bytearray) -> None:
    """Write what fits now and take it off ``data``; what nobody can take any more is dropped."""
    try:
        while data:
            del data[: os.write(fd, data)]
    except BlockingIOError:
        return
    except OSError:
        data.clear()


def size_of(fd: int) -> bytes:
    """Return the terminal's size in cells. The pixels are tmux's guess: no pane has any."""
    try:
        size: bytes = fcntl.ioctl(fd, termios.TIOCGWINSZ, NO_SIZE)
    except OSError:
        return NO_SIZE
    return SIZE_FIELDS.pack(*SIZE_FIELDS.unpack(size)[:2], 0, 0)


def make_raw(fd: int) -> None:
    """Have every byte pass as it is, both ways."""
    modes = termios.tcgetattr(fd)
    modes[0] = modes[1] = modes[3] = 0
    modes[2] = modes[2] & ~(termios.CSIZE | termios.PARENB) | termios.CS8
    modes[6][termios.VMIN], modes[6][termios.VTIME] = 1, 0
    termios.tcsetattr(fd, termios.TCSANOW, modes)
