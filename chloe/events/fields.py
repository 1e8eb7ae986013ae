"""What a field of a fact may hold: its type, its range and its length.

Owns the bounds, for those who make facts and for the codec that reads them. Must not know how a fact is
stored. What is stated beyond a bound isn't believed, since it would become a size, a time or a path.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from chloe.events.ids import is_id
from chloe.events.traits import NAMES as TRAIT_NAMES
from chloe.events.traits import Traits, names_of
from chloe.terminal.sizes import fits

#: What is counted fits into SQLite's integers.
MAX_COUNT = 2**63 - 1
#: Segments of a spool: 8 MB each.
MAX_SEGMENT = 2**31 - 1

#: Characters of a pane's name, and of a tag; and tags.
MAX_NAME = 200
MAX_TAGS = 64
#: Characters of a notification's title, and of its text.
MAX_NOTICE = 200
#: Characters of a reason, a folder, a file.
MAX_TEXT = 32 * 1024
#: Characters of a command with all its arguments: what Linux takes unless ``ulimit -s`` was raised.
MAX_ARGV = 2 * 1024 * 1024

#: Surrogates that stand for no byte of a file name (PEP 383), and NUL, which no file name has.
_UNFIT = re.compile("[\0\ud800-\udc7f\udd00-\udfff]")

#: The name of a kind of backend.
_KIND = re.compile(r"[a-z][a-z0-9-]{0,31}").fullmatch


class InvalidField(ValueError):
    """A field holds what it may not."""


def count(value: object) -> int:
    """Check a number of things, of bytes, or a seq."""
    if type(value) is int and 0 <= value <= MAX_COUNT:
        return value
    raise InvalidField


def flag(value: object) -> bool:
    """Check a yes or no."""
    if isinstance(value, bool):
        return value
    raise InvalidField


def number(least: int, most: int) -> Callable[[object], int]:
    """Return a check of a number between two bounds, both included."""

    def check(value: object) -> int:
        if type(value) is int and least <= value <= most:
            return value
        raise InvalidField

    return check


def text(value: object, limit: int = MAX_TEXT) -> str:
    """Check a text of at most ``limit`` characters."""
    # The first is ``is_text`` for most, without the call: a long list of panes has many texts.
    if isinstance(value, str) and len(value) <= limit:
        if value.isascii() and "\0" not in value:
            return value
        if not _UNFIT.search(value):
            return value
    raise InvalidField


def name(value: object) -> str:
    """Check the name of a pane, or a tag."""
    if value == "":
        raise InvalidField
    return text(value, MAX_NAME)


def notice(value: object) -> str:
    """Check the title or the text of a notification."""
    return text(value, MAX_NOTICE)


def identity(value: object) -> str:
    """Check the id of a pane or an instance."""
    if is_id(value):
        return value
    raise InvalidField


def tags(value: object) -> tuple[str, ...]:
    """Check a set of tags."""
    if isinstance(value, list) and len(value) <= MAX_TAGS:
        return tuple([name(tag) for tag in value])
    raise InvalidField


def argv(value: object) -> tuple[str, ...]:
    """Check a command with its arguments."""
    if isinstance(value, list) and fits_argv(words := [text(word, MAX_ARGV) for word in value]):
        return tuple(words)
    raise InvalidField


def fits_argv(words: Sequence[str]) -> bool:
    """Return whether a command is no longer than one may be; each word counts with the NUL behind it."""
    return sum(map(len, words)) + len(words) <= MAX_ARGV


def kind(value: object) -> str:
    """Check the name of a kind of backend."""
    if isinstance(value, str) and _KIND(value):
        return value
    raise InvalidField


def traits(value: object) -> Traits:
    """Check the names of the traits of a pane: known ones, sorted, each once."""
    if isinstance(value, list) and len(value) <= len(TRAIT_NAMES):
        return _traits(tuple(value))
    raise InvalidField


@lru_cache(maxsize=256)  # A log has thousands of panes, of two kinds.
def _traits(names: tuple[object, ...]) -> Traits:
    held = Traits(**{name: name in names for name in TRAIT_NAMES})
    if tuple(names_of(held)) != names:
        raise InvalidField
    return held


def check_size(rows: object, columns: object) -> None:
    """Check the size of a terminal."""
    if not fits(rows, columns):
        raise InvalidField


def check_span(offset: int, length: int) -> None:
    """Check that a piece of a stream ends where an offset can say so."""
    if offset + length > MAX_COUNT:
        raise InvalidField


def is_text(value: str) -> bool:
    """Return whether this could be a file's name, as ``os.fsdecode`` gives it, or have been typed."""
    return (value.isascii() and "\0" not in value) or not _UNFIT.search(value)


def fit_text(value: str, limit: int = MAX_TEXT) -> str:
    """Return ``value`` as a fact may hold it: what no text has replaced, what is too long cut."""
    if len(value) > limit:
        value = f"{value[: limit - 1]}…"
    return value if is_text(value) else _UNFIT.sub("\N{REPLACEMENT CHARACTER}", value)
