"""What comes out of a home is input: each attack once, and a minute of homes spoiled by chance.

``make hostile`` goes on from there, seed after seed.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator, Sequence

import pytest

from tests.hostile import attacks
from tests.hostile.homes import a_folder
from tests.hostile.judging import unprintable
from tests.hostile.trials import Trials, indented

#: Homes that are spoiled by chance: always the same ones.
SEEDS = range(1, 11)


@pytest.fixture(scope="module")
def trials() -> Iterator[Trials]:
    folder = a_folder()
    made = Trials(folder)
    yield made
    made.close()
    shutil.rmtree(folder, ignore_errors=True)


def told(found: Sequence[str]) -> str:
    return "\n".join(["", *indented(found)])


def test_over_an_unspoiled_home_every_command_does_what_it_should(trials: Trials) -> None:
    found = trials.run("unspoiled", "unspoiled", [])
    assert not found, told(found)


@pytest.mark.parametrize("name", attacks.CRAFTED)
def test_an_attack_costs_no_more_than_a_sentence(trials: Trials, name: str) -> None:
    found = trials.run(
        name.replace("/", "-"), name, attacks.CRAFTED[name], quick=True, drawn=attacks.is_drawn(name)
    )
    assert not found, told(found)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_home_spoiled_by_chance_breaks_no_command(trials: Trials, seed: int) -> None:
    spoils = attacks.by_chance(random.Random(f"what {seed}"))
    found = trials.run(f"seed {seed}", f"{seed}", spoils)
    assert not found, f"\n    make hostile SEED={seed} N=1{told(found)}"


@pytest.mark.parametrize(
    "bad", ["\x1b", "\x9b", "\x7f", "\r", "\u202e", "\u2066", "\u200e", "\U000e0041", "\ufeff"]
)
def test_the_judge_sees_what_a_terminal_would_act_on(bad: str) -> None:
    assert unprintable(f"a{bad}b") == bad
    assert not unprintable("plain ünïcödé 漢字 👨\u200d👩\tand\n")
