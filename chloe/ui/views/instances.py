"""The tab Instances: the list of panes in use, and the wall of those around the selected one beside it.

Owns who of both gets how much room, and the keys. Must not know the engine, or what follows from being shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chloe.events.panes import Pane
from chloe.terminal import keys
from chloe.ui.arranging import ACTIONS as ARRANGING
from chloe.ui.arranging import BINDINGS as ARRANGING_KEYS
from chloe.ui.arranging import Arranger
from chloe.ui.canvas import Cells, Row, Run
from chloe.ui.labels import label_action
from chloe.ui.pane_list import NUMBERED, PaneList
from chloe.ui.state import AppState
from chloe.ui.view import Action, Binding, Drawn, View, always
from chloe.ui.wall import Wall

#: What the hints say of an ended pane: it can run once more, and there is nothing to type into.
_HINTS_ENDED = {"relaunch": "once more", "type": "", "detach": "", "reattach": ""}
#: In a window of fewer columns there is no room for a list.
_MIN_COLUMNS = 40
#: Columns of a list that the configuration gives no room, where a key shows it.
_LIST_WIDTH = 48


@dataclass(frozen=True, slots=True)
class Split:
    """Who gets how much: the columns of the list (0: no list), and those of the wall."""

    list_width: int
    wall_width: int


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
        *ARRANGING_KEYS,
        Binding(("z",), "instances.zoom", "zoom"),
        Binding(("page_up",), "instances.page_up"),
        Binding(("page_down",), "instances.page_down"),
        Binding(("home",), "instances.first"),
        Binding(("end",), "instances.last"),
        *(Binding((str(number),), f"instances.go_to_{number}") for number in range(1, NUMBERED + 1)),
        Binding(("space",), "mark"),
        Binding(("*",), "mark_all"),
        Binding(("+",), "mark_some"),
        Binding(("U",), "unmark_all"),
        Binding(("b",), "type_text"),
        Binding(("C",), "close_ended"),
        Binding(("u",), "undo_close"),
        Binding(("T",), "tag"),
        Binding(("M",), "group"),
        Binding(("O",), "set_exit_rule"),
        Binding(("f",), "fold"),
        Binding(("F",), "fold_all"),
        Binding(("S",), "sort"),
        Binding(("/",), "filter"),
        Binding(("s",), "switch"),
        Binding(("-",), "last_pane"),
        Binding(("w",), "next_wanting"),
        Binding(("shift+page_up",), "scroll_up"),
        Binding(("shift+page_down",), "scroll_down"),
        Binding(("g",), "scroll_top"),
        Binding(("G",), "scroll_bottom"),
        Binding(("escape",), "go_back"),
    )

    def __init__(self, state: AppState) -> None:
        self._state = state
        self._list = PaneList(state)
        self._wall = Wall(state)
        self.arranger = Arranger(state)
        leave = tuple(key for name in state.leave for key in keys.list_same_keys(name))
        self.bindings = (Binding(leave, "send_leave"), *self.bindings)
        #: Whether the selected pane has the whole window.
        self.is_zoomed = False
        #: Who got how much when it was drawn last.
        self._split = Split(0, 0)

    # What it is to others --------------------------------------------------------------------------

    def label(self) -> str:
        """Return the tab's name and how many panes there are."""
        return f"{self.title} {len(self._state.selection.panes)}"

    def is_bare(self, columns: int) -> bool:
        """Return whether nothing but a pane shows."""
        return self.is_zoomed or columns < _MIN_COLUMNS

    def split(self, columns: int) -> Split:
        """Return who gets how much of this width."""
        if self.is_bare(columns) or not self._state.arrangement.has_list:
            return Split(0, columns)
        width = min(self._state.list_width or _LIST_WIDTH, max(columns // 4, 18))
        return Split(width, columns - width - 1)

    def pane_size(self, columns: int, rows: int) -> tuple[int, int]:
        """Return the rows and columns of the slot that a new pane gets."""
        return self._wall.find_size_of_new(rows, self.split(columns).wall_width, alone=self.is_zoomed)

    @property
    def pane(self) -> Pane | None:
        """Return the selected pane."""
        return self._state.selection.selected

    @property
    def panes(self) -> Sequence[Pane]:
        """Return the marked panes, else the selected one, or all of its group where that is folded up."""
        return self._state.selection.targets

    @property
    def why_no_pane(self) -> str:
        """Return how to get a pane."""
        if self._state.selection.filter:
            return "No pane fits the words of the filter: / changes them"
        direct, tmux = (
            label_action(self._state.keymap.list(self), action) for action in ("new_direct", "new_tmux")
        )
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
        """Draw the list and the wall."""
        self._split = split = self.split(columns)
        has_list = split.list_width > 0
        wall = self._wall.draw(rows, split.wall_width, alone=self.is_zoomed, has_list=has_list)
        if not has_list:
            return Drawn(wall.rows, slots=wall.slots)
        glyphs = self._state.glyphs
        on = " on" if self._state.selection.is_typing else ""
        edge, corner, tee = (
            (f"frame{on}", None, Cells.of(glyph, 1))
            for glyph in (glyphs.vertical, glyphs.tee, glyphs.left_tee)
        )
        listed = [self._list.draw_edge(split.list_width), *self._list.draw(split.list_width, rows - 1)]
        edges: list[Run] = [corner, *(tee if row in wall.titles else edge for row in range(1, rows))]
        drawn: list[Row] = [
            [*beside, edge, *row] for beside, edge, row in zip(listed, edges, wall.rows, strict=True)
        ]
        left = split.list_width + 1
        return Drawn(drawn, slots=tuple(replace(slot, left=slot.left + left) for slot in wall.slots))

    def click(self, column: int, row: int) -> bool:
        """Select the pane at this place, in the list or on the wall."""
        width = self._split.list_width
        left = width + 1 if width else 0
        is_listed = column < width
        pane = self._list.find_at(row - 1) if is_listed else self._wall.find_at(column - left, row)
        if pane is not None:
            self._state.selection.select(pane.id)
        return pane is not None

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
        if self._wall.view.scrolled:
            self._wall.view.scroll_page(1)
        else:
            self._state.selection.step(-self._list.page)

    def page_down(self) -> None:
        """Go a page down."""
        if self._wall.view.scrolled:
            self._wall.view.scroll_page(-1)
        else:
            self._state.selection.step(self._list.page)

    def go_to_first(self) -> None:
        """Go to the first pane, or the first line."""
        if self._wall.view.scrolled:
            self._wall.view.scroll_to_top()
        else:
            self.go_to(1)

    def go_to_end(self) -> None:
        """Go to the last pane, or to the screen as it is now."""
        if self._wall.view.scrolled:
            self._wall.view.scroll_to_bottom()
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
        *ARRANGING,
        Action("instances.zoom", "Give the selected pane the whole window, or take it back.", zoom, always),
    )
