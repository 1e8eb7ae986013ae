"""Traits: what differs between panes, whatever their programs run on.

Owns the questions that are asked of a pane in place of its kind. ``chloe.backends.kinds`` answers them, once
a kind; ``Created`` carries the answers, so that a log gives them to readers that don't know the kind.
Must not know kinds.
"""

from __future__ import annotations

from chloe.quick import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """The answers for one pane: those of the plainest, unless they say otherwise."""

    #: Its program runs on when the Chloe that made it ends; a holder records it meanwhile.
    outlives_chloe: bool = False
    #: An instance can let go of it and take it back.
    can_detach: bool = False
    #: It takes keys and sizes from any process, not only from the instance that made it.
    takes_input_from_others: bool = False
    #: What it runs on answers what its program asks of its terminal; else the pane's terminal in Chloe does.
    answers_itself: bool = False
    #: Its ``Created`` is in the log before its program starts; else its program starts first.
    recorded_before_start: bool = False
    #: It keeps its size, in whatever view, until a user types into it; else the view of its owner sizes it.
    has_own_size: bool = False
    #: It runs in a tmux session that is named after it.
    runs_in_session: bool = False


#: The names of all traits, sorted.
NAMES = tuple(sorted(Traits.__dataclass_fields__))


def names_of(traits: Traits) -> list[str]:
    """Return the names of the traits that hold, sorted."""
    return [name for name in NAMES if getattr(traits, name)]
