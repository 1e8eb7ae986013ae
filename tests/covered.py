"""How much of each room the tests in memory run through: measures it (by ``tests.covering``) and holds it.

``python -m tests.covered WORKERS`` runs the tests that are measured, and with the word ``all`` behind it all
tests. Owns which are measured, and the least share of each room's lines. Only what runs in the process of a
test counts: no holder, and no command in a process of its own; and no property, of which all examples would
be measured. A room has enough tests here to tell that nothing tries a part of it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
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


#: Names the folder in which the workers leave what they saw.
FOLDER = "CHLOE_COVERAGE"
#: How the names of the files begin that they leave there, and the name of what these are combined to.
DATA = "lines"


def is_measured(item: pytest.Item) -> bool:
    """Return whether a test is one of ``TESTS``, and of those that are quick while they are measured."""
    path = item.path.relative_to(ROOT).as_posix()
    chosen = any(path == each or path.startswith(f"{each}/") for each in TESTS)
    return chosen and not any(map(item.get_closest_marker, ("tmux", "pty", "slow", "hypothesis")))


def measure(data: Path, arguments: Sequence[str]) -> int:
    """Run tests with these arguments of pytest, and keep which lines were run through. Return its status."""
    with tempfile.TemporaryDirectory() as folder:
        ran = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "tests.covering", "--dist", "worksteal", *arguments],
            cwd=ROOT,
            env=os.environ | {FOLDER: folder},
        )
        coverage = Coverage(data_file=str(data), config_file=False)
        coverage.combine([folder])
        coverage.save()
    return ran.returncode


def shares(data: Path) -> Iterator[tuple[str, int, int]]:
    """Yield each room with how many lines it has, and how many of them ran."""
    coverage = Coverage(data_file=str(data), config_file=False)
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
    few = ["-q", "-m", "not tmux and not pty and not slow and not hypothesis", *TESTS]
    workers, *which = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / DATA
        failed = measure(data, ["-n", workers, *([] if which == ["all"] else few)])
        if failed:
            return failed
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
