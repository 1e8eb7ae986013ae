"""What a value in ``config.toml`` may be: one check a kind, saying what would fit.

Owns the kinds. Must not know which key has which kind, or where a value came from.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable
from typing import Literal

#: Bytes in a unit, as disks are sold and as memory is counted.
_UNITS = {"": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}
_LEAST_SIZE = 1_000_000

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_LONGEST = 100 * 366 * 86400

#: One byte, or one sequence, that no ordinary typing needs. Ctrl-C, Ctrl-H, Ctrl-I, Ctrl-J and Ctrl-M are
#: left to the programs: they are interrupt, Backspace, Tab, line feed and Enter.
_KEY = re.compile(r"f([1-9]|1[0-2])|ctrl\+([abd-gk-ln-z]|space|[]\\^_@])|alt\+[!-~]")


class InvalidValue(ValueError):
    """The value doesn't fit; the message says what would."""


_KEYS = '"f1" to "f12", "ctrl+]" or another control key, "alt+x" or the like'
#: The most keys, and names of programs, in a list.
_MAX_LISTED = 100
#: The most actions that get other keys: more than there are.
_MAX_ACTIONS = 500


def parse_release(value: object) -> str:
    """Check when Esc takes the keyboard back: a word, or a key that does so in its place."""
    if isinstance(value, str) and (value in ("auto", "esc", "never") or _KEY.fullmatch(value)):
        return value
    raise InvalidValue(f'must be "auto", "esc" or "never"; or the key that does so in place of Esc: {_KEYS}')


def parse_keys(value: object) -> tuple[str, ...]:
    """Return keys that can be taken away from the programs, at least one: a list, or one by itself."""
    keys = _texts(value)
    if keys and all(map(_KEY.fullmatch, keys)):
        return keys
    raise InvalidValue(f"must be a key, or a list of at least one: {_KEYS}")


def parse_programs(value: object) -> tuple[str, ...]:
    """Return names of programs: a list, or one by itself."""
    names = _texts(value)
    if names is not None and all(name and _is_file_name(name) for name in names):
        return names
    raise InvalidValue('must be the names of programs, without folders: ["fish", "psql"]')


def parse_action_keys(value: object) -> dict[str, tuple[str, ...]]:
    """Return the keys of each action, by its name: a list, or one by itself; an empty list for none."""
    if isinstance(value, dict) and len(value) <= _MAX_ACTIONS:
        actions = {name: _texts(names) for name, names in value.items()}
        if all(names is not None and all(names) for names in actions.values()):
            return {name: names or () for name, names in actions.items()}
    raise InvalidValue('must be a table with the keys of each action: close = "x", rename = ["r", "f2"]')


def _texts(value: object) -> tuple[str, ...] | None:
    texts = [value] if isinstance(value, str) else value
    if isinstance(texts, list) and len(texts) <= _MAX_LISTED and all(isinstance(text, str) for text in texts):
        return tuple(dict.fromkeys(texts))
    return None


def parse_socket_name(value: object) -> str:
    """Check the name of a socket in tmux's folder: no path, nothing that a terminal acts on."""
    if isinstance(value, str) and _is_file_name(value) and len(value.encode()) <= 64:
        return value
    raise InvalidValue('must be a name without "/" of at most 64 bytes, or "" for your default tmux server')


def _is_file_name(value: str) -> bool:
    return value.isprintable() and "/" not in value and value not in (".", "..")


def make_integer_parser(least: int, most: int) -> Callable[[object], int]:
    """Return a check of an integer between two bounds, both included."""

    def check(value: object) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        raise InvalidValue(f"must be a whole number from {least} to {most}")

    return check


def parse_list_width(value: object) -> int:
    """Check the columns of a list: 0 for none."""
    if value == 0 and not isinstance(value, bool):
        return 0
    try:
        return make_integer_parser(12, 200)(value)
    except InvalidValue:
        raise InvalidValue("must be a whole number from 12 to 200, or 0 for no list") from None


def parse_yes_no_auto(value: object) -> bool | Literal["auto"]:
    """Check for true, false or "auto"."""
    if isinstance(value, bool):
        return value
    if value == "auto":
        return "auto"
    raise InvalidValue('must be true, false or "auto"')


def parse_yes_no(value: object) -> bool:
    """Check for true or false."""
    if isinstance(value, bool):
        return value
    raise InvalidValue("must be true or false")


def parse_mouse_rule(value: object) -> bool | Literal["programs"]:
    """Check for true, false or "programs"."""
    if isinstance(value, bool):
        return value
    if value == "programs":
        return "programs"
    raise InvalidValue('must be true, false or "programs"')


def parse_clipboard_rule(value: object) -> Literal["ask", "always", "never"]:
    """Check for one of the words."""
    if value in ("ask", "always", "never"):
        return value
    raise InvalidValue('must be "ask", "always" or "never"')


def parse_exit_rule(value: object) -> Literal["keep", "close", "close-on-success"]:
    """Check for one of the words."""
    if value in ("keep", "close", "close-on-success"):
        return value
    raise InvalidValue('must be "keep", "close" or "close-on-success"')


def parse_size(value: object) -> int:
    """Return a number of bytes, given bare or with a unit."""
    count = -1
    if isinstance(value, int) and not isinstance(value, bool):
        count = value
    elif isinstance(value, str):
        stated = re.fullmatch(r"(\d{1,15})\s*(\w*)", value.strip(), re.ASCII)
        if stated and stated[2].upper() in _UNITS:
            count = int(stated[1]) * _UNITS[stated[2].upper()]
    if count >= _LEAST_SIZE:
        return count
    raise InvalidValue('must be at least a million bytes, as a number or as "500 MB", "1 GB", "2 GiB"')


def parse_size_or_never(value: object) -> int:
    """Return a number of bytes as ``parse_size`` does; 0 for never, which may be an empty text."""
    if value in ("", 0) and not isinstance(value, bool):
        return 0
    return parse_size(value)


def parse_duration(value: object) -> int:
    """Return a number of seconds, given bare or with a unit."""
    seconds = 0
    if isinstance(value, int) and not isinstance(value, bool):
        seconds = value
    elif isinstance(value, str):
        stated = re.fullmatch(r"(\d{1,6})\s*([smhdw])", value.strip(), re.ASCII)
        if stated:
            seconds = int(stated[1]) * _SECONDS[stated[2]]
    if 0 < seconds <= _LONGEST:
        return seconds
    raise InvalidValue('must be a time of at most a hundred years, as "90d", "12h", "30m" or "2w"')


def parse_duration_or_never(value: object) -> int:
    """Return a number of seconds as ``parse_duration`` does; 0 for never, which may be an empty text."""
    if value in ("", 0) and not isinstance(value, bool):
        return 0
    return parse_duration(value)


def parse_file_or_none(value: object) -> str:
    """Return the absolute name of a file, given with ``~`` for the home folder; empty for none."""
    if isinstance(value, str) and "\0" not in value:
        name = os.path.expanduser(value)  # noqa: PTH111 - a Path would take "" for the present folder.
        if not name or os.path.isabs(name):  # noqa: PTH117 - as above.
            return name
    raise InvalidValue('must be the full name of a file, as "~/heads" or "/mnt/elsewhere/heads"; "" for none')


def parse_share(value: object) -> float:
    """Check a share: more than 0, at most 0.9."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 0.9:
        return float(value)
    raise InvalidValue("must be a number of more than 0 and at most 0.9")


def parse_command(value: object) -> tuple[str, ...]:
    """Return a program with its arguments, given as a list or as one string with a shell's quotes."""
    words: object = value
    if isinstance(value, str):
        try:
            words = shlex.split(value)
        except ValueError:
            words = None
    if isinstance(words, list) and all(isinstance(word, str) and "\0" not in word for word in words):
        if words and not words[0]:
            raise InvalidValue("must begin with the name of a program")
        return tuple(words)
    raise InvalidValue('must be a command: ["zsh", "-l"] or "zsh -l"; [] for your login shell')
