"""The tab Instances: the list of panes in use, and the selected one's screen beside it.

Owns the layout, the line over the screen, and what stands in place of a screen that isn't shown. Must not
know the engine, or what follows from being shown.
"""

from __future__ import annotations

from dataclasses import dataclass

from chloe.events.panes import Pane
from chloe.formatting.folders import format_folder
from chloe.formatting.text import escape_unsafe
from chloe.formatting.times import format_time_briefly
from chloe.terminal import keys
from chloe.ui.canvas import Cells, Row, Run, make_row, measure_text
from chloe.ui.card import NOT_LOGGED, lay_on_blank, make_fault_card
from chloe.ui.labels import label_action, label_outcome, label_pruning
from chloe.ui.pane_list import NUMBERED, PaneList
from chloe.ui.panes.pane_view import PaneView
from chloe.ui.signs import WAITS
from chloe.ui.state import AppState
from chloe.ui.view import Action, Binding, Drawn, Slot, View, always

#: What the hints say of an ended pane: it can run once more, and there is nothing to type into.
_HINTS_ENDED = {"relaunch": "once more", "type": "", "detach": "", "reattach": ""}
#: In a window of fewer columns there is no room for a list.
_MIN_COLUMNS = 40


@dataclass(frozen=True, slots=True)
class Layout:
    """Who gets how much: the width of the list (0: no list), and the size of the pane's slot."""

    list_width: int
    columns: int
    rows: int


def _make_go_to(number: int) -> Action[Instances]:
    return Action(
        f"instances.go_to_{number}",
        "Go to the pane of this number in the list.",
        lambda view: view.go_to(number),
        lambda view: view.why_not_go_to(number),
    )


class Instances(View):
    """The panes in use."""

    name = "instances"
    title = "Instances"
    has_tab = True
    has_global_keys = True
    bindings: tuple[Binding, ...] = (
        Binding(("c",), "new_direct", "direct"),
        Binding(("t",), "new_tmux", "tmux"),
        Binding(("enter",), "type", "type"),
        Binding(("e",), "send_escape"),
        Binding(("E",), "assign_escape"),
        Binding(("d",), "detach", "detach"),
        Binding(("a",), "reattach", "attach"),
        Binding(("A",), "reattach_all"),
        Binding(("x",), "close", "put away"),
        Binding(("o",), "relaunch"),
        Binding(("r",), "rename"),
        Binding(("R",), "reset_terminal"),
        Binding(("K",), "kill"),
        Binding(("up", "k"), "instances.previous"),
        Binding(("down", "j"), "instances.next"),
        Binding(("z",), "instances.zoom", "zoom"),
        Binding(("page_up",), "instances.page_up"),
        Binding(("page_down",), "instances.page_down"),
        Binding(("home",), "instances.first"),
        Binding(("end",), "instances.last"),
        *(Binding((str(number),), f"instances.go_to_{number}") for number in range(1, NUMBERED + 1)),
        Binding(("/",), "filter"),
        Binding(("s",), "switch", "switch"),
        Binding(("-",), "last_pane"),
        Binding(("w",), "next_wanting"),
        Binding(("shift+page_up",), "scroll_up"),
        Binding(("shift+page_down",), "scroll_down"),
        Binding(("g",), "scroll_top"),
        Binding(("G",), "scroll_bottom"),
    )

    def __init__(self, state: AppState) -> None:
        self._state = state
        self._list = PaneList(state)
        self._screen = PaneView(state.screens)
        leave = tuple(key for name in state.leave for key in keys.list_same_keys(name))
        self.bindings = (Binding(leave, "send_leave"), *self.bindings)
        #: Whether the selected pane has the whole window.
        self.is_zoomed = False

    # What it is to others --------------------------------------------------------------------------

    def label(self) -> str:
        """Return the tab's name and how many panes there are."""
        return f"{self.title} {len(self._state.selection.panes)}"

    def is_bare(self, columns: int) -> bool:
        """Return whether nothing but a pane shows."""
        return self.is_zoomed or columns < _MIN_COLUMNS

    def lay_out(self, columns: int, rows: int) -> Layout:
        """Return who gets how much of this size; a line over the screen says whose it is."""
        if self.is_bare(columns):
            return Layout(0, columns, rows - 1)
        width = min(self._state.list_width, max(columns // 4, 18))
        return Layout(width, columns - width - 1, rows - 1)

    def pane_size(self, columns: int, rows: int) -> tuple[int, int]:
        """Return the rows and columns of the slot."""
        layout = self.lay_out(columns, rows)
        return layout.rows, layout.columns

    @property
    def pane(self) -> Pane | None:
        """The selected pane."""
        return self._state.selection.selected

    @property
    def why_no_pane(self) -> str:
        """How to get a pane."""
        if self._state.selection.filter:
            return "No pane fits the words of the filter: / changes them"
        direct, tmux = (label_action(self.bindings, action) for action in ("new_direct", "new_tmux"))
        return f"There is no pane yet: {direct} opens a direct one, {tmux} a tmux one"

    def choose_hint(self, binding: Binding) -> str:
        """Return the word of a binding: closing ends some panes, and what has ended may run once more."""
        pane = self.pane
        if pane is not None and not pane.alive:
            return _HINTS_ENDED.get(binding.action, binding.hint)
        if binding.action == "close" and pane is not None and not pane.traits.outlives_chloe:
            return "end"
        return binding.hint

    # Drawing ---------------------------------------------------------------------------------------

    def draw(self, columns: int, rows: int) -> Drawn:
        """Draw the list and the selected pane."""
        glyphs = self._state.glyphs
        layout = self.lay_out(columns, rows)
        pane = self.pane
        on = self._style_suffix
        left = layout.list_width + 1 if layout.list_width else 0
        # First the screen: what stands over it depends on what it shows.
        screen, slots = self._draw_screen(pane, layout, left)
        title = self._draw_title(pane, layout.columns)
        if not left:
            return Drawn([title, *screen], slots=slots)
        edge: Run = (f"frame{on}", None, Cells.of(glyphs.vertical, 1))
        corner: Run = (f"frame{on}", None, Cells.of(glyphs.tee, 1))
        listed = self._list.draw(layout.list_width, layout.rows)
        top = self._list.draw_edge(layout.list_width)
        drawn: list[Row] = [[*top, corner, *title]]
        drawn += [[*beside, edge, *row] for beside, row in zip(listed, screen, strict=True)]
        return Drawn(drawn, slots=slots)

    @property
    def _style_suffix(self) -> str:
        """What the styles are called while the pane has the keyboard."""
        return " on" if self._state.selection.is_typing else ""

    def _draw_title(self, pane: Pane | None, width: int) -> Row:
        on = self._style_suffix
        line = self._state.glyphs.horizontal
        if pane is None:
            return make_row([("frame", line * width)], width)
        name = f" {escape_unsafe(pane.name)} "
        if pane.alive and pane.traits.can_detach and not self._state.selection.is_attached(pane):
            name = f" {self._state.glyphs.detached}{name}"
        parts: list[tuple[str, str]] = [(f"frame{on}", line), ("title on" if on else "name", name)]
        scrolled = self._screen.scrolled
        if scrolled:
            parts.append(("scrolled", f" line {scrolled[0]:,} of {scrolled[1]:,} "))
        if pane.pruned and (self._screen.is_first or not pane.alive):
            parts.append(("scrolled", f" {label_pruning(pane)} "))
        if self._state.is_ahead(pane.id):
            parts.append(("scrolled", f" {NOT_LOGGED} "))
        if part := self._label_part(pane):
            parts.append(("scrolled", f" {part} "))
        doing = self._state.find_doing(pane)
        if doing is not None and doing.waits:
            parts.append((WAITS.style, f" {escape_unsafe(doing.program)} {doing.state} "))
        terminal = self._screen.terminal
        about = [format_folder(self._state.find_folder(pane))]
        if not pane.alive:
            about.insert(0, f"{label_outcome(pane)}, {format_time_briefly(pane.died_at)}")
        elif terminal and terminal.title and terminal.title != pane.name:
            about.insert(0, escape_unsafe(terminal.title))
        parts.append(("title", f" {'  '.join(about)} "))
        taken = sum(measure_text(text) for _, text in parts)
        parts.append((f"frame{on}", line * max(width - taken, 0)))
        return make_row(parts, width)

    def _label_part(self, pane: Pane) -> str:
        """Return what is said where another Chloe made the pane larger than it shows here."""
        terminal, hidden = self._screen.terminal, self._screen.hidden
        is_ours = self._state.selection.is_attached(pane) and len(pane.attached) < 2
        if terminal is None or hidden == (0, 0) or is_ours:
            return ""
        return f"part of {terminal.columns}x{terminal.rows}"

    def _draw_screen(
        self, pane: Pane | None, layout: Layout, left: int
    ) -> tuple[list[Row], tuple[Slot, ...]]:
        screens = self._state.choose_screens(pane.id if pane is not None else "")
        slots: tuple[Slot, ...] = ()
        if pane is not None:
            # What has ended shows as it is now, to whoever looks at it.
            live = self._state.selection.is_attached(pane) or not pane.alive
            slots = (Slot(pane.id, 1, left, layout.rows, layout.columns, live, self._screen),)
        terminal = screens.drawn(pane.id) if pane is not None and pane.id in screens else None
        self._screen.show(terminal)
        rows = self._screen.draw(layout.columns, layout.rows)
        return rows if terminal else lay_on_blank(self._make_card(pane), rows, layout.columns), slots

    def _make_card(self, pane: Pane | None) -> list[tuple[str, str]]:
        if pane is None:
            return []
        fault = self._state.choose_screens(pane.id).broken.get(pane.id)
        if fault is not None:
            return [("name", escape_unsafe(pane.name)), ("card", ""), *make_fault_card(fault, pane)]
        return [("card dim", "reading what it printed …")]

    # What one can do in it -------------------------------------------------------------------------

    def zoom(self) -> None:
        """Give the selected pane the whole window, or take it back."""
        self.is_zoomed = not self.is_zoomed

    def select_previous(self) -> None:
        """Select the pane above."""
        self._state.selection.step(-1, wraps=True)

    def select_next(self) -> None:
        """Select the pane below."""
        self._state.selection.step(1, wraps=True)

    # While the user looks back in what the pane printed, these go on there.

    def page_up(self) -> None:
        """Go a page up."""
        if self._screen.scrolled:
            self._screen.scroll_page(1)
        else:
            self._state.selection.step(-self._list.page)

    def page_down(self) -> None:
        """Go a page down."""
        if self._screen.scrolled:
            self._screen.scroll_page(-1)
        else:
            self._state.selection.step(self._list.page)

    def go_to_first(self) -> None:
        """Go to the first pane, or the first line."""
        if self._screen.scrolled:
            self._screen.scroll_to_top()
        else:
            self.go_to(1)

    def go_to_end(self) -> None:
        """Go to the last pane, or to the screen as it is now."""
        if self._screen.scrolled:
            self._screen.scroll_to_bottom()
        else:
            self.go_to(len(self._state.selection.listed))

    def go_to(self, number: int) -> None:
        """Select the pane of this number in the list."""
        self._state.selection.select(self._state.selection.listed[number - 1].id)

    def why_not_go_to(self, number: int) -> str:
        """Return why no pane has this number."""
        count = len(self._state.selection.listed)
        return "" if number <= count else f"There is no pane {number}: the list has {count}"

    actions = (
        Action(
            "instances.previous", "Select the pane above; from the first, the last.", select_previous, always
        ),
        Action("instances.next", "Select the pane below; from the last, the first.", select_next, always),
        Action(
            "instances.page_up", "Go a page up in the list, or back while you look back.", page_up, always
        ),
        Action(
            "instances.page_down", "Go a page down in the list, or on while you look back.", page_down, always
        ),
        Action(
            "instances.first", "Go to the first pane or line.", go_to_first, lambda it: it.why_not_go_to(1)
        ),
        Action("instances.last", "Go to the last pane or line.", go_to_end, lambda it: it.why_not_go_to(1)),
        *(_make_go_to(number) for number in range(1, NUMBERED + 1)),
        Action("instances.zoom", "Give the selected pane the whole window, or take it back.", zoom, always),
    )
