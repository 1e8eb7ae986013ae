"""The line over a pane on the wall: its signs and name, what shows of it, its title and folder.

Owns what stands there, and what gives way where it is narrow. Must not know where on the wall it is.
"""

from __future__ import annotations

from chloe.events.panes import Pane
from chloe.formatting.folders import format_folder
from chloe.formatting.text import escape_unsafe
from chloe.formatting.times import format_time_briefly
from chloe.ui.canvas import Row, make_row, measure_text
from chloe.ui.card import NOT_LOGGED
from chloe.ui.labels import label_outcome, label_pruning, label_title, name_program
from chloe.ui.panes.pane_view import PaneView
from chloe.ui.signs import DETACHED, WAITS, find_indicator, find_sign
from chloe.ui.state import AppState


def draw_pane_title(
    state: AppState,
    pane: Pane,
    view: PaneView | None,
    width: int,
    *,
    line: str,
    is_typed_into: bool,
    has_list: bool,
) -> Row:
    """Draw it in ``width`` columns of ``line``; ``view`` shows the pane, None where only its title does.

    ``has_list`` says that the list beside it has the pane's signs: then only what is odd has one here.
    """
    on = " on" if is_typed_into else ""
    name = f" {escape_unsafe(pane.name)} "
    indicator = find_indicator(pane, is_attached=state.selection.is_attached(pane))
    parts: list[tuple[str, str]] = [(f"frame{on}", line)]
    doing = state.find_doing(pane)
    sign = find_sign(doing)
    if indicator is not None and (indicator is DETACHED or not has_list):
        parts.append(("list", f" {indicator.draw(state.glyphs)}"))
    if sign is not None and sign is not WAITS and not has_list:
        parts.append((sign.style, f" {sign.draw(state.glyphs)}"))
    parts.append(("title on" if on else "name", name))
    parts += [("scrolled", f" {words} ") for words in _describe_view(state, pane, view)]
    if doing is not None and doing.waits:
        parts.append((WAITS.style, f" {escape_unsafe(doing.program)} {doing.state} "))
    elif not has_list and pane.alive and (program := name_program(pane, doing)):
        parts.append(("title", f" {program} "))
    parts.append(("title", f" {_describe(state, pane, view)} "))
    taken = sum(measure_text(text) for _, text in parts)
    parts.append((f"frame{on}", line * max(width - taken, 0)))
    return make_row(parts, width)


def _describe_view(state: AppState, pane: Pane, view: PaneView | None) -> list[str]:
    """Return what there is to know of what shows: that it is the past, or a part, or not all in the log."""
    said = []
    if view is not None and view.scrolled:
        said.append("line {:,} of {:,}".format(*view.scrolled))
    if pane.pruned and ((view is not None and view.is_first) or not pane.alive):
        said.append(label_pruning(pane))
    if state.is_ahead(pane.id):
        said.append(NOT_LOGGED)
    is_ours = state.selection.is_attached(pane) and len(pane.attached) < 2
    if view is not None and view.terminal is not None and view.hidden != (0, 0) and not is_ours:
        said.append(f"part of {view.terminal.columns}x{view.terminal.rows}")
    return said


def _describe(state: AppState, pane: Pane, view: PaneView | None) -> str:
    about = [format_folder(state.find_folder(pane))]
    terminal = view.terminal if view is not None else None
    if not pane.alive:
        about.insert(0, f"{label_outcome(pane)}, {format_time_briefly(pane.died_at)}")
    elif terminal and (title := label_title(terminal.title, pane)):
        about.insert(0, title)
    return "  ".join(about)
