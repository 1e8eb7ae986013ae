"""A line of text that is edited as readline does, for every box that asks for one.

Owns the editing. Must not know what the text is for, or what else a key means in the box.
"""

from __future__ import annotations

import re

import urwid

from chloe.ui.box import to_urwid_key

#: Columns that urwid lays the line out in, to move in it; it is one line however wide the box.
_WIDTH = 10_000
#: A word, with what stands before it; as a letter or a digit is told from all else.
_NEXT_WORD = re.compile(r"[\W_]*[^\W_]*")


class LineEdit(urwid.Edit):
    """One line. ``press`` takes keys by their own names."""

    def __init__(self, text: str = "") -> None:
        super().__init__(edit_text=text, wrap="clip")
        #: What was cut last.
        self._cut = ""

    def press(self, key: str) -> None:
        """Edit by one key; one that edits nothing does nothing."""
        at, end = self.edit_pos, len(self.edit_text)
        match key:
            case "ctrl+a":
                self.set_edit_pos(0)
            case "ctrl+e":
                self.set_edit_pos(end)
            case "ctrl+b":
                self.set_edit_pos(max(at - 1, 0))
            case "ctrl+f":
                self.set_edit_pos(min(at + 1, end))
            case "alt+b" | "ctrl+left" | "alt+left":
                self.set_edit_pos(self._find_word_before())
            case "alt+f" | "ctrl+right" | "alt+right":
                self.set_edit_pos(self._find_word_end())
            case "ctrl+k":
                self._take(at, end)
            case "ctrl+u":
                self._take(0, at)
            case "ctrl+w":
                self._take(self._find_blank_before(), at)
            case "alt+backspace":
                self._take(self._find_word_before(), at)
            case "alt+d":
                self._take(at, self._find_word_end())
            case "ctrl+d":
                self.set_edit_text(self.edit_text[:at] + self.edit_text[at + 1 :])
            case "ctrl+h":
                self.keypress((_WIDTH,), to_urwid_key("backspace"))
            case "ctrl+y":
                self.insert_text(self._cut)
            case _:
                self.keypress((_WIDTH,), to_urwid_key(key))

    def _take(self, start: int, end: int) -> None:
        """Cut what stands between two places."""
        text = self.edit_text
        if start < end:
            self._cut = text[start:end]
            self.set_edit_text(text[:start] + text[end:])
            self.set_edit_pos(start)

    def _find_word_before(self) -> int:
        """Return where the word begins that the cursor is in or behind."""
        before = self.edit_text[: self.edit_pos][::-1]
        found = _NEXT_WORD.match(before)
        return int(self.edit_pos) - (found.end() if found else 0)

    def _find_word_end(self) -> int:
        """Return where the word ends that the cursor is in or before."""
        found = _NEXT_WORD.match(self.edit_text, self.edit_pos)
        return found.end() if found else int(self.edit_pos)

    def _find_blank_before(self) -> int:
        """Return where the word begins that the cursor is in or behind, as blanks divide words."""
        return str(self.edit_text)[: self.edit_pos].rstrip().rfind(" ") + 1
