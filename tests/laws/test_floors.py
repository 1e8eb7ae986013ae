"""The house stands: imports only go down, each third-party package stays in its room, files stay small.

Read from the syntax tree, so an import inside a function or under ``TYPE_CHECKING`` counts like any other.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINES_A_FILE = 400
LUMBER_ROOMS = {"utils", "util", "helpers", "helper", "manager", "managers", "base", "common", "misc"}

FLOORS = {
    "errors": 0,
    "quick": 0,
    "formatting": 0,
    "small_files": 0,
    "config": 0,
    "watch": 0,
    "waits": 0,
    "tasks": 0,
    "terminal": 0,
    "events": 0,
    "store": 1,
    "transcript": 1,
    "backends": 1,
    "actors": 2,
    "past": 2,
    "pruning": 2,
    "engine": 3,
    "replay": 3,
    "export": 3,
    "doctor": 3,
    "ui": 4,
    "cli": 5,
    "__main__": 5,
}
#: The one way between rooms of a floor, and who may look into the error tree.
SIDEWAYS = {
    ("events", "terminal"),
    ("formatting", "terminal"),
    ("config", "small_files"),
    ("pruning", "past"),
    ("__main__", "cli"),
} | {(room, below) for room in FLOORS for below in ("errors", "quick")}
#: Below, and nevertheless none of its business.
FORBIDDEN = {
    ("past", "backends"),
    ("replay", "backends"),
    ("replay", "actors"),
    ("export", "backends"),
    ("export", "actors"),
    ("ui", "backends"),
    ("ui", "actors"),
}
ROOMS_OF_PACKAGE = {
    "pyte": {"terminal"},
    "rapidfuzz": {"ui"},
    "urwid": {"ui"},
    "libtmux": {"backends"},
    "ptyprocess": {"backends"},
    "aiosqlite": {"store"},
    "zstandard": {"store"},
    "click": {"cli"},
    "platformdirs": {"config"},
    # Of the standard library, what decides whether a room is pure.
    "sqlite3": {"store"},
    "asyncio": set(FLOORS) - {"events", "terminal", "transcript", "errors", "formatting", "config"},
    "os": set(FLOORS) - {"events", "terminal", "transcript", "errors", "formatting"},
    # The fold is given its clock.
    "time": set(FLOORS) - {"events", "transcript"},
}

#: The holder runs alone and loads its neighbours by their bare names.
HOLDER = ROOT / "chloe/backends/tmux/holder/holder.py"
HOLDER_ROOM = "chloe.backends.tmux.holder"
BESIDE_HOLDER = sorted({path.stem for path in HOLDER.parent.glob("*.py")} - {"__init__", "holder"})

SOURCES = sorted((ROOT / "chloe").rglob("*.py"))
CODE = sorted(path for folder in ("chloe", "tests", "benchmarks") for path in (ROOT / folder).rglob("*.py"))


def room_of(path: Path) -> str:
    return path.relative_to(ROOT / "chloe").parts[0].removesuffix(".py")


def imported(tree: ast.AST) -> Iterator[str]:
    """Every module that the file names in an import, with the names taken from it: ``chloe.events.Pane``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield from (f"{module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in {
            "__import__",
            "importlib.import_module",
        }:
            yield f"{ast.unparse(node)}, by hand"


def wrong_imports(source: str, room: str) -> list[str]:
    found = []
    for name in imported(ast.parse(source)):
        parts = name.split(".")
        package = parts[0]
        if not package or "by hand" in name:
            found.append(f"{name}: imports are absolute and plain to see")
        elif package == "chloe":
            other = parts[1] if len(parts) > 1 else ""
            if other in FLOORS and not may_enter(room, other):
                found.append(f"{room} must not know {other}")
        elif package in ROOMS_OF_PACKAGE:
            if room not in ROOMS_OF_PACKAGE[package]:
                found.append(f"{package} has no business in {room}")
        elif package not in sys.stdlib_module_names:
            found.append(f"{package} is neither ours nor in the list of packages")
    return found


def may_enter(room: str, other: str) -> bool:
    if room == other or (room, other) in SIDEWAYS:
        return True
    return FLOORS[other] < FLOORS[room] and (room, other) not in FORBIDDEN


def careless(tree: ast.AST) -> Iterator[str]:
    """Tasks that nobody owns and exceptions that nobody hears."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            receiver = ast.unparse(node.func.value)
            if node.func.attr in {"create_task", "ensure_future"} and receiver == "asyncio":
                yield f"line {node.lineno}: a task without an owner"
            if ast.unparse(node) in {"contextlib.suppress(Exception)", "contextlib.suppress(BaseException)"}:
                yield f"line {node.lineno}: every exception is swallowed"
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            called = ast.unparse(node.value.func)
            if called.endswith(("loop.create_task", "loop().create_task")):
                yield f"line {node.lineno}: a task that nobody keeps"
        elif isinstance(node, ast.ExceptHandler):
            broad = node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"}
            silent = all(isinstance(step, ast.Pass | ast.Continue) or is_ellipsis(step) for step in node.body)
            if broad and silent:
                yield f"line {node.lineno}: every exception is swallowed"


def is_ellipsis(step: ast.stmt) -> bool:
    return isinstance(step, ast.Expr) and ast.unparse(step) == "..."


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_imports_only_go_down_and_packages_stay_in_their_rooms(path: Path) -> None:
    if path == ROOT / "chloe/__init__.py":
        assert not list(imported(ast.parse(path.read_text("utf-8"))))
    else:
        assert room_of(path) in FLOORS
        source = path.read_text("utf-8")
        if path.parent == HOLDER.parent:
            for name in BESIDE_HOLDER:
                source = source.replace(f"from {name} import", f"from {HOLDER_ROOM}.{name} import")
        assert not wrong_imports(source, room_of(path))


@pytest.mark.parametrize("path", CODE, ids=named)
def test_a_file_says_what_it_owns_and_stays_small(path: Path) -> None:
    source = path.read_text("utf-8")
    assert ast.get_docstring(ast.parse(source))
    assert len(source.splitlines()) <= LINES_A_FILE
    assert path.stem not in LUMBER_ROOMS
    assert not list(careless(ast.parse(source)))


def test_the_holder_needs_nothing_but_the_standard_library() -> None:
    beside = {*BESIDE_HOLDER, *(f"{HOLDER_ROOM}.{name}" for name in BESIDE_HOLDER)}
    for path in (HOLDER, *(HOLDER.with_name(f"{name}.py") for name in BESIDE_HOLDER)):
        for name in imported(ast.parse(path.read_text("utf-8"))):
            assert name.split(".")[0] in sys.stdlib_module_names or name.rpartition(".")[0] in beside


def test_each_dependency_has_its_room() -> None:
    pyproject = (ROOT / "pyproject.toml").read_text("utf-8")

    for package in set(ROOMS_OF_PACKAGE) - sys.stdlib_module_names:
        assert f'"{package}>=' in pyproject


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("store", "from chloe.ui import app"),
        ("store", "from chloe import backends"),
        ("store", "import chloe.actors.pane"),
        ("terminal", "import chloe.events"),
        ("events", "import asyncio"),
        ("events", "import time"),
        ("ui", "def late() -> None:\n    import sqlite3"),
        ("ui", "from chloe.backends import direct"),
        ("replay", "if TYPE_CHECKING:\n    from chloe.actors import pane"),
        ("cli", "import urwid"),
        ("engine", "import requests"),
        ("engine", "from . import other"),
        ("store", "importlib.import_module('chloe.ui')"),
    ],
)
def test_an_import_that_breaks_a_law_is_found(room: str, source: str) -> None:
    assert wrong_imports(source, room)


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("events", "from chloe.terminal import Terminal"),
        ("store", "import aiosqlite\nfrom chloe.events import Record\nfrom chloe.errors import LogUnusable"),
        ("cli", "def run() -> None:\n    from chloe.ui import app"),
        ("ui", "from chloe import __version__\nimport urwid"),
    ],
)
def test_an_import_that_keeps_the_laws_passes(room: str, source: str) -> None:
    assert not wrong_imports(source, room)


@pytest.mark.parametrize(
    "source",
    [
        "asyncio.create_task(work())",
        "task = asyncio.ensure_future(work())",
        "asyncio.get_running_loop().create_task(work())",
        "self.loop.create_task(work())",
        "try:\n    work()\nexcept Exception:\n    pass",
        "try:\n    work()\nexcept:\n    ...",
        "with contextlib.suppress(Exception):\n    work()",
    ],
)
def test_a_careless_line_is_found(source: str) -> None:
    assert list(careless(ast.parse(source)))


def test_a_task_with_an_owner_passes() -> None:
    assert not list(careless(ast.parse("tasks.create_task(work())\nkept = loop.create_task(work())")))
