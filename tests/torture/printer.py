"""A program for a pane: prints what its seed says, and keeps a copy of it and of how it ends.

``python printer.py COPY STOP SEED MANNER``, run alone. ``COPY`` gets every byte before the terminal does;
``COPY.times`` one line for each piece: how many bytes there are up to it, and when it had been written, in
nanoseconds; ``COPY.end`` is there from right before the end: the exit status (minus the number of a
signal) and the time. Manners: ``slow``, ``flood``, ``bytes`` go on until the file ``STOP`` is there,
``brief`` ends by itself after a while, ``burst`` at once. ``runaway`` waits for the file ``go`` beside
``STOP``, prints megabytes, draws a screen, makes the file ``COPY.drawn`` and waits for ``STOP``.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import termios
import time

#: How a program may end: exit statuses, and signals that it sends to itself.
ENDS = (0, 0, 1, 3, 127, 255, -signal.SIGKILL, -signal.SIGTERM, -signal.SIGSEGV, -signal.SIGHUP)


LAST_SCREEN = b"\x1b[2J\x1b[H\x1b[31mthe last\x1b[m screen\x1b[5;3Hof this pane"


def pieces(manner: str, chance: random.Random) -> tuple[int, int, float]:
    """Of the next piece: lines, random bytes, seconds of rest behind it."""
    if manner == "flood":
        if chance.random() < 0.04:
            return 40_000, 0, 0.3
        return 20, 0, 0.01
    if manner == "bytes":
        return 2, chance.randrange(1, 5000), 0.02
    if manner == "runaway":
        return 4000, 0, 0
    if manner == "burst":
        return chance.randrange(2000, 20_000), 100, 0
    return chance.randrange(1, 4), chance.choice((0, 0, 40)), chance.uniform(0.001, 0.05)


def wait_for(path: str) -> None:
    """Until the file is there."""
    while not os.path.exists(path):
        time.sleep(0.01)


def main() -> None:
    """Print until it is time to end, and end as the seed says."""
    copy_path, stop, seed, manner = sys.argv[1:]
    settings = termios.tcgetattr(0)
    settings[0] = settings[1] = settings[3] = 0  # Random bytes may ask the terminal something: be deaf.
    termios.tcsetattr(0, termios.TCSANOW, settings)
    chance = random.Random(seed)
    left = {"brief": chance.randrange(10, 120), "burst": 1}.get(manner, -1)
    if manner == "runaway":
        wait_for(os.path.join(os.path.dirname(stop), "go"))
        left = 40
    number = total = 0
    with open(copy_path, "wb", buffering=0) as copy, open(f"{copy_path}.times", "w") as times:
        while left and not (left < 0 and os.path.exists(stop)):
            left -= 1
            lines, random_bytes, rest = pieces(manner, chance)
            data = b"".join(b"%d the quick brown fox\r\n" % n for n in range(number, number + lines))
            data += chance.randbytes(random_bytes)
            number += lines
            total += len(data)
            copy.write(data)
            while data:
                data = data[os.write(1, data) :]
            print(total, time.time_ns(), file=times, flush=True)
            time.sleep(rest)
        if manner == "runaway":
            copy.write(LAST_SCREEN)
            os.write(1, LAST_SCREEN)
            open(f"{copy_path}.drawn", "w").close()
            wait_for(stop)
    end = chance.choice(ENDS)
    with open(f"{copy_path}.new", "w") as file:
        print(end, time.time_ns(), file=file)
    os.rename(f"{copy_path}.new", f"{copy_path}.end")
    if end < 0:
        os.kill(os.getpid(), -end)
    os._exit(end)


if __name__ == "__main__":
    main()
