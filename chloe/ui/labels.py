"""How keys and panes are labelled.

Owns the labels. Must not know widgets or where a label stands. What comes from programs is made harmless.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from chloe.engine import Doing
from chloe.engine import ending as outcome
from chloe.events.panes import Pane
from chloe.events.tags import GROUP
from chloe.formatting.text import escape_unsafe
from chloe.terminal import keys
from chloe.ui.view import Binding

#: Keys that people call by another name.
_KEY_LABELS = {"page_up": "PgUp", "page_down": "PgDn", "escape": "Esc"}


@lru_cache(maxsize=512)
def label_key(key: str) -> str:
    """Return a key as a person reads it: ``Esc``, ``Shift-PgUp``, ``Ctrl-L``."""
    named = keys.parse_name(key)
    if named is None:
        return key
    *held, _ = keys.format_key(named._replace(name="")).split("+")
    name = named.name
    if name in _KEY_LABELS:
        name = _KEY_LABELS[name]
    elif len(name) > 1 or held:
        name = name.capitalize()
    return "-".join([*(modifier.capitalize() for modifier in held), name])


def label_action(bindings: Iterable[Binding], action: str) -> str:
    """Return the key that asks for an action, as it is written; "" where none of ``bindings`` does."""
    return next((label_key(binding.keys[0]) for binding in bindings if binding.action == action), "")


def label_title(title: str, pane: Pane) -> str:
    """Return the title that a pane's program gave itself; "" where it is the pane's name.

    Agents fill theirs up with spaces, 80 characters of them.
    """
    label = " ".join(escape_unsafe(title).split())
    return "" if label == pane.name else label


def label_outcome(pane: Pane) -> str:
    """Return how a pane stands or ended: ``runs``, ``exit 0``, ``SIGKILL``, or why it was ended."""
    return escape_unsafe(outcome(pane))


def label_tags(pane: Pane) -> str:
    """Return a pane's tags in a line, but for its group, under which it stands: ``#web #env=dev``."""
    return " ".join(f"#{escape_unsafe(tag)}" for tag in pane.tags if not tag.startswith(f"{GROUP}="))


def has_failed(pane: Pane) -> bool:
    """Return whether the pane's program ended otherwise than with status 0."""
    return pane.died is not None and (pane.died.status != 0 or pane.died.signal is not None)


def label_failure(pane: Pane) -> str:
    """Return in a few characters how a program failed: its status, its signal; "" where it ended well."""
    died = pane.died
    if died is None or not has_failed(pane):
        return ""
    if died.signal is not None:
        return label_outcome(pane)[:10] if not died.reason else ""
    return str(died.status) if died.status is not None else ""


def label_pruning(pane: Pane) -> str:
    """Return why a pane's oldest output is gone, ``pruned: older than 90d``; "" where all is there."""
    return f"pruned: {escape_unsafe(pane.pruned)}" if pane.pruned else ""


def name_program(pane: Pane, doing: Doing | None) -> str:
    """Return the program in front; "" where the pane is named after it, or a shell is at its prompt."""
    if doing is None or doing.state == "at the prompt":
        return ""
    program = escape_unsafe(doing.program)
    return "" if pane.name == program or pane.name.startswith(f"{program}-") else program
