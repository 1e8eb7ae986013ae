"""What the user decides, and where Chloe keeps things.

Owns the settings with their defaults, the way from ``config.toml`` to frozen dataclasses, and the
folders. Must not know any other room: ``settings`` are the words, ``reading`` checks a file against
them, ``paths`` finds and guards the folders.
"""

from __future__ import annotations

from chloe.config.paths import Paths
from chloe.config.reading import describe_mistakes, find_origins, load
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

__all__ = [
    "Config",
    "KeysSettings",
    "LogSettings",
    "Paths",
    "ShellSettings",
    "SpoolSettings",
    "TerminalSettings",
    "TmuxSettings",
    "UiSettings",
    "describe_mistakes",
    "find_origins",
    "load",
]
