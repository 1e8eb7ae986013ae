"""Dataclasses, made in a fifth of the time: a command that takes 0.2 s imports some fifty of them.

Owns the one kind that the house uses on the way of every command: frozen, with slots. For a type checker it
is ``dataclasses.dataclass``, and ``fields``, ``replace`` and ``asdict`` work as on those. Must not know what
is kept in them.

``dataclasses`` compiles a function for each method of each class, and a frozen one has six of them. Here only
``__init__``, which has to be fast, is compiled; the others are shared, and look the names up.
"""

from __future__ import annotations

import dataclasses
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(*, frozen: bool, slots: bool, kw_only: bool = False) -> Any:
        """Make a dataclass as ``dataclasses.dataclass`` does; both words are required, for the reader."""
        assert frozen
        assert slots

        def make(cls: type) -> type:
            made = dataclasses.dataclass(cls, init=False, repr=False, eq=False, slots=True, kw_only=kw_only)
            fields = dataclasses.fields(made)
            made.__init__ = _initialiser(made, fields)
            made._compared = _getter([field.name for field in fields if field.compare])
            made._shown = tuple(field.name for field in fields if field.repr)
            made.__eq__, made.__hash__, made.__repr__ = _is_equal, _hashed, _described
            made.__setattr__, made.__delattr__ = _refuse, _refuse
            made.__getstate__, made.__setstate__ = _state, _take_state
            return made

        return make


def _initialiser(cls: type, found: tuple[dataclasses.Field[Any], ...]) -> Any:
    words, steps = [], []
    # A field's own descriptor sets it in two thirds of the time that ``object.__setattr__`` takes.
    known: dict[str, Any] = {f"_set_{each.name}": getattr(cls, each.name).__set__ for each in found}
    for each in sorted(found, key=lambda field: bool(field.kw_only)):
        name = each.name
        value = name
        word = name
        if each.kw_only and "*" not in words:
            words.append("*")
        if each.default_factory is not dataclasses.MISSING:
            known[f"_{name}_made"], word = each.default_factory, f"{name}=None"
            value = f"_{name}_made() if {name} is None else {name}"
        elif each.default is not dataclasses.MISSING:
            known[f"_{name}_else"], word = each.default, f"{name}=_{name}_else"
        words.append(word)
        steps.append(f"  _set_{name}(self, {value})")
    code = f"def __init__({', '.join(['self', *words])}):\n" + ("\n".join(steps) or "  pass")
    exec(code, known)  # noqa: S102 - as dataclasses does; of nothing but the names that a class has.
    made = known["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    return made


def _getter(names: list[str]) -> Any:
    # All of a class without fields are the same.
    return attrgetter(*names) if names else attrgetter("__class__")


def _is_equal(self: Any, other: Any) -> bool:
    return other.__class__ is self.__class__ and bool(self._compared(self) == self._compared(other))


def _hashed(self: Any) -> int:
    return hash((self.__class__, self._compared(self)))


def _described(self: Any) -> str:
    fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in self._shown)
    return f"{self.__class__.__qualname__}({fields})"


def _refuse(self: Any, name: str, *_value: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot change {name!r} of {self.__class__.__qualname__}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, each.name) for each in dataclasses.fields(self)]


def _take_state(self: Any, state: list[Any]) -> None:
    for each, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, each.name, value)
