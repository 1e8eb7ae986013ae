"""The kinds of backend, and the traits of each.

Owns what is declared once a kind: its name in the log, and what is different about its panes. Must not know
how a backend of a kind is made. All floors above ask a pane for a trait. To add a kind, add its row here and
say in ``actors.launcher`` how it is made.
"""

from __future__ import annotations

from collections.abc import Mapping

from chloe.events.traits import Traits

DIRECT, TMUX = "direct", "tmux"

#: Each kind's traits, by its name.
TRAITS: Mapping[str, Traits] = {
    # A PTY of this process: all of it ends with the process, and belongs to it alone.
    DIRECT: Traits(),
    # A holder in a tmux session.
    TMUX: Traits(
        outlives_chloe=True,
        can_detach=True,
        takes_input_from_others=True,
        answers_itself=True,
        recorded_before_start=True,
        has_own_size=True,
        runs_in_session=True,
    ),
}

#: The kinds by what a user asks for: one ends with the Chloe that made it, the other outlives it.
EPHEMERAL, PERSISTENT = DIRECT, TMUX
