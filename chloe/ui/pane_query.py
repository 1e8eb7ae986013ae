"""Words that choose panes: parts of a name, command, folder or tag, what runs in front, how a pane stands.

Owns what the words mean and the text that they are looked for in. Must not know where they are typed. Each
word has to fit: ``tag:web``, ``group:back``, ``is:failed``, or a part of anything that a pane is known by.
"""

from __future__ import annotations

from collections.abc import Iterable

from chloe.engine import Doing
from chloe.events.panes import Pane
from chloe.ui.labels import has_failed


def find_states(pane: Pane, doing: Doing | None, *, is_attached: bool) -> tuple[str, ...]:
    """Return the words for how a pane stands, which ``is:`` takes."""
    if not pane.alive:
        return ("ended", "failed" if has_failed(pane) else "ok")
    words = ["running"]
    if pane.traits.can_detach:
        words.append("attached" if is_attached else "detached")
    if doing is not None:
        # "waits for a line" is one that waits, "at the prompt" one that is idle.
        words.append({"at": "idle"}.get(first := doing.state.partition(" ")[0], first))
    return tuple(words)


def describe_front(pane: Pane, doing: Doing | None) -> str:
    """Return the program in front and its folder, a line each; "" where that isn't known."""
    return f"{doing.program}\n{doing.folder}" if pane.alive and doing is not None else ""


def describe(pane: Pane, states: Iterable[str]) -> str:
    """Return what words are looked for in, in lower case."""
    return "\n".join((pane.name, *pane.argv, pane.cwd, *pane.tags, *states)).lower()


def fits(words: Iterable[str], pane: Pane, states: tuple[str, ...], more: str = "") -> bool:
    """Return whether each word, in lower case, fits a pane that stands so; ``more`` is looked in as well."""
    text = ""
    for word in words:
        kind, is_pair, value = word.partition(":")
        if is_pair and kind == "tag":
            is_fitting = any(tag.lower() == value or tag.lower().startswith(f"{value}=") for tag in pane.tags)
        elif is_pair and kind == "group":
            is_fitting = pane.group.lower() == value
        elif is_pair and kind == "is":
            is_fitting = value in states
        else:
            text = text or f"{describe(pane, states)}\n{more.lower()}"
            is_fitting = word in text
        if not is_fitting:
            return False
    return True
