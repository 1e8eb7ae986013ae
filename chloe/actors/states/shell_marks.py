"""What shells say of themselves by marks in their output (OSC 133, and 633 of some editors).

Owns how long a mark holds. Anything may print one, and a shell that is gone takes none back: so a mark holds
only while the program is in front that was there when a prompt was marked and nothing was printed behind it.
So the prompt of a shell behind ssh counts, and what that shell said is forgotten while another program runs.
Must not know what follows from a mark (``doing``), nor how it is read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from chloe.backends.evidence import ProgramEvidence
from chloe.terminal.notices import PromptMark

#: What the shell in front said last: that it shows its prompt, or runs a command; "" where it said nothing.
Marked = Literal["prompt", "command", ""]


@dataclass(slots=True)
class _Shell:
    """What was marked last, and the bytes that the pane had printed by then."""

    marked: Marked = ""
    printed: int = 0
    #: The name of the program in front that showed the last prompt, and whether it is the pane's own.
    front: tuple[str, bool | None] | None = field(default=None)


class ShellMarks:
    """The marks of all panes, by their ids."""

    def __init__(self) -> None:
        self._shells: dict[str, _Shell] = {}

    def note(self, pane: str, mark: PromptMark, printed: int) -> None:
        """Take note of a mark in what the pane printed, ``printed`` bytes in all by now."""
        shell = self._shells.setdefault(pane, _Shell())
        shell.printed = printed
        match mark.kind:
            case "prompt" | "input":
                shell.marked = "prompt"
            case "output":
                shell.marked = "command"
            case "finished":
                shell.marked = ""

    def find(self, pane: str, evidence: ProgramEvidence, printed: int) -> Marked:
        """Return what the program in front said, where the pane has printed so many bytes by now."""
        shell = self._shells.get(pane)
        if shell is None:
            return ""
        front = evidence.front, evidence.is_own_group
        if shell.marked == "prompt" and shell.printed == printed:
            shell.front = front
        return shell.marked if shell.front == front else ""

    def forget(self, pane: str) -> None:
        """Forget what was marked in a pane that has ended."""
        self._shells.pop(pane, None)
