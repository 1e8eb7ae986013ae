"""Negates or drops lines of ``chloe/ui``, one at a time, and counts how many the tests in this process catch.

    python -m tests.ui.mutate [COUNT] [SEED]

Works on a copy. A line that no test misses is printed: a test is lacking, or the line is not needed. Needs
neither a PTY nor tmux, and leaves the real terminal's two files out, which only tests on a PTY can see.
"""

from __future__ import annotations

import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
UI = Path("chloe/ui")
#: What talks to the kernel's terminal.
LEFT_OUT = {UI / "tty/screen.py", UI / "tty/signals.py", UI / "running.py"}
#: Seconds after which a run of the tests hangs, and so has caught the line.
TIMEOUT = 300


@dataclass(frozen=True, slots=True)
class Mutant:
    """One line, and what it becomes."""

    path: Path
    line: int
    before: str
    source: str


def mutants(path: Path) -> Iterator[Mutant]:
    """Every statement within a function of the file, negated or dropped."""
    source = (ROOT / path).read_text("utf-8")
    lines = source.splitlines(keepends=True)
    for function in ast.walk(ast.parse(source)):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.If | ast.While):
                yield _mutant(path, lines, node.test, "not ({})")
            elif isinstance(node, ast.Return) and isinstance(node.value, ast.Compare | ast.BoolOp):
                yield _mutant(path, lines, node.value, "not ({})")
            elif isinstance(node, ast.Return | ast.Assign | ast.AugAssign) or (
                isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant | ast.Yield)
            ):
                yield _mutant(path, lines, node, "pass")


def _mutant(path: Path, lines: list[str], node: ast.expr | ast.stmt, becomes: str) -> Mutant:
    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    text = "".join(lines[first : last + 1])
    encoded = text.encode()
    end = len(encoded) - len(lines[last].encode()) + (node.end_col_offset or 0)
    part = encoded[node.col_offset : end].decode()
    changed = encoded[: node.col_offset].decode() + becomes.format(part) + encoded[end:].decode()
    source = "".join([*lines[:first], changed, *lines[last + 1 :]])
    return Mutant(path, node.lineno, part.splitlines()[0], source)


def is_caught(tree: Path, mutant: Mutant) -> bool:
    """Whether a test fails with the mutant in place of its file."""
    place = tree / mutant.path
    kept = place.read_text("utf-8")
    place.write_text(mutant.source, "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
    command += ["-m", "not pty and not tmux", *_tests_for(tree, mutant.path)]
    few = os.environ | {"CHLOE_SEARCH": "0.1"}
    try:
        done = subprocess.run(command, cwd=tree, env=few, capture_output=True, timeout=TIMEOUT)
        return done.returncode != 0
    except subprocess.TimeoutExpired:
        return True
    finally:
        place.write_text(kept, "utf-8")


def _tests_for(tree: Path, path: Path) -> list[str]:
    """Every file of tests, those first that are likely to notice a change of the file."""
    tests = sorted(test.relative_to(tree) for test in (tree / "tests/ui").glob("test_*.py"))

    def rank(test: Path) -> int:
        name = test.stem.removeprefix("test_")
        if name.startswith(path.stem) or path.stem in name:
            return 0
        return 1 if name.startswith("pilot") else 2

    return [str(test) for test in sorted(tests, key=rank)]


def main(count: int = 50, seed: int = 1) -> int:
    """Try so many lines; 0 where at least four of five are caught."""
    chance = random.Random(seed)
    paths = sorted(path.relative_to(ROOT) for path in (ROOT / UI).rglob("*.py"))
    every = [mutant for path in paths if path not in LEFT_OUT for mutant in mutants(path)]
    chosen = chance.sample(every, count)
    caught = 0
    with tempfile.TemporaryDirectory(prefix="chloe-mutants-") as folder:
        tree = Path(folder) / "tree"
        for name in ("chloe", "tests", "migrations"):
            shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", tree)
        as_it_is = (ROOT / UI / "__init__.py").read_text("utf-8")
        if is_caught(tree, Mutant(UI / "__init__.py", 1, "", as_it_is)):
            print("the tests fail as things are")
            return 2
        for number, mutant in enumerate(chosen, 1):
            found = is_caught(tree, mutant)
            caught += found
            word = "caught" if found else "MISSED"
            print(f"{number:>3} {word} {mutant.path}:{mutant.line}: {mutant.before}", flush=True)
    print(f"{caught} of {count} caught, of {len(every)} lines, seed {seed}")
    return 0 if caught * 5 >= count * 4 else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
