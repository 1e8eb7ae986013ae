"""Which key means what, as data: the one source of what keys do, of the hints and of the help.

Owns keys, the names of verbs, and a sentence about each. Must not know how a verb is done.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Binding:
    """Keys that mean one verb. ``hint`` is the word for the hint line, "" for keys that aren't on it."""

    keys: tuple[str, ...]
    verb: str
    does: str
    hint: str = ""


#: In both tabs.
EVERYWHERE = (
    Binding(("tab",), "other_tab", "Switch between Instances and History."),
    Binding(("1",), "instances_tab", "Show Instances."),
    Binding(("2",), "history_tab", "Show History."),
    Binding(("m",), "messages", "Show what Chloe said, the latest first."),
    Binding(("?",), "help", "Show every key.", "help"),
    Binding(("ctrl+l",), "redraw", "Draw the screen anew."),
    Binding(("ctrl+z",), "suspend", "Stop Chloe as a shell's job; `fg` goes on with it."),
    Binding(("q",), "quit", "Quit; tmux panes run on, direct panes end with Chloe.", "quit"),
)

#: In the tab Instances.
INSTANCES = (
    Binding(("c",), "new_direct", "Open a direct pane: fast, it ends with Chloe.", "direct"),
    Binding(("t",), "new_tmux", "Open a tmux pane: it survives Chloe.", "tmux"),
    Binding(("enter",), "type", "Give the keyboard to the selected pane.", "type"),
    Binding(("esc",), "send_escape", "Send one Esc to the selected pane and give it the keyboard."),
    Binding(("d",), "detach", "Detach the selected tmux pane: it runs on in the background.", "detach"),
    Binding(("a",), "reattach", "Attach the selected pane again, with its full state.", "attach"),
    Binding(("x",), "close", "Close the pane: direct ends, tmux runs on and is found in History.", "close"),
    Binding(("r",), "rename", "Rename the selected pane."),
    Binding(("K",), "kill", "End the selected pane's program and session, after a question."),
    Binding(("up", "k"), "previous", "Select the pane above."),
    Binding(("down", "j"), "next", "Select the pane below."),
    Binding(("z",), "zoom", "Give the selected pane the whole window, or take it back.", "zoom"),
    Binding(("page_up", "shift+page_up"), "scroll_up", "Look a page back in what the pane printed."),
    Binding(("page_down", "shift+page_down"), "scroll_down", "Look a page on."),
    Binding(("g", "home"), "scroll_top", "Look at the beginning of the scrollback."),
    Binding(("G", "end"), "scroll_bottom", "Look at the screen as it is now."),
    *EVERYWHERE,
)

#: In the tab History.
HISTORY = (
    Binding(("enter",), "look", "Reopen the pane where it still runs, else show its last screen.", "look"),
    Binding(("a",), "reopen", "Reopen the pane where it still runs.", "reopen"),
    Binding(("up", "k"), "previous", "Select the line above."),
    Binding(("down", "j"), "next", "Select the line below."),
    Binding(("page_up",), "page_up", "Go a page up."),
    Binding(("page_down",), "page_down", "Go a page down."),
    Binding(("g", "home"), "first", "Go to the latest."),
    Binding(("G", "end"), "last", "Go to the oldest."),
    *EVERYWHERE,
)

#: While a last screen from History is shown.
VIEWER = (
    Binding(("esc", "q", "enter"), "viewer_close", "Go back to History.", "back"),
    Binding(("page_up", "up", "k", "b"), "viewer_up", "Look back.", "back in time"),
    Binding(("page_down", "down", "j", " "), "viewer_down", "Look on."),
    Binding(("g", "home"), "viewer_top", "Look at the beginning of the scrollback."),
    Binding(("G", "end"), "viewer_bottom", "Look at the last screen."),
    Binding(("?",), "help", "Show every key.", "help"),
)

#: Keys that Chloe takes while a pane has the keyboard, beside the release key.
TYPING = (
    Binding(("shift+page_up",), "scroll_up", "Look a page back in what the pane printed."),
    Binding(("shift+page_down",), "scroll_down", "Look a page on."),
)

#: Every keymap with the words above it in the help.
KEYMAPS: tuple[tuple[str, tuple[Binding, ...]], ...] = (
    ("Instances", INSTANCES),
    ("While a pane has the keyboard", TYPING),
    ("History", tuple(binding for binding in HISTORY if binding not in EVERYWHERE)),
    ("A last screen", VIEWER),
)


def verb_of(keymap: tuple[Binding, ...], key: str) -> str | None:
    """What ``key`` means in ``keymap``; None where it means nothing."""
    return next((binding.verb for binding in keymap if key in binding.keys), None)


def shown(key: str) -> str:
    """A key as a person reads it: ``Esc``, ``Shift-PgUp``, ``Ctrl-L``."""
    names = {"page_up": "PgUp", "page_down": "PgDn", "enter": "Enter", "esc": "Esc", " ": "Space"}
    *modifiers, last = key.split("+") if len(key) > 1 else [key]
    if last not in names:
        last = last.upper() if modifiers and len(last) == 1 else last.capitalize() if len(last) > 1 else last
    return "-".join([*(modifier.capitalize() for modifier in modifiers), names.get(last, last)])


def hints(keymap: tuple[Binding, ...]) -> list[tuple[str, str]]:
    """The hint line: a key and a word each."""
    return [(shown(binding.keys[0]), binding.hint) for binding in keymap if binding.hint]
