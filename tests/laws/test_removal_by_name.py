"""Nothing is removed but by its name: no folder goes with whatever lies in it."""

from __future__ import annotations

import ast
from pathlib import Path

import chloe

#: Calls that remove more than one file, whatever it is called.
_WHOLESALE = {"rmtree", "removedirs"}


def test_nothing_in_chloe_removes_a_folder_with_all_that_is_in_it() -> None:
    found = []
    for path in Path(chloe.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = {getattr(node, "attr", ""), getattr(node, "id", "")} | {
                alias.name for alias in getattr(node, "names", []) if isinstance(alias, ast.alias)
            }
            if names & _WHOLESALE:
                found.append(f"{path}: line {getattr(node, 'lineno', 0)}")
    assert found == []
