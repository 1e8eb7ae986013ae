"""The engine: Chloe without a face.

``engine`` wires store, actors, backends and projections, starts and stops them; ``live`` is the fold's
live driver: committed records in, changes out. ``keeping`` takes checkpoints of screens and folds single
panes from them, ``past`` gives the lines that no window holds any more. Headless: must
not know urwid or click, nor who listens.
"""

from chloe.actors.preconditions import Refusal, ending, why_not, why_not_type
from chloe.engine.engine import Engine, running
from chloe.engine.live import Change
from chloe.engine.past import Lines

__all__ = ["Change", "Engine", "Lines", "Refusal", "ending", "running", "why_not", "why_not_type"]
