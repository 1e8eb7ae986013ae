"""Nothing out of a log becomes a path: ids do so through one function, and no folder is removed whole."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "chloe").rglob("*.py"))

#: The one file that makes paths and names of sessions from ids.
IDS = ROOT / "chloe/events/ids.py"

#: What holds an id of a pane or of an instance, or the name of a session, by the names in use.
HOLDS_ID = {"id", "pane", "pane_id", "instance", "owner", "session", "record", "sign", "other"}
#: What makes a path of several parts, or of another path.
MAKES_PATH = {"Path", "PurePath", "joinpath", "with_name", "with_stem", "join", "glob", "rglob"}
#: What removes all that is in a folder, or runs a shell that might.
REMOVES_ALL = {"rmtree", "removedirs"}
RUNS_SHELL = {"os.system", "os.popen"}


def ids_in(node: ast.AST) -> Iterator[str]:
    """The names in an expression that hold an id, but for what a function makes of them."""
    if isinstance(node, ast.Call):
        return
    if isinstance(node, ast.Name) and node.id in HOLDS_ID:
        yield node.id
    if isinstance(node, ast.Attribute) and node.attr in HOLDS_ID:
        yield node.attr
    for child in ast.iter_child_nodes(node):
        yield from ids_in(child)


def unchecked(source: str) -> list[str]:
    """Where a path is made of an id without a check, or a folder is removed with all that is in it."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.expr):
            continue
        parts: list[ast.expr] = []
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            parts = [node.right]
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
            if name in REMOVES_ALL or ast.unparse(node.func) in RUNS_SHELL:
                found.append(f"line {node.lineno}: {name}")
            is_text = isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Constant)
            if name in MAKES_PATH and not is_text:
                parts = node.args
        elif isinstance(node, ast.JoinedStr) and any(
            isinstance(part, ast.Constant) and str(part.value).startswith(("chloe-", "/"))
            for part in node.values[:1]
        ):
            parts = [part for part in node.values if isinstance(part, ast.FormattedValue)]
        found += [f"line {node.lineno}: {name}" for part in parts for name in ids_in(part)]
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_path_is_made_of_an_id_only_by_the_function_that_checks_it(path: Path) -> None:
    if path != IDS:
        assert not unchecked(path.read_text("utf-8"))


@pytest.mark.parametrize(
    "source",
    [
        "folder / pane",
        "self._config.paths.spool / pane.id",
        'folder / f"{instance}.lock"',
        'folder / (record.pane + ".lock")',
        'path.with_name(f"{sign.instance}.lock")',
        "os.path.join(folder, pane.session)",
        "Path(folder, pane)",
        'session = f"chloe-{pane}"',
        "shutil.rmtree(folder)",
        "rmtree(folder, ignore_errors=True)",
        "os.system('rm -r x')",
    ],
)
def test_what_breaks_the_rule_is_found(source: str) -> None:
    assert unchecked(source)


@pytest.mark.parametrize(
    "source",
    [
        "path_of(folder, pane)",
        'folder / "lease"',
        "folder / name_of(pane)",
        '", ".join(pane.tags)',
        'f"{pane.id[:8]} ended"',
        "rows / columns",
    ],
)
def test_what_keeps_the_rule_passes(source: str) -> None:
    assert not unchecked(source)
