"""Control strings: OSC, read into notices.

Owns what each OSC number means (xterm's ctlseqs; OSC 7, 8, 9, 133, 633 and 777 after the terminals that
made them). Must not know the screen: it hands out title, folder and link, and keeps none of them.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from typing import Literal
from urllib.parse import unquote, urlsplit

from chloe.terminal.notices import (
    LARGE,
    ClipboardSet,
    CwdChanged,
    IconNameChanged,
    Notice,
    Notification,
    PaletteRequested,
    Progress,
    PromptMark,
    TitleChanged,
)

#: The most characters of a title, a folder or a notification that are kept.
MAX_TEXT = LARGE
#: The longest address of a hyperlink, as in VTE.
MAX_LINK = 2083

_PROGRESS: dict[str, Literal["none", "normal", "error", "indeterminate", "paused"]] = {
    "0": "none",
    "1": "normal",
    "2": "error",
    "3": "indeterminate",
    "4": "paused",
}
_MARKS: dict[str, Literal["prompt", "input", "output", "finished"]] = {
    "A": "prompt",
    "B": "input",
    "C": "output",
    "D": "finished",
}

#: What ConEmu and Windows Terminal take for other things than a notification: a folder, a prompt, a pause.
_COMMAND = re.compile(r"(?:[1-9]|1[0-2]);|12\Z")

_NUMBER = re.compile(r"-?[0-9]{1,9}")


def read(code: int, value: str) -> list[Notice]:
    """Return the notices that ``OSC code ; value`` stands for; none where it makes no sense."""
    reader = _READERS.get(code)
    return reader(value) if reader else [PaletteRequested(code, value)] if code in _PALETTE else []


def link(value: str) -> str:
    """Return the address in ``OSC 8 ; parameters ; address``; empty where the link ends."""
    address = value.partition(";")[2]
    return address if len(address) <= MAX_LINK else ""


def _both(value: str) -> list[Notice]:
    return [*_icon(value), *_title(value)]


def _icon(value: str) -> list[Notice]:
    return [IconNameChanged(value[:MAX_TEXT])]


def _title(value: str) -> list[Notice]:
    return [TitleChanged(value[:MAX_TEXT])]


def _folder(value: str) -> list[Notice]:
    if value.startswith("/"):
        return [CwdChanged(value[:MAX_TEXT])]
    try:
        address = urlsplit(value)
    except ValueError:
        return []
    if address.scheme != "file" or not address.path:
        return []
    # Not netloc alone: what follows # or ? belongs to the path of a folder named like that.
    path = value.split("/", 3)[3] if value.count("/") >= 3 else ""
    return [CwdChanged(unquote("/" + path, errors="surrogateescape")[:MAX_TEXT], address.netloc[:MAX_TEXT])]


def _notification(value: str) -> list[Notice]:
    if value.startswith("4;"):
        return _progress(value[2:])
    if _COMMAND.match(value):
        return []
    return [Notification(value[:MAX_TEXT])] if value else []


def _progress(value: str) -> list[Notice]:
    state, _, percent = value.partition(";")
    if state not in _PROGRESS:
        return []
    number = _number(percent[:4])
    number = None if number is None or number < 0 else min(number, 100)
    return [Progress(_PROGRESS[state], number if _PROGRESS[state] not in ("none", "indeterminate") else None)]


def _titled_notification(value: str) -> list[Notice]:
    kind, _, rest = value.partition(";")
    title, _, body = rest.partition(";")
    return [Notification(body[:MAX_TEXT], title[:MAX_TEXT])] if kind == "notify" else []


def _clipboard(value: str) -> list[Notice]:
    selection, _, data = value.partition(";")
    if data == "?":
        return [ClipboardSet(selection[:16], None)]
    # xterm clears the selection where that isn't base64.
    return [ClipboardSet(selection[:16], decode_base64(data))]


def decode_base64(text: str) -> bytes:
    """Return the bytes that ``text`` stands for; none where it isn't base64."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _mark(value: str) -> list[Notice]:
    kind, _, rest = value.partition(";")
    if kind not in _MARKS:
        return []
    status = _number(rest.partition(";")[0][:9]) if kind == "D" else None
    return [PromptMark(_MARKS[kind], status)]


def _number(text: str) -> int | None:
    """Return the number that a few ASCII digits stand for; None for anything else.

    Alone, ``int`` also takes other scripts' digits and underscores, and raises on what isn't a number.
    """
    return int(text) if _NUMBER.fullmatch(text) else None


_READERS: dict[int, Callable[[str], list[Notice]]] = {
    0: _both,
    1: _icon,
    2: _title,
    7: _folder,
    9: _notification,
    52: _clipboard,
    133: _mark,
    633: _mark,
    777: _titled_notification,
}
_PALETTE = frozenset((4, 5, 10, 11, 12, 13, 14, 17, 19, 104, 105, 110, 111, 112, 117, 119))
