"""The log: append-only, one SQLite file, the only truth.

``store`` is the door. Behind it:

- ``connection`` (SQLite off the loop's thread), ``migrations`` and ``schema`` (what makes a file a log),
  ``drift`` (a schema that isn't ours), ``opening`` (the order of it all), ``log_lock`` (who else has it
  open), ``upgrading`` (an older one brought up to date);
- ``chain`` and ``bodies`` (the form of what is kept), ``packing`` (bodies on their way into the log, output
  in series), ``unpacking`` and ``series`` (bodies of series on their way out);
- ``appending`` (a transaction), ``writer`` (when one is made, and what happens while none can be),
  ``side_transaction`` (one without records), ``write_lock`` (the lock among instances), ``readonly`` (a log
  that isn't written), ``unwritable`` (why it can't be), ``untouched`` (how it is read then), ``reserve``
  (room to prune it on a full disk);
- ``reading`` (pages), ``outline`` (the few records that tell the panes), ``present`` (those of panes that
  aren't past), ``extended`` (a log with records that aren't in it yet), ``inspection`` (without opening it
  for work);
- ``following`` (every commit in order), ``change_watch`` (those of other instances);
- ``checkpoints`` (folded state, derived), ``wal`` (SQLite's own file beside), ``heads`` (what the end was);
- ``prune_plan`` and ``pruning`` (what may go, and its going);
- ``integrity`` (whether the chain holds), ``series_walk`` (and the bodies in series), ``repair`` (what is
  done where they don't);
- ``ranges`` (sets of seqs), ``seeking`` (which record stands last at a time), ``limits`` (of this process).

Must not know backends, actors or the ui.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chloe.store.chain import Head
from chloe.store.store import Store

if TYPE_CHECKING:
    from chloe.store.checkpoints import Checkpoint, CheckpointRef
    from chloe.store.integrity import Verdict
    from chloe.store.prune_plan import PruneRange
    from chloe.store.pruning import FoldStart, PruneCut

__all__ = ["Checkpoint", "CheckpointRef", "FoldStart", "Head", "PruneCut", "PruneRange", "Store", "Verdict"]


def __getattr__(name: str) -> object:
    """Import a name only when it is asked for, where most commands don't need it."""
    match name:
        case "Checkpoint" | "CheckpointRef":
            from chloe.store import checkpoints

            return getattr(checkpoints, name)
        case "Verdict":
            from chloe.store import integrity

            return integrity.Verdict
        case "FoldStart" | "PruneCut":
            from chloe.store import pruning

            return getattr(pruning, name)
        case "PruneRange":
            from chloe.store import prune_plan

            return prune_plan.PruneRange
    raise AttributeError(f"there is no {name} in the store")
