"""How long a shell's marks hold: while who showed the prompt is in front."""

from __future__ import annotations

from chloe.actors.states.shell_marks import ShellMarks
from chloe.backends.evidence import ProgramEvidence
from chloe.terminal import PromptMark


def front(name: str, is_own_group: bool = False) -> ProgramEvidence:
    return ProgramEvidence(is_raw=True, echoes=False, front=name, is_own_group=is_own_group)


SSH, BASH = front("ssh"), front("bash", True)


def test_a_prompt_is_of_who_is_in_front_when_nothing_was_printed_behind_it() -> None:
    marks = ShellMarks()
    assert marks.find("p", SSH, 0) == ""
    marks.note("p", PromptMark("prompt"), 10)
    assert marks.find("p", SSH, 12) == ""
    assert marks.find("p", SSH, 10) == "prompt"
    assert marks.find("p", SSH, 12) == "prompt"
    assert marks.find("p", BASH, 12) == ""
    assert marks.find("p", SSH, 13) == "prompt"


def test_a_command_is_of_who_showed_the_prompt_before_it() -> None:
    marks = ShellMarks()
    marks.note("p", PromptMark("output"), 5)
    assert marks.find("p", SSH, 5) == ""
    marks.note("p", PromptMark("input"), 10)
    assert marks.find("p", SSH, 10) == "prompt"
    marks.note("p", PromptMark("output"), 20)
    assert marks.find("p", BASH, 20) == ""
    assert marks.find("p", SSH, 20) == "command"
    marks.note("p", PromptMark("finished", 0), 30)
    assert marks.find("p", SSH, 30) == ""


def test_the_shell_that_is_there_after_another_has_the_next_prompt() -> None:
    marks = ShellMarks()
    marks.note("p", PromptMark("prompt"), 10)
    assert marks.find("p", SSH, 10) == "prompt"
    marks.note("p", PromptMark("prompt"), 20)
    assert marks.find("p", BASH, 20) == "prompt"
    marks.forget("p")
    assert marks.find("p", BASH, 20) == ""
