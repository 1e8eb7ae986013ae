"""The engine: Chloe without a face.

``engine`` wires store, actors, backends and projections, starts and stops them; ``live`` is the fold's
live driver: committed records in, changes out. Headless: must not know urwid or click, nor who listens.
"""

from chloe.engine.engine import Engine, running
from chloe.engine.live import Change

__all__ = ["Change", "Engine", "running"]
