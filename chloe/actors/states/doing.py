"""What a pane's program is doing, since when, and what shows it.

Owns the rule. "Waits" is said only where it is certain: a process in front of the terminal is inside a read
of it. A program that waits for several files at once may wait for its user or for anything else; whether it
has just printed is all there is to tell by.

| the terminal | in front | it is inside | so it |
|---|---|---|---|
| raw | what marked its prompt (``shell_marks``) | anything but work | is at its prompt |
| raw | the pane's own shell, alone and without a script | anything but work | is at its prompt |
| lines, with echo | any | a read of the terminal | waits for a line |
| lines, no echo | any | a read of the terminal | waits for a password |
| raw | any | a read of the terminal | waits for a key |
| any | any | a wait for a child or a time, or it runs | works |
| any | what marked its prompt, and then a command | anything else | works |
| any | any | a wait for several files, or it can't be seen | works if it has just printed, else is quiet |

A shell that reads lines by itself, as dash does, is at its prompt where it was started without a script and
what is typed shows; where it doesn't, a ``read -s`` asks for a secret.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from chloe.actors.states.escape import is_shell
from chloe.backends.activity import Activity
from chloe.backends.evidence import ProgramEvidence
from chloe.events.panes import Pane
from chloe.quick import dataclass

if TYPE_CHECKING:
    from chloe.actors.states.shell_marks import Marked

State = Literal[
    "ended well",
    "failed",
    "ended",
    "at the prompt",
    "works",
    "waits for a line",
    "waits for a password",
    "waits for a key",
    "quiet",
]

#: Nanoseconds after its last output for which a program counts as one that prints: those that show that they
#: work do so several times a second.
JUST_PRINTED = 2_000_000_000

#: How the reason begins of one that never ran.
_NOT_STARTED = "could not start"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """A state; since when, in nanoseconds since 1970 (0: that isn't known); and what shows it, in words."""

    state: State
    since: int
    evidence: str
    #: The name of the program in front, and the folder that it is in; "" where that isn't known.
    program: str = ""
    folder: str = ""

    @property
    def waits(self) -> bool:
        """Return whether it certainly waits for its user, and is no shell at its prompt."""
        return self.state.startswith("waits")


def choose_doing(pane: Pane, activity: Activity | None, now: int, marked: Marked = "") -> Doing:
    """Return what the program of ``pane`` does by ``activity``, None where nothing of it can be seen.

    ``marked`` is what the program in front said of itself.
    """
    if pane.died is not None:
        return _how_it_ended(pane)
    printed_at = pane.last_output_at or pane.created_at
    if activity is None:
        return _by_output(printed_at, now, "what it does can't be seen")
    doing = _by_activity(activity, printed_at, now, marked)
    # A login shell's name begins with a hyphen.
    return replace(doing, program=activity.evidence.front.lstrip("-"), folder=activity.folder)


def _by_activity(activity: Activity, printed_at: int, now: int, marked: Marked) -> Doing:
    evidence, calls = activity.evidence, activity.own | activity.others
    front = evidence.front or "a program"
    if marked == "prompt" and evidence.is_raw and not evidence.others and not calls & {"runs", "child"}:
        return Doing(state="at the prompt", since=printed_at, evidence=f"{front} marked its prompt (OSC 133)")
    if _is_at_prompt(activity):
        return Doing(state="at the prompt", since=printed_at, evidence=f"{front} reads commands")
    if "reads" in calls:
        what: State = (
            "waits for a key"
            if evidence.is_raw
            else "waits for a line"
            if evidence.echoes
            else "waits for a password"
        )
        return Doing(state=what, since=printed_at, evidence=f"{front} is inside a read of its terminal")
    if "runs" in calls:
        return Doing(state="works", since=0, evidence=f"{front} runs")
    if calls and calls <= {"child", "sleeps", "other"}:
        waits = "a child" if "child" in calls else "a time" if "sleeps" in calls else "something else"
        return Doing(state="works", since=0, evidence=f"{front} waits for {waits}, not for its terminal")
    if marked == "command":
        return Doing(state="works", since=0, evidence=f"{front} marked that a command runs (OSC 133)")
    return _by_output(printed_at, now, f"what {front} waits for can't be told")


def find_own_job(pane: Pane, activity: Activity | None, evidence: ProgramEvidence | None) -> tuple[str, ...]:
    """Return the name of the program in front, as what ends with the pane; () for a shell at its prompt.

    ``activity`` and ``evidence`` are None where they can't be seen; in doubt there is a job.
    """
    if not pane.alive:
        return ()
    if activity is not None:
        return () if _is_at_prompt(activity) else (activity.evidence.front or pane.name,)
    if evidence is not None and evidence.is_raw and evidence.is_own_group:
        return ()
    return ((evidence.front if evidence is not None else "") or pane.name,)


def _how_it_ended(pane: Pane) -> Doing:
    assert pane.died is not None
    state: State = "ended well" if pane.died.status == 0 else "failed"
    if pane.died.reason and not pane.died.reason.startswith(_NOT_STARTED):
        # It didn't end by itself.
        state = "ended"
    return Doing(state=state, since=pane.died_at, evidence=pane.outcome)


def _by_output(printed_at: int, now: int, doubt: str) -> Doing:
    if now - printed_at < JUST_PRINTED:
        return Doing(state="works", since=0, evidence=f"it has just printed; {doubt}")
    return Doing(state="quiet", since=printed_at, evidence=f"it printed last then; {doubt}")


def _is_at_prompt(activity: Activity) -> bool:
    """Return whether the pane's own shell has the terminal, and nothing else in its group reads it."""
    evidence = activity.evidence
    if not (evidence.is_own_group and is_shell(evidence.program) and is_interactive(activity.words)):
        return False
    if activity.own & {"runs", "child"}:
        return False
    if evidence.is_raw:
        return evidence.others == ()
    return evidence.echoes and activity.own == {"reads"} and not activity.others


def is_interactive(words: Sequence[str]) -> bool:
    """Return whether a shell with these words reads commands from its terminal: it got no script, no -c."""
    return all(word.startswith(("-", "+")) and not _takes_command(word) for word in words[1:])


def _takes_command(word: str) -> bool:
    return not word.startswith("--") and "c" in word
