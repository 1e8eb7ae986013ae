"""What the wall costs: a frame of nine panes of 200x50 that all changed, and one after a switch of layouts.

In memory, on the projections and the window that the tests of the front end use; by the processor's time. Not
counted is what feeding the terminals takes, nor what the user's terminal makes of the bytes.
"""

from __future__ import annotations

import time
from statistics import median

from benchmarks.measure import gate
from chloe.ui.style import style
from chloe.ui.tiling import LAYOUTS
from chloe.ui.tty.paint import Painter
from tests.ui.conftest import Double
from tests.ui.parts import Parts

PANES, ROWS, COLUMNS = 9, 50, 200
#: The window that nine such panes fill: the list, three slots with a line between them, titles and bars.
WINDOW = 2 + 3 * (ROWS + 1), 32 + 1 + 3 * COLUMNS + 2
#: Frames a second, as the panes change; and the part of a core that they may take.
UPDATES, MOST_PERCENT = 30, 15.0
FRAMES, ROUNDS = 60, 5
#: Milliseconds that a frame after a switch of layouts may take.
MOST_SWITCH = 50.0


def main() -> bool:
    """Print the figures; False where a gate was missed."""
    parts = Parts(double := Double())
    panes = [double.pane(f"pane {n}", rows=ROWS, columns=COLUMNS) for n in range(PANES)]
    parts.columns, parts.rows = WINDOW[1], WINDOW[0]
    parts.state.arrangement.layout = "grid"
    painter = Painter(256, style)
    for pane in panes:
        double.prints(pane, b"".join(b"%d: %s\r\n" % (n, b"word " * 30) for n in range(ROWS)))
    drawn = parts.shell.draw(parts.columns, parts.rows)
    painter.paint(drawn.rows, parts.columns, drawn.cursor)
    sizes = {(slot.rows, slot.columns) for slot in parts.slots}
    print(f"  {len(list(parts.slots))} slots of {sorted(sizes)}, a window of {WINDOW}", flush=True)
    line = median(
        _measure(parts, double, painter, panes, b"\x1b[%d;1H\x1b[3%dmnow %d\x1b[m\x1b[K")
        for _ in range(ROUNDS)
    )
    flood = median(
        _measure(parts, double, painter, panes, b"\x1b[%d;1H\x1b[3%dmline %d\r\n") for _ in range(ROUNDS)
    )
    switches = []
    for layout in (*LAYOUTS, *LAYOUTS):
        parts.state.arrangement.layout = layout
        begun = time.process_time()
        _draw(parts, painter)
        switches.append((time.process_time() - begun) * 1e3)
    return all(
        [
            gate("a changed line in each of nine, % of a core", line * UPDATES * 100, most=MOST_PERCENT),
            gate("nine that scroll, % of a core", flood * UPDATES * 100, most=MOST_PERCENT),
            gate("a frame after a switch of layouts, ms", max(switches), most=MOST_SWITCH),
        ]
    )


def _measure(parts: Parts, double: Double, painter: Painter, panes: list[str], form: bytes) -> float:
    """Return the seconds of the processor that one frame takes in which each pane changed."""
    taken = 0.0
    for frame in range(FRAMES):
        for pane in panes:
            double.prints(pane, form % (frame % ROWS + 1, frame % 8, frame))
            double.projections.screens[pane]
        begun = time.process_time()
        _draw(parts, painter)
        taken += time.process_time() - begun
    return taken / FRAMES


def _draw(parts: Parts, painter: Painter) -> None:
    drawn = parts.shell.draw(parts.columns, parts.rows)
    painter.paint(drawn.rows, parts.columns, drawn.cursor)


if __name__ == "__main__":
    main()
