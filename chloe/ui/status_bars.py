"""The lines at the top and the bottom: tabs and news; hints, messages and trouble.

Owns what stands there and what gives way where it is narrow. Must not know the engine, views or keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chloe.engine import Escape
from chloe.formatting.sizes import format_size_briefly
from chloe.formatting.text import escape_unsafe
from chloe.ui.canvas import Row, fit, make_row, measure, measure_text
from chloe.ui.labels import label_key
from chloe.ui.messages import Message
from chloe.ui.state import AppState

#: Lines that a message may take.
_MAX_LINES = 3
#: Columns that a long word keeps, a path mostly, where a message takes more lines: how the word ends. The way
#: out stands at the message's end.
_LONG_WORD = 24


def draw_header(tabs: Sequence[tuple[str, bool]], state: AppState, width: int, *, log_size: int) -> Row:
    """Return the tabs, how the panes of this instance stand, and how large the log is (in bytes).

    A tab is its label, and whether one is in it.
    """
    parts = [("name", " Chloe ")]
    for label, is_current in tabs:
        parts += [("tab on" if is_current else "tab", f" {label} "), ("header", " ")]
    taken = sum(len(text) for _, text in parts)
    news = _summarize(state)
    size = f"log {format_size_briefly(log_size)}"
    for summary in (f"{news}   {size}" if news else size, news):
        if summary and taken + len(summary) + 2 <= width:
            parts.append(("news", " " * (width - taken - len(summary) - 1) + summary))
            break
    return make_row(parts, width, "header")


def find_tab(header: Row, column: int) -> int | None:
    """Return the place of the tab, from 0, that is drawn at a column of the line at the top."""
    tabs = 0
    for style_name, at in _place_runs(header):
        if style_name in ("tab", "tab on"):
            if column in at:
                return tabs
            tabs += 1
    return None


def find_hinted_key(footer: Row, column: int) -> str:
    """Return the key, as it is written, whose hint is drawn at a column of the last line; "" for none."""
    key = ""
    for (style_name, at), (_, _, text) in zip(_place_runs(footer), footer, strict=True):
        if style_name == "key":
            key = text.decode("utf-8").strip()
        if column in at:
            return key if style_name in ("key", "hint") else ""
    return ""


def _place_runs(row: Row) -> Iterator[tuple[object, range]]:
    """Yield the style of each run, and the columns that it takes."""
    left = 0
    for style_name, _, text in row:
        width = measure(text)
        yield style_name, range(left, left + width)
        left += width


def _summarize(state: AppState) -> str:
    selection, unread, panes = state.selection, state.unread, state.selection.panes
    waiting = sum(map(state.waits, panes))
    detached = sum(
        pane.alive and not selection.is_attached(pane) and not selection.is_foreign(pane) for pane in panes
    )
    ended = sum(not pane.alive for pane in panes)
    unseen = sum(bool(unread.count(pane)) for pane in panes)
    rang = sum(unread.has_rung(pane) for pane in panes)
    counts = (
        (waiting, "waiting"),
        (rang, "rang"),
        (unseen, "unseen"),
        (detached, "detached"),
        (ended, "ended"),
    )
    return ", ".join(f"{count} {word}" for count, word in counts if count)


def draw_footer(
    width: int,
    *,
    trouble: str | None,
    message: Message | None,
    typing_into: str | None,
    escape: Escape | None,
    leave: str,
    advice: tuple[str, str],
    hints: Sequence[tuple[str, str]],
) -> list[Row]:
    """Draw the last line: what is wrong, else the last message, else who has the keyboard, else the keys.

    ``escape`` says whose Esc is in the pane with the keyboard, ``leave`` is the key that always
    takes it back: one of both stands there in any case. ``advice`` is a hint that goes before the others,
    ("", "") for none. What was said takes more lines where it needs them, up to ``_MAX_LINES``.
    """
    typing: list[tuple[str, str]] = []
    way_out: list[tuple[str, str]] = []
    if typing_into is not None:
        typing = [("typing", f" keyboard: {escape_unsafe(typing_into)} ")]
        is_programs = escape is None or escape.is_programs
        way_out = [("key", f" {label_key(leave if is_programs else 'escape')}"), ("hint", " leaves it ")]
    if trouble:
        text = f"{trouble[:1].upper()}{escape_unsafe(trouble[1:])}"
        # A message that ends as a sentence says itself what becomes of keys and output.
        text += "" if text.endswith(".") else ". Keys still pass, and nothing is lost."
        return _draw_lines([], "trouble", text, way_out, width, "trouble")
    if message is not None:
        style_name = "error" if message.error else "message"
        return _draw_lines(typing, style_name, escape_unsafe(message.text), way_out, width, "footer")
    if typing_into is not None:
        return [make_row([*typing, *way_out, *_tell_escape(escape, label_key(leave))], width, "footer")]
    return [make_row(_fit_hints(advice, hints, width), width, "footer")]


def _draw_lines(
    before: Sequence[tuple[str, str]],
    style_name: str,
    text: str,
    after: Sequence[tuple[str, str]],
    width: int,
    rest: str,
) -> list[Row]:
    """Draw a text in as many rows as it takes, with what stands before it, and after it where there is room.

    ``rest`` is the style of what is left of a row.
    """
    lines = _wrap(text, width, sum(measure_text(text) for _, text in before))
    rows = [[(style_name, f" {line}")] for line in lines]
    rows[0] = [*before, *rows[0]]
    taken = sum(measure_text(text) for _, text in [*rows[-1], *after])
    if taken <= width:
        rows[-1] += [(style_name, " "), *after]
    elif len(rows) < _MAX_LINES:
        rows.append(list(after))
    return [make_row(row, width, rest) for row in rows]


def _tell_escape(escape: Escape | None, leave: str) -> list[tuple[str, str]]:
    """Return what there is to know beside: who has Esc and why, or what leaves it as well."""
    if escape is None or escape.is_programs:
        why = f": {escape_unsafe(escape.reason)}" if escape is not None else ""
        return [("key", " Esc"), ("hint", f" is the program's{why}")]
    return [("key", f" {leave}"), ("hint", " leaves whatever runs")]


def _wrap(text: str, width: int, taken: int = 0) -> list[str]:
    """Wrap ``text`` with a blank at either side; the first line has ``taken`` columns less.

    Where it takes too many lines so, long words are cut short.
    """
    words = text.split(" ")
    lines = _fill(words, width, taken)
    if measure_text(lines[-1]) > width - 2:
        lines = _fill([_shorten(word) for word in words], width, taken)
    return lines


def _shorten(word: str) -> str:
    if measure_text(word) <= _LONG_WORD:
        return word
    return fit(word, _LONG_WORD, keep_end=True).decode().rstrip()


def _fill(words: Sequence[str], width: int, taken: int) -> list[str]:
    """Put the words into lines; the last one that there may be takes all that is left."""
    lines = [""]
    room = width - 2 - taken
    for word in words:
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if measure_text(longer) <= room or len(lines) == _MAX_LINES:
            lines[-1] = longer
        else:
            lines.append(word)
            room = width - 2
    return lines


def _fit_hints(
    advice: tuple[str, str], hints: Sequence[tuple[str, str]], width: int
) -> list[tuple[str, str]]:
    """Return as many hints as fit; the last two, help and quit, come before the advice and the others."""
    room = width - 1
    kept: list[tuple[str, str]] = []
    if advice[0]:
        hints = [advice, *hints]
    for hint in [*hints[-2:], *hints[:-2]]:
        room -= measure_text(" ".join(hint)) + 2
        if room >= 0:
            kept.append(hint)
    parts = [("hint", " ")]
    for key, word in [hint for hint in hints if hint in kept]:
        parts += [("key", key), ("hint", f" {word}  ")]
    return parts
