"""Folders as a person writes them: ``~`` for the home folder.

Owns the abbreviation. Must not know any other room, or what is in a folder.
"""

from __future__ import annotations

from pathlib import Path

from chloe.formatting.text import escape_unsafe


def format_folder(path: str, home: str | None = None) -> str:
    """Return a folder as a person writes it, always printable.

    ``home`` is the user's home folder; by default the environment says which that is.
    """
    home = _find_home() if home is None else home
    if home in ("", "/"):
        return escape_unsafe(path)
    return escape_unsafe("~" if path == home else _abbreviate(path, home))


def abbreviate_home(text: str) -> str:
    """Return ``text`` with ``~/`` wherever the path of the home folder stands in it."""
    home = _find_home()
    return text.replace(f"{home}/", "~/") if home not in ("", "/") else text


def _abbreviate(path: str, home: str) -> str:
    return "~" + path[len(home) :] if path.startswith(f"{home}/") else path


def _find_home() -> str:
    try:
        return str(Path.home())
    except (RuntimeError, KeyError):
        return ""  # A user that the password file doesn't know.
