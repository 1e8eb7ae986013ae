"""The names in the sources: modules, what they define, and the members of classes.

Owns the index that pages are compared with; it is read from syntax trees. Must not know any page.
"""

from __future__ import annotations

import ast
import importlib
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.docs.pages import ROOT

#: What a page may name by its module, beside our own.
PACKAGES = (
    "aiosqlite",
    "asyncio",
    "click",
    "hypothesis",
    "libtmux",
    "os",
    "platformdirs",
    "ptyprocess",
    "pyte",
    "pytest",
    "sqlite3",
    "urwid",
)

#: What gives something a name.
_DEFINING = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Assign,
    ast.AnnAssign,
    ast.Import,
    ast.ImportFrom,
)


class Names:
    """Every name that our sources define."""

    def __init__(self, sources: dict[str, str]) -> None:
        #: What stands at the top of each module, by its dotted name.
        self.modules: dict[str, set[str]] = {}
        #: The members of each class, by its name; classes of one name count together.
        self.members: dict[str, set[str]] = {}
        self._bases: dict[str, set[str]] = {}
        #: Every function, argument and variable, wherever it stands.
        self.everything: set[str] = set()
        for module, source in sources.items():
            self._read(module, ast.parse(source))

    def _read(self, module: str, tree: ast.Module) -> None:
        self.modules[module] = {name for node in tree.body for name in _defined(node)}
        for node in ast.walk(tree):
            if isinstance(node, _DEFINING):
                self.everything.update(_defined(node))
            if isinstance(node, ast.ClassDef):
                members = self.members.setdefault(node.name, set())
                members.update(name for step in node.body for name in _defined(step))
                members.update(_given_to_self(node))
                self._bases.setdefault(node.name, set()).update(
                    ast.unparse(base).partition("[")[0].rpartition(".")[2] for base in node.bases
                )
            elif isinstance(node, ast.arg):
                self.everything.add(node.arg)

    def is_defined(self, word: str) -> bool:
        """Whether a single word is a module, stands at the top of one, or is a member of a class."""
        return (
            any(module.rpartition(".")[2] == word for module in self.modules)
            or any(module.endswith(f".{word}.__init__") for module in self.modules)
            or any(word in top for top in self.modules.values())
            or any(word in members for members in self.members.values())
        )

    def resolves(self, dotted: str) -> bool:
        """Whether a dotted name leads to something: from a module, by its last words, or from a class.

        An object may stand for its class: ``pilot.press`` is ``Pilot.press``.
        """
        parts = dotted.split(".")
        return (
            any(self._leads(parts[:cut], parts[cut:]) for cut in range(len(parts), 0, -1))
            or self._is_member(parts)
            or (parts[0] in PACKAGES and _is_in_package(parts))
        )

    def _leads(self, module: list[str], rest: list[str]) -> bool:
        for name in self._called(module):
            if not rest or (rest[0] in self.modules[name] and (len(rest) == 1 or self._is_member(rest))):
                return True
        return False

    def _called(self, module: list[str]) -> Iterator[str]:
        for name in self.modules:
            if name.removesuffix(".__init__").split(".")[-len(module) :] == module:
                yield name

    def _is_member(self, parts: list[str]) -> bool:
        if len(parts) < 2:
            return False
        of, member = parts[-2:]
        plain = of.replace("_", "").lower()
        return any(
            member in self._members_of(name) for name in self.members if name == of or name.lower() == plain
        )

    def _members_of(self, name: str) -> set[str]:
        found, todo = set[str](), [name]
        seen = set[str]()
        while todo:
            if (each := todo.pop()) not in seen:
                seen.add(each)
                found |= self.members.get(each, set())
                todo += self._bases.get(each, ())
        return found


def _defined(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Assign(targets=targets):
            for target in targets:
                yield from (name.id for name in ast.walk(target) if isinstance(name, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in names)
        case ast.If(body=body) | ast.Try(body=body):
            for step in body:
                yield from _defined(step)


def _given_to_self(node: ast.ClassDef) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Store):
            yield part.attr


def _is_in_package(parts: list[str]) -> bool:
    thing: object = importlib.import_module(parts[0])
    for part in parts[1:]:
        if not hasattr(thing, part):
            return False
        thing = getattr(thing, part)
    return True


@cache
def _files() -> frozenset[str]:
    """Return every file of the project, and each folder with a slash behind it, by its path from the top."""
    asked = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    present = {name for name in listed if (ROOT / name).exists()}
    return frozenset(present | {f"{folder}/" for name in present for folder in Path(name).parents} - {"./"})


@cache
def _endings() -> frozenset[str]:
    """Return the paths of all files and folders, from the top and from each folder in between."""
    paths = (name.split("/") for name in _files())
    return frozenset("/".join(parts[start:]) for parts in paths for start in range(len(parts)))


def path_exists(path: str) -> bool:
    """Whether a file or folder of the project has this path, from the top or from any folder in it."""
    wanted = path.removeprefix("./")
    return wanted in _endings() or f"{wanted}/" in _endings()


@cache
def names() -> Names:
    """Return the names of our own sources."""
    return Names(
        {
            name.removesuffix(".py").replace("/", "."): (ROOT / name).read_text("utf-8")
            for name in _files()
            if name.endswith(".py") and name.startswith(("chloe/", "tests/", "benchmarks/"))
        }
    )
