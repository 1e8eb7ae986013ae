"""What stands over the window for a while and has the keys meanwhile: a question, a field, a text.

Owns their form and their keys. Must not know what an answer is for: it is passed on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import urwid

from chloe.ui.glyphs import Glyphs
from chloe.ui.keymap import KEYMAPS, shown
from chloe.ui.messages import Message
from chloe.ui.words import moment, printable

#: A text and its look.
Part = tuple[str, str]
#: Columns of the left of two columns.
_LEFT = 19

#: Characters of a paste that a line takes: more than a name may have.
_MAX_PASTED = 1000

#: Our names of keys that urwid's widgets call something else.
_URWID_KEYS = {"page_up": "page up", "page_down": "page down"}


def urwid_key(key: str) -> str:
    """A key as urwid's widgets know it."""
    *modifiers, last = key.split("+") if len(key) > 1 else [key]
    names = ["meta" if modifier == "alt" else modifier for modifier in modifiers]
    return " ".join([*names, _URWID_KEYS.get(last, last)])


class Dialog:
    """A box over the window. ``press`` says whether it is done."""

    def __init__(self, title: str, body: urwid.Widget, glyphs: Glyphs, *, columns: int, rows: int) -> None:
        self._title = title
        self._columns = columns
        self._rows = rows
        self._glyphs = glyphs
        self.body = body

    def over(self, below: urwid.Widget, size: tuple[int, int]) -> urwid.Widget:
        """This dialog in the middle of ``below``, as large as ``size`` (columns, rows) allows."""
        columns, rows = size
        glyphs = self._glyphs
        box = urwid.LineBox(
            urwid.AttrMap(urwid.Padding(self.body, left=1, right=1), "dialog"),
            title=self._title,
            title_attr="dialog frame",
            tlcorner=glyphs.corners[0],
            trcorner=glyphs.corners[1],
            blcorner=glyphs.corners[2],
            brcorner=glyphs.corners[3],
            tline=glyphs.horizontal,
            bline=glyphs.horizontal,
            lline=glyphs.vertical,
            rline=glyphs.vertical,
        )
        return urwid.Overlay(
            urwid.AttrMap(box, "dialog frame", "dialog frame"),
            below,
            "center",
            min(self._columns, columns),
            "middle",
            min(self._rows, rows),
        )

    def press(self, key: str) -> bool:
        """A key was pressed. Whether the dialog is done."""
        raise NotImplementedError

    def paste(self, text: str) -> None:
        """Text was pasted; only a field takes it."""


class Confirm(Dialog):
    """A question that is answered with y or n."""

    def __init__(self, title: str, text: str, glyphs: Glyphs, agreed: Callable[[], None]) -> None:
        answers = [("key", "y"), ("dialog dim", " yes   "), ("key", "n"), ("dialog dim", " no")]
        body = urwid.Pile(
            [("pack", urwid.Text(printable(text))), urwid.SolidFill(" "), ("pack", urwid.Text(answers))]
        )
        columns = min(max(len(text) + 6, 30), 64)
        super().__init__(title, body, glyphs, columns=columns, rows=5 + len(text) // (columns - 6))
        self._agreed = agreed

    def press(self, key: str) -> bool:
        """``y`` agrees, ``n`` and Esc don't; Enter is no answer, since it is typed by habit."""
        if key in ("y", "Y"):
            self._agreed()
            return True
        return key in ("n", "N", "esc", "q", "ctrl+c")


class Prompt(Dialog):
    """A line to fill in."""

    def __init__(self, title: str, text: str, glyphs: Glyphs, entered: Callable[[str], None]) -> None:
        self._edit = urwid.Edit(edit_text=text, wrap="clip")
        keys = [("key", "Enter"), ("dialog dim", " done   "), ("key", "Esc"), ("dialog dim", " never mind")]
        body = urwid.Pile(
            [
                ("pack", urwid.AttrMap(self._edit, "field")),
                urwid.SolidFill(" "),
                ("pack", urwid.Text(keys)),
            ]
        )
        super().__init__(title, body, glyphs, columns=52, rows=5)
        self._entered = entered

    def press(self, key: str) -> bool:
        """Enter takes the text, Esc doesn't; the rest edits it."""
        if key == "enter":
            self._entered(self._edit.edit_text)
            return True
        if key in ("esc", "ctrl+c"):
            return True
        if key == "ctrl+u":
            self._edit.set_edit_text("")
        else:
            self._edit.keypress((46,), urwid_key(key))
        return False

    def paste(self, text: str) -> None:
        """Put the text in, on one line."""
        self._edit.insert_text(printable(" ".join(text[:_MAX_PASTED].split())))


class TextPage(Dialog):
    """A text to read, which may be longer than the window. A line is a text, or two columns."""

    def __init__(self, title: str, lines: Sequence[str | tuple[Part, Part]], glyphs: Glyphs) -> None:
        rows = [_line(line) for line in lines]
        self._list = urwid.ListBox(urwid.SimpleFocusListWalker(rows))
        height = sum(row.rows((72,)) for row in rows)
        super().__init__(title, self._list, glyphs, columns=76, rows=height + 2)
        self._size = (72, 20)

    def over(self, below: urwid.Widget, size: tuple[int, int]) -> urwid.Widget:
        """As of any dialog, and remembered: how far one can scroll depends on it."""
        self._size = (max(min(self._columns, size[0]) - 4, 1), max(min(self._rows, size[1]) - 2, 1))
        return super().over(below, size)

    def press(self, key: str) -> bool:
        """Arrows and pages scroll; any key that closes things closes it."""
        turned = {"k": "up", "j": "down", " ": "page_down", "b": "page_up", "g": "home", "G": "end"}.get(
            key, key
        )
        if turned in ("up", "down", "page_up", "page_down", "home", "end"):
            self._list.keypress(self._size, urwid_key(turned))
            return False
        return turned in ("esc", "q", "enter", "?", "m", "ctrl+c")


def _line(line: str | tuple[Part, Part]) -> urwid.Text | urwid.Columns:
    if isinstance(line, str):
        return urwid.Text(("name", line))
    (left, first), (right, second) = line
    return urwid.Columns([(_LEFT, urwid.Text((left, first))), urwid.Text((right, second))], dividechars=1)


def help_page(release: str, glyphs: Glyphs) -> TextPage:
    """Every key, from the keymap."""
    lines: list[str | tuple[Part, Part]] = []
    for words, keymap in KEYMAPS:
        lines.append(words)
        if words.startswith("While"):
            lines.append(_key_line(release, "Take the keyboard back."))
        lines += [_key_line("  ".join(map(shown, binding.keys)), binding.does) for binding in keymap]
        if words.startswith("While"):
            lines.append(
                _key_line("Mouse", "The program's if it asks for it; Shift-drag selects in most terminals.")
            )
        lines.append("")
    lines.append("In the list")
    for sign, means in (
        (glyphs.attached, "Attached to its tmux session."),
        (glyphs.detached, "Detached: it runs on in the background."),
        (glyphs.ended, "Ended."),
        ("+12K", "Printed so many bytes since you saw it last."),
        (glyphs.bell, "Its bell rang."),
    ):
        lines.append(_key_line(sign, means))
    return TextPage("Keys", lines, glyphs)


def _key_line(keys: str, does: str) -> tuple[Part, Part]:
    return ("key", " " + keys), ("dialog", does)


def message_page(messages: Sequence[Message], log_file: str, glyphs: Glyphs) -> TextPage:
    """What was said, the latest first."""
    lines: list[str | tuple[Part, Part]] = [
        (
            ("dialog dim", " " + moment(message.at)),
            ("error" if message.error else "dialog", printable(message.text)),
        )
        for message in messages
    ]
    lines += [
        "" if lines else "Nothing yet.",
        (("dialog dim", " Errors are in"), ("dialog", printable(log_file))),
    ]
    return TextPage("Messages", lines, glyphs)
