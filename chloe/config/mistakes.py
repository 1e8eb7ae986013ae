"""What is said of a configuration file that is wrong: all mistakes of it at once, each with its line.

Owns the messages: file, line, key, what is allowed, and what was meant most likely. Must not know the keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from chloe.errors import ConfigBroken

if TYPE_CHECKING:
    import tomllib

#: Characters of a value or a key in a message.
_MAX_SHOWN = 100
#: Characters read again to find a line: half a second's work. Beyond that the line is guessed.
_MAX_SEARCHED = 1_000_000
#: Mistakes that are told; of more, their number.
_MAX_TOLD = 10


class Mistakes:
    """The mistakes of one file."""

    def __init__(self, file: Path, text: str) -> None:
        self._file = file
        self._text = text
        self._found: list[tuple[int, str]] = []

    def __bool__(self) -> bool:
        """Return whether there is any."""
        return bool(self._found)

    def add(self, key: tuple[str, ...], what: str) -> None:
        """Add what is wrong with a key, given with its table."""
        named = ".".join(part if len(part) <= _MAX_SHOWN else f"{part[:_MAX_SHOWN]}…" for part in key)
        line = find_line(self._text, key, times=len(self._found) + 1)
        self._found.append((line, f"{self._file}, line {line}, {named}: {what}"))

    def add_unknown(self, key: tuple[str, ...], what: str, allowed: Iterable[str]) -> None:
        """Add a key that is none of those ``allowed``; what was meant most likely is named."""
        names = list(allowed)
        self.add(key, f"{what} {', '.join(names)}{suggest(key[-1], names)}")

    def error(self) -> ConfigBroken:
        """Return all mistakes as one error, a line each, in the order of the file."""
        told = [text for _, text in sorted(self._found)[:_MAX_TOLD]]
        if len(self._found) > len(told):
            told.append(f"{self._file}: and {len(self._found) - len(told)} mistakes more")
        return ConfigBroken("\n".join(told))


def suggest(name: str, allowed: Iterable[str]) -> str:
    """Return ``; did you mean X?`` for the allowed name that is most like this one, or nothing."""
    from difflib import get_close_matches

    near = get_close_matches(name[:_MAX_SHOWN], list(allowed), n=1)
    return f"; did you mean {near[0]}?" if near else ""


def shorten(value: object) -> str:
    """Return a value as a message has it, which may be anything that TOML can say."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):
        return "what is there"
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}…"


def find_line(text: str, key: tuple[str, ...], *, times: int = 1) -> int:
    """Return the line, from 1, where the statement that sets ``key`` begins.

    tomllib doesn't say where a key stood. So the file is read again in growing prefixes: the
    statement ends with the first prefix that has the key, and begins after the one before that
    was whole TOML. This is right for dotted keys, inline tables and values over several lines.
    ``times``: how often this is done for the file; what would take too long is guessed.
    """
    import tomllib

    lines = text.replace("\r\n", "\n").split("\n")
    if len(lines) * len(text) * times > _MAX_SEARCHED:
        return next((number for number, line in enumerate(lines, 1) if key[-1] in line), 1)
    begin = 0
    for end in range(1, len(lines) + 1):
        try:
            document: object = tomllib.loads("\n".join(lines[:end]))
        except tomllib.TOMLDecodeError:
            continue
        for part in key:
            document = document.get(part) if isinstance(document, dict) else None
        if document is not None:
            break
        begin = end
    return begin + 1


def describe_syntax(error: tomllib.TOMLDecodeError, text: str, file: Path) -> str:
    """Return tomllib's own words, with the line and the key that it was at in front."""
    match = re.fullmatch(r"(.*) \(at (?:line (\d+), column \d+|end of document)\)", str(error), re.DOTALL)
    if match is None:
        return f"{file}: {error}"
    lines = text.split("\n")
    number = int(match[2]) if match[2] else len(lines)
    # An unclosed value is found where the file ends or the next line begins: the key stands above it.
    for candidate in range(number, 0, -1):
        key = re.match(r"\s*([\w\"'.-]+)\s*=|\s*(\[[^\]]*\]?)", lines[candidate - 1])
        if key is not None:
            return f"{file}, line {candidate}, {key[1] or key[2]}: {match[1]}"
    return f"{file}, line {number}: {match[1]}"
