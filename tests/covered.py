"""How much of each room the tests in memory run through; ``python -m tests.covered`` measures and holds it.

Owns which tests are measured, and the least share of each room's lines. Only what runs in the process of a
test counts: no holder, and no command in a process of its own. Properties are tried on few examples. A room
has enough tests here to tell that nothing tries a part of it, and so few that measuring takes a small part
of ``make test``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from coverage import Coverage

ROOT = Path(__file__).resolve().parents[1]

#: The tests that are measured; of them those that need neither tmux nor a PTY.
TESTS = (
    "tests/actors",
    "tests/config",
    "tests/doctor",
    "tests/events",
    "tests/export",
    "tests/formatting",
    "tests/past",
    "tests/replay",
    "tests/store/test_checkpoints.py",
    "tests/store/test_heads.py",
    "tests/store/test_reading.py",
    "tests/store/test_schema.py",
    "tests/store/test_store.py",
    "tests/store/test_writer.py",
    "tests/terminal/test_ecma48.py",
    "tests/terminal/test_forged_state.py",
    "tests/terminal/test_keys.py",
    "tests/terminal/test_rectangles.py",
    "tests/terminal/test_rewriting.py",
    "tests/terminal/test_scrollback.py",
    "tests/terminal/test_state.py",
    "tests/terminal/test_tabs.py",
    "tests/terminal/test_titles.py",
    "tests/terminal/test_xterm.py",
    "tests/test_pruning.py",
    "tests/test_quick.py",
    "tests/test_small_files.py",
    "tests/test_tasks.py",
    "tests/transcript",
    "tests/ui",
    "tests/watch",
)
#: The least share of a room's lines that they run through, in percent.
LEAST = {
    "actors": 70,
    "config": 95,
    "engine": 65,
    "errors": 95,
    "events": 92,
    "export": 92,
    "formatting": 93,
    "past": 95,
    "pruning": 87,
    "quick": 95,
    "replay": 75,
    "small_files": 90,
    "store": 76,
    "tasks": 92,
    "terminal": 90,
    "transcript": 95,
    "ui": 90,
    "watch": 90,
}
#: Rooms whose share says little, and what tries them instead.
ELSEWHERE = {
    "backends": "programs on PTYs and in tmux",
    "cli": "commands in processes of their own",
    "doctor": "homes with real panes",
    "waits": "commands that wait for other processes",
}


def measure(data: Path, workers: str) -> None:
    """Run the tests, and keep which lines they ran through. Raises ``CalledProcessError`` where one fails."""
    subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-n", workers, "--dist", "worksteal"),
            *("-m", "not tmux and not pty and not slow", "--cov=chloe", "--cov-report=", *TESTS),
        ],
        cwd=ROOT,
        env={"CHLOE_SEARCH": "0.02", **os.environ, "COVERAGE_FILE": str(data)},
        check=True,
    )


def shares(data: Path) -> Iterator[tuple[str, int, int]]:
    """Yield each room with how many lines it has, and how many of them ran."""
    coverage = Coverage(data_file=str(data))
    coverage.load()
    lines: dict[str, list[int]] = {}
    for path in sorted((ROOT / "chloe").rglob("*.py")):
        _, statements, _, missing, _ = coverage.analysis2(str(path))
        room = lines.setdefault(path.relative_to(ROOT / "chloe").parts[0].removesuffix(".py"), [0, 0])
        room[0] += len(statements)
        room[1] += len(statements) - len(missing)
    yield from ((room, total, ran) for room, (total, ran) in lines.items() if total)


def main() -> int:
    """Measure, print a line a room, and return 1 where one has less than it should."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "coverage"
        measure(data, sys.argv[1] if len(sys.argv) > 1 else "2")
        measured = {room: (total, ran) for room, total, ran in shares(data)}
    print("room         lines   run by the tests in memory")
    short = []
    for room, (total, ran) in measured.items():
        share = 100 * ran // total
        if room in LEAST:
            print(f"{room:<12} {total:>5}  {share:>3} %, of which {LEAST[room]} % must be")
            short += [room] if share < LEAST[room] else []
        elif room in ELSEWHERE:
            print(f"{room:<12} {total:>5}  {share:>3} %; held by {ELSEWHERE[room]}")
    if short:
        print(f"too little of {', '.join(short)} is tried in memory: see tests/covered.py", file=sys.stderr)
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
