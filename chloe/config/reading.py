"""From ``config.toml`` to settings, and what is said when the file is wrong.

Owns the check of each key and the messages: file, line, key, and what is allowed. Must not know
what the settings do.
"""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chloe.config import values
from chloe.config.paths import Paths
from chloe.config.settings import (
    Config,
    KeysSettings,
    LogSettings,
    ShellSettings,
    SpoolSettings,
    TerminalSettings,
    TmuxSettings,
    UiSettings,
)
from chloe.errors import ConfigBroken
from chloe.small_files import FileRefused, read_whole

if TYPE_CHECKING:
    import tomllib

#: What each key of each table takes. A table's class has a field of the same name.
_CHECKS: Mapping[str, Mapping[str, Callable[[object], object]]] = {
    "keys": {
        "release": values.parse_release,
        "leave": values.parse_keys,
        "escape": values.parse_programs,
    },
    "tmux": {"socket_name": values.parse_socket_name},
    "terminal": {"scrollback": values.make_integer_parser(0, 10_000_000)},
    "ui": {
        "ascii": values.parse_yes_no_auto,
        "list_width": values.parse_list_width,
        "clipboard": values.parse_clipboard_rule,
        "notifications": values.parse_yes_no,
        "title": values.parse_yes_no,
    },
    "spool": {"pane_cap": values.parse_size, "disk_share": values.parse_share},
    "log": {
        "prune_older_than": values.parse_duration_or_never,
        "prune_over": values.parse_size_or_never,
        "heads_file": values.parse_file_or_none,
    },
    "shell": {"command": values.parse_command},
}
_TABLES: Mapping[str, type[Any]] = {
    "keys": KeysSettings,
    "tmux": TmuxSettings,
    "terminal": TerminalSettings,
    "ui": UiSettings,
    "spool": SpoolSettings,
    "log": LogSettings,
    "shell": ShellSettings,
}

#: Bytes of a configuration, of which hundreds are many.
_MAX_BYTES = 64 * 1024
#: Characters of a line: a key of thousands of parts takes tomllib the square of that.
_MAX_LINE = 4_000
#: Characters of a value or a key in a message.
_MAX_SHOWN = 100
#: Characters read again to find a line: half a second's work. In a longer file the line is guessed.
_MAX_SEARCHED = 1_000_000


def load(path: Path | None = None, *, environment: Mapping[str, str] = os.environ) -> Config:
    """Read the settings from ``path``, or from where the platform or ``CHLOE_HOME`` has them.

    A file that isn't there gives the defaults, unless it was named. ``CHLOE_TMUX_SOCKET``, even
    empty, goes before ``[tmux] socket_name``. Makes no folder. Raises ``ConfigBroken``.
    """
    paths = Paths.find(environment)
    if path is not None:
        paths = dataclasses.replace(paths, config_file=path.absolute())
    text = _read(paths.config_file, is_named=path is not None)
    tables = _tables(text, paths.config_file)
    config = Config(paths=paths, **tables)
    if config.log.heads_file and paths.is_own_file(config.log.heads_file):
        key = ("log", "heads_file")
        raise _broken(paths.config_file, text, key, "names a file of Chloe's own: name another one")
    return _with_environment(config, environment)


def _with_environment(config: Config, environment: Mapping[str, str]) -> Config:
    socket_name = environment.get("CHLOE_TMUX_SOCKET")
    if socket_name is None:
        return config
    try:
        values.parse_socket_name(socket_name)
    except values.InvalidValue as unfit:
        raise ConfigBroken(f"CHLOE_TMUX_SOCKET: {unfit}, not {_shown(socket_name)}") from None
    return dataclasses.replace(config, tmux=TmuxSettings(socket_name=socket_name))


def _read(file: Path, *, is_named: bool) -> str:
    """Read the file. It may be a link, since many keep theirs elsewhere.

    It names programs that are run: so unless the user named it, it is his own or the system's.
    """
    try:
        data = read_whole(file, _MAX_BYTES, owners=None if is_named else {os.geteuid(), 0})
    except FileNotFoundError:
        if is_named:
            raise ConfigBroken(f"{file}: there is no such file") from None
        return ""
    except FileRefused as error:
        raise ConfigBroken(f"{file}: {error.strerror}: put a file of your own there, or none") from None
    except OSError as error:
        raise ConfigBroken(f"{file}: can't be read ({error.strerror})") from error
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigBroken(f"{file}, line {line}: is not UTF-8, as TOML has to be") from None


def _tables(text: str, file: Path) -> dict[str, Any]:
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > _MAX_LINE:
            raise ConfigBroken(f"{file}, line {number}: is longer than {_MAX_LINE} characters: break it")
    if not text.strip():
        return {}
    import tomllib

    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigBroken(_syntax(error, text, file)) from None
    except (ValueError, RecursionError):
        # A number of thousands of digits, or lists in lists: tomllib doesn't say where.
        raise ConfigBroken(f"{file}: holds a number or a list beyond all bounds: take it out") from None
    tables: dict[str, Any] = {}
    for name, content in document.items():
        if name not in _CHECKS:
            raise _broken(file, text, (name,), f"there is no such table; allowed are {_listed(_CHECKS)}")
        if not isinstance(content, dict):
            raise _broken(file, text, (name,), f"is a table: write [{name}] on a line of its own")
        tables[name] = _table(name, content, text, file)
    return tables


def _table(name: str, content: Mapping[str, object], text: str, file: Path) -> object:
    checks = _CHECKS[name]
    fields: dict[str, object] = {}
    for key, value in content.items():
        if key not in checks:
            raise _broken(file, text, (name, key), f"there is no such key; [{name}] allows {_listed(checks)}")
        try:
            fields[key] = checks[key](value)
        except values.InvalidValue as unfit:
            raise _broken(file, text, (name, key), f"{unfit}, not {_shown(value)}") from None
    if name == "keys":
        _read_old_release(fields)
    return _TABLES[name](**fields)


def _read_old_release(fields: dict[str, object]) -> None:
    """Have a key that stands under ``release``, as it did before there was ``leave``, mean ``leave``."""
    release, leave = fields.get("release"), fields.get("leave", ())
    if release not in (None, "auto", "esc", "never"):
        assert isinstance(leave, tuple)
        fields["leave"] = tuple(dict.fromkeys((*leave, release)))


def _broken(file: Path, text: str, key: tuple[str, ...], what: str) -> ConfigBroken:
    named = ".".join(part if len(part) <= _MAX_SHOWN else f"{part[:_MAX_SHOWN]}…" for part in key)
    return ConfigBroken(f"{file}, line {_line_of(text, key)}, {named}: {what}")


def _shown(value: object) -> str:
    """Return a value as a message has it, which may be anything that TOML can say."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):
        return "what is there"
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}…"


def _listed(names: Mapping[str, object]) -> str:
    return ", ".join(names)


def _line_of(text: str, key: tuple[str, ...]) -> int:
    """Return the line, from 1, where the statement that sets ``key`` begins.

    tomllib doesn't say where a key stood. So the file is read again in growing prefixes: the
    statement ends with the first prefix that has the key, and begins after the one before that
    was whole TOML. This is right for dotted keys, inline tables and values over several lines.
    """
    import tomllib

    lines = text.replace("\r\n", "\n").split("\n")
    if len(lines) * len(text) > _MAX_SEARCHED:
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


def _syntax(error: tomllib.TOMLDecodeError, text: str, file: Path) -> str:
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
