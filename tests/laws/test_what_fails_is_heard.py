"""Law 11: every task is owned, and what fails is heard.

The owner is an ``asyncio.TaskGroup``, which hands a failure on, or ``chloe.tasks.Tasks``, which tells of it
and has the work tried again. Read from the syntax tree; what each room's tasks do when they fail is tried in
its own tests.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "chloe").rglob("*.py"))

#: The owner itself.
OWNER = ROOT / "chloe/tasks.py"

#: What makes a task.
MAKING = {"create_task", "ensure_future", "run_coroutine_threadsafe", "eager_task_factory", "Task"}


def ownerless(tree: ast.Module) -> Iterator[int]:
    """The lines in which a task is made, or could be, and not by a task group."""
    annotations = {id(node) for annotation in _annotations(tree) for node in ast.walk(annotation)}
    groups = _groups(tree)
    for node in ast.walk(tree):
        if id(node) in annotations:
            continue
        match node:
            case ast.Attribute(value=owner, attr=name) if name in MAKING:
                if not (name == "create_task" and (_name(owner) in groups or _is_super(owner))):
                    yield node.lineno
            case ast.Name(id=name) if name in MAKING:
                yield node.lineno
            case ast.ImportFrom(module="asyncio", names=names):
                yield from (node.lineno for alias in names if alias.name in MAKING)


def _groups(tree: ast.Module) -> set[str]:
    """The names that hold a task group: opened, made, or given as one."""
    classes = {"TaskGroup", "EndlessGroup"}
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and any(_name(base) in classes for base in node.bases):
            classes.add(node.name)
    groups: set[str] = set()
    for _ in range(2):
        for node in ast.walk(tree):
            match node:
                case ast.withitem(context_expr=value, optional_vars=ast.expr() as target):
                    pairs = [(value, target)]
                case ast.Assign(targets=targets, value=value):
                    pairs = [(value, target) for target in targets]
                case ast.arg(arg=name, annotation=ast.expr() as annotation):
                    if _name(annotation) in classes:
                        groups.add(name)
                    continue
                case _:
                    continue
            groups.update(_name(target) for value, target in pairs if _is_group(value, classes, groups))
    return groups


def _is_group(value: ast.expr, classes: set[str], groups: set[str]) -> bool:
    """Whether ``value`` is a group that has a name already, or one that is made here."""
    if isinstance(value, ast.Name | ast.Attribute):
        return _name(value) in groups
    called = value.value if isinstance(value, ast.Await) else value
    if not isinstance(called, ast.Call):
        return False
    if _name(called.func) in classes:
        return True
    return _name(called.func) == "enter_async_context" and _is_group(called.args[0], classes, groups)


def _annotations(tree: ast.Module) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        match node:
            case ast.arg(annotation=ast.expr() as annotation) | ast.AnnAssign(annotation=annotation):
                yield annotation
            case (
                ast.FunctionDef(returns=ast.expr() as returns)
                | ast.AsyncFunctionDef(returns=ast.expr() as returns)
            ):
                yield returns


def _name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _is_super(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and _name(node.func) == "super"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_makes_a_task_that_nobody_owns(path: Path) -> None:
    found = [] if path == OWNER else list(ownerless(ast.parse(path.read_text("utf-8"))))
    assert not found, f"{path.relative_to(ROOT)}: a task without an owner in lines {found}"


@pytest.mark.parametrize(
    "source",
    [
        "asyncio.create_task(work())",
        "asyncio.ensure_future(work())",
        "loop.create_task(work())",
        "self._loop.create_task(work())",
        "asyncio.get_running_loop().create_task(work())",
        "asyncio.run_coroutine_threadsafe(work(), loop)",
        "asyncio.Task(work())",
        "from asyncio import create_task",
        "create_task(work())",
        "begin = loop.create_task",
        "group = loop\ngroup.create_task(work())",
    ],
)
def test_a_task_without_an_owner_is_found(source: str) -> None:
    assert list(ownerless(ast.parse(source)))


@pytest.mark.parametrize(
    "source",
    [
        "async def f():\n    async with asyncio.TaskGroup() as group:\n        group.create_task(work())",
        "def f(group: asyncio.TaskGroup):\n    group.create_task(work())",
        "class A:\n    def __init__(self):\n        self._group = asyncio.TaskGroup()\n"
        "    def f(self):\n        self._group.create_task(work())",
        "class A:\n    def __init__(self, group: TaskGroup):\n        self._kept = group\n"
        "    def f(self) -> asyncio.Task[None]:\n        return self._kept.create_task(work())",
        "class G(asyncio.TaskGroup):\n    def create_task(self, work):\n"
        "        return super().create_task(work)",
        "class G(asyncio.TaskGroup): ...\nasync def f():\n    group = await stack.enter_async_context(G())\n"
        "    group.create_task(work())",
    ],
)
def test_a_task_of_a_group_is_owned(source: str) -> None:
    assert not list(ownerless(ast.parse(source)))
