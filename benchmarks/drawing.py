"""How fast the emulator draws where nothing can be skipped, beside pyte, under the Python that runs this.

Needs no more than ``chloe.terminal`` does, so that other Pythons can be held against each other, as in
``python3.13 -m benchmarks.drawing``. Owns the turning off of what skips; the streams are of ``terminal``.
"""

from __future__ import annotations

import platform
from statistics import median
from unittest.mock import patch

from benchmarks.terminal import PYTE_SIZE, READ, ROUNDS, STREAMS, feed, feed_pyte, rate
from chloe.terminal import flood, rewriting

#: How many times plain pyte each stream has to be.
GOALS = {"ascii log": 30.0, "coloured log": 10.0, "curses": 6.0, "unicode": 5.0, "truecolor": 4.0}


def main() -> bool:
    """Print the rates, the ratios and the goals; False where a goal is missed."""
    print(
        f"Python {platform.python_version()}, {'compiled' if flood.__file__[-3:] == '.so' else 'interpreted'}"
    )
    print(f"{'stream, drawn':22} {'MB/s':>7} {'pyte':>6} {'ratio':>7} {'goal':>6}")
    met = []
    with (
        patch.object(flood, "skip", lambda _screen, text: text),
        patch.object(rewriting, "skip", lambda _screen, text: text),
    ):
        for name, goal in GOALS.items():
            stream = STREAMS[name](PYTE_SIZE)
            turns = [
                (rate(stream, feed, READ), rate(stream[: PYTE_SIZE // 4], feed_pyte, READ))
                for _ in range(ROUNDS)
            ]
            ours, theirs = (max(rates) for rates in zip(*turns, strict=True))
            ratio = median(mine / its for mine, its in turns)
            print(f"{name:22} {ours:7.1f} {theirs:6.2f} {ratio:7.1f} {goal:6.0f}", flush=True)
            met.append(ratio >= goal)
    return all(met)


if __name__ == "__main__":
    main()
