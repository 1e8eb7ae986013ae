"""What a program is doing, by what shows of it: one row of the rule after the other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chloe.actors.states.doing import JUST_PRINTED, Doing, choose_doing, is_interactive
from chloe.backends.activity import Activity, Call
from chloe.backends.evidence import ProgramEvidence
from chloe.events.facts import Died
from chloe.events.panes import Pane
from tests.panes import make_pane

CREATED, PRINTED, NOW = 1_000, 5_000, 5_000 + JUST_PRINTED


def pane(*argv: str, died: Died | None = None, printed_at: int = PRINTED) -> Pane:
    return make_pane(
        argv=argv or ("bash",),
        created_at=CREATED,
        died=died,
        died_at=7_000 if died else 0,
        last_output_at=printed_at,
    )


def activity(
    own: Call | None = None,
    *others: Call,
    raw: bool = False,
    echo: bool = True,
    program: str = "bash",
    front: str = "",
    inside: tuple[str, ...] = (),
    words: tuple[str, ...] = ("bash",),
) -> Activity:
    return Activity(
        evidence=ProgramEvidence(
            is_raw=raw,
            echoes=echo,
            program=program,
            front=front or program,
            is_own_group=own is not None,
            others=inside,
        ),
        words=words,
        own=frozenset(() if own is None else (own,)),
        others=frozenset(others),
    )


def state(found: Activity | None, now: int = NOW) -> str:
    return choose_doing(pane(), found, now).state


@pytest.mark.parametrize(
    ("died", "expected"),
    [
        (Died(status=0, signal=None, reason=""), "ended well"),
        (Died(status=101, signal=None, reason=""), "failed"),
        (Died(status=None, signal=11, reason=""), "failed"),
        (Died(status=None, signal=None, reason="could not start: no such file"), "failed"),
        (Died(status=None, signal=1, reason="killed"), "ended"),
        (Died(status=None, signal=None, reason="chloe ended"), "ended"),
    ],
)
def test_an_ended_one_ended_well_or_failed_or_was_ended(died: Died, expected: str) -> None:
    found = choose_doing(pane(died=died), None, NOW)
    assert (found.state, found.since) == (expected, 7_000)
    assert found.evidence == pane(died=died).outcome


@pytest.mark.parametrize("shell", ["bash", "-zsh", "fish"])
@pytest.mark.parametrize("call", ["polls", "reads", "other", ""])
def test_a_shell_alone_in_front_of_a_raw_terminal_is_at_its_prompt(shell: str, call: Call) -> None:
    found = choose_doing(pane(shell), activity(call, raw=True, echo=False, program=shell), NOW)
    evidence, program = f"{shell} reads commands", shell.removeprefix("-")
    assert found == Doing(state="at the prompt", since=PRINTED, evidence=evidence, program=program)


def test_a_shell_that_reads_a_line_unseen_waits_for_a_password() -> None:
    for shell in ("bash", "dash"):
        found = activity("reads", program=shell, words=(shell,), echo=False)
        assert state(found) == "waits for a password"


def test_a_shell_that_reads_lines_is_at_its_prompt_unless_it_runs_a_script() -> None:
    def reads(*words: str, raw: bool = False) -> str:
        return state(activity("reads", program="dash", words=words, raw=raw))

    assert reads("dash") == reads("dash", "-l") == reads("-dash", raw=True) == "at the prompt"
    for script in (("-c", "read x"), ("-ec", "read x"), ("script",)):
        assert reads("dash", *script) == "waits for a line"
        assert reads("dash", *script, raw=True) == "waits for a key"


def test_a_picker_in_the_shells_own_group_is_no_prompt() -> None:
    assert state(activity("child", "polls", raw=True, echo=False, inside=("fzf",))) == "quiet"
    assert state(activity("polls", "reads", raw=True, echo=False, inside=("fzf",))) == "waits for a key"
    assert state(activity("polls", "sleeps", raw=True, echo=False)) == "at the prompt", "it reads no keys"


@pytest.mark.parametrize(
    ("raw", "echo", "expected"),
    [
        (False, True, "waits for a line"),
        (False, False, "waits for a password"),
        (True, False, "waits for a key"),
        (True, True, "waits for a key"),
    ],
)
def test_who_is_inside_a_read_of_the_terminal_waits(raw: bool, echo: bool, expected: str) -> None:
    for others in ((), ("sleeps",), ("runs",)):
        found = activity(None, "reads", *others, raw=raw, echo=echo, front="program")
        assert state(found) == expected
        assert "program" in choose_doing(pane(), found, NOW).evidence


@pytest.mark.parametrize("call", ["child", "sleeps", "other", "runs"])
@pytest.mark.parametrize("raw", [False, True])
def test_who_waits_for_something_else_or_runs_works(call: Call, raw: bool) -> None:
    found = choose_doing(pane("make"), activity(call, raw=raw, program="make"), NOW)
    assert (found.state, found.since) == ("works", 0)


@pytest.mark.parametrize("call", ["polls", ""])
def test_who_may_wait_for_anything_works_if_it_has_just_printed_and_else_is_quiet(call: Call) -> None:
    found = activity(call, raw=True, echo=False, program="vim")
    assert state(found, now=NOW - 1) == "works"
    assert choose_doing(pane("vim"), found, NOW).state == "quiet"
    assert choose_doing(pane("vim"), found, NOW).since == PRINTED


def test_nothing_is_claimed_of_what_cannot_be_seen() -> None:
    assert state(None) == "quiet"
    assert state(None, now=NOW - 1) == "works"
    assert choose_doing(replace(pane(), last_output_at=0), None, NOW).since == CREATED
    assert state(activity()) == "quiet"


def test_a_shell_is_interactive_without_a_script_and_without_a_command() -> None:
    assert is_interactive(("bash",))
    assert is_interactive(("bash", "--login", "-i"))
    assert not is_interactive(("bash", "--norc", "-lc", "true"))
    assert not is_interactive(("bash", "script"))
