"""Whose an Esc is that is typed into a pane: its program's, or does it take the keyboard back.

Owns the rule. In doubt the Esc is the program's: a wrong one there costs little, a wrong one here makes
commands of what is typed next. Must not know keys, how evidence is gathered, or what the user is told.

The rule. An Esc is the program's where the user said so; where the program has the alternate screen, the
mouse, or kitty's keyboard; where its terminal is raw, unless the pane's own shell is at its prompt. A shell
is at its prompt where its own process group is in front and no other process of that group has the terminal
open: a picker in ``$(…)`` runs in the shell's own group. A shell in vi mode can't be told from one that
isn't.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import TYPE_CHECKING

from chloe.quick import dataclass

if TYPE_CHECKING:
    from chloe.backends.evidence import ProgramEvidence
    from chloe.config.settings import EscapeRule
    from chloe.terminal import Modes

#: Programs that read commands at a prompt, line by line, by their names.
SHELLS = frozenset(
    {"sh", "ash", "bash", "csh", "dash", "elvish", "es", "fish", "hush", "ion", "ksh", "loksh", "mksh"}
    | {
        "murex",
        "nu",
        "oil",
        "oksh",
        "osh",
        "pdksh",
        "pwsh",
        "rc",
        "sash",
        "tcsh",
        "xonsh",
        "yash",
        "ysh",
        "zsh",
    }
)
#: What versions are written with, behind a program's name: ``zsh-5.9``, ``ksh93``.
_VERSION = "-.0123456789"


@dataclass(frozen=True, slots=True)
class Escape:
    """Whose an Esc is, and why, in words that go on from "since "."""

    is_programs: bool
    reason: str
    #: Whether it is Chloe's although a shell reads single keys at its prompt: that may be in vi mode.
    is_at_prompt: bool = False


def choose_escape(
    evidence: ProgramEvidence | None,
    modes: Modes,
    *,
    rule: EscapeRule = "auto",
    assigned: bool = False,
    programs: Collection[str] = (),
) -> Escape:
    """Return whose an Esc is that is typed now.

    ``assigned``: the user gave Esc to this pane's program. ``programs``: the names of those to which he gives
    it wherever they run. ``rule``: "never" gives it to all programs, "esc" to none but those.
    """
    if rule == "never":
        return Escape(True, "the configuration says so")
    if assigned:
        return Escape(True, "this pane was given it")
    if evidence is not None and _is_named(evidence.front, programs):
        return Escape(True, f"the configuration gives it to {evidence.front}")
    if rule == "esc":
        return Escape(False, "the configuration says so")
    if modes.alternate_screen:
        return Escape(True, "it has the whole screen")
    if modes.mouse != "off":
        return Escape(True, "it has the mouse")
    if modes.kitty_flags:
        return Escape(True, "it reads keys kitty's way")
    if evidence is None:
        return Escape(True, "what it does can't be seen")
    if not evidence.is_raw:
        return Escape(False, "it reads lines, if anything")
    if not (evidence.is_own_group and is_shell(evidence.program)):
        return Escape(True, "it reads single keys")
    if evidence.others is None:
        return Escape(True, "who reads its keys can't be seen")
    if evidence.others:
        return Escape(True, f"{evidence.others[0]} reads keys inside it")
    return Escape(False, "the shell is at its prompt", is_at_prompt=True)


def _is_named(front: str, programs: Collection[str]) -> bool:
    """Return whether the program in front is one of these; the kernel keeps 15 bytes of a name."""
    return bool(front) and any(
        os.fsencode(name)[:15].decode("utf-8", "replace") == front for name in programs
    )


def is_shell(name: str) -> bool:
    """Return whether a program of this name is a shell."""
    return name.lstrip("-").rstrip(_VERSION) in SHELLS
