"""What the emulator failed on: the bytes, and how it failed.

Owns the record of such a fault and its wording. Must not know where it is kept or who is told. Law 10: a
program ends nothing but its own pane, whatever it prints and however the emulator fails on it. Its screen
can't be drawn from there on; it runs on, what it prints is recorded, and keys reach it.
"""

from __future__ import annotations

import traceback
from dataclasses import dataclass

#: The most bytes of the stream, and characters of the traceback, that are kept with a fault.
_MAX_BYTES = 256 * 1024
_MAX_TEXT = 16 * 1024


@dataclass(frozen=True, slots=True)
class Fault:
    """The emulator failed while it was ``doing`` something with a pane's stream at ``offset``."""

    #: Where in the pane's stream ``data`` begins.
    offset: int
    #: What was done: "drawn", "resized", "answered", "shown" …
    doing: str
    #: The name of the exception: all that may be told on a screen, since its words may be the program's.
    error: str
    #: The traceback.
    report: str
    #: The bytes it was done with, or the last that were drawn before.
    data: bytes
    #: Whether the screen can't be used any more.
    is_fatal: bool = True
    #: How many lines had left the screen.
    lines: int = 0

    @property
    def sentence(self) -> str:
        """Return what can't be done, and what goes on, for a user; printable, and of Chloe's own words."""
        if not self.is_fatal:
            return f"its screen can't be {self.doing} at byte {self.offset:,} of its output ({self.error})"
        return (
            f"its screen can't be drawn from byte {self.offset:,} of its output on ({self.error}); "
            "what it prints is recorded all the same, and keys reach it"
        )


def make_fault(
    error: Exception, *, offset: int, doing: str, data: bytes = b"", is_fatal: bool = True, lines: int = 0
) -> Fault:
    """Make the record of ``error``."""
    report = f"{type(error).__name__}"
    try:
        report = "".join(traceback.format_exception(error, limit=-20, chain=False))
    except Exception as other:  # An exception's own words may fail, as where memory is short.
        report += f", and its words can't be had: {type(other).__name__}"
    return Fault(
        offset=offset,
        doing=doing,
        error=type(error).__name__,
        # An exception's words may be the program's.
        report="".join(_escape(character) for character in report[-_MAX_TEXT:]),
        data=data[:_MAX_BYTES],
        is_fatal=is_fatal,
        lines=lines,
    )


def _escape(character: str) -> str:
    if character == "\n" or (character.isprintable() and character.isascii()):
        return character
    return (
        character.encode("ascii", "backslashreplace").decode()
        if ord(character) > 127
        else repr(character)[1:-1]
    )
