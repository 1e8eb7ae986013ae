"""The log: append-only, one SQLite file, the only truth.

``store`` is the door. Behind it: ``connection`` (SQLite off the loop's thread) and ``schema`` (the
migrations); ``chain`` and ``bodies`` (the form of what is kept); ``appending`` (a transaction) and
``writer`` (when one is made, and what happens while none can be); ``reading`` (pages), ``outline`` (the few
that tell the panes), ``present`` (those of panes that aren't past), ``following`` (every commit in order)
and ``noticing`` (those of other instances); ``checkpoints`` (folded state, derived) and ``wal`` (SQLite's
own file beside); ``weighing`` and ``pruning`` (what may go, and its going); ``integrity`` (whether the
chain holds). ``opening`` puts a damaged log right: ``wreck`` (the rows that are left), ``salvage`` (a new
log of them), ``heads`` (what the end was); ``healing`` does it for files taken away while the log is open.
Must not know backends, actors or the ui.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chloe.store.chain import Head
from chloe.store.store import Store

if TYPE_CHECKING:
    from chloe.store.checkpoints import Checkpoint, Mark
    from chloe.store.integrity import Verdict
    from chloe.store.pruning import Beginning, Cut
    from chloe.store.weighing import Pile

__all__ = ["Beginning", "Checkpoint", "Cut", "Head", "Mark", "Pile", "Store", "Verdict"]


def __getattr__(name: str) -> object:
    """Import what hangs on parts that most commands don't need only when it is asked for."""
    match name:
        case "Checkpoint" | "Mark":
            from chloe.store import checkpoints

            return getattr(checkpoints, name)
        case "Verdict":
            from chloe.store import integrity

            return integrity.Verdict
        case "Beginning" | "Cut":
            from chloe.store import pruning

            return getattr(pruning, name)
        case "Pile":
            from chloe.store import weighing

            return weighing.Pile
    raise AttributeError(f"there is no {name} in the store")
