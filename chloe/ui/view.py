"""The words of the app: what a view draws, what can be done in it, and which keys ask for that.

Owns ``Slot``, ``Drawn``, ``Action``, ``Binding`` and ``View``. Must not know any one view, the shell, or how
a pane gets its screen: a view draws, and whatever is true of a pane that is shown follows from its slots.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from chloe.engine import Change
from chloe.events.panes import Pane
from chloe.ui.canvas import Row
from chloe.ui.panes.pane_view import PaneView

_Context = TypeVar("_Context")


@dataclass(frozen=True, slots=True)
class Slot:
    """A rectangle that shows one terminal. ``top`` and ``left`` count from 0, in what it was drawn into."""

    pane: str
    top: int
    left: int
    rows: int
    columns: int
    #: Whether it shows the pane as it runs now, for this user: then the pane is marked as read, gets its size
    #: and the mouse. Else it shows the past, or a pane of another instance.
    is_live: bool
    #: What draws it: the rows of the terminal, and how far back the user looks.
    view: PaneView
    #: Rows at its end that something covers.
    covered: int = 0

    def contains(self, column: int, row: int) -> bool:
        """Return whether this place is in the part that nothing covers."""
        inside = 0 <= column - self.left < self.columns
        return inside and 0 <= row - self.top < self.rows - self.covered


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a view looks like: rows, the cursor of a field as (column, row), and where terminals show.

    The first slot is the one that keys mean, unless another has the keyboard.
    """

    rows: Sequence[Row]
    cursor: tuple[int, int] | None = None
    slots: tuple[Slot, ...] = ()


@dataclass(frozen=True, slots=True)
class Action(Generic[_Context]):
    """Something that a user can do.

    ``does`` is a sentence; ``run`` does it; ``why_not`` says why it can't be done now, "" where it can. Both
    are given the context that the action belongs to: its view, or the actions of the whole app.
    """

    id: str
    does: str
    run: Callable[[_Context], None]
    why_not: Callable[[_Context], str]


@dataclass(frozen=True, slots=True)
class Binding:
    """Keys that ask for one action, by its id. ``hint`` is its word in the hint line, "" for none, unless the
    view chooses another."""

    keys: tuple[str, ...]
    action: str
    hint: str = ""


def always(_: object) -> str:
    """Say that nothing stands in the way of an action: the ``why_not`` of what can be done at any time."""
    return ""


class View(Protocol):
    """A place in the app that one can be in, or a box over it.

    A view draws from state and is told of changes. It owns no terminal and asks for no pane. The stack closes
    it once it ``is_done``.
    """

    #: The view's name, unique among views.
    name: ClassVar[str]
    #: The title on its tab, and above its keys in the help; "" leaves them out of the help.
    title: ClassVar[str] = ""
    #: Whether it has a tab of its own, at the top of the window.
    has_tab: ClassVar[bool] = False
    #: Whether it is a box over another view, and takes all keys.
    is_overlay: ClassVar[bool] = False
    #: Whether the global keys hold in it.
    has_global_keys: ClassVar[bool] = False
    bindings: tuple[Binding, ...] = ()
    #: The actions that only this view has; their context is the view.
    actions: ClassVar[tuple[Action[Any], ...]] = ()

    is_done: bool = False

    def draw(self, columns: int, rows: int) -> Drawn:
        """Draw the view in this size. An overlay may take less of it."""

    def on_change(self, change: Change) -> None:
        """Take note of what changed."""
        return

    def label(self) -> str:
        """Return what stands on the view's tab."""
        return self.title

    def choose_hint(self, binding: Binding) -> str:
        """Return the word of a binding in the hint line, as things are now; "" for none."""
        return binding.hint

    def is_bare(self, columns: int) -> bool:
        """Return whether the view takes the line at the top as well, in a window of this width."""
        return False

    def pane_size(self, columns: int, rows: int) -> tuple[int, int] | None:
        """Return the rows and columns that a new pane gets in this view; None where it shows no live ones."""
        return None

    @property
    def pane(self) -> Pane | None:
        """Return the pane that actions mean here."""
        return None

    @property
    def panes(self) -> Sequence[Pane]:
        """Return the panes that actions mean which can be done to several at once."""
        return () if self.pane is None else (self.pane,)

    @property
    def why_no_pane(self) -> str:
        """Return why there is no pane."""
        return ""

    def click(self, column: int, row: int) -> bool:
        """Select what is at this place of the view. Return whether there is something."""
        return False

    def press(self, key: str) -> bool:
        """Take a key that is bound to nothing. Return whether it meant something here."""
        return False

    def paste(self, text: str) -> bool:
        """Take pasted text. Return whether the view has a use for it."""
        return False

    def close(self) -> None:
        """Have the view closed."""
        self.is_done = True
