"""From ``config.toml`` to settings.

Owns the check of each key, and where a setting comes from. Must not know what the settings do, or how a
mistake is told: see ``mistakes``.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from chloe.config import values
from chloe.config.mistakes import Mistakes, describe_syntax, find_line, shorten
from chloe.config.paths import Paths
from chloe.config.settings import (
    Config,
    KeysSettings,
    LogSettings,
    PanesSettings,
    ShellSettings,
    SpoolSettings,
    TerminalSettings,
    TmuxSettings,
    UiSettings,
)
from chloe.errors import ConfigBroken
from chloe.small_files import FileRefused, read_whole

#: What each key of each table takes. A table's class has a field of the same name.
_CHECKS: Mapping[str, Mapping[str, Callable[[object], object]]] = {
    "keys": {
        "release": values.parse_release,
        "leave": values.parse_keys,
        "escape": values.parse_programs,
        "actions": values.parse_action_keys,
    },
    "tmux": {"socket_name": values.parse_socket_name},
    "terminal": {"scrollback": values.make_integer_parser(0, 10_000_000)},
    "ui": {
        "ascii": values.parse_yes_no_auto,
        "list_width": values.parse_list_width,
        "clipboard": values.parse_clipboard_rule,
        "mouse": values.parse_mouse_rule,
        "notifications": values.parse_yes_no,
        "title": values.parse_yes_no,
    },
    "spool": {"pane_cap": values.parse_size, "disk_share": values.parse_share},
    "log": {
        "prune_older_than": values.parse_duration_or_never,
        "prune_over": values.parse_size_or_never,
        "heads_file": values.parse_file_or_none,
    },
    "panes": {"on_exit": values.parse_exit_rule, "grace": values.parse_duration_or_never},
    "shell": {"command": values.parse_command},
}
_TABLES: Mapping[str, type[Any]] = {
    "keys": KeysSettings,
    "tmux": TmuxSettings,
    "terminal": TerminalSettings,
    "ui": UiSettings,
    "spool": SpoolSettings,
    "log": LogSettings,
    "panes": PanesSettings,
    "shell": ShellSettings,
}

#: Bytes of a configuration, of which hundreds are many.
_MAX_BYTES = 64 * 1024
#: Characters of a line: a key of thousands of parts takes tomllib the square of that.
_MAX_LINE = 4_000


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
        what = "names a file of Chloe's own: name another one"
        raise describe_mistakes(config, [(("log", "heads_file"), what)])
    return _with_environment(config, environment)


def describe_mistakes(config: Config, found: Iterable[tuple[tuple[str, ...], str]]) -> ConfigBroken:
    """Return the error for settings that their tables allow and that can't be used all the same."""
    file = config.paths.config_file
    mistakes = Mistakes(file, _read(file, is_named=False))
    for key, what in found:
        mistakes.add(key, what)
    return mistakes.error()


def find_origins(config: Config, environment: Mapping[str, str] = os.environ) -> dict[tuple[str, str], str]:
    """Return where each setting comes from that isn't the default, by table and key: a file and a line, or
    a variable. Raises ``ConfigBroken``."""
    import tomllib

    file = config.paths.config_file
    text = _read(file, is_named=False)
    origins = {
        (table, key): f"{file}, line {find_line(text, (table, key))}"
        for table, content in tomllib.loads(text).items()
        for key in content
    }
    if environment.get("CHLOE_TMUX_SOCKET") is not None:
        origins["tmux", "socket_name"] = "CHLOE_TMUX_SOCKET"
    return origins


def _with_environment(config: Config, environment: Mapping[str, str]) -> Config:
    socket_name = environment.get("CHLOE_TMUX_SOCKET")
    if socket_name is None:
        return config
    try:
        values.parse_socket_name(socket_name)
    except values.InvalidValue as unfit:
        raise ConfigBroken(f"CHLOE_TMUX_SOCKET: {unfit}, not {shorten(socket_name)}") from None
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
        raise ConfigBroken(describe_syntax(error, text, file)) from None
    except (ValueError, RecursionError):
        # A number of thousands of digits, or lists in lists: tomllib doesn't say where.
        raise ConfigBroken(f"{file}: holds a number or a list beyond all bounds: take it out") from None
    tables: dict[str, Any] = {}
    mistakes = Mistakes(file, text)
    for name, content in document.items():
        if name not in _CHECKS:
            mistakes.add_unknown((name,), "there is no such table; allowed are", _CHECKS)
        elif not isinstance(content, dict):
            mistakes.add((name,), f"is a table: write [{name}] on a line of its own")
        else:
            tables[name] = _table(name, content, mistakes)
    if mistakes:
        raise mistakes.error()
    return tables


def _table(name: str, content: Mapping[str, object], mistakes: Mistakes) -> object:
    checks = _CHECKS[name]
    fields: dict[str, object] = {}
    for key, value in content.items():
        if key not in checks:
            mistakes.add_unknown((name, key), f"there is no such key; [{name}] allows", checks)
            continue
        try:
            fields[key] = checks[key](value)
        except values.InvalidValue as unfit:
            mistakes.add((name, key), f"{unfit}, not {shorten(value)}")
    if name == "keys":
        _read_old_release(fields)
    return _TABLES[name](**fields)


def _read_old_release(fields: dict[str, object]) -> None:
    """Have a key that stands under ``release``, as it did before there was ``leave``, mean ``leave``."""
    release, leave = fields.get("release"), fields.get("leave", ())
    if release not in (None, "auto", "esc", "never"):
        assert isinstance(leave, tuple)
        fields["leave"] = tuple(dict.fromkeys((*leave, release)))
