"""Dataclasses made quickly are what ``dataclasses`` would have made of the same classes."""

from __future__ import annotations

import copy
import dataclasses
import pickle

import pytest

from chloe.quick import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """By name alone."""

    text: str
    secret: str = dataclasses.field(default="hidden", repr=False)
    many: list[int] = dataclasses.field(default_factory=list, compare=False)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """The same, by the standard library."""

    text: str
    secret: str = dataclasses.field(default="hidden", repr=False)
    many: list[int] = dataclasses.field(default_factory=list, compare=False)


@dataclass(frozen=True, slots=True)
class Place:
    """By place."""

    row: int
    column: int = 1


@dataclass(frozen=True, slots=True)
class Nothing:
    """Without any."""


@dataclass(frozen=True, slots=True)
class NothingElse:
    """Another one."""


def test_it_shows_and_compares_as_the_real_one() -> None:
    assert repr(Words(text="a")) == repr(Plain(text="a")).replace("Plain", "Words")
    assert Words(text="a") == Words(text="a", many=[1])
    assert Words(text="a") != Words(text="a", secret="other")
    plain: object = Plain(text="a")
    assert Words(text="a") != plain
    other: object = NothingElse()
    assert Nothing() == Nothing()
    assert Nothing() != other
    assert len({Place(1, 2), Place(1, 2), Place(2, 1)}) == 2


def test_it_has_defaults_of_its_own() -> None:
    one, other = Words(text="a"), Words(text="b")
    one.many.append(1)
    assert other.many == []
    assert (Place(3).column, Place(row=3, column=4)) == (1, Place(3, 4))


def test_it_never_changes() -> None:
    place = Place(1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        place.row = 2  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        del place.row
    with pytest.raises((AttributeError, dataclasses.FrozenInstanceError)):
        place.other = 2  # type: ignore[attr-defined]


def test_wrong_words_are_refused() -> None:
    with pytest.raises(TypeError):
        Words("a")  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Place()  # type: ignore[call-arg]


def test_the_library_knows_it() -> None:
    assert [each.name for each in dataclasses.fields(Words)] == ["text", "secret", "many"]
    assert dataclasses.replace(Place(1), column=5) == Place(1, 5)
    assert dataclasses.asdict(Place(1)) == {"row": 1, "column": 1}
    assert copy.deepcopy(Place(1)) == pickle.loads(pickle.dumps(Place(1))) == Place(1)
    match Place(4, 5):
        case Place(row, column):
            assert (row, column) == (4, 5)
