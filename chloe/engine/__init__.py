"""The engine: Chloe without a face.

``engine`` wires store, actors, backends and projections, starts and stops them; ``fold`` follows the log for
the panes: committed records in, changes out; ``live`` does so for their screens as well. ``patience`` is what
a command has with a log that can't be used. ``keeping`` takes checkpoints of screens and folds single
panes from them, ``past`` gives the lines that no window holds any more, ``ahead`` the screens of panes whose
recorder is stopped. Headless: must not know urwid or click, nor who listens.
"""

from chloe.actors.preconditions import Refusal, ending, why_not, why_not_type
from chloe.engine.engine import Engine, running
from chloe.engine.fold import Change

__all__ = ["Change", "Engine", "Refusal", "ending", "running", "why_not", "why_not_type"]
