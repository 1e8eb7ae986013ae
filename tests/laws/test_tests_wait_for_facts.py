"""No test sleeps a fixed time: it waits for a fact, with a deadline, and looks again a little later.

Read from the syntax tree: a sleep of a fixed length stands inside a loop that looks again, or in the table
below, with the reason. A pause of no length gives the loop a turn, and a random one is a moment chosen by
chance: both are no waiting.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeGuard

import pytest

from tests.laws.test_floors import ROOT, named

#: Sleeps that wait for no fact, by file and function, and why each has to be.
SLEEPING = {
    "tests/backends/tmux/conftest.py:sleeps_without": "it asks that no time of the processor is used",
    "tests/backends/tmux/test_caps.py:_stands_still": "it asks that nothing is written for a while",
    "tests/engine/test_faults.py:steps_while_waiting": "it asks that the loop takes few steps meanwhile",
    "tests/hostile/forks.py:_run": "a process that hangs can't say that it has told where",
    "tests/recordings/record.py:_screen": "tmux has no word for having drawn everything",
    "tests/torture/driver.py:keep": "the pace of a load, which is waited for by nobody",
    "tests/torture/driver.py:later": "the slowness that a test asks for",
}

TESTS = sorted((ROOT / "tests").rglob("*.py"))


def sleepers(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the line and the function of each sleep of a fixed length outside of a loop that looks again."""
    yield from _sleepers(tree, function="", looks_again=False)


def _sleepers(node: ast.AST, *, function: str, looks_again: bool) -> Iterator[tuple[int, str]]:
    for child in ast.iter_child_nodes(node):
        within, again = function, looks_again or isinstance(child, ast.While)
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            within, again = child.name, False
        if is_fixed_sleep(child) and not again:
            yield child.lineno, function
        yield from _sleepers(child, function=within, looks_again=again)


def is_fixed_sleep(node: ast.AST) -> TypeGuard[ast.Call]:
    """Whether this calls ``sleep`` for a time that doesn't hang on chance, and isn't nothing."""
    if not isinstance(node, ast.Call) or ast.unparse(node.func).rpartition(".")[2] != "sleep":
        return False
    called = {ast.unparse(part.func) for part in ast.walk(node) if isinstance(part, ast.Call)}
    return not any("chance." in name for name in called) and ast.unparse(node.args[0]) not in ("0", "0.0")


def test_no_test_sleeps_a_fixed_time_but_those_in_the_table() -> None:
    found = {
        f"{named(path)}:{function}": line
        for path in TESTS
        for line, function in sleepers(ast.parse(path.read_text("utf-8")))
    }

    assert not {place: line for place, line in found.items() if place not in SLEEPING}
    assert not set(SLEEPING) - set(found), "these sleep no more"


@pytest.mark.parametrize(
    "source",
    [
        "def test() -> None:\n    time.sleep(0.1)",
        "async def test() -> None:\n    await asyncio.sleep(SECONDS)",
        "def test() -> None:\n    for _ in range(9):\n        sleep(1)",
        "while True:\n    def wait() -> None:\n        sleep(1)",
    ],
)
def test_a_fixed_sleep_is_found(source: str) -> None:
    assert list(sleepers(ast.parse(source)))


@pytest.mark.parametrize(
    "source",
    [
        "async def test() -> None:\n    await asyncio.sleep(0)",
        "def test() -> None:\n    while not there():\n        time.sleep(0.01)",
        "async def test() -> None:\n    await asyncio.sleep(chance.uniform(0, 1))",
        "async def test() -> None:\n    await asyncio.sleep(world.chance.uniform(0, 1))",
    ],
)
def test_a_sleep_that_waits_for_a_fact_passes(source: str) -> None:
    assert not list(sleepers(ast.parse(source)))
