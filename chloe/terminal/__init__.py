"""The emulator: a program's bytes in; grid, replies, notices and modes out; key names to bytes.

Usable alone, as a library; it does no I/O, and no input makes it raise.

>>> from chloe.terminal import Terminal
>>> terminal = Terminal(24, 80)
>>> terminal.feed(b"\\x1b[31mred\\x1b[0m and plain")
>>> [(run.text.strip(), run.attributes.foreground) for run in terminal.line(0)]
[('red', 1), ('and plain', None)]

The rooms, lowest first:

``pens``, ``sgr``           what a cell looks like; select graphic rendition
``unicode_table``           what Unicode says of characters
``widths``, ``clusters``    how many cells a character takes; more than one code point in a cell
``rows``, ``runs``          a line of cells; how a painter sees it
``logical``, ``blocks``     lines whatever the width; packed
``window``, ``scrollback``  the lines that left the screen: those that are kept; how they come and go
``tabs``, ``titles``        tab stops; what a program calls its window
``canvas``                  rows, cursor, margins, pen: the state that operations share
``drawing``, ``editing``, ``rectangles``, ``movement``, ``switching``, ``replies``   the operations, by
                            pyte's names
``answers``, ``colours``    what a terminal answers, in Chloe and in a holder; the user's own colours
``left_behind``             what ends that a killed program left behind, as bytes
``tokens``, ``strings``     bytes to sequences; control strings to ``notices``
``sequences``, ``interpreter``   the names of operations; sequences to operations
``flood``                   what scrolls through unseen, without being drawn
``observing``               what somebody is told who follows the rows, and how he reads them
``resizing``, ``snapshot``  another size; what a terminal is, comparable
``repaint``, ``state``      the screen as sequences for any terminal; the complete state for one of ours
``terminal``                the public face
``watchdog``                bounds of time and memory for a piece of the emulator's work
``keys``                    key names, paste, mouse and focus to bytes, under the modes in force
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chloe.terminal import keys
    from chloe.terminal.modes import Modes
    from chloe.terminal.notices import (
        Bell,
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
    from chloe.terminal.pens import Attributes
    from chloe.terminal.runs import Run
    from chloe.terminal.scrollback import Scrollback
    from chloe.terminal.snapshot import SeenRow, Snapshot
    from chloe.terminal.state import EMULATOR, StateUnusable
    from chloe.terminal.terminal import Cursor, Terminal
    from chloe.terminal.watchdog import OutOfBounds, within_bounds

__all__ = [
    "EMULATOR",
    "Attributes",
    "Bell",
    "ClipboardSet",
    "Cursor",
    "CwdChanged",
    "IconNameChanged",
    "Modes",
    "Notice",
    "Notification",
    "OutOfBounds",
    "PaletteRequested",
    "Progress",
    "PromptMark",
    "Run",
    "Scrollback",
    "SeenRow",
    "Snapshot",
    "StateUnusable",
    "Terminal",
    "TitleChanged",
    "keys",
    "within_bounds",
]

_NOTICES = frozenset(
    {
        "Bell",
        "ClipboardSet",
        "CwdChanged",
        "IconNameChanged",
        "Notice",
        "Notification",
        "PaletteRequested",
        "Progress",
        "PromptMark",
        "TitleChanged",
    }
)


def __getattr__(name: str) -> object:
    """Import a part when it is asked for: who wants to know what size a terminal may have draws nothing."""
    if name in _NOTICES:
        from chloe.terminal import notices

        return getattr(notices, name)
    match name:
        case "Cursor" | "Terminal":
            from chloe.terminal import terminal

            return getattr(terminal, name)
        case "Attributes":
            from chloe.terminal.pens import Attributes

            return Attributes
        case "EMULATOR" | "StateUnusable":
            from chloe.terminal import state

            return getattr(state, name)
        case "Modes":
            from chloe.terminal.modes import Modes

            return Modes
        case "Run":
            from chloe.terminal.runs import Run

            return Run
        case "Scrollback":
            from chloe.terminal.scrollback import Scrollback

            return Scrollback
        case "SeenRow" | "Snapshot":
            from chloe.terminal import snapshot

            return getattr(snapshot, name)
        case "OutOfBounds" | "within_bounds":
            from chloe.terminal import watchdog

            return getattr(watchdog, name)
    raise AttributeError(f"there is no {name} in the terminal")
