"""Never a traceback, and never a fault, wherever a command is started: each place once, each command once.

``make hostile`` runs every command in every place.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chloe.cli.root import COMMANDS
from tests.hostile import surroundings
from tests.hostile.surroundings import PLACES, Surroundings


@pytest.fixture(scope="module")
def made() -> Iterator[Surroundings]:
    found = Surroundings()
    yield found
    found.close()


@pytest.mark.parametrize("number", range(len(PLACES)), ids=list(PLACES))
def test_a_command_in_an_odd_place_does_what_is_right_or_says_why_not(
    made: Surroundings, number: int
) -> None:
    place = list(PLACES)[number]
    if not surroundings.can_be_made(place):
        pytest.skip("no user namespaces here")
    words = surroundings.COMMANDS[number % len(surroundings.COMMANDS)]
    assert list(made.find(place, words)) == []


def test_every_command_is_run() -> None:
    assert {words[0] for words in surroundings.COMMANDS if words} - {"--help", "--version"} == set(COMMANDS)
