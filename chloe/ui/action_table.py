"""Every action that no single view owns: its id, what it does, how it is done, and why not.

Owns the table, each action once: keys, hints, the help and messages read it. Must not know which key asks
for what, or how anything is drawn.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from chloe.engine import EPHEMERAL, PERSISTENT
from chloe.ui.actions import Actions
from chloe.ui.keymap import Keymap
from chloe.ui.labels import label_action
from chloe.ui.view import Action, Binding, View, always
from chloe.ui.views import VIEWS
from chloe.ui.views.help import Section
from chloe.ui.views.palette import Choice

#: Every action that no single view owns.
ACTIONS: tuple[Action[Actions], ...] = (
    Action(
        "new_direct",
        "Open a direct pane: fast, it ends with Chloe.",
        lambda actions: actions.open_pane(EPHEMERAL),
        always,
    ),
    Action(
        "new_tmux",
        "Open a tmux pane: it survives Chloe.",
        lambda actions: actions.open_pane(PERSISTENT),
        always,
    ),
    Action(
        "type",
        "Give the keyboard to the selected pane; a detached one is attached.",
        Actions.type,
        Actions.why_not_give_keyboard,
    ),
    Action(
        "send_escape",
        "Send one Esc to the selected pane and give it the keyboard.",
        lambda actions: actions.send("escape"),
        Actions.why_not_type,
    ),
    Action(
        "send_leave",
        "Send the key that has just taken the keyboard back to the pane, and give it the keyboard.",
        Actions.send_leave,
        Actions.why_not_send_leave,
    ),
    Action(
        "assign_escape",
        "Have Esc go to the selected pane's program, always; or where it has a use for it again.",
        Actions.assign_escape,
        Actions.why_not_assign_escape,
    ),
    Action(
        "detach",
        "Detach the selected tmux pane: it runs on in the background.",
        Actions.detach,
        Actions.why_not_detach,
    ),
    Action(
        "reattach",
        "Attach the selected pane again, with its full state.",
        Actions.reattach,
        Actions.why_not_reattach,
    ),
    Action(
        "reattach_all",
        "Attach all panes that were attached when Chloe was left.",
        Actions.reattach_all,
        Actions.why_not_reattach_all,
    ),
    Action(
        "close",
        "Close the pane: direct ends, tmux runs on and is found in History.",
        Actions.close,
        Actions.why_not_close,
    ),
    Action(
        "close_ended",
        "Close all panes that have ended; History has them.",
        Actions.close_ended,
        Actions.why_not_close_ended,
    ),
    Action(
        "undo_close",
        "Take back what was closed last; what ended with it stays ended.",
        Actions.undo_close,
        Actions.why_not_undo_close,
    ),
    Action("mark", "Mark the selected pane, or unmark it.", Actions.mark, Actions.why_no_pane),
    Action("mark_all", "Mark all that is listed, or unmark it.", Actions.mark_all, Actions.why_no_pane),
    Action("mark_some", "Mark all panes with some words, tag, group or state.", Actions.mark_some, always),
    Action("unmark_all", "Take all marks away.", Actions.unmark_all, Actions.why_not_unmark_all),
    Action(
        "type_text",
        "Type a line into all marked panes, or the selected one.",
        Actions.type_text,
        Actions.why_not_type_text,
    ),
    Action("tag", "Change the tags of the marked panes.", Actions.tag, Actions.why_no_panes),
    Action("group", "Put the marked panes into a group.", Actions.group, Actions.why_no_panes),
    Action(
        "set_exit_rule",
        "Say what becomes of the marked panes once they have ended.",
        Actions.set_exit_rule,
        Actions.why_no_panes,
    ),
    Action("hide", "Hide the pane from History, or list it there again.", Actions.hide, Actions.why_not_hide),
    Action("fold", "Fold the selected pane's group up, or out.", Actions.fold, Actions.why_not_fold),
    Action("fold_all", "Fold all groups up, or out.", Actions.fold_all, Actions.why_not_fold_all),
    Action("sort", "Order the list by place, name, state, activity or age.", Actions.sort, always),
    Action("rename", "Rename the selected pane.", Actions.rename, Actions.why_no_pane),
    Action(
        "reset_terminal",
        "Reset the pane's terminal: end what a killed program left behind.",
        Actions.reset_terminal,
        Actions.why_not_reset_terminal,
    ),
    Action(
        "kill",
        "End the selected pane's program and session, after a question.",
        Actions.kill,
        Actions.why_not_kill,
    ),
    Action(
        "open_selected",
        "Reopen the pane where it still runs, else show its last screen.",
        Actions.open_selected,
        Actions.why_no_pane,
    ),
    Action("reopen", "Reopen the pane where it still runs.", Actions.reopen, Actions.why_not_reopen),
    Action(
        "relaunch",
        "Run an ended pane's command once more: same folder, name and tags.",
        Actions.relaunch,
        Actions.why_not_relaunch,
    ),
    Action(
        "filter",
        "List only panes with some words: name, command, folder, tags, what runs.",
        Actions.filter,
        always,
    ),
    Action(
        "switch",
        "Go to any pane, present or past, by a part of its name or of what runs in it.",
        Actions.switch,
        always,
    ),
    Action("last_pane", "Go to the pane before this one.", Actions.go_to_last, Actions.why_not_go_to_last),
    Action(
        "next_wanting",
        "Go to the next pane that wants you: it waits for you, rang or notified, or has ended unseen.",
        Actions.go_to_wanting,
        Actions.why_not_go_to_wanting,
    ),
    Action("scroll_up", "Look a page back in what the pane printed.", lambda it: it.scroll(1), always),
    Action("scroll_down", "Look a page on.", lambda actions: actions.scroll(-1), always),
    Action("scroll_top", "Look at the beginning of the scrollback.", Actions.scroll_to_top, always),
    Action("scroll_bottom", "Look at the screen as it is now.", Actions.scroll_to_bottom, always),
    Action(
        "go_back",
        "Look at the screen as it is now while you look back; else lift the filter.",
        Actions.go_back,
        Actions.why_not_go_back,
    ),
    Action("next_tab", "Go to the next tab.", Actions.go_to_next_tab, always),
    Action("previous_tab", "Go to the tab before.", Actions.go_to_previous_tab, always),
    Action("messages", "Show what Chloe said, the latest first.", Actions.show_messages, always),
    Action(
        "allow_clipboard",
        "Let the program that asks put text on your clipboard, or that of the selected pane.",
        Actions.allow_clipboard,
        Actions.why_not_allow_clipboard,
    ),
    Action(
        "allow_clipboard_always",
        "Let all programs put text on your clipboard.",
        Actions.allow_clipboard_always,
        Actions.why_not_allow_clipboard_always,
    ),
    Action("help", "Show every key.", lambda it: it.show_help(list_help_sections, list_choices), always),
    Action(
        "palette",
        "Find what to do by a part of its words, and do it.",
        lambda it: it.show_palette(list_choices),
        always,
    ),
    Action("redraw", "Draw the screen anew.", Actions.redraw, always),
    Action("suspend", "Stop Chloe as a shell's job; `fg` goes on with it.", Actions.suspend, always),
    Action("quit", "Quit; tmux panes run on, direct panes end with Chloe.", Actions.quit, always),
)
_BY_ID = {action.id: action for action in ACTIONS}


def find_action(action_id: str) -> Action[Actions]:
    """Return the action of this id."""
    return _BY_ID[action_id]


def list_choices(view: View, actions: Actions, keymap: Keymap) -> list[Choice]:
    """Return all that can be asked for in a view, in the order of the help; what has no key last."""
    bindings = (*keymap.list(view), *keymap.typing)
    own: dict[str, Action[Any]] = {action.id: action for action in view.actions}
    ids = dict.fromkeys((*(binding.action for binding in bindings), *own, *_BY_ID))
    return [
        Choice(label_action(bindings, name), own.get(name) or _BY_ID[name], view if name in own else actions)
        for name in ids
        if not _IS_OBVIOUS.match(name)
    ]


#: What the palette leaves out: itself, a number in the list, and what only a second press means.
_IS_OBVIOUS = re.compile(r"palette$|instances\.go_to_|send_leave$")

#: What Esc does while a pane has the keyboard, where it doesn't always take that back.
_ESCAPE = {
    "auto": "Take the keyboard back, unless the program has a use for Esc: the line below says so.",
    "never": "The program's.",
}


def list_help_sections(keymap: Keymap, leave: Sequence[str], escape_rule: str) -> list[Section]:
    """Return every key with what it does, by where it holds."""
    first, *others = [view for view in VIEWS if view.title]
    typing: Section = (
        "While a pane has the keyboard",
        [
            (("escape",), _ESCAPE.get(escape_rule, "Take the keyboard back.")),
            (leave, "Take the keyboard back, always; again, send that key to the program."),
            *_describe(keymap.typing),
            (("Mouse",), "The program's if it asks for it; with Shift your terminal's, in most."),
        ],
    )
    return [
        (first.title, _describe(keymap.list(first), first)),
        typing,
        *((view.title, _describe(keymap.rebind(view.bindings), view)) for view in others),
    ]


def _describe(bindings: Sequence[Binding], view: type[View] | None = None) -> list[tuple[Sequence[str], str]]:
    own = {action.id: action for action in view.actions} if view is not None else {}
    return [(binding.keys, (own.get(binding.action) or _BY_ID[binding.action]).does) for binding in bindings]
