"""Commands that are carried out by recording them: what the log then says.

Owns the fact of each. Must not know the log, or whether a command may be asked (``preconditions``).
"""

from __future__ import annotations

from chloe.actors.preconditions import fit_name, fit_tags
from chloe.events import commands, facts
from chloe.events.facts import Fact

#: The commands that ask for nothing but that something is so from now on.
PlainCommand = (
    commands.Rename
    | commands.Tag
    | commands.AssignEscape
    | commands.MarkSeen
    | commands.Detach
    | commands.Reattach
)


def fact_of_command(command: PlainCommand, instance: str) -> Fact:
    """Return the fact that carries a command out which ``instance`` asks for.

    Raises ``UsageError`` for a name or tags that can't be.
    """
    match command:
        case commands.Rename(name=name):
            return facts.Renamed(name=fit_name(name))
        case commands.Tag(tags=tags):
            return facts.Tagged(tags=fit_tags(tags))
        case commands.AssignEscape(to_program=to_program):
            return facts.EscapeAssigned(to_program=to_program)
        case commands.MarkSeen(offset=offset, ended=ended):
            return facts.Seen(offset=offset, ended=ended)
        case commands.Detach(reason=reason):
            return facts.Detached(instance=instance, reason=reason)
        case commands.Reattach():
            return facts.Reattached(instance=instance)
