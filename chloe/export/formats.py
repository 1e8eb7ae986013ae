"""The formats that a pane's log can be exported in.

Owns the table. Must not know how any of them is made.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from typing import TYPE_CHECKING

from chloe.export.lines import encode_lines
from chloe.export.raw import encode_raw
from chloe.export.text import encode_text
from chloe.past.stream import Missing
from chloe.quick import dataclass

if TYPE_CHECKING:
    from chloe.events.faults import Fault
    from chloe.store.extended import RecordSource

#: Gives the file of a pane in pieces, and a ``Missing`` where the log lacks bytes that would be in it. It is
#: given the log, the pane's id, and what takes the faults of the emulator. Raises ``LogUnusable``.
Encoder = Callable[["RecordSource", str, "Callable[[Fault], None]"], AsyncIterator[bytes | Missing]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """What a file may be. ``says`` is what it can say of a pane, for a reader."""

    name: str
    #: How a file's name ends.
    suffix: str
    says: str
    #: Whether it has what a program printed as it is, which could do anything to a terminal.
    is_raw: bool = False
    encode: Encoder


_TABLE = (
    Format(
        name="raw", suffix=".raw", says="the bytes that the program wrote", is_raw=True, encode=encode_raw
    ),
    Format(
        name="text",
        suffix=".txt",
        says="each line a person could have read, once, full-screen programs included",
        encode=encode_text,
    ),
    Format(name="lines", suffix=".lines", says="the lines that the terminal has kept", encode=encode_lines),
)

#: The formats by name; the first is the usual one.
FORMATS: Mapping[str, Format] = {each.name: each for each in _TABLE}
