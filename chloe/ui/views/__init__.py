"""The views, one file each; none imports another.

Owns the table of them: a new view is a file and a row here. A view's keys and actions stand in its file;
what may be done to a pane, from whatever view, is in ``actions``.
"""

from __future__ import annotations

from chloe.ui.view import View
from chloe.ui.views.confirm import Confirm
from chloe.ui.views.filter import Filter
from chloe.ui.views.help import Help
from chloe.ui.views.history import HistoryList
from chloe.ui.views.instances import Instances
from chloe.ui.views.last_screen import LastScreen
from chloe.ui.views.message_list import MessageList
from chloe.ui.views.palette import Palette
from chloe.ui.views.prompt import Prompt
from chloe.ui.views.switcher import Switcher

#: Every view. Those with a tab have it in this order, and the help has their keys in this order.
VIEWS: tuple[type[View], ...] = (
    Instances,
    Filter,
    Switcher,
    Palette,
    HistoryList,
    LastScreen,
    Help,
    MessageList,
    Confirm,
    Prompt,
)
#: Those with a tab, which are there from the start and are made of the state alone.
TABS: tuple[type[Instances] | type[HistoryList], ...] = (Instances, HistoryList)
