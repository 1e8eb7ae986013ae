"""No floor above ``backends`` asks what kind a pane is: it asks for a trait.

Read from the syntax tree: a string that is the name of a kind, or a question about ``backend``, is found
wherever it stands. What is called like a kind and is none is listed here, with the reason.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from chloe.backends.kinds import EPHEMERAL, TRAITS
from chloe.events.traits import NAMES, Traits
from tests.laws.test_floors import FLOORS, ROOT, SOURCES, named, room_of

#: The rooms that ask for traits: those above ``backends``, and those that fold and keep what a pane is.
ROOMS = {room for room, floor in FLOORS.items() if floor > FLOORS["backends"]} | {"events", "store"}

#: Strings that may stand in a file, and why.
EXCEPTIONS: dict[str, dict[str, str]] = {
    "chloe/doctor/checks.py": {"tmux": "the name of the check of the program tmux"},
    "chloe/doctor/escape_delay.py": {"tmux": "the program tmux, around Chloe"},
    "chloe/doctor/evidence.py": {"tmux": "the program tmux, asked for its version"},
    "chloe/doctor/sessions.py": {"tmux": "the program tmux, in a command to copy"},
    "chloe/doctor/system.py": {"tmux": "the program tmux, which a finding is about"},
    "chloe/store/repair/salvage.py": {
        "direct": "a lost Created is made up, and has to name a kind",
        "tmux": "a lost Created is made up, and has to name a kind",
    },
    "chloe/ui/views/instances.py": {
        "direct": "a word of the hint line",
        "tmux": "a word of the hint line",
    },
}

FILES = [path for path in SOURCES if room_of(path) in ROOMS]


def kinds_named(source: str) -> Iterator[str]:
    """Yield each string of a source that is the name of a kind."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and node.value in TRAITS:
            yield str(node.value)


def kinds_asked(source: str) -> Iterator[str]:
    """Yield each place of a source that decides by what ``backend`` is, and doesn't only pass it on."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Compare():
                asked = [node.left, *node.comparators]
                # Whether a kind is known at all is no question of which.
                if any(isinstance(way, ast.In | ast.NotIn) for way in node.ops):
                    asked = []
            case ast.Match():
                asked = [node.subject]
            case ast.MatchClass():
                asked = []
                if "backend" in node.kwd_attrs:
                    yield f"line {node.lineno}: {ast.unparse(node)[:80]}"
            case _:
                continue
        for each in asked:
            if isinstance(each, ast.Attribute) and each.attr == "backend":
                yield f"line {each.lineno}: {ast.unparse(node)[:80]}"


@pytest.mark.parametrize("path", FILES, ids=named)
def test_no_kind_is_named_but_for_a_reason(path: Path) -> None:
    source = path.read_text("utf-8")
    assert set(kinds_named(source)) == set(EXCEPTIONS.get(named(path), {}))
    assert not list(kinds_asked(source))


def test_each_exception_is_of_a_file_that_is_there() -> None:
    assert {named(path) for path in FILES} >= set(EXCEPTIONS)


@pytest.mark.parametrize(
    "source",
    [
        'if pane.backend == "tmux": pass',
        "if pane.backend != other: pass",
        "match pane.backend:\n    case _: pass",
        "match fact:\n    case Created(backend=kind): pass",
    ],
)
def test_a_question_about_a_kind_is_found(source: str) -> None:
    assert list(kinds_asked(source))


def test_the_name_of_a_kind_is_found_and_what_only_holds_it_is_none() -> None:
    found = Counter(kinds_named('open_pane("tmux")\nkinds = ("direct", "tmux")\nsay("a direct pane")'))
    assert found == {"tmux": 2, "direct": 1}
    assert not list(
        kinds_asked('print(pane.backend)\nknown = pane.backend in TRAITS\nrow = {"backend": kind}')
    )


def test_each_trait_tells_the_kinds_apart() -> None:
    assert TRAITS[EPHEMERAL] == Traits()
    assert all(any(getattr(traits, name) for traits in TRAITS.values()) for name in NAMES)
    source = (ROOT / "chloe/backends/kinds.py").read_text("utf-8")
    assert all(f"{name}=True" in source for name in NAMES)
