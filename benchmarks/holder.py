"""The holder beside a bare relay: how fast it passes streams on, how soon it starts, what memory it takes.

Owns the streams, which are made here or recorded from real programs, and always the same. Both run on a real
terminal, whose other end takes all that comes: tmux, which is slower than either, would hide what looking for
questions costs. What counts is the processor's time, and the two take turns in one run. Run with
``python -m benchmarks holder``, or ``python -m benchmarks.holder FOLDER…`` for those of other checkouts, too.
"""

from __future__ import annotations

import importlib.util
import os
import py_compile
import random
import signal
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks import _relay
from benchmarks.measure import Stopwatch, gate
from benchmarks.repaints import erased_lines, frames
from benchmarks.terminal import COLUMNS, ROWS, STREAMS
from chloe.backends.backend import Spec
from chloe.backends.tmux.holder_spec import build_command, encode_spec, fill_spool

#: Bytes of each stream, and how often each relay passes it on, starts, and is weighed.
SIZE = 4_000_000
ROUNDS = 5
STARTS = 20
#: The least speed beside the bare relay: of text, and of what is full of sequences, some of which have to be
#: carried out.
TEXT_SPEED, SPEED = 0.5, 0.12
#: How many times the start and the memory of the bare relay the holder may take.
START, MEMORY = 1.8, 1.25

_ENVIRONMENT = {"PATH": os.defpath, "HOME": "/"}
_RECORDINGS = Path(__file__).parents[1] / "tests" / "recordings"
_PRINT = "stty raw -echo; exec cat {}"
#: One write for each line of what an Ink program draws: a read then rarely has more.
_PRINT_SLOWLY = "stty raw -echo; exec dd if={} bs=1500 status=none"

#: How a relay is started: the command that runs ``sh -c`` of a text, with its files in a folder.
Relay = Callable[[Path, str], list[str]]


def main(others: Sequence[str] = ()) -> bool:
    """Print the ratios; False where a gate was missed."""
    relays: dict[str, Relay] = {"bare": _bare, "holder": partial(_holder, None)}
    relays.update({name: partial(_holder, Path(name)) for name in others})
    slowest: dict[bool, list[float]] = {True: [], False: []}
    with tempfile.TemporaryDirectory(prefix="chloe-bench-") as folder:
        print(
            f"  {'MB a second of work, and beside the bare one':<44} "
            + "  ".join(f"{name[-14:]:>14}" for name in relays)
        )
        for name, stream in streams().items():
            file = Path(folder) / "stream"
            file.write_bytes(stream)
            for printing in (_PRINT, _PRINT_SLOWLY) if name in _IN_SMALL_PIECES else (_PRINT,):
                command = printing.format(file)
                seconds = _turns(relays, ROUNDS, partial(_pass_on, command))
                speeds = {each: len(stream) / min(took) / 1e6 for each, took in seconds.items()}
                ratios = _beside(seconds, is_speed=True)
                shown = "  ".join(f"{speeds[each]:7.1f} {ratios[each]:6.2f}" for each in relays)
                pieces = ", in small pieces" if printing is _PRINT_SLOWLY else ""
                print(f"  {name + pieces:<44} {shown}", flush=True)
                slowest[name == "text"].append(ratios["holder"])
        met = [
            gate("text, the slowest beside the bare relay", min(slowest[True]), least=TEXT_SPEED),
            gate("the slowest of the others", min(slowest[False]), least=SPEED),
        ]
    for what, scale, unit, measure, most in (
        ("start to the program's first byte", 1e3, "ms", _start, START),
        ("memory (private and its share, PSS)", 1e-6, "MB", _memory, MEMORY),
    ):
        values = _turns(relays, STARTS, measure)
        ratios = _beside(values, is_speed=False)
        shown = "  ".join(f"{median(values[each]) * scale:7.2f} {ratios[each]:6.2f}" for each in relays)
        print(f"  {what + ', ' + unit:<44} {shown}")
        met.append(gate(f"{what.partition(' ')[0]} beside the bare relay", ratios["holder"], most=most))
    return all(met)


def streams() -> dict[str, bytes]:
    """Return what is passed on, by name."""
    chance = random.Random(7)
    reset = "".join(f"\x1b[{31 + chance.randrange(7)}mword\x1b[0m " * 9 + "\r\n" for _ in range(2000))
    made = {
        "text": STREAMS["ascii log"](SIZE),
        "coloured log": STREAMS["coloured log"](SIZE),
        "a reset behind each word": _repeated(reset.encode()),
        "curses": STREAMS["curses"](SIZE),
        "truecolor": STREAMS["truecolor"](SIZE),
        "frames of 94 KB": frames(SIZE, coloured=True),
        "Ink, synchronized": _synchronized(erased_lines(SIZE)),
    }
    recorded = {
        f"{name}, as it was recorded": _repeated(_middle((_RECORDINGS / name / "output.bin").read_bytes()))
        for name in ("ink", "nvim", "mc", "textual", "htop")
    }
    return made | recorded


_IN_SMALL_PIECES = (
    "text",
    "curses",
    "Ink, synchronized",
    "ink, as it was recorded",
    "nvim, as it was recorded",
)


def _repeated(stream: bytes) -> bytes:
    return stream * (SIZE // len(stream) + 1)


def _middle(stream: bytes) -> bytes:
    """Return what the program printed while it ran, without what it switched on and off at start and end."""
    quarter = len(stream) // 4
    return stream[stream.index(b"\x1b", quarter) : stream.rindex(b"\x1b", 0, len(stream) - quarter)]


def _synchronized(stream: bytes) -> bytes:
    """Return the frames as Ink prints them where the terminal can: shown at once, without a cursor."""
    frames_of = stream.split(b"\x1b[G")[1:]
    return b"".join(b"\x1b[?2026h\x1b[?25l\x1b[G" + each + b"\x1b[?25h\x1b[?2026l" for each in frames_of)


# Relays.


def _bare(folder: Path, text: str) -> list[str]:
    return [
        sys.executable,
        "-I",
        "-S",
        "-E",
        _compiled(Path(_relay.__file__)),
        str(folder / "record"),
        "sh",
        "-c",
        text,
    ]


def _holder(checkout: Path | None, folder: Path, text: str) -> list[str]:
    spec = Spec(
        pane=str(uuid.uuid4()),
        argv=("sh", "-c", text),
        cwd="/",
        environment=_ENVIRONMENT,
        rows=ROWS,
        columns=COLUMNS,
    )
    fill_spool(folder, encode_spec(spec, pane_cap=1_000_000_000, disk_share=1.0))
    command = build_command(folder)
    if checkout is not None:
        command[-2] = _compiled(checkout / "chloe/backends/tmux/holder/holder.py")
    return command


def _compiled(script: Path) -> str:
    """Return the script as bytecode, which is what a holder is started from."""
    compiled = importlib.util.cache_from_source(str(script))
    py_compile.compile(str(script), compiled, doraise=True)
    return compiled


# Measures: each takes a relay.


def _turns(
    relays: Mapping[str, Relay], rounds: int, measure: Callable[[Relay], float]
) -> dict[str, list[float]]:
    """Return what each measured in each round, in an order shuffled anew; the first only warms up."""
    values: dict[str, list[float]] = {name: [] for name in relays}
    names = list(relays)
    for turn in range(rounds + 1):
        random.shuffle(names)
        for name in names:
            value = measure(relays[name])
            if turn:
                values[name].append(value)
    return values


def _beside(values: Mapping[str, Sequence[float]], *, is_speed: bool) -> dict[str, float]:
    """Return the median of each round's ratio to the bare relay."""
    ratios = {}
    for name, own in values.items():
        pairs = zip(own, values["bare"], strict=True)
        ratios[name] = median(bare / mine if is_speed else mine / bare for mine, bare in pairs)
    return ratios


class Running:
    """A relay that runs on a terminal of its own."""

    def __init__(self, relay: Relay, text: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="chloe-bench-")
        command = relay(Path(self._folder.name), text)
        self.master, outside = os.openpty()
        self._watch = Stopwatch()
        self.process = subprocess.Popen(command, stdin=outside, stdout=outside, start_new_session=True)
        os.close(outside)

    def read(self) -> bytes:
        """Return what the terminal gets next; nothing at the end."""
        try:
            return os.read(self.master, 64 * 1024)
        except OSError:
            return b""

    def seconds(self) -> float:
        """Return how long ago it was started."""
        return self._watch.seconds()

    def worked(self) -> float:
        """Return the seconds of processor time that it took, without the program's."""
        return int(Path(f"/proc/{self.process.pid}/schedstat").read_text().split()[0]) / 1e9

    def close(self) -> None:
        """End it, if it didn't end by itself."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
        os.close(self.master)
        self.process.wait()
        self._folder.cleanup()


def _pass_on(text: str, relay: Relay) -> float:
    """Return the processor time that the relay took, without its start and without the program."""
    running = Running(relay, text)
    running.read()
    before = running.worked()
    while running.read():
        pass
    os.waitid(os.P_PID, running.process.pid, os.WEXITED | os.WNOWAIT)
    seconds = running.worked() - before
    running.close()
    return seconds


def _start(relay: Relay) -> float:
    running = Running(relay, "echo running")
    running.read()
    seconds = running.seconds()
    while running.read():
        pass
    running.close()
    return seconds


def _memory(relay: Relay) -> float:
    running = Running(relay, "stty raw; printf '\\033[1m\\033[?25l\\033[?25htext\\033[m'; exec sleep 100")
    while b"text" not in running.read():
        pass
    rollup = Path(f"/proc/{running.process.pid}/smaps_rollup").read_text()
    pss = next(line for line in rollup.splitlines() if line.startswith("Pss:"))
    running.close()
    return int(pss.split()[1]) * 1024


if __name__ == "__main__":
    sys.exit(0 if main(sys.argv[1:]) else 1)
