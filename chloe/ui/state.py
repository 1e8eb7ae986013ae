"""What views draw from: the projections, what the user selected and read, and how the app looks.

Owns nothing but the bundle, so that a view has one argument. Must not know views, the engine or keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chloe.config.settings import EscapeRule
from chloe.engine import Doing, choose_doing
from chloe.events.panes import Pane
from chloe.events.projections import Projections
from chloe.events.screens import Screens
from chloe.ui.arrangement import Arrangement
from chloe.ui.clipboard import Clipboard
from chloe.ui.glyphs import Glyphs
from chloe.ui.keymap import Keymap
from chloe.ui.messages import Messages
from chloe.ui.panes.live_screens import LiveScreens
from chloe.ui.panes.progress import ProgressTable
from chloe.ui.panes.unread import Unread
from chloe.ui.selection import Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class AppState:
    """The state of one run, to be drawn."""

    projections: Projections
    #: The screens that are shown in place of the projections': as of log and spool.
    ahead: Screens
    #: What each pane's program does, by its id, as of a moment ago.
    doings: Mapping[str, Doing]
    selection: Selection
    unread: Unread
    progress: ProgressTable
    clipboard: Clipboard
    messages: Messages
    screens: LiveScreens
    glyphs: Glyphs
    arrangement: Arrangement
    keymap: Keymap
    #: Columns of the list of panes, at the most.
    list_width: int
    #: The keys that take the keyboard back from a pane whatever its program does, by their names.
    leave: tuple[str, ...]
    #: When Esc does so as well.
    escape_rule: EscapeRule
    #: Where errors are written down.
    log_file: str

    def find_doing(self, pane: Pane) -> Doing | None:
        """Return what the pane's program does, or how it ended; None where nobody has looked yet."""
        return self.doings.get(pane.id) if pane.alive else choose_doing(pane, None, 0)

    def find_folder(self, pane: Pane) -> str:
        """Return the folder of the program in front; else what the pane's shell said, or the first."""
        doing = self.doings.get(pane.id) if pane.alive else None
        screens = self.choose_screens(pane.id)
        said = screens.drawn(pane.id).cwd if pane.id in screens else ""
        return (doing.folder if doing is not None else "") or said or pane.cwd

    def waits(self, pane: Pane) -> bool:
        """Return whether the pane's program certainly waits for its user."""
        doing = self.find_doing(pane)
        return doing is not None and doing.waits

    def wants(self, pane: Pane) -> bool:
        """Return whether the pane wants its user: it waits for him, or rang or ended since it was seen."""
        return self.unread.wants(pane) or self.waits(pane)

    def is_ahead(self, pane: str) -> bool:
        """Return whether what is shown of the pane isn't all in the log, since its recorder is stopped."""
        return pane in self.ahead or pane in self.ahead.broken

    def choose_screens(self, pane: str) -> Screens:
        """Return the screens of which the pane's is shown."""
        return self.ahead if self.is_ahead(pane) else self.projections.screens
