"""What the log says of the commands that are carried out by recording them."""

from __future__ import annotations

import pytest

from chloe.actors.plain_commands import PlainCommand, fact_of_command
from chloe.errors import UsageError
from chloe.events import commands, facts
from chloe.events.facts import Fact


@pytest.mark.parametrize(
    ("command", "fact"),
    [
        (commands.Rename("p", " build "), facts.Renamed(name="build")),
        (commands.Tag("p", ("a",)), facts.Tagged(tags=("a",))),
        (commands.AssignEscape("p", True), facts.EscapeAssigned(to_program=True)),
        (commands.MarkSeen("p", 7, ended=True), facts.Seen(offset=7, ended=True)),
        (commands.Detach("p", "asked"), facts.Detached(instance="me", reason="asked")),
        (commands.Reattach("p"), facts.Reattached(instance="me")),
    ],
)
def test_each_becomes_its_fact(command: PlainCommand, fact: Fact) -> None:
    assert fact_of_command(command, "me") == fact


def test_a_name_that_can_t_be_is_refused() -> None:
    with pytest.raises(UsageError):
        fact_of_command(commands.Rename("p", " "), "me")
