"""Whose an Esc is, out of what a program set and what shows of it: in doubt the program's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chloe.actors.states.escape import choose_escape, is_shell
from chloe.backends.evidence import ProgramEvidence
from chloe.terminal import Modes

PROMPT = ProgramEvidence(is_raw=True, echoes=False, program="bash", front="bash", is_own_group=True)
VIM = ProgramEvidence(is_raw=True, echoes=False, program="bash", front="vim", is_own_group=False)
BUILD = ProgramEvidence(is_raw=False, echoes=True, program="bash", front="cargo", is_own_group=False)
READ = replace(PROMPT, is_raw=False, echoes=True)


@pytest.mark.parametrize(
    ("evidence", "is_programs"),
    [
        (PROMPT, False),
        (replace(PROMPT, program="zsh-5.9"), False),
        (replace(PROMPT, program="-sh"), False),
        (READ, False),
        (replace(READ, echoes=False), False),
        (BUILD, False),
        (VIM, True),
        # A picker in $(…), in the shell's own group.
        (replace(PROMPT, others=("fzf",)), True),
        # An agent that is the pane's own program.
        (replace(PROMPT, program="node", front="node"), True),
        (replace(PROMPT, program="vim", front="vim"), True),
        # What can't be seen.
        (None, True),
        (replace(PROMPT, others=None), True),
        (replace(PROMPT, is_own_group=None), True),
        (replace(PROMPT, program=""), True),
        # Who is in front has no name any more: the first of a pipeline.
        (replace(VIM, front=""), True),
    ],
)
def test_it_is_the_program_s_where_that_may_have_a_use_for_it(
    evidence: ProgramEvidence | None, is_programs: bool
) -> None:
    escape = choose_escape(evidence, Modes())
    assert escape.is_programs is is_programs
    assert escape.reason
    assert escape.is_at_prompt is (not is_programs and evidence is not None and evidence.is_raw)


@pytest.mark.parametrize(
    "modes", [Modes(alternate_screen=True), Modes(mouse="normal"), Modes(kitty_flags=1)], ids=["a", "m", "k"]
)
@pytest.mark.parametrize("evidence", [PROMPT, BUILD])
def test_it_is_the_program_s_where_that_has_the_screen_or_the_mouse_or_reads_keys_kitty_s_way(
    modes: Modes, evidence: ProgramEvidence
) -> None:
    assert choose_escape(evidence, modes).is_programs
    assert not choose_escape(evidence, modes, rule="esc").is_programs


@pytest.mark.parametrize("evidence", [PROMPT, BUILD])
def test_what_the_user_said_goes_before_what_shows(evidence: ProgramEvidence) -> None:
    assert choose_escape(evidence, Modes(), assigned=True).is_programs
    assert choose_escape(evidence, Modes(), programs=("fish", evidence.front)).is_programs
    assert not choose_escape(evidence, Modes(), programs=("fish",)).is_programs
    assert choose_escape(evidence, Modes(), rule="never").is_programs


def test_the_rules_that_ask_for_no_evidence() -> None:
    assert not choose_escape(VIM, Modes(), rule="esc").is_programs
    assert not choose_escape(None, Modes(), rule="esc").is_programs
    assert choose_escape(VIM, Modes(), rule="esc", assigned=True).is_programs
    assert choose_escape(VIM, Modes(), rule="esc", programs=("vim",)).is_programs
    assert choose_escape(None, Modes(), rule="never").is_programs


def test_a_name_is_compared_as_far_as_the_kernel_keeps_it() -> None:
    named = replace(READ, front="a-very-long-nam")
    assert choose_escape(named, Modes(), programs=("a-very-long-name-of-a-program",)).is_programs
    assert not choose_escape(replace(READ, front=""), Modes(), programs=("",)).is_programs


@pytest.mark.parametrize("name", ["bash", "sh", "dash", "zsh", "fish", "-bash", "ksh93", "zsh-5.9", "nu"])
def test_shells_are_known_by_their_names(name: str) -> None:
    assert is_shell(name)


@pytest.mark.parametrize("name", ["", "node", "ssh", "python3", "vim", "bashful", "tmux: client"])
def test_what_is_no_shell_is_none(name: str) -> None:
    assert not is_shell(name)
