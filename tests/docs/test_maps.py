"""The maps of the house are whole: each room and part stands in them, on its floor, and nothing else does."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import chloe
from tests.docs.pages import ROOT
from tests.laws.test_floors import FLOORS

ROOMS = {name for name in FLOORS if name != "__main__"}
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
PACKAGES = sorted(path.parent for path in (ROOT / "chloe").rglob("__init__.py"))


def rows(heading: str) -> Iterator[list[str]]:
    """Yield the cells of each row of the table below a heading of ARCHITECTURE."""
    section = re.split(r"^## ", ARCHITECTURE, flags=re.MULTILINE)
    (found,) = (part for part in section if part.startswith(heading))
    table = [line for line in found.splitlines() if line.startswith("|")]
    yield from ([cell.strip() for cell in line.strip("|").split("|")] for line in table[2:])


def quoted(text: str) -> list[str]:
    return re.findall(r"`+([^`]+)`+", text)


def test_each_room_is_there() -> None:
    present = {path.stem for path in (ROOT / "chloe").iterdir() if path.suffix == ".py" or path.is_dir()}

    assert present - {"__init__", "__main__", "__pycache__"} == ROOMS


def test_the_table_of_floors_names_each_room_on_its_floor() -> None:
    told = {room: int(floor) for floor, room_cell, *_ in rows("The map") for room in quoted(room_cell)}

    assert told == {room: FLOORS[room] for room in ROOMS}


def test_the_map_of_the_package_names_each_room_on_its_floor() -> None:
    assert chloe.__doc__ is not None
    lines = [re.match(r"(\d) +(``.*?``)(?:  |$)", line) for line in chloe.__doc__.splitlines()]
    told = {room: int(line[1]) for line in lines if line for room in quoted(line[2])}

    assert told == {room: FLOORS[room] for room in ROOMS}


def test_the_table_of_the_app_names_each_part_of_it() -> None:
    ui = ROOT / "chloe/ui"
    told = {name for cell, *_ in rows("The app") for name in quoted(cell)}

    assert not {name for name in told if not ((ui / name).is_dir() or (ui / f"{name}.py").is_file())}


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_map_of_a_package_names_no_part_that_is_gone(package: Path) -> None:
    told = re.findall(r"^``(\w+)``  ", ast.get_docstring(_tree(package)) or "", re.MULTILINE)

    assert not [name for name in told if not _is_part(package, name)]


def _tree(package: Path) -> ast.Module:
    return ast.parse((package / "__init__.py").read_text("utf-8"))


def _is_part(package: Path, name: str) -> bool:
    return (package / name).is_dir() or (package / f"{name}.py").is_file()


def test_the_glossary_is_in_alphabetic_order() -> None:
    lines = (ROOT / "docs/glossary.md").read_text("utf-8").splitlines()
    words = [line.split("|")[1].strip() for line in lines if line.startswith("| ")][1:]

    assert words == sorted(set(words), key=str.lower)
