"""Which pane the app had selected when it ended, kept in the home for the next one.

Owns the file ``selected``, which is input when it is read. Must not know how panes are selected.
"""

from __future__ import annotations

import logging
from pathlib import Path

from chloe.events.ids import is_id
from chloe.small_files import read_whole, replace_file

_log = logging.getLogger("chloe.ui")

#: Bytes of the file at most: an id and the end of its line.
_LIMIT = 64


def load_selected(home: Path) -> str:
    """Return the id of the pane that was selected; "" where none is known."""
    try:
        text = read_whole(home / "selected", _LIMIT, follow=False).decode("ascii", "replace").strip()
    except OSError:
        return ""
    return text if is_id(text) else ""


def keep_selected(home: Path, pane: str) -> None:
    """Keep the id of the selected pane, unless it is kept already; where the home can't be written, don't."""
    if pane == load_selected(home):
        return
    try:
        replace_file(home / "selected", f"{pane}\n".encode())
    except OSError as error:
        _log.debug("which pane is selected can't be kept: %s", error.strerror)
