"""The lines at the top and the bottom: tabs and news; hints, messages and trouble.

Owns what stands there and what gives way where it is narrow. Must not know the engine, views or keys.
"""

from __future__ import annotations

from collections.abc import Sequence

from chloe.events.panes import Pane
from chloe.formatting.sizes import format_size_briefly
from chloe.formatting.text import escape_unsafe
from chloe.ui.canvas import Row, make_row, measure_text
from chloe.ui.labels import label_key
from chloe.ui.messages import Message
from chloe.ui.panes.unread import Unread
from chloe.ui.selection import Selection

#: Lines that a message may take.
_MAX_LINES = 3


def draw_header(
    tabs: Sequence[tuple[str, bool]], selection: Selection, unread: Unread, width: int, *, log_size: int
) -> Row:
    """Return the tabs, how the panes of this instance stand, and how large the log is (in bytes).

    A tab is its label, and whether one is in it.
    """
    parts = [("name", " Chloe ")]
    for label, is_current in tabs:
        parts += [("tab on" if is_current else "tab", f" {label} "), ("header", " ")]
    taken = sum(len(text) for _, text in parts)
    news = _summarize(selection, unread, selection.panes)
    size = f"log {format_size_briefly(log_size)}"
    for summary in (f"{news}   {size}" if news else size, news):
        if summary and taken + len(summary) + 2 <= width:
            parts.append(("news", " " * (width - taken - len(summary) - 1) + summary))
            break
    return make_row(parts, width, "header")


def _summarize(selection: Selection, unread: Unread, panes: Sequence[Pane]) -> str:
    detached = sum(
        pane.alive and not selection.is_attached(pane) and not selection.is_foreign(pane) for pane in panes
    )
    ended = sum(not pane.alive for pane in panes)
    unseen = sum(bool(unread.count(pane)) for pane in panes)
    rang = sum(unread.has_rung(pane) for pane in panes)
    counts = ((rang, "rang"), (unseen, "unseen"), (detached, "detached"), (ended, "ended"))
    return ", ".join(f"{count} {word}" for count, word in counts if count)


def draw_footer(
    width: int,
    *,
    trouble: str | None,
    message: Message | None,
    typing_into: str | None,
    may_undo_release: bool,
    release: str,
    hints: Sequence[tuple[str, str]],
) -> list[Row]:
    """Draw the last line: what is wrong, else the last message, else who has the keyboard, else the keys.

    What was said takes more lines where it needs them, up to ``_MAX_LINES``.
    """
    if trouble:
        text = f"{trouble[:1].upper()}{escape_unsafe(trouble[1:])}"
        # A message that ends as a sentence says itself what becomes of keys and output.
        text += "" if text.endswith(".") else ". Keys still pass, and nothing is lost."
        return [make_row([("trouble", f" {line}")], width, "trouble") for line in _wrap(text, width)]
    typing = [("typing", f" keyboard: {escape_unsafe(typing_into)} ")] if typing_into is not None else []
    if message is not None:
        style_name = "error" if message.error else "message"
        taken = sum(measure_text(text) for _, text in typing)
        first, *more = _wrap(escape_unsafe(message.text), width, taken)
        rows: list[Row] = [make_row([*typing, (style_name, f" {first}")], width, "footer")]
        rows += [make_row([(style_name, f" {line}")], width, "footer") for line in more]
        return rows
    if typing_into is not None:
        parts = [*typing, ("key", f" {label_key(release)}"), ("hint", " leaves it")]
        if release == "escape":
            parts += [("key", "  Esc Esc"), ("hint", " is Esc for the program")]
        return [make_row(parts, width, "footer")]
    if may_undo_release:
        return [make_row([("hint", " Esc …")], width, "footer")]
    return [make_row(_fit_hints(hints, width), width, "footer")]


def _wrap(text: str, width: int, taken: int = 0) -> list[str]:
    """Wrap ``text`` with a blank at either side; the first line has ``taken`` columns less."""
    lines = [""]
    room = width - 2 - taken
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if measure_text(longer) <= room or len(lines) == _MAX_LINES:
            lines[-1] = longer
        else:
            lines.append(word)
            room = width - 2
    return lines


def _fit_hints(hints: Sequence[tuple[str, str]], width: int) -> list[tuple[str, str]]:
    """Return as many hints as fit; the last two, help and quit, come before the others."""
    room = width - 1
    kept: list[tuple[str, str]] = []
    for hint in [*hints[-2:], *hints[:-2]]:
        room -= measure_text(" ".join(hint)) + 2
        if room >= 0:
            kept.append(hint)
    parts = [("hint", " ")]
    for key, word in [hint for hint in hints if hint in kept]:
        parts += [("key", key), ("hint", f" {word}  ")]
    return parts
