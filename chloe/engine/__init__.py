"""The engine: Chloe without a face.

``opening`` wires store, actors, backends and projections, starts and stops them; ``engine`` is what all of
them are asked through. ``foothold`` opens the log, and says that the instance lives. ``fold`` follows the
log for the panes: committed records in, changes out. ``live`` does so for their screens as well. ``loading``
folds the screen of a single pane. ``ahead`` keeps the screens of panes whose recorder is stopped, and
``recording_watch`` finds those panes. ``asked_modes`` is what a program asked of its terminal, without a
screen that is followed. ``queues`` is how much waits where. ``fault_files`` keeps what the emulator failed
on, ``user_colours`` what the user's terminal looks like. ``patience`` ends a command whose log can't be
used; ``stopping`` hands leases over when it is stopped. Headless: must not know urwid or click, nor who
listens.
"""

from chloe.actors.preconditions import Refusal, ending, why_not, why_not_type
from chloe.actors.queues import ActorQueues
from chloe.actors.states.doing import Doing, choose_doing
from chloe.actors.states.escape import Escape, choose_escape
from chloe.backends.evidence import ProgramEvidence
from chloe.backends.kinds import EPHEMERAL, PERSISTENT
from chloe.engine.engine import Engine
from chloe.engine.fold import Change
from chloe.engine.opening import open_engine
from chloe.engine.queues import Queues

__all__ = [
    "EPHEMERAL",
    "PERSISTENT",
    "ActorQueues",
    "Change",
    "Doing",
    "Engine",
    "Escape",
    "ProgramEvidence",
    "Queues",
    "Refusal",
    "choose_doing",
    "choose_escape",
    "ending",
    "open_engine",
    "why_not",
    "why_not_type",
]
