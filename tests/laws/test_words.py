"""One word means one thing, and a function says what it does: what of this a test can see."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2] / "chloe"

#: What the docstring of a function doesn't begin with: a verb comes first ("Return whether …").
NO_VERBS = frozenset(
    {
        "A",
        "All",
        "An",
        "Bytes",
        "For",
        "How",
        "Lines",
        "The",
        "What",
        "When",
        "Where",
        "Whether",
        "Whose",
        "Why",
    }
)


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(ROOT.rglob("*.py")):
        yield path.relative_to(ROOT), ast.parse(path.read_text("utf-8"))


def test_no_two_public_classes_share_a_name() -> None:
    places = defaultdict(list)
    for path, tree in trees():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(str(path))
    assert len(places) > 200
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


def test_the_docstring_of_a_function_begins_with_a_verb() -> None:
    seen, wrong = 0, []
    for path, tree in trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            docstring = ast.get_docstring(node)
            if docstring:
                seen += 1
                if docstring.split()[0].strip(".,:;") in NO_VERBS:
                    wrong.append(f"{path}: {node.name}: {docstring.splitlines()[0]}")
    assert seen > 1000
    assert wrong == []


def test_no_source_leaves_open_who_is_meant() -> None:
    found = [
        f"{path}:{number}"
        for path in sorted(ROOT.rglob("*.py"))
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if "whoever" in line.lower()
    ]
    assert found == [], "say who: the user, the program, the recorder"
